/** The syncs of this process: one a connection at a time, and waiting for those of other processes. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { SyncProgress } from '../../shared/model.js';
import type { SecretStore } from '../keychain/secret-store.js';
import type { Ledger } from '../ledger/types.js';
import type { PolledConnection } from '../polling/cadence.js';
import type { SyncOutcome } from '../polling/sync.js';
import type { Running, WorkerHost } from '../polling/worker-host.js';
import type { VendorAccess } from './vendor-access.js';

/** Every sync waits this long for a vendor's limit; a longer wait ends it and is tried again then. */
export const MAX_LIMIT_WAIT_MS = 30_000;
const OTHER_PROCESS_POLL_MS = 1_000;

export interface SyncsOptions {
  readonly ledger: Ledger;
  readonly secrets: SecretStore;
  readonly vendors: VendorAccess;
  readonly host: WorkerHost;
  readonly now: () => number;
  readonly historyMonths: () => number;
  /** Progress, or the end of a sync. */
  readonly onChange: () => void;
}

export interface SyncRequest {
  readonly onDemand: boolean;
  readonly since: Day | null;
  readonly onProgress?: (progress: SyncProgress) => void;
}

interface Current {
  readonly running: Running<SyncOutcome>;
  progress: SyncProgress | null;
}

export class Syncs {
  private readonly current = new Map<string, Current>();
  /** When each was last tried, also where that could not be written to the ledger. */
  private readonly tried = new Map<string, number>();
  private stopped = false;

  constructor(private readonly options: SyncsOptions) {}

  /** Connections being synced by this process, with how far they are. */
  progress(): ReadonlyMap<string, SyncProgress | null> {
    return new Map([...this.current].map(([id, { progress }]) => [id, progress]));
  }

  /** What the scheduler may poll: nothing that is removed or under way. */
  pollable(): PolledConnection[] {
    return this.options.ledger
      .connections()
      .filter(({ id, removedAt }) => removedAt === null && !this.current.has(id))
      .map(({ id, lastAttempt, fault }) => {
        const tried = this.tried.get(id) ?? null;
        return { id, fault, lastAttempt: lastAttempt === null ? tried : Math.max(lastAttempt, tried ?? 0) };
      });
  }

  /** Polls in the background; outcomes are in the ledger. */
  poll(ids: readonly string[]): void {
    for (const id of ids) void this.sync(id, { onDemand: false, since: null });
  }

  /**
   * Syncs one connection and resolves with its outcome. One that is under way is
   * joined; one of another process is waited for where the user asked.
   */
  async sync(id: string, request: SyncRequest): Promise<SyncOutcome> {
    const joined = this.current.get(id);
    if (joined !== undefined) {
      const outcome = await joined.running.done;
      // Who asks for settled days again is not served by a sync that left them alone.
      return request.since === null || this.stopped ? outcome : this.sync(id, request);
    }
    const outcome = await this.start(id, request);
    if (outcome.kind !== 'busy' || !request.onDemand) return outcome;
    const before = this.options.ledger.connection(id);
    await this.otherProcess(id, request);
    if (request.since !== null && !this.stopped) return this.sync(id, request);
    const after = this.options.ledger.connection(id);
    if (after?.fault) return { kind: 'failed', fault: after.fault };
    // Whoever held it has died before its end: what it left is done here.
    if (after?.lastSuccess === before?.lastSuccess && !this.stopped) return this.sync(id, request);
    return { kind: 'done' };
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
    const { ledger, secrets, vendors, host, now } = this.options;
    const connection = ledger.connection(id);
    if (connection === null || connection.removedAt !== null || this.stopped) return { kind: 'dropped' };
    this.tried.set(id, now());
    // A key that was refused may be readable or replaced by now; polls never make a prompt return.
    if (request.onDemand && connection.fault !== null) secrets.ask(id);
    const running = host.sync({
      provider: connection.provider,
      options: {
        connection: id,
        onDemand: request.onDemand,
        since: request.since,
        historyMonths: this.options.historyMonths(),
        maxWaitMs: MAX_LIMIT_WAIT_MS,
        owner: `${hostname()}:${process.pid}`,
      },
      http: (signal) => vendors.forConnection(connection, secrets, signal),
      onProgress: (progress) => {
        const current = this.current.get(id);
        if (current !== undefined) current.progress = progress;
        request.onProgress?.(progress);
        this.options.onChange();
      },
    });
    this.current.set(id, { running, progress: null });
    this.options.onChange();
    const outcome = await running.done;
    this.current.delete(id);
    this.tried.set(id, now());
    this.options.onChange();
    return outcome;
  }

  private async otherProcess(id: string, request: SyncRequest): Promise<void> {
    const { ledger, now } = this.options;
    while (!this.stopped) {
      const holder = ledger.leaseHolder(id, now());
      if (holder === null) return;
      if (holder.progress !== null) request.onProgress?.(holder.progress);
      await sleep(OTHER_PROCESS_POLL_MS);
    }
    throw new FaultError('busy');
  }
}
