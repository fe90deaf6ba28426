/**
 * One connection's sync: lists, poll, backfill and audit, window by window.
 * Runs off the main thread; it holds no key and opens no socket, it asks through
 * {@link VendorHttp}.
 */
import { HOUR_MS, addDays, dayOf, lengthOf } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { Fault } from '../../shared/faults.js';
import type { Reconciliation, SyncProgress } from '../../shared/model.js';
import type { Connection, Ledger, Scope } from '../ledger/types.js';
import type { ClientContext, ProviderAdapter, VendorHttp } from '../providers/adapter.js';
import { AskAhead, MAX_UNDER_WAY } from './ask-ahead.js';
import { Comparison } from './comparison.js';
import { DeepFault } from './deep-fault.js';
import { Disputes } from './disputes.js';
import { HistoryEnds } from './history-ends.js';
import { Lists } from './lists.js';
import {
  DAILY_MS,
  DEEP_ON_DEMAND_MS,
  LISTING_EVERY_MS,
  LISTING_ON_DEMAND_MS,
  isLastLook,
  lastDay,
} from './plan.js';
import { MissedLooks } from './missed-looks.js';
import { readWhole } from './read-window.js';
import { RefusedDays } from './refused-days.js';
import { RequestBudget } from './request-budget.js';
import { TaskList, isSecondLook, planTasks } from './tasks.js';
import type { Task } from './tasks.js';
import { Trouble } from './trouble.js';
import { WindowLengths } from './window-lengths.js';

const HEARTBEAT_MS = 15_000;

export interface SyncOptions {
  readonly connection: string;
  /** The user asked (or the command line): quiet scopes and lists are asked as well. */
  readonly onDemand: boolean;
  readonly since: Day | null;
  readonly historyMonths: number;
  /** The longest wait for a vendor's limit, in ms; a longer one ends the sync. */
  readonly maxWaitMs: number;
  /** Names this process in the lease. */
  readonly owner: string;
  /**
   * The window may hold keys that this process cannot read: one it keeps in memory,
   * or in a keychain that is out of a scheduled job's reach.
   */
  readonly isGuest: boolean;
}

export interface SyncDeps {
  readonly ledger: Ledger;
  readonly adapter: ProviderAdapter;
  readonly http: VendorHttp;
  readonly now: () => number;
  readonly random: () => number;
  /** Resolves after so many ms; rejects when aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SyncProgress) => void;
  /** Something was written: views are out of date. */
  readonly onWritten: () => void;
}

export type SyncOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  /** Another process is at it. */
  | { readonly kind: 'busy' }
  /** Removed, changed or cancelled meanwhile: nothing was recorded. */
  | { readonly kind: 'dropped' };

/** Faults of one window's answer; the other windows and scopes are read all the same. */
const WINDOW_FAULTS: ReadonlySet<string> = new Set(['format', 'paging', 'too-large', 'range', 'refused']);

/** Faults that may lie in what an audit asks for, rather than in the key or the way to the vendor. */
const AUDIT_FAULTS: ReadonlySet<string> = new Set([
  ...WINDOW_FAULTS,
  'vendor-fault',
  'timeout',
  'permission',
]);

/** Faults that lie between this process and its keychain. */
const KEY_FAULTS: ReadonlySet<string> = new Set([
  'key-unreadable',
  'other-address',
  'no-keychain',
  'keychain-denied',
]);

export async function syncConnection(deps: SyncDeps, options: SyncOptions): Promise<SyncOutcome> {
  const { ledger, now } = deps;
  const connection = ledger.connection(options.connection);
  if (connection === null || connection.removedAt !== null) return { kind: 'dropped' };
  const lease = ledger.takeLease(connection.id, options.owner, now());
  if (lease === null) return { kind: 'busy' };
  const sync = new Sync(deps, options, connection);
  const heartbeat = setInterval(() => {
    try {
      if (!lease.heartbeat(now(), sync.progress)) sync.loseLease();
    } catch {
      // Busy or full at this moment: the next beat tries again, and the writes of the sync say it if it lasts.
    }
  }, HEARTBEAT_MS);
  try {
    return await sync.run();
  } finally {
    clearInterval(heartbeat);
    lease.release();
  }
}

