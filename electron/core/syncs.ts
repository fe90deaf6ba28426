/** The syncs of this process: one a connection at a time, and waiting for those of other processes. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Day } from '../../shared/day.js';
import type { Fault } from '../../shared/faults.js';
import type { SyncProgress } from '../../shared/model.js';
import type { SecretStore } from '../keychain/secret-store.js';
import type { Connection, Ledger } from '../ledger/types.js';
import type { PolledConnection } from '../polling/cadence.js';
import { toFault } from '../polling/sync.js';
import type { SyncOutcome } from '../polling/sync.js';
import type { Running, WorkerHost } from '../polling/worker-host.js';
import type { VendorAccess } from './vendor-access.js';

/** Every sync waits this long for a vendor's limit; a longer wait ends it and is tried again then. */
export const MAX_LIMIT_WAIT_MS = 30_000;
const OTHER_PROCESS_POLL_MS = 1_000;

export interface SyncsOptions {
  readonly ledger: Ledger;
  readonly secrets: SecretStore;
  readonly vendors: Pick<VendorAccess, 'forConnection'>;
  readonly host: Pick<WorkerHost, 'sync'>;
  readonly now: () => number;
  readonly historyMonths: () => number;
  /** As in `SyncOptions`. */
  readonly isGuest: boolean;
  /** Progress, or the end of a sync. */
  readonly onChange: () => void;
}

export interface SyncRequest {
  readonly onDemand: boolean;
  readonly since: Day | null;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Cancels this request, and with it the sync under way. */
  readonly signal?: AbortSignal | undefined;
}

interface Current {
  readonly running: Running<SyncOutcome>;
  progress: SyncProgress | null;
}

/** Faults after which the keychain may hold something else than this process remembers. */
const ASK_AGAIN: ReadonlySet<string> = new Set([
  'key-unreadable',
  'other-address',
  'no-keychain',
  'keychain-denied',
  'rejected',
]);

export class Syncs {
  private readonly current = new Map<string, Current>();
  /** When each was last tried, also where that could not be written to the ledger. */
  private readonly tried = new Map<string, number>();
  /** Faults that the ledger could not keep, since it is the ledger that fails. */
  private readonly unrecorded = new Map<string, { readonly fault: Fault; readonly at: number }>();
  /** The epoch of the key that this process remembers. */
  private readonly epochs = new Map<string, number>();
  private stopped = false;

  constructor(private readonly options: SyncsOptions) {}

  /** Connections being synced by this process, with how far they are. */
  progress(): ReadonlyMap<string, SyncProgress | null> {
    return new Map([...this.current].map(([id, { progress }]) => [id, progress]));
  }

  /** Faults of the last syncs that are not on record, by connection; none that another process's sync has outdated. */
  unrecordedFaults(): ReadonlyMap<string, Fault> {
    const standing = [...this.unrecorded].filter(
      ([id, { at }]) => (this.options.ledger.connection(id)?.lastAttempt ?? 0) <= at,
    );
    return new Map(standing.map(([id, { fault }]) => [id, fault]));
  }

  /** What the scheduler may poll: nothing that is removed or under way. */
  pollable(): PolledConnection[] {
    const now = this.options.now();
    return this.options.ledger
      .connections()
      .filter(({ id, removedAt }) => removedAt === null && !this.current.has(id))
      .map(({ id, lastAttempt, fault }) => {
        const tried = this.tried.get(id) ?? null;
        // This process's own memory goes by this clock; what is on record may be of one that was ahead.
        const recorded = lastAttempt !== null && lastAttempt <= now ? lastAttempt : null;
        return { id, fault, lastAttempt: tried === null ? lastAttempt : Math.max(tried, recorded ?? 0) };
      });
  }

  /** Syncs without waiting; outcomes are in the ledger. */
  begin(ids: readonly string[], onDemand: boolean): void {
    for (const id of ids) {
      this.sync(id, { onDemand, since: null }).catch((error: unknown) => {
        this.unrecorded.set(id, { fault: toFault(error), at: this.options.now() });
        this.options.onChange();
      });
    }
  }

  /** Syncs anew with what has changed, such as a replaced key: one under way has the old one. */
  beginAnew(id: string): void {
    const before = this.current.get(id);
    before?.running.cancel();
    void Promise.resolve(before?.running.done).then(() => this.begin([id], true));
  }

