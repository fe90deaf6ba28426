/** A key that changes hands between processes: nothing of the old one is stored, and the new one is used. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Core } from '../../electron/core/core.js';
import { startDemoServers } from '../../electron/demo/servers.js';
import type { DemoServers } from '../../electron/demo/servers.js';
import type { Keychain } from '../../electron/keychain/keytar-store.js';
import { Database } from '../../electron/ledger/driver.js';
import { DAY_MS, dayOf } from '../../shared/day.js';
import { builtWorker, fakeKeychain, testCore } from '../support/core.js';
import type { FakeKeychain, TestCoreOptions } from '../support/core.js';

let worker: Awaited<ReturnType<typeof builtWorker>>;
let folder: string;
let servers: DemoServers;
let keychain: FakeKeychain;
const cores: Core[] = [];

beforeAll(async () => {
  worker = await builtWorker();
});
afterAll(() => worker.remove());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cost-tray-keys-'));
  keychain = fakeKeychain();
  const now = Date.now();
  servers = await startDemoServers({ now: () => now, since: dayOf(now - 2 * DAY_MS) });
});
afterEach(async () => {
  for (const core of cores.splice(0)) await core.close();
  await servers.close();
  rmSync(folder, { recursive: true, force: true });
});

function process(options: Partial<TestCoreOptions> = {}): Core {
  const core = testCore({ folder, servers, keychain, worker: worker.script, ...options });
  cores.push(core);
  return core;
}

const FIRST = () => ({ provider: 'phala', apiKey: servers.keys.phala }) as const;
const SECOND = () => ({ provider: 'phala', apiKey: servers.secondKeys.phala }) as const;
const BY_HAND = { onDemand: true, since: null };

function door(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

/** Fetch that holds back the first answer about usage until it is let go. */
function held() {
  const [reached, letGo] = [door(), door()];
  let first = true;
  const holding: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const url = input instanceof Request ? input.url : input.toString();
    if (first && /\/usage\?/.test(url)) {
      first = false;
      reached.open();
      await letGo.passed;
    }
    return response;
  };
  return { fetch: holding, reached: reached.passed, open: () => letGo.open() };
}

const charges = (core: Core, id: string): number =>
  core.parts.ledger.countCharges({ range: servers.truth.whole(), connections: [id] });

describe('a key that another process replaces while a sync runs', () => {
  it('drops the late answer, and the next sync uses the new key', async () => {
    const gate = held();
    const tray = process({ fetch: gate.fetch });
    const { connection } = await tray.connections.connect(FIRST(), null);
    const running = tray.syncs.sync(connection.id, BY_HAND);
    await gate.reached;

    const words = process();
    const replaced = await words.connections.connect(SECOND(), null);
    expect(replaced).toMatchObject({ replaced: true, connection: { id: connection.id } });
    gate.open();
    expect(await running).toEqual({ kind: 'dropped' });
    expect(charges(tray, connection.id)).toBe(0);
    expect(tray.parts.ledger.connection(connection.id)?.fault).toBeNull();
    servers.revoke('phala');

    const before = keychain.reads.length;
    expect(await tray.syncs.sync(connection.id, { onDemand: false, since: null })).toEqual({ kind: 'done' });
    expect(charges(tray, connection.id)).toBe(servers.truth.count('phala', servers.truth.whole()));
    expect(keychain.reads.slice(before)).toEqual([connection.id]);
    // Once known, it is not read again: no prompt returns.
    expect(await tray.syncs.sync(connection.id, BY_HAND)).toEqual({ kind: 'done' });
    expect(keychain.reads.slice(before)).toEqual([connection.id]);
  });

  it('in this process: the sync under way ends, and another begins with the new key', async () => {
    const gate = held();
    const tray = process({ fetch: gate.fetch });
    const { connection } = await tray.connections.connect(FIRST(), null);
    const running = tray.syncs.sync(connection.id, BY_HAND);
    await gate.reached;
    await tray.connections.replaceKey(connection.id, SECOND());
    servers.revoke('phala');
    tray.syncs.beginAnew(connection.id);
    gate.open();
    expect(await running).toEqual({ kind: 'dropped' });
    const lastSuccess = () => tray.parts.ledger.connection(connection.id)?.lastSuccess ?? null;
    await expect.poll(lastSuccess, { timeout: 60_000 }).not.toBeNull();
    expect(charges(tray, connection.id)).toBe(servers.truth.count('phala', servers.truth.whole()));
  });

  it('a key that only this process held gives way to the one in the keychain', async () => {
    let locked = true;
    const tray = process({
      fallBackToMemory: true,
      keychain: {
        ...keychain,
        setPassword: (service, id, secret) =>
          locked ? Promise.reject(new Error('locked')) : keychain.setPassword(service, id, secret),
      },
    });
    const { connection } = await tray.connections.connect(FIRST(), null);
    expect(tray.parts.keys.sessionOnlyIds).toEqual(new Set([connection.id]));
    expect(await tray.syncs.sync(connection.id, BY_HAND)).toEqual({ kind: 'done' });
    locked = false;
    await process().connections.connect(SECOND(), null);
    servers.revoke('phala');
    expect(await tray.syncs.sync(connection.id, { onDemand: false, since: null })).toEqual({ kind: 'done' });
    expect(tray.parts.keys.sessionOnlyIds).toEqual(new Set());
  });

  it('and where the keychain has none, goes on with its own', async () => {
    const tray = process({
      fallBackToMemory: true,
      keychain: { ...keychain, setPassword: () => Promise.reject(new Error('locked')) },
    });
    const { connection } = await tray.connections.connect(FIRST(), null);
    expect(await tray.syncs.sync(connection.id, BY_HAND)).toEqual({ kind: 'done' });
    tray.parts.keys.ask(connection.id);
    expect(await tray.syncs.sync(connection.id, BY_HAND)).toEqual({ kind: 'done' });
    expect(tray.parts.keys.sessionOnlyIds).toEqual(new Set([connection.id]));
  });
});

