/** What one sync has to read: which windows, in which order, and how long they may be. */
import { addMonths, contains, dayOf, earlier, lengthOf } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import { EARLIEST_DAY } from '../ledger/ledger.js';
import type { Connection, Ledger, Scope } from '../ledger/types.js';
import type { ProviderAdapter } from '../providers/adapter.js';
import type { HistoryEnds } from './memo/history-ends.js';
import type { MissedLooks } from './memo/missed-looks.js';
import { auditWindow, halve, lateWindows, planWindows } from './plan.js';
import type { PlanInput } from './plan.js';
import { WindowFit } from './window-fit.js';
import type { WindowLengths } from './memo/window-lengths.js';

/** Recent days, which a poll is about; older unknown days are backfill and not counted against it. */
const RECENT_DAYS = 62;
/** So many bad windows of a scope in a row are no accident: the rest waits for the next sync. */
const MAX_BAD_WINDOWS = 3;

export interface Task {
  readonly scope: Scope;
  readonly window: DayRange;
  /**
   * `poll`: recent days, within the poll's number of requests. `backfill`: days
   * never read, which are read to the end. `late` and `audit`: a second look at
   * settled days, young ones once a day and others in turn, where requests are left.
   */
  readonly purpose: 'poll' | 'backfill' | 'late' | 'audit';
  /** When the newest day of the scope was read before; of a `late` task, the one of its days read longest ago. */
  readonly readAt: number;
}

/** @param choices as in {@link PlanInput} */
export function planTasks(
  ledger: Ledger,
  adapter: ProviderAdapter,
  connection: Connection,
  now: number,
  choices: Pick<PlanInput, 'historyMonths' | 'since' | 'deep' | 'onDemand'>,
  { historyEnds, missedLooks }: { readonly historyEnds: HistoryEnds; readonly missedLooks: MissedLooks },
): Task[] {
  const today = dayOf(now);
  const tasks: Task[] = [];
  for (const scope of ledger.scopes(connection.id)) {
    const covered = ledger.covered(scope.id, {
      from: choices.deep ? EARLIEST_DAY : addMonths(today, -choices.historyMonths - 1),
      to: today,
    });
    const windows = planWindows({
      ...choices,
      scope,
      covered,
      now,
      settle: adapter.settle,
      maxWindowDays: adapter.maxWindowDays,
      accountCreatedDay: connection.accountCreatedDay,
      refusedDay: historyEnds.of(scope),
    });
    const readAt = Math.min(...covered.slice(-1).map((day) => day.readAt), now);
    for (const window of windows) {
      const age = lengthOf({ from: window.to, to: today });
      const recent = age <= RECENT_DAYS && covered.some(({ day }) => day >= window.from);
      tasks.push({ scope, window, purpose: recent ? 'poll' : 'backfill', readAt });
    }
    if (choices.since === null && !missedLooks.isRecent(scope, now)) {
      for (const window of lateWindows(scope, covered, now, adapter.maxWindowDays, historyEnds.of(scope))) {
        const readings = covered.filter(({ day }) => contains(window, day)).map((known) => known.readAt);
        tasks.push({ scope, window, purpose: 'late', readAt: Math.min(...readings) });
      }
    }
    if (scope.auditedAt === null) ledger.recordAudit(scope.id, now);
    const audit = auditWindow(scope, covered, now, adapter.maxWindowDays);
    if (audit !== null) tasks.push({ scope, window: audit, purpose: 'audit', readAt });
  }
  const of = (purpose: Task['purpose']): Task[] => tasks.filter((task) => task.purpose === purpose);
  return [
    // What waited longest comes first: what exceeds one poll takes its turn in the next.
    ...of('poll').sort((a, b) => a.readAt - b.readAt),
    ...of('backfill').sort(byNewestEnd),
    ...of('late').sort((a, b) => a.readAt - b.readAt),
    ...of('audit').sort((a, b) => (a.scope.auditedAt ?? 0) - (b.scope.auditedAt ?? 0)),
  ];
}

/** Whether the days stand as they are, should the vendor not answer. */
export function isSecondLook({ purpose }: Task): boolean {
  return purpose === 'late' || purpose === 'audit';
}

type Halves = readonly [newer: Task, older: Task];

function byNewestEnd(a: Task, b: Task): number {
  return a.window.to === b.window.to ? 0 : a.window.to < b.window.to ? 1 : -1;
}

/** The tasks still to do. What one window teaches of a scope counts for its next. */
export class TaskList {
  /** By scope. */
  private readonly fits = new Map<number, WindowFit>();
  private readonly ended = new Set<number>();
  /** By scope, the newest of the days that the vendor does not give. */
  private readonly exhausted = new Map<number, Day>();
  private readonly badWindows = new Map<number, number>();
  private tasks: readonly Task[];