class Sync {
  progress: SyncProgress = { phase: 'checking', done: 0, total: 0, reachedBackTo: null, waitUntil: null };
  private readonly memo: Record<string, unknown>;
  private readonly context: ClientContext;
  private readonly http: AskAhead;
  private readonly aborter = new AbortController();
  private unknownResources = false;
  private readonly lists: Lists;
  private firstFault: Fault | null = null;
  /** Of the first scope that was in trouble of its own. */
  private ownFault: { readonly fault: Fault; readonly scope: Scope } | null = null;
  private readonly trouble: Trouble;
  private readonly historyEnds: HistoryEnds;
  private readonly lengths: WindowLengths;
  private readonly missedLooks: MissedLooks;
  private readonly deepFault: DeepFault;
  private readonly disputes: Disputes;
  private readonly comparison: Comparison;
  /** The vendor is in trouble: audits, which can wait, are left to the next sync. */
  private auditsWait = false;
  private readonly budget: RequestBudget;

  constructor(
    private readonly deps: SyncDeps,
    private readonly options: SyncOptions,
    private readonly connection: Connection,
  ) {
    this.memo = { ...connection.memo };
    this.trouble = new Trouble(this.memo);
    this.historyEnds = new HistoryEnds(this.memo);
    this.lengths = new WindowLengths(this.memo);
    this.missedLooks = new MissedLooks(this.memo);
    this.deepFault = new DeepFault(this.memo);
    this.disputes = new Disputes(this.memo);
    this.comparison = new Comparison(this.memo);
    const signal = AbortSignal.any([deps.signal, this.aborter.signal]);
    this.budget = new RequestBudget(options.onDemand);
    this.http = new AskAhead(this.budget.counting(deps.http), deps.now);
    this.context = {
      http: this.http,
      now: deps.now,
      random: deps.random,
      signal,
      memo: this.memo,
      wait: (milliseconds, reason) => this.wait(milliseconds, reason),
    };
    this.lists = new Lists({
      ledger: deps.ledger,
      adapter: deps.adapter,
      connection,
      context: this.context,
      onListing: () => this.report({ phase: 'listing' }),
      onWritten: deps.onWritten,
    });
  }

  loseLease(): void {
    this.aborter.abort(new FaultError('busy'));
  }

  async run(): Promise<SyncOutcome> {
    const { ledger, now } = this.deps;
    const id = this.connection.id;
    const began = now();
    ledger.recordAttempt(id, began);
    ledger.forgetFuture(id, began);
    this.report({});
    let fault: Fault | null;
    try {
      await this.awaitVendor(began);
      await this.lists.readIfDue(this.options.onDemand ? LISTING_ON_DEMAND_MS : LISTING_EVERY_MS);
      await this.readAll();
      if (this.unknownResources) await this.lists.readOnce();
      fault = this.firstFault;
    } catch (error) {
      if (this.context.signal.aborted) return { kind: 'dropped' };
      fault = toFault(error);
    }
    const current = ledger.connection(id);
    if (current === null || current.removedAt !== null || current.epoch !== this.connection.epoch) {
      return { kind: 'dropped' };
    }
    if (fault !== null && this.isOwnAffair(fault, current)) return { kind: 'failed', fault };
    ledger.recordSync(id, {
      at: now(),
      asOf: Math.min(now(), this.budget.oldestWaiting),
      fault,
      reconciliation:
        fault === null ? (this.reconciliation() ?? current.reconciliation) : current.reconciliation,
      memo: this.memo,
    });
    this.deps.onWritten();
    return fault === null ? { kind: 'done' } : { kind: 'failed', fault };
  }

  /** That a guest cannot read the key says nothing of a connection that somebody else reads well. */
  private isOwnAffair({ kind }: Fault, { lastSuccess }: Connection): boolean {
    if (!this.options.isGuest || !KEY_FAULTS.has(kind) || lastSuccess === null) return false;
    return Math.abs(this.deps.now() - lastSuccess) < HOUR_MS;
  }