  /**
   * Syncs one connection and resolves with its outcome. One that is under way is
   * joined; one of another process is waited for where the user asked.
   */
  async sync(id: string, request: SyncRequest): Promise<SyncOutcome> {
    if (this.stopped || request.signal?.aborted === true) return { kind: 'dropped' };
    const joined = this.current.get(id);
    if (joined !== undefined) {
      const outcome = await joined.running.done;
      // Who asks for settled days again is not served by a sync that left them alone.
      return request.since === null ? outcome : this.sync(id, request);
    }
    const outcome = await this.start(id, request);
    if (outcome.kind !== 'busy' || !request.onDemand) return outcome;
    const before = this.options.ledger.connection(id);
    if (!(await this.otherProcessEnds(id, request))) return { kind: 'dropped' };
    if (request.since !== null) return this.sync(id, request);
    const after = this.options.ledger.connection(id);
    // Every end is on record. Whoever held it has died before its own: what it left is done here.
    if (after?.lastAttempt === before?.lastAttempt) return this.sync(id, request);
    return after?.fault ? { kind: 'failed', fault: after.fault } : { kind: 'done' };
  }

  cancel(id: string): void {
    this.current.get(id)?.running.cancel();
  }

  /** Cancels all and waits for their end. */
  async stop(): Promise<void> {
    this.stopped = true;
    const all = [...this.current.values()];
    for (const { running } of all) running.cancel();
    await Promise.all(all.map(({ running }) => running.done));
  }

  private async start(id: string, request: SyncRequest): Promise<SyncOutcome> {
    const { ledger, now } = this.options;
    const connection = ledger.connection(id);
    if (connection === null || connection.removedAt !== null) return { kind: 'dropped' };
    this.tried.set(id, now());
    this.refreshKey(connection, request.onDemand);
    const running = this.run(connection, request);
    const cancel = (): void => running.cancel();
    request.signal?.addEventListener('abort', cancel, { once: true });
    this.current.set(id, { running, progress: null });
    this.options.onChange();
    const outcome = await running.done;
    request.signal?.removeEventListener('abort', cancel);
    this.current.delete(id);
    this.tried.set(id, now());
    this.remember(id, outcome);
    this.options.onChange();
    return outcome;
  }

  private run(connection: Connection, request: SyncRequest): Running<SyncOutcome> {
    const { host, secrets, vendors } = this.options;
    return host.sync({
      provider: connection.provider,
      options: {
        connection: connection.id,
        onDemand: request.onDemand,
        since: request.since,
        historyMonths: this.options.historyMonths(),
        maxWaitMs: MAX_LIMIT_WAIT_MS,
        owner: `${hostname()}:${process.pid}`,
        isGuest: this.options.isGuest,
      },
      http: (signal) => vendors.forConnection(connection, secrets, signal),
      onProgress: (progress) => {
        const current = this.current.get(connection.id);
        if (current !== undefined) current.progress = progress;
        request.onProgress?.(progress);
        this.options.onChange();
      },
    });
  }

  /**
   * Lets the keychain be asked once more where another process has replaced the
   * key, or where the user asks and the last answer was a refusal. Polls alone
   * never make a prompt return.
   */
  private refreshKey({ id, epoch, fault }: Connection, onDemand: boolean): void {
    const known = this.epochs.get(id);
    const replaced = known !== undefined && known !== epoch;
    this.epochs.set(id, epoch);
    if (replaced || (onDemand && fault !== null && ASK_AGAIN.has(fault.kind))) this.options.secrets.ask(id);
  }

  private remember(id: string, outcome: SyncOutcome): void {
    this.unrecorded.delete(id);
    if (outcome.kind !== 'failed') return;
    const recorded = this.options.ledger.connection(id)?.fault ?? null;
    if (recorded?.kind !== outcome.fault.kind) {
      this.unrecorded.set(id, { fault: outcome.fault, at: this.options.now() });
    }
  }

  /** False where the request is cancelled before the other process has ended. */
  private async otherProcessEnds(id: string, request: SyncRequest): Promise<boolean> {
    const { ledger, now } = this.options;
    while (!this.stopped && request.signal?.aborted !== true) {
      const holder = ledger.leaseHolder(id, now());
      if (holder === null) return true;
      if (holder.progress !== null) request.onProgress?.(holder.progress);
      await sleep(OTHER_PROCESS_POLL_MS);
    }
    return false;
  }
}
