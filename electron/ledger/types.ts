import type { Day, DayRange } from '../../shared/day.js';
import type { Fault } from '../../shared/faults.js';
import type {
  DayHours,
  DayState,
  ProviderId,
  Reconciliation,
  SplitBy,
  SyncProgress,
  Unit,
} from '../../shared/model.js';
import type { Nanos } from '../../shared/money.js';
import type { Page, ResourceListing, ScopeListing, SettlePolicy } from '../providers/adapter.js';

/** Shapes that cross the ledger's boundary. Instants are milliseconds since 1970. */

export interface Connection {
  readonly id: string;
  readonly provider: ProviderId;
  /** The vendor's id of the account. Unique per provider, removed connections included. */
  readonly account: string;
  readonly accountName: string | null;
  readonly name: string;
  readonly unit: Unit;
  /** The API base its key was checked at; the key is sent nowhere else. */
  readonly origin: string;
  readonly createdAt: number;
  /** Set while removed with its history kept. */
  readonly removedAt: number | null;
  readonly accountCreatedDay: Day | null;
  readonly billingAnchor: Day | null;
  readonly creditLeft: Nanos | null;
  /** Raised whenever the key or the connection changes; an answer of an older epoch is dropped. */
  readonly epoch: number;
  readonly lastAttempt: number | null;
  readonly lastSuccess: number | null;
  readonly fault: Fault | null;
  readonly reconciliation: Reconciliation | null;
  /** The adapter's own notes for its next sync. */
  readonly memo: Readonly<Record<string, unknown>>;
  /** When account, scopes and resources were last listed. */
  readonly listedAt: number | null;
  /** When unsettled days beyond the poll's reach were last read. */
  readonly deepReadAt: number | null;
}

export interface NewConnection {
  /** Given only when a connection is restored, since its key is kept under this id. */
  readonly id?: string;
  readonly provider: ProviderId;
  readonly account: string;
  readonly accountName: string | null;
  readonly name: string;
  readonly unit: Unit;
  readonly origin: string;
  readonly accountCreatedDay: Day | null;
  readonly billingAnchor: Day | null;
  readonly creditLeft: Nanos | null;
  /** In force beside the first rate, which is 1 from the beginning on. */
  readonly rates?: readonly Rate[];
  /** The adapter's notes from the check of the key. */
  readonly memo?: Readonly<Record<string, unknown>>;
}

export interface Rate {
  readonly from: Day;
  /** Nanos of USD for one unit. */
  readonly usdPerUnit: Nanos;
}

export interface Scope {
  readonly id: number;
  readonly connection: string;
  readonly key: string;
  readonly name: string | null;
  /** No charge can be older; coverage is expected from here on. */
  readonly createdDay: Day | null;
  readonly dormant: boolean;
  /** The vendor lists it no longer; asked by its id until settled. */
  readonly goneAt: number | null;
  /** The vendor answers 404: never asked again, history kept. */
  readonly endedAt: number | null;
  /** The newest day with a charge, null for none. */
  readonly lastChargeDay: Day | null;
  /** When a settled window of it was last audited. */
  readonly auditedAt: number | null;
}

/** One day of a scope that was read whole. */
export interface CoveredDay {
  readonly day: Day;
  readonly readAt: number;
  readonly charges: number;
  readonly settled: boolean;
  /**
   * When a reading took charges from it, or left it without one while it emptied
   * others. There until a reading 48 h later agrees.
   */
  readonly doubtedAt?: number;
}

/**
 * The staging place of one window. Pages beyond the first go into a temporary
 * table and are taken out day by day, so never more than an answer or a day is
 * held in memory; nothing is seen by any question before {@link commit}, and a
 * process that dies leaves nothing.
 */
export interface WindowWriter {
  stage(page: Page): StagedPage;
  /** Drops what was staged and starts over: for a second read or a window to be split. */
  restart(): void;
  /** Number, sum and key digest (order-free) of what is staged, whichever day it bears. */
  total(): StagedSummary;
  /** As {@link total} without the digest, which costs far more than the rest. */
  size(): Omit<StagedSummary, 'digest'>;
  /**
   * `lacking`: number of charges that are stored on days of the window but were not
   * staged, as a commit with `mayDelete` would delete them. `emptiesScope`: the
   * answer holds nothing at all where it would delete some.
   */
  missing(): { readonly lacking: number; readonly emptiesScope: boolean };
  commit(options: CommitOptions): CommitResult;
  /** Drops everything. Safe to call after commit. */
  close(): void;
}

export interface StagedPage {
  readonly rows: number;
  /** Rows whose identity and content had not been staged before. */
  readonly fresh: number;
}

export interface StagedSummary {
  readonly rows: number;
  readonly sum: Nanos;
  readonly digest: string;
}