  /** The vendor's own wait wins over all, also over a user who asks before it is over. */
  private async awaitVendor(now: number): Promise<void> {
    const { fault, lastAttempt } = this.connection;
    const until = fault?.retryAt ?? 0;
    // One that was told while the clock was ahead says nothing.
    if (fault === null || until <= now || (lastAttempt ?? 0) > now) return;
    if (until - now > this.options.maxWaitMs) throw new FaultError(fault.kind, fault.detail, until);
    await this.wait(until - now, 'limit');
  }

  private async wait(milliseconds: number, reason: 'limit' | 'retry'): Promise<void> {
    const until = this.deps.now() + milliseconds;
    if (reason === 'limit' && milliseconds > this.options.maxWaitMs) {
      throw new FaultError('rate-limited', null, until);
    }
    const before = this.progress;
    this.report({ phase: 'waiting', waitUntil: until });
    await this.deps.sleep(milliseconds, this.context.signal);
    this.report({ phase: before.phase, waitUntil: null });
  }

  /**
   * The vendor does not know a scope, or not for this key. That ends it if its list
   * says so too; one that is listed and yet not found is a fault of the vendor, and
   * nothing is known of what it costs.
   */
  private async notFound(task: Task): Promise<void> {
    const { scope } = task;
    await this.lists.readOnce();
    const isListed = this.lists.has(scope);
    if (isListed && isSecondLook(task)) this.lookFailed(task);
    else if (isListed) {
      const detail = `${scope.name ?? scope.key} is listed but not found`;
      this.firstFault ??= { kind: 'vendor-fault', detail, retryAt: null };
    } else this.deps.ledger.endScope(scope.id, this.deps.now());
  }

  private async readAll(): Promise<void> {
    const { ledger, adapter, now } = this.deps;
    const { historyMonths, since, onDemand } = this.options;
    const deep = this.deepReadDue();
    const choices = { historyMonths, since, onDemand, deep };
    const planned = planTasks(ledger, adapter, this.connection, now(), choices, {
      historyEnds: this.historyEnds,
      missedLooks: this.missedLooks,
    });
    this.budget.share(planned);
    if (deep) {
      this.lengths.forget();
      this.deepFault.forget();
    }
    const waits = (task: Task): boolean => this.waitsForNextPoll(task);
    const tasks = new TaskList(this.trouble.order(planned), waits, this.lengths);
    const refused = new RefusedDays({
      ledger,
      ends: this.historyEnds,
      tasks,
      since,
      now,
      onFault: (fault, scope, day) => this.windowFailed(fault, scope, { from: day, to: day }),
    });
    this.report({ phase: 'reading', done: 0, total: tasks.days });
    for (let task = tasks.take(); task !== null; task = tasks.take()) {
      if (tasks.isSkipped(task)) {
        this.advance(task.window, false);
        continue;
      }
      this.budget.begin(task);
      try {
        const outcome = await this.read(task, tasks);
        if (outcome === 'split') {
          tasks.split(task);
          continue;
        }
        tasks.wasRead(task);
        refused.wasRead(task);
        this.trouble.wasRead(task.scope);
        if (task.purpose === 'late') this.missedLooks.wasRead(task.scope);
        this.followOn(task, tasks);
        this.advance(task.window, true);
      } catch (error) {
        if (this.context.signal.aborted) throw error;
        const fault = toFault(error);
        const isMissedLook = isSecondLook(task) && AUDIT_FAULTS.has(fault.kind);
        if (isMissedLook) this.lookFailed(task);
        if (fault.kind !== 'range') refused.closeProbe(task.scope);
        if (fault.kind === 'no-such-app' || (fault.kind === 'permission' && !this.lists.has(task.scope))) {
          await this.notFound(task);
          tasks.end(task.scope);
        } else if (fault.kind === 'range' && refused.mayEndHistory(task)) {
          if (refused.isHalved(task, fault)) continue;
        } else if (this.lengths.isShortened(tasks, task, fault)) {
          continue;
        } else if (WINDOW_FAULTS.has(fault.kind)) {
          // A daily look that comes to nothing has its turn again tomorrow.
          if (task.purpose !== 'late') {
            if (isSecondLook(task)) this.firstFault ??= fault;
            else this.windowFailed(fault, task.scope, task.window);
            tasks.wasBad(task);
          }
        } else if (isMissedLook && fault.retryAt === null) {
          // Of a wait that the vendor asks for, the next poll must know; trouble of its own passes.
          this.auditsWait = true;
        } else if (this.trouble.wasOwn(task.scope, fault)) {
          this.ownFault ??= { fault, scope: task.scope };
          this.keepIfDeep(this.named(fault, task.scope), task.scope, task.window);
          tasks.end(task.scope);
        } else throw error;
        this.advance(task.window, false);
      }
    }
    refused.closeProbes();
    this.firstFault ??= this.faultOfScopes();
    if (deep) ledger.recordDeepRead(this.connection.id, now());
    else this.firstFault ??= this.deepFault.standing;
  }

