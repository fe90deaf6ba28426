/**
 * Days that a vendor refuses to be asked for. Where it gives newer ones its
 * history ends there, which is no failure of a sync; a refused day amid given
 * ones is one, and so is a refusal of everything.
 */
import { DAY_MS, addDays, dayOf, lengthOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import type { Fault } from '../../shared/faults.js';
import { EARLIEST_DAY } from '../ledger/ledger.js';
import type { Ledger, Scope } from '../ledger/types.js';
import type { HistoryEnds } from './memo/history-ends.js';
import { isSecondLook } from './tasks.js';
import type { Task, TaskList } from './tasks.js';

export interface RefusedDaysOptions {
  readonly ledger: Ledger;
  readonly ends: HistoryEnds;
  readonly tasks: TaskList;
  /** The day from which on the user asked for days again: of these, to be refused one is a fault. */
  readonly since: Day | null;
  readonly now: () => number;
  /** The day of the scope was refused, which is a fault. */
  readonly onFault: (fault: Fault, scope: Scope, day: Day) => void;
}

/** What was given within this time a vendor has hardly forgotten since. */
const LATELY_MS = 2 * DAY_MS;

/** A single day that was refused, while another is asked for that tells why. */
interface Probe {
  readonly scope: Scope;
  readonly day: Day;
  readonly fault: Fault;
}

/** One sync's. */
export class RefusedDays {
  /** By scope. */
  private readonly probes = new Map<number, Probe>();
  /** Scopes of which a day was refused though older ones are given. */
  private readonly holes = new Set<number>();

  constructor(private readonly options: RefusedDaysOptions) {}

  /** Days read before that are no longer given stand as they are; that a window is refused may show how far back the vendor goes. */
  mayEndHistory(task: Task): boolean {
    const { id } = task.scope;
    if (isSecondLook(task) || this.probes.has(id)) return true;
    return this.options.since === null && !this.holes.has(id);
  }

  /** @returns whether the window's halves are asked for in its place */
  isHalved(task: Task, fault: Fault): boolean {
    const { ends, tasks } = this.options;
    const { scope, window } = task;
    if (isSecondLook(task)) return false;
    if (lengthOf(window) > 1) {
      tasks.halve(task);
      return true;
    }
    const probe = this.probes.get(scope.id);
    const telling = probe === undefined && ends.of(scope) !== window.to ? this.tellingDay(task) : null;
    if (telling !== null) {
      // The end, if that day is refused as well; else one amid others.
      this.probes.set(scope.id, { scope, day: window.to, fault });
      tasks.askNext(task, telling);
    } else {
      this.probes.delete(scope.id);
      this.historyEnded(scope, probe?.day ?? window.to, fault);
    }
    return false;
  }

  /** A day before the refused one that is given unless the history ends between them; null where there is none. */
  private tellingDay({ scope, window }: Task): Day | null {
    const { ledger, tasks, now } = this.options;
    // Best of all one that may still change, for it is young.
    const lately = ledger
      .covered(scope.id, { from: EARLIEST_DAY, to: addDays(window.from, -1) })
      .filter(({ readAt }) => Math.abs(now() - readAt) < LATELY_MS);
    const known = lately.find(({ settled }) => !settled) ?? lately[0];
    const day = known?.day ?? tasks.oldestUnread(scope);
    return day !== null && day < window.from ? day : null;
  }

  wasRead({ scope, window }: Task): void {
    this.options.ends.wasRead(scope, window);
    this.closeProbe(scope);
  }

  /** The vendor did give the day that tells, or nobody knows: that it refused the other one is a fault. */
  closeProbe(scope: Scope): void {
    const probe = this.probes.get(scope.id);
    if (probe === undefined) return;
    this.probes.delete(scope.id);
    this.holes.add(scope.id);
    this.options.onFault(probe.fault, scope, probe.day);
  }

  /** No request was left for the days that would have told. */
  closeProbes(): void {
    for (const { scope } of [...this.probes.values()]) this.closeProbe(scope);
  }

  /** It is refused from this day back; a fault only where nothing newer was given lately either. */
  private historyEnded(scope: Scope, day: Day, fault: Fault): void {
    const { ledger, ends, tasks, now, onFault } = this.options;
    const newer = ledger.covered(scope.id, { from: addDays(day, 1), to: dayOf(now()) });
    if (newer.some(({ readAt }) => now() - readAt < DAY_MS)) {
      ends.keep(scope, day);
      tasks.endHistory(scope, day);
    } else {
      onFault(fault, scope, day);
      tasks.end(scope);
    }
  }
}
