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
import { AskAhead } from './ask-ahead.js';
import { Lists } from './lists.js';
import { DAILY_MS, DEEP_ON_DEMAND_MS, LISTING_EVERY_MS, LISTING_ON_DEMAND_MS, lastDay } from './plan.js';
import { RefusedDays } from './refused-days.js';
import { RequestBudget } from './request-budget.js';
import { SyncMemo } from './memo/sync-memo.js';
import { TaskList, isSecondLook, planTasks } from './tasks.js';
import type { Task } from './tasks.js';
import { WindowReader } from './window-reader.js';

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
      if (!lease.heartbeat(now(), sync.progress)) sync.drop();
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
  private readonly memo: SyncMemo;
  private readonly context: ClientContext;
  private readonly reader: WindowReader;
  private readonly aborter = new AbortController();
  private readonly lists: Lists;
  private firstFault: Fault | null = null;
  /** Of the first scope that was in trouble of its own. */
  private ownFault: { readonly fault: Fault; readonly scope: Scope } | null = null;
  /** The vendor is in trouble: audits, which can wait, are left to the next sync. */
  private auditsWait = false;
  private readonly budget: RequestBudget;

  constructor(
    private readonly deps: SyncDeps,
    private readonly options: SyncOptions,
    private readonly connection: Connection,
  ) {
    this.memo = new SyncMemo(connection.memo);
    const signal = AbortSignal.any([deps.signal, this.aborter.signal]);
    this.budget = new RequestBudget(options.onDemand);
    const http = new AskAhead(this.budget.counting(deps.http), deps.now);
    this.context = {
      http,
      now: deps.now,
      random: deps.random,
      signal,
      memo: this.memo.values,
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
    this.reader = new WindowReader({
      ledger: deps.ledger,
      adapter: deps.adapter,
      connection,
      context: this.context,
      http,
      lists: this.lists,
      memo: this.memo,
      isSince: options.since !== null,
      onWritten: deps.onWritten,
      onDropped: () => this.drop(),
    });
  }

  /** Nothing of it may be recorded any more: the connection is another process's, or another one. */
  drop(): FaultError {
    const reason = new FaultError('busy');
    this.aborter.abort(reason);
    return reason;
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
      if (this.reader.unknownResources) await this.lists.readOnce();
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
    const isRecorded = ledger.recordSync(id, this.connection.epoch, {
      at: now(),
      asOf: Math.min(now(), this.budget.oldestWaiting),
      fault,
      reconciliation: fault === null ? this.reconciliation() : current.reconciliation,
      memo: this.memo.values,
    });
    // Another process may have come between.
    if (!isRecorded) return { kind: 'dropped' };
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
      historyEnds: this.memo.historyEnds,
      missedLooks: this.memo.missedLooks,
    });
    this.budget.share(planned);
    if (deep) {
      this.memo.lengths.forget();
      this.memo.deepFault.forget();
    }
    const waits = (task: Task): boolean => this.waitsForNextPoll(task);
    const tasks = new TaskList(this.memo.trouble.order(planned), waits, this.memo.lengths);
    const refused = new RefusedDays({
      ledger,
      ends: this.memo.historyEnds,
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
        const outcome = await this.reader.read(task, tasks);
        if (outcome.kind === 'split') {
          tasks.split(task, outcome.rows);
          continue;
        }
        tasks.wasRead(task, outcome.rows);
        refused.wasRead(task);
        this.memo.trouble.wasRead(task.scope);
        if (task.purpose === 'late') this.memo.missedLooks.wasRead(task.scope);
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
        } else if (this.memo.lengths.isShortened(tasks, task, fault)) {
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
        } else if (this.memo.trouble.wasOwn(task.scope, fault)) {
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
    else this.firstFault ??= this.memo.deepFault.standing;
  }

  /** One that is no longer listed and yet billed on is read to its end now, not a day at every sync. */
  private followOn(task: Task, tasks: TaskList): void {
    const { scope, window } = task;
    if (scope.goneAt === null || isSecondLook(task)) return;
    const { ledger, now } = this.deps;
    const current = ledger.scopes(this.connection.id).find(({ id }) => id === scope.id);
    const today = dayOf(now());
    // Newer days of it that could not be read are not to be asked for again.
    if (window.to < lastDay(scope, today)) return;
    const next = addDays(window.to, 1);
    if (current === undefined || next > lastDay(current, today)) return;
    if (ledger.covered(scope.id, { from: next, to: today }).length === 0) tasks.askNext(task, next);
  }

  /** Of scopes in trouble, where they kept none of the others from being read. */
  private faultOfScopes(): Fault | null {
    if (this.ownFault === null) return null;
    const { fault, scope } = this.ownFault;
    if (this.memo.trouble.isEverywhere) return fault;
    return { ...this.named(fault, scope), ...(this.memo.trouble.isPartial ? { isPartial: true } : {}) };
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
    const mayChange = ledger.covered(scope.id, window).some(({ settled }) => !settled);
    if (mayChange) this.memo.deepFault.keep(fault);
  }

  /**
   * The days shown were read whole before, and stand: it is the second look that
   * failed. It has had its turn, and is not asked for at every poll.
   */
  private lookFailed({ scope, purpose }: Task): void {
    if (purpose === 'audit') this.deps.ledger.recordAudit(scope.id, this.deps.now());
    else this.memo.missedLooks.keep(scope, this.deps.now());
  }

  /** With the scope it is about, where there are others that may be well. */
  private named(fault: Fault, { name, key }: Scope): Fault {
    if (this.deps.ledger.scopes(this.connection.id).length < 2) return fault;
    const scope = name ?? key;
    return { ...fault, detail: fault.detail === null ? scope : `${scope}: ${fault.detail}` };
  }

  private waitsForNextPoll(task: Task): boolean {
    if (this.reader.askedAt(task) !== null) return false;
    return (isSecondLook(task) && this.auditsWait) || this.budget.waits(task);
  }

  private deepReadDue(): boolean {
    const { deepReadAt } = this.connection;
    const age = deepReadAt === null ? Infinity : this.deps.now() - deepReadAt;
    const isAwaited = this.options.onDemand && this.memo.deepFault.standing !== null;
    return age < 0 || age >= (isAwaited ? DEEP_ON_DEMAND_MS : DAILY_MS);
  }

  private reconciliation(): Reconciliation | null {
    const { id, unit } = this.connection;
    return this.memo.comparison.conclude(unit, this.memo.disputes.sum(this.deps.ledger.scopes(id)));
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
