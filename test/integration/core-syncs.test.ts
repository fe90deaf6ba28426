/** What is left of a sync that another process began, or that could not be written. */
import { afterEach, beforeEach, expect, it } from 'vitest';

import { connectionViews } from '../../electron/core/connection-views.js';
import { NO_FACTS } from '../../electron/core/day-facts.js';
import { Syncs } from '../../electron/core/syncs.js';
import { MemoryStore } from '../../electron/keychain/memory-store.js';
import { Database } from '../../electron/ledger/driver.js';
import type { SyncOutcome } from '../../electron/polling/sync.js';
import { WorkerHost } from '../../electron/polling/worker-host.js';
import { builtWorker } from '../support/core.js';
import { NOW, addConnection, bench } from './ledger-support.js';
import type { Bench } from './ledger-support.js';

let place: Bench;
let id: string;
let epoch: number;
let time: number;

beforeEach(() => {
  place = bench();
  ({ id, epoch } = addConnection(place.ledger));
  time = NOW;
});
afterEach(() => place.close());

const OFFLINE = { kind: 'offline', detail: null, retryAt: null } as const;
const nothing = { asOf: NOW, reconciliation: null, memo: {} };

/** @param run what the worker makes of each sync */
function syncsOf(run: () => SyncOutcome): Syncs {
  const sync = () => ({ done: Promise.resolve(run()), cancel: () => undefined });
  return new Syncs({
    ledger: place.ledger,
    secrets: new MemoryStore(),
    vendors: { forConnection: () => ({ get: () => Promise.reject(new Error('nothing is asked')) }) },
    host: { sync },
    now: () => time,
    historyMonths: () => 13,
    isGuest: false,
    onChange: () => undefined,
  });
}

it('does itself what a process left that died, also where an older sync had failed', async () => {
  place.ledger.recordSync(id, epoch, { ...nothing, at: NOW - 3_600_000, fault: OFFLINE });
  place.ledger.recordAttempt(id, NOW);
  place.ledger.takeLease(id, 'elsewhere:1', NOW);
  let runs = 0;
  const syncs = syncsOf(() => {
    runs += 1;
    const isHeld = place.ledger.leaseHolder(id, time) !== null;
    time += 61_000;
    return { kind: isHeld ? 'busy' : 'done' };
  });
  expect(await syncs.sync(id, { onDemand: true, since: null })).toEqual({ kind: 'done' });
  expect(runs).toBe(2);
});

it('takes the end of another process’s sync for its own, well or not', async () => {
  for (const fault of [null, OFFLINE]) {
    const lease = place.ledger.takeLease(id, 'elsewhere:1', time);
    const syncs = syncsOf(() => {
      setImmediate(() => {
        place.ledger.recordSync(id, epoch, { ...nothing, at: (time += 1_000), fault });
        lease?.release();
      });
      return { kind: 'busy' };
    });
    const outcome = await syncs.sync(id, { onDemand: true, since: null });
    expect(outcome).toEqual(fault === null ? { kind: 'done' } : { kind: 'failed', fault });
  }
});

it('a fault that could not be kept stands until another process has synced well', async () => {
  const fault = { kind: 'ledger', detail: 'the disk is full', retryAt: null } as const;
  const syncs = syncsOf(() => ({ kind: 'failed', fault }));
  await syncs.sync(id, { onDemand: true, since: null });
  const view = () =>
    connectionViews(place.ledger, NO_FACTS, {
      now: time,
      cadenceMinutes: 0,
      syncing: syncs.progress(),
      sessionOnly: new Set(),
      unrecorded: syncs.unrecordedFaults(),
    })[0];
  expect(view()).toMatchObject({ state: 'failed', fault });
  time += 60_000;
  place.ledger.recordSync(id, epoch, { ...nothing, at: time, asOf: time, fault: null });
  expect(view()).toMatchObject({ state: 'ok', fault: null });
});

it('a ledger that the worker cannot open is the ledger’s fault, not one of Cost Tray', async () => {
  const worker = await builtWorker();
  // A newer Cost Tray was started meanwhile.
  const db = new Database(place.file);
  db.exec('PRAGMA user_version = 99');
  db.close();
  const host = new WorkerHost({ script: worker.script, ledgerFile: place.file, onWritten: () => undefined });
  try {
    const { done } = host.sync({
      provider: 'phala',
      options: {
        connection: id,
        onDemand: false,
        since: null,
        historyMonths: 1,
        maxWaitMs: 1,
        owner: 'a',
        isGuest: false,
      },
      http: () => ({ get: () => Promise.reject(new Error('nothing is asked')) }),
      onProgress: () => undefined,
    });
    expect(await done).toMatchObject({ kind: 'failed', fault: { kind: 'ledger' } });
  } finally {
    await host.close();
    worker.remove();
  }
});