  /**
   * @param waits whether a task is left to the next sync
   * @param lengths how long windows may be, from earlier syncs
   */
  constructor(
    tasks: readonly Task[],
    private readonly waits: (task: Task) => boolean,
    private readonly lengths: WindowLengths,
  ) {
    this.tasks = tasks;
  }

  /** Scope-days. */
  get days(): number {
    return this.tasks.reduce((days, { window }) => days + lengthOf(window), 0);
  }

  /** The next task, cut to what fits; it stays in the list. Null where none is left. */
  peek(): Task | null {
    for (;;) {
      const [task, ...rest] = this.tasks;
      if (task === undefined) return null;
      const fits = lengthOf(task.window) <= this.fitOf(task).longest;
      const halves = fits || this.isSkipped(task) ? null : halvesOf(task);
      if (halves === null) return task;
      this.tasks = withHalves(rest, halves);
    }
  }

  /** As {@link peek}, and out of the list. */
  take(): Task | null {
    const task = this.peek();
    if (task !== null) this.tasks = this.tasks.slice(1);
    return task;
  }

  isSkipped(task: Task): boolean {
    const { scope, window, purpose } = task;
    const refused = this.exhausted.get(scope.id);
    const isFirst = purpose === 'backfill' || purpose === 'poll';
    if (isFirst && refused !== undefined && window.to <= refused) return true;
    return this.ended.has(scope.id) || this.waits(task);
  }

  /**
   * Its answer did not fit: the halves are asked for, and no window of the scope is
   * longer until such are found to leave much of an answer empty.
   *
   * @param rows how many an answer holds; null where that is not what was too much
   * @returns how long they may be, in days
   */
  split(task: Task, rows: number | null): number {
    const days = this.fitOf(task).wasTooLong(lengthOf(task.window), rows);
    const halves = halvesOf(task);
    if (halves !== null) this.tasks = withHalves(this.tasks, halves);
    return days;
  }

  /** Its days were refused: its halves show which of them, the newer one next. */
  halve(task: Task): void {
    this.tasks = [...(halvesOf(task) ?? []), ...this.tasks];
  }

  /** The vendor refuses this day of the scope and all before it: none is asked for in this sync. */
  endHistory(scope: Scope, day: Day): void {
    this.exhausted.set(scope.id, day);
  }

  /** The oldest day of the scope that is still to be read for the first time; null for none. */
  oldestUnread(scope: Scope): Day | null {
    const own = this.tasks.filter(({ scope: { id }, purpose }) => id === scope.id && purpose === 'backfill');
    return own.length === 0 ? null : own.map(({ window }) => window.from).reduce(earlier);
  }

  /** Asks for one day before all else. */
  askNext(task: Task, day: Day): void {
    this.tasks = [{ ...task, window: { from: day, to: day } }, ...this.tasks];
  }

  /** @param rows that its answer held */
  wasRead(task: Task, rows: number): void {
    this.badWindows.delete(task.scope.id);
    this.fitOf(task).wasRead(lengthOf(task.window), rows);
  }

  isLikelyToFit(task: Task): boolean {
    return this.fitOf(task).isLikely(lengthOf(task.window));
  }

  wasBad({ scope }: Task): void {
    const count = (this.badWindows.get(scope.id) ?? 0) + 1;
    this.badWindows.set(scope.id, count);
    if (count >= MAX_BAD_WINDOWS) this.end(scope);
  }

  /** One more bad window would end the scope: nothing further of it is to be asked for before that is known. */
  isInDoubt({ scope }: Task): boolean {
    return (this.badWindows.get(scope.id) ?? 0) === MAX_BAD_WINDOWS - 1;
  }

  /** Nothing more is read of a scope in this sync. */
  end(scope: Scope): void {
    this.ended.add(scope.id);
  }

  private fitOf({ scope }: Task): WindowFit {
    let fit = this.fits.get(scope.id);
    if (fit === undefined) this.fits.set(scope.id, (fit = new WindowFit(this.lengths.of(scope))));
    return fit;
  }
}

/** The newer first. */
function halvesOf(task: Task): Halves | null {
  const halves = halve(task.window);
  if (halves === null) return null;
  const [newer, older] = halves;
  return [
    { ...task, window: newer },
    { ...task, window: older },
  ];
}

/**
 * With a window's halves before the others. In a backfill the older one waits for the
 * other scopes' newer days: those are what is looked at, and while one scope's
 * answer is read another's is under way.
 */
function withHalves(tasks: readonly Task[], [newer, older]: Halves): readonly Task[] {
  const isBefore = ({ purpose, window }: Task): boolean =>
    purpose === 'backfill' && window.to > older.window.to;
  const at = newer.purpose === 'backfill' ? tasks.findIndex((task) => !isBefore(task)) : 0;
  const before = at < 0 ? tasks : tasks.slice(0, at);
  return [newer, ...before, older, ...tasks.slice(before.length)];
}
