/**
 * Where a vendor's history of a scope ends: it answers for newer days and refuses
 * to be asked for older ones. That is no failure of a sync, and asking at every
 * poll would change nothing; what those days cost stays unknown.
 */
import { addDays } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { Fault } from '../../shared/faults.js';
import type { Scope } from '../ledger/types.js';
import { isObject } from '../providers/wire.js';

/** What follows from days that were refused. */
export type Refusal =
  /** Halves of the window show which of its days it was. */
  | { readonly kind: 'halve' }
  /** A single day: the older windows tell whether it is the end. */
  | { readonly kind: 'go-on' }
  /** This day is refused, and so is what is older. */
  | { readonly kind: 'end'; readonly day: Day };

interface RefusedDay {
  readonly scope: Scope;
  readonly day: Day;
  readonly fault: Fault;
}

export class HistoryEnds {
  /** By scope, the newest single day that was refused, until an older window has shown what it means. */
  private readonly doubtful = new Map<number, RefusedDay>();

  /**
   * @param memo of the connection, in which the ends are kept
   * @param marginDays so many days more are asked for on each side of a window
   */
  constructor(
    private readonly memo: Record<string, unknown>,
    private readonly marginDays: number,
  ) {}

  /** The newest day of the scope that is refused; null for none. */
  of({ key }: Scope): Day | null {
    return historyEnds(this.memo).get(key) ?? null;
  }

  wasRefused(scope: Scope, { from, to }: DayRange, fault: Fault): Refusal {
    const newest = this.doubtful.get(scope.id);
    // One day amid others is asked for with its neighbours as well.
    if (newest !== undefined && to < addDays(newest.day, -2 * this.marginDays)) {
      this.doubtful.delete(scope.id);
      return { kind: 'end', day: newest.day };
    }
    if (from !== to) return { kind: 'halve' };
    if (newest === undefined) this.doubtful.set(scope.id, { scope, day: to, fault });
    return { kind: 'go-on' };
  }

  /** @returns the fault of a newer day that was refused although its history goes on */
  wasRead(scope: Scope, { from, to }: DayRange): Fault | null {
    const refused = this.of(scope);
    if (refused !== null && from <= refused) this.keep(scope, null);
    const newest = this.doubtful.get(scope.id);
    if (newest === undefined || to > newest.day) return null;
    this.doubtful.delete(scope.id);
    return newest.fault;
  }

  /** Single days that were refused when there was no older one left to ask for. */
  undecided(): readonly RefusedDay[] {
    return [...this.doubtful.values()];
  }

  /** @param day the newest that is refused; null for none */
  keep({ key }: Scope, day: Day | null): void {
    const ends = historyEnds(this.memo);
    if (day === null) ends.delete(key);
    else ends.set(key, day);
    this.memo.historyEnds = Object.fromEntries(ends);
  }
}

/** By the key of their scope. */
export function historyEnds(memo: Readonly<Record<string, unknown>>): Map<string, Day> {
  const kept = isObject(memo.historyEnds) ? Object.entries(memo.historyEnds) : [];
  return new Map(kept.filter((entry): entry is [string, Day] => typeof entry[1] === 'string'));
}