export interface CommitOptions {
  /** When the read began: what coverage records. */
  readonly readAt: number;
  /** Today at that instant: today can be covered, never settled. */
  readonly today: Day;
  readonly settle: SettlePolicy;
  /** Unsettled days may lose charges that the answer lacks. */
  readonly mayDelete: boolean;
  /** The epoch of the connection when the sync began; another one now aborts the commit. */
  readonly epoch: number;
  /** What the vendor said of this window and what was staged for it, in the native unit. */
  readonly reported: Nanos | null;
  /** By how much that may be off by the vendor's own rounding. */
  readonly roundedBy: Nanos;
}

export type CommitResult =
  | {
      readonly kind: 'committed';
      readonly inserted: number;
      readonly updated: number;
      readonly deleted: number;
      readonly revisedDays: number;
      /** What the window's days hold beside what was answered for them: charges that the rules kept. */
      readonly kept: readonly KeptSum[];
    }
  /** The connection was removed or changed meanwhile; nothing was written. */
  | { readonly kind: 'dropped' };

export interface SyncResult {
  readonly at: number;
  /** What is stored is as of then; older than `at` where scopes wait for their turn. */
  readonly asOf: number;
  readonly fault: Fault | null;
  readonly reconciliation: Reconciliation | null;
  readonly memo: Readonly<Record<string, unknown>>;
}

export interface Lease {
  /** Extends the lease; false when another process has taken it over. */
  heartbeat(now: number, progress: SyncProgress | null): boolean;
  release(): void;
}

/** Σ of a day's stored charges less Σ of those that the vendor last answered for it; not 0. Native. */
export interface KeptSum {
  readonly day: Day;
  readonly amount: Nanos;
  /** Nothing was answered for it or any older day of the window: it may be more than the vendor remembers. */
  readonly maybeForgotten: boolean;
}

/** A range of days and whose. `connections` null: all, removed ones with kept history included. */
export interface Question {
  readonly range: DayRange;
  readonly connections: readonly string[] | null;
}

/** What the rollup tells apart below a connection's day. */
export type RollupKey = Exclude<SplitBy, 'provider'>;

export interface DaySum {
  readonly connection: string;
  readonly day: Day;
  readonly native: Nanos;
  readonly usd: Nanos;
  readonly charges: number;
}

export interface DayKnowledge {
  readonly connection: string;
  readonly day: Day;
  readonly state: DayState;
  /** How many scopes that the vendor still knows have not read it whole, though they could bear a charge on it. */
  readonly lacking: number;
  /** The oldest reading among its scopes; null where unknown. */
  readonly readAt: number | null;
}

export interface ResourceSum {
  readonly connection: string;
  readonly provider: ProviderId;
  readonly unit: Unit;
  /** Stable key for one resource: connection and resource id. */
  readonly key: string;
  readonly resource: {
    readonly id: string;
    readonly name: string | null;
    readonly kind: string;
    readonly stopped: boolean;
  };
  readonly group: { readonly id: string; readonly name: string | null } | null;
  readonly native: Nanos;
  readonly usd: Nanos;
}

export interface MeterSum {
  readonly meter: string;
  readonly provider: ProviderId;
  readonly native: Nanos;
  readonly unit: Unit;
  readonly usd: Nanos;
}

/** A stored charge with everything an export writes. */
export interface StoredCharge {
  readonly connection: string;
  readonly connectionName: string;
  readonly provider: ProviderId;
  readonly scopeKey: string;
  readonly day: Day;
  readonly start: number;
  readonly end: number;
  readonly key: string;
  readonly ordinal: number;
  readonly resource: { readonly id: string; readonly name: string | null; readonly kind: string };
  readonly group: { readonly id: string; readonly name: string | null } | null;
  readonly meter: string;
  readonly vendorMeter: string;
  readonly variant: string;
  readonly amount: Nanos;
  readonly unit: Unit;
  readonly usdPerUnit: Nanos;
  readonly usd: Nanos;
  readonly locked: boolean;
  /** The day it bears is settled. */
  readonly settled: boolean;
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface Revision {
  readonly connection: string;
  readonly scopeKey: string;
  readonly day: Day;
  readonly at: number;
  readonly before: Nanos;
  readonly after: Nanos;
}

/** The ledger: one SQLite file. Every writing call is one transaction. */
export interface Ledger {
  // Connections
  connections(): Connection[];
  connection(id: string): Connection | null;
  /** By account, removed ones included: reconnecting rejoins kept history. */
  connectionByAccount(provider: ProviderId, account: string): Connection | null;
  addConnection(connection: NewConnection, now: number): Connection;
  /**
   * Brings a removed connection back, or records a checked replacement key: raises
   * the epoch, clears the fault. Notes that the new check left alone stay.
   */
  rejoinConnection(id: string, changes: Partial<NewConnection>): Connection;
  renameConnection(id: string, name: string): void;
  /** History kept: removed. History forgotten: nothing of it is left. */
  removeConnection(id: string, options: { readonly forget: boolean }, now: number): void;
  /**
   * The vendor names the connection's account by another id from now on. False where
   * another connection bears it, a removed one too, or where this one was changed
   * after that epoch.
   *
   * @param notes for the adapter's memo
   */
  adoptAccount(id: string, account: string, epoch: number, notes: Readonly<Record<string, unknown>>): boolean;
  updateAccount(
    id: string,
    account: {
      readonly name: string | null;
      readonly creditLeft: Nanos | null;
      readonly createdDay: Day | null;
      readonly billingAnchor: Day | null;
    },
  ): void;
  recordAttempt(id: string, now: number): void;
  /** @returns false, with nothing recorded, where the connection was removed or changed after that epoch */
  recordSync(id: string, epoch: number, result: SyncResult): boolean;
  recordDeepRead(id: string, now: number): void;