  /** One that is no longer listed and yet billed on is read to its end now, not a day at every sync. */
  private followOn(task: Task, tasks: TaskList): void {
    const { scope, window } = task;
    if (scope.goneAt === null || isSecondLook(task)) return;
    const { ledger, now } = this.deps;
    const current = ledger.scopes(this.connection.id).find(({ id }) => id === scope.id);
    const today = dayOf(now());
    const next = addDays(window.to, 1);
    if (current === undefined || next > lastDay(current, today)) return;
    if (ledger.covered(scope.id, { from: next, to: today }).length === 0) tasks.askNext(task, next);
  }

  /** Of scopes in trouble, where they kept none of the others from being read. */
  private faultOfScopes(): Fault | null {
    if (this.ownFault === null) return null;
    const { fault, scope } = this.ownFault;
    if (this.trouble.isEverywhere) return fault;
    return { ...this.named(fault, scope), ...(this.trouble.isPartial ? { isPartial: true } : {}) };
  }

  private windowFailed(fault: Fault, scope: Scope, window: DayRange): void {
    this.firstFault ??= fault;
    this.keepIfDeep(fault, scope, window);
  }

  /** Days that were read before and may still change only a deep sync asks for again, beyond the poll's reach. */
  private keepIfDeep(fault: Fault, scope: Scope, window: DayRange): void {
    const { ledger, adapter, now } = this.deps;
    if (this.options.since !== null) return;
    if (window.to >= addDays(dayOf(now()), -adapter.settle.pollBackDays)) return;
    const mayChange = ledger
      .covered(scope.id, window)
      .some(({ settled, doubtedAt }) => !settled || doubtedAt !== undefined);
    if (mayChange) this.deepFault.keep(fault);
  }

  /**
   * The days shown were read whole before, and stand: it is the second look that
   * failed. It has had its turn, and is not asked for at every poll.
   */
  private lookFailed({ scope, purpose }: Task): void {
    if (purpose === 'audit') this.deps.ledger.recordAudit(scope.id, this.deps.now());
    else this.missedLooks.keep(scope, this.deps.now());
  }

  /** With the scope it is about, where there are others that may be well. */
  private named(fault: Fault, { name, key }: Scope): Fault {
    if (this.deps.ledger.scopes(this.connection.id).length < 2) return fault;
    const scope = name ?? key;
    return { ...fault, detail: fault.detail === null ? scope : `${scope}: ${fault.detail}` };
  }

  /**
   * Asks for what comes next while the current task's answer is read: in a backfill
   * for two windows, so that the vendor makes one answer while the other travels.
   * Of one scope never two that may not fit, for then the halves of the first would
   * come next, and the second be asked for once more.
   *
   * @param fits whether the current task is known to
   */
  private askAhead(tasks: TaskList, current: Task, fits: boolean): void {
    const { adapter } = this.deps;
    const isBackfill = current.purpose === 'backfill';
    const uncertain = new Set(fits ? [] : [current.scope.id]);
    for (const next of tasks.upcoming(isBackfill ? MAX_UNDER_WAY : 1)) {
      if (uncertain.size > 0 && next.purpose !== 'backfill') return;
      if (uncertain.has(next.scope.id) || tasks.isSkipped(next)) return;
      if (next.scope.id === current.scope.id && tasks.isInDoubt(current)) return;
      const request = adapter.firstRequest?.(next.scope, next.window);
      if (request === undefined) return;
      this.http.ask(request);
      uncertain.add(next.scope.id);
    }
  }

  private waitsForNextPoll(task: Task): boolean {
    if (this.askedAt(task) !== null) return false;
    return (isSecondLook(task) && this.auditsWait) || this.budget.waits(task);
  }