describe('two processes', () => {
  it('that connect one account at the same time make one connection, with one key', async () => {
    const bothStore = door();
    let stored = 0;
    const slow: Keychain = {
      ...keychain,
      setPassword: async (service, id, secret) => {
        stored += 1;
        if (stored === 2) bothStore.open();
        await bothStore.passed;
        await keychain.setPassword(service, id, secret);
      },
    };
    const [one, two] = [process({ keychain: slow }), process({ keychain: slow })];
    const both = await Promise.all([
      one.connections.connect(FIRST(), null),
      two.connections.connect(SECOND(), null),
    ]);
    expect(new Set(both.map(({ connection }) => connection.id)).size).toBe(1);
    expect(both.map(({ replaced }) => replaced).sort()).toEqual([false, true]);
    expect([...keychain.entries.keys()]).toEqual([both[0].connection.id]);
    expect(one.parts.ledger.connections()).toHaveLength(1);
  });

  it('that sync at once: who is asked by hand waits for the other and has its result', async () => {
    const gate = held();
    const tray = process({ fetch: gate.fetch });
    const { connection } = await tray.connections.connect(FIRST(), null);
    const running = tray.syncs.sync(connection.id, { onDemand: false, since: null });
    await gate.reached;
    const words = process();
    const asked = servers.counts.phala;
    expect(await words.syncs.sync(connection.id, { onDemand: false, since: null })).toEqual({ kind: 'busy' });
    const waiting = words.syncs.sync(connection.id, BY_HAND);
    // It has been told that another is at it, and waits.
    await expect.poll(() => words.syncs.progress().size, { timeout: 60_000 }).toBe(0);
    expect(servers.counts.phala).toBe(asked);
    gate.open();
    expect(await running).toEqual({ kind: 'done' });
    const after = servers.counts.phala;
    expect(await waiting).toEqual({ kind: 'done' });
    expect(servers.counts.phala).toBe(after);
    expect(charges(words, connection.id)).toBe(servers.truth.count('phala', servers.truth.whole()));
  });
});

it('a key is not sent to another address than the one it was checked at', async () => {
  const here = process();
  const { connection } = await here.connections.connect(FIRST(), null);
  const checkedAt = servers.phalaUrl;
  const now = Date.now();
  const elsewhere = await startDemoServers({ now: () => now, since: dayOf(now - 2 * DAY_MS) });
  try {
    const moved = process({ servers: elsewhere });
    const fault = { kind: 'other-address', detail: checkedAt, retryAt: null };
    expect(await moved.syncs.sync(connection.id, BY_HAND)).toEqual({ kind: 'failed', fault });
    expect(elsewhere.requests).toEqual([]);
    const apiKey = elsewhere.keys.phala;
    await moved.connections.replaceKey(connection.id, { provider: 'phala', apiKey });
    expect(await moved.syncs.sync(connection.id, BY_HAND)).toEqual({ kind: 'done' });
  } finally {
    await elsewhere.close();
  }
});

it('connections do not wait for each other', async () => {
  const gate = held();
  const tray = process({ fetch: gate.fetch });
  const { connection: slow } = await tray.connections.connect(FIRST(), null);
  const { clickhouse } = servers.keys;
  const { connection: quick } = await tray.connections.connect(
    { provider: 'clickhouse', ...clickhouse },
    null,
  );
  const running = tray.syncs.sync(slow.id, BY_HAND);
  await gate.reached;
  expect(await tray.syncs.sync(quick.id, BY_HAND)).toEqual({ kind: 'done' });
  expect([...tray.syncs.progress().keys()]).toEqual([slow.id]);
  gate.open();
  expect(await running).toEqual({ kind: 'done' });
});

describe('a connection that could not be kept', () => {
  it('leaves no key behind', async () => {
    const tray = process();
    const other = new Database(tray.parts.home.ledger);
    other.exec("CREATE TRIGGER full BEFORE INSERT ON connection BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    other.close();
    await expect(tray.connections.connect(FIRST(), null)).rejects.toMatchObject({ kind: 'ledger' });
    expect([...keychain.entries.keys()]).toEqual([]);
  });

  it('because the keychain refused leaves no connection behind', async () => {
    const refusing = {
      ...keychain,
      setPassword: () => Promise.reject(new Error('User canceled the operation')),
    };
    const words = process({ keychain: refusing });
    await expect(words.connections.connect(FIRST(), null)).rejects.toMatchObject({ kind: 'keychain-denied' });
    expect(words.parts.ledger.connections()).toEqual([]);
  });
});