  // Rates: the first has no beginning, so `from` of it is the earliest day
  rates(id: string): Rate[];
  /** Converts every stored charge from that day on again, once per charge, half-even. */
  setRate(id: string, rate: Rate): void;

  // Scopes and names
  scopes(connection: string): Scope[];
  /** The names of those that the vendor lists no longer. */
  goneScopes(connection: string): string[];
  /** Adds, renames, revives; scopes that the listing lacks become gone. Records listedAt. */
  recordListing(
    connection: string,
    scopes: readonly ScopeListing[],
    resources: readonly ResourceListing[],
    now: number,
  ): void;
  /** The resources last listed, by each of their ids. */
  resources(connection: string): Map<string, ResourceListing>;
  endScope(scope: number, now: number): void;
  recordAudit(scope: number, now: number): void;

  // Coverage and charges
  covered(scope: number, range: DayRange): CoveredDay[];
  writeWindow(scope: Scope, window: DayRange): WindowWriter;
  /**
   * Forgets readings that lie in the future: the clock was ahead when they were
   * made, so the days they settled may have been read half. Charges stay.
   */
  forgetFuture(connection: string, now: number): void;

  // Leases across processes
  /** Null while another live process holds it. A heartbeat older than 60 s is dead. */
  takeLease(connection: string, owner: string, now: number): Lease | null;
  leaseHolder(
    connection: string,
    now: number,
  ): { readonly owner: string; readonly progress: SyncProgress | null } | null;

  // Questions, answered from the rollup
  daySums(question: Question): DaySum[];
  /** One entry per connection and day of the range up to `today`. */
  dayStates(question: Question, today: Day): DayKnowledge[];
  resourceSums(question: Question): ResourceSum[];
  meterSums(question: Question): MeterSum[];
  /** Per day what each of the named resources or meters cost. Keys as in {@link ResourceSum}, or meters' names. */
  daySplit(
    question: Question,
    by: RollupKey,
    keys: readonly string[],
  ): Array<{ readonly day: Day; readonly key: string; readonly usd: Nanos }>;
  /** As {@link daySplit} over the whole range; a key without any charge is not in it. */
  keySums(question: Question, by: RollupKey, keys: readonly string[]): Map<string, Nanos>;
  /** One resource's meters. `key` as in {@link ResourceSum}. */
  resourceMeters(question: Question, key: string): MeterSum[];
  /** As {@link resourceMeters} of every resource that was charged, by its key. */
  metersByResource(question: Question): Map<string, MeterSum[]>;
  /** From the first to the last day that some scope has read or that bears a charge; null where there is none. */
  knownDays(connection: string): DayRange | null;
  /** First day that bears a charge, over all time. */
  firstChargeDay(connection: string): Day | null;
  /** Last day that bears a charge, over all time. */
  lastChargeDay(connection: string): Day | null;
  /**
   * The end of the newest reported hour, and the USD of the 24 h before it, each charge
   * spread over its duration, however long; null without charges shorter than a day.
   */
  lastDayByHour(connection: string): { readonly until: number; readonly usd: Nanos } | null;
  revisions(question: Question): Revision[];

  // Charges one by one
  countCharges(question: Question): number;
  /** In the order day, connection, resource, key, ordinal. Streams: holds a page at a time. */
  charges(question: Question): IterableIterator<StoredCharge>;
  /**
   * The USD of a day by UTC hour for charges shorter than a day, each spread over its duration, and of
   * all others of the connections that have such; null for none.
   */
  hours(question: Question): DayHours | null;

  /**
   * All that the body asks is of one moment, whatever another process or the worker
   * writes meanwhile: two figures of one picture otherwise may not fit together.
   */
  atOnce<Answer>(body: () => Answer): Answer;

  // The file
  /** Changes when another process or thread has written (SQLite's data_version). */
  dataVersion(): number;
  bytes(): number;
  /** Null when sound, else what is wrong. */
  integrityFault(): string | null;
  close(): void;
}