  private async read(task: Task, tasks: TaskList): Promise<'read' | 'split'> {
    const { ledger, adapter, now } = this.deps;
    const { scope, window } = task;
    const readAt = this.askedAt(task) ?? now();
    const writer = ledger.writeWindow(scope, window);
    // What does not fit is split: only a single day is read page by page.
    const splittable = lengthOf(window) > 1;
    const askAhead = (fits: boolean): void => {
      if (splittable) this.askAhead(tasks, task, fits);
    };
    // The vendor then makes its next answers while this one is read. If it does not fit after all,
    // windows of other scopes stay as they are, and those answers are wanted later.
    if (task.purpose === 'backfill' && tasks.isLikelyToFit(task)) {
      this.http.whenAnswered(() => askAhead(false));
    }
    try {
      const result = await readWhole({
        writer,
        read: (onPage) =>
          adapter.readWindow(this.context, scope, window, this.lists.resources, (page) => {
            // It fits, whatever was likely.
            askAhead(true);
            onPage(page);
          }),
        splittable,
        lastLook: isLastLook(window, ledger.covered(scope.id, window), readAt, adapter.settle),
      });
      if (result.kind === 'split') return 'split';
      // A removed or changed connection's late answer is dropped.
      this.context.signal.throwIfAborted();
      // An app that the list no longer holds may answer with nothing as well as with 404: its history stays.
      if (result.emptiesScope) await this.lists.readOnce();
      const committed = writer.commit({
        readAt,
        today: dayOf(readAt),
        settle: adapter.settle,
        mayDelete: result.mayDelete && (result.rows > 0 || this.lists.has(scope)),
        epoch: this.connection.epoch,
        reported: result.reported,
        roundedBy: result.roundedBy,
      });
      if (committed.kind === 'dropped') {
        const dropped = new FaultError('busy');
        this.aborter.abort(dropped);
        throw dropped;
      }
      // What the answer lacks and the ledger keeps stands too: the difference shows.
      const forgotten = this.disputes.note(scope, window, committed.kept);
      if (result.reported !== null) {
        // Who asks for settled days is told all that they hold beside the answer.
        const stored = result.sum + (this.options.since === null ? 0n : forgotten);
        this.comparison.add({ reported: result.reported, stored, terms: result.rows });
      }
      this.unknownResources ||= result.unknownResources;
      if (task.purpose === 'audit') ledger.recordAudit(task.scope.id, now());
      this.deps.onWritten();
      return 'read';
    } finally {
      this.http.whenAnswered(null);
      writer.close();
    }
  }

  /** When the task's first request was made ahead, or null. */
  private askedAt({ scope, window }: Task): number | null {
    const first = this.deps.adapter.firstRequest?.(scope, window);
    return first === undefined ? null : this.http.askedAt(first);
  }

  private deepReadDue(): boolean {
    const { deepReadAt } = this.connection;
    const age = deepReadAt === null ? Infinity : this.deps.now() - deepReadAt;
    const isAwaited = this.options.onDemand && this.deepFault.standing !== null;
    return age < 0 || age >= (isAwaited ? DEEP_ON_DEMAND_MS : DAILY_MS);
  }

  private reconciliation(): Reconciliation | null {
    const { id, unit } = this.connection;
    return this.comparison.conclude(unit, this.disputes.sum(this.deps.ledger.scopes(id)));
  }

  private advance(window: DayRange, read: boolean): void {
    this.report({
      // What came up on the way was not counted.
      done: Math.min(this.progress.done + lengthOf(window), this.progress.total),
      reachedBackTo: read ? window.from : this.progress.reachedBackTo,
    });
  }

  private report(change: Partial<SyncProgress>): void {
    this.progress = { ...this.progress, ...change };
    this.deps.onProgress(this.progress);
  }
}

/** Any thrown value as a fault that is safe to keep: unknown errors lose their text. */
export function toFault(error: unknown): Fault {
  if (error instanceof FaultError) {
    return { kind: error.kind, detail: error.detail, retryAt: error.retryAt };
  }
  return { kind: 'internal', detail: error instanceof Error ? error.name : null, retryAt: null };
}
