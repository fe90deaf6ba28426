/** "Delete all" and removing connections: exactly what was asked for goes, and nothing else. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Core } from '../../electron/core/core.js';
import { startDemoServers } from '../../electron/demo/servers.js';
import type { DemoServers } from '../../electron/demo/servers.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Scope } from '../../electron/ledger/types.js';
import { ZERO } from '../../shared/money.js';
import { fakeKeychain, testCore } from '../support/core.js';
import type { FakeKeychain, TestCoreOptions } from '../support/core.js';
import { ALL, charge, days, listScopes, write } from './ledger-support.js';

let folder: string;
let servers: DemoServers;
let keychain: FakeKeychain;
const cores: Core[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cost-tray-delete-'));
  keychain = fakeKeychain();
  servers = await startDemoServers({ now: () => Date.now(), months: 1 });
});
afterEach(async () => {
  for (const core of cores.splice(0)) await core.close();
  await servers.close();
  rmSync(folder, { recursive: true, force: true });
});

function process(options: Partial<TestCoreOptions> = {}): Core {
  const worker = pathToFileURL(join(folder, 'no-worker.mjs'));
  const core = testCore({ folder, servers, keychain, worker, ...options });
  cores.push(core);
  return core;
}

/** Both accounts, each with a charge. */
async function connected(core: Core): Promise<[string, string]> {
  const { phala, clickhouse } = servers.keys;
  const ids = [
    (await core.connections.connect({ provider: 'phala', apiKey: phala }, null)).connection.id,
    (await core.connections.connect({ provider: 'clickhouse', ...clickhouse }, null)).connection.id,
  ] as const;
  for (const id of ids) {
    const connection = core.parts.ledger.connection(id);
    if (connection === null) throw new Error('not connected');
    const [scope] = listScopes(core.parts.ledger, connection, ['app-1']) as [Scope];
    write(core.parts.ledger, scope, days('2026-11-10'), [[charge('2026-11-10', '1')]]);
  }
  return [...ids];
}

describe('delete all', () => {
  it('leaves nothing of the program, keys of removed connections included, and everything else', async () => {
    const core = process();
    const [phala] = await connected(core);
    await core.connections.disconnect(phala, false);
    keychain.entries.set(phala, 'left behind by a keychain that was locked');
    core.parts.settings.change({ budgetUsd: '100' });
    mkdirSync(core.parts.home.logs);
    for (const name of [
      'logs/main.log',
      'ledger.sqlite.damaged-2026-11-01T00-00-00Z',
      'ledger.sqlite.damaged-2026-11-01T00-00-00Z-wal',
      'settings.json.0123456789ab.partial',
    ])
      writeFileSync(join(folder, name), '');
    const foreign = ['export.csv', 'ledger.sqlite.txt', 'my settings.json'];
    for (const name of foreign) writeFileSync(join(folder, name), '');
    expect(await core.deleteAll()).toEqual({ kind: 'deleted', left: [] });
    expect(readdirSync(folder).sort()).toEqual(foreign);
    expect([...keychain.entries]).toEqual([]);
    expect(process().parts.ledger.connections()).toEqual([]);
  });

  it('stops at a keychain that does not give up every key, and all goes on as before', async () => {
    let refused: string | null = null;
    const guarded = {
      ...keychain,
      deletePassword: (service: string, id: string) =>
        id === refused
          ? Promise.reject(new Error('User canceled the operation'))
          : keychain.deletePassword(service, id),
    };
    const core = process({ keychain: guarded });
    const [, clickhouse] = await connected(core);
    core.parts.settings.change({ budgetUsd: '100' });
    const files = readdirSync(folder).sort();
    refused = clickhouse;
    expect(await core.deleteAll()).toEqual({ kind: 'refused' });
    expect(readdirSync(folder).sort()).toEqual(files);
    expect(core.parts.ledger.countCharges(ALL)).toBe(2);
    expect(core.settings().budgetUsd).toBe('100');
    expect([...keychain.entries.keys()]).toEqual([clickhouse]);
    refused = null;
    expect(await core.deleteAll()).toEqual({ kind: 'deleted', left: [] });
  });

  it('keeps a key that is in memory only where the keychain refuses', async () => {
    const core = process({
      fallBackToMemory: true,
      keychain: {
        ...keychain,
        setPassword: () => Promise.reject(new Error('locked')),
        deletePassword: () => Promise.reject(new Error('locked')),
      },
    });
    const [phala] = await connected(core);
    expect(await core.deleteAll()).toEqual({ kind: 'refused' });
    expect(await core.parts.keys.get(phala)).toMatchObject({ kind: 'found' });
  });

  it('names what it could not remove, and removes the rest', async () => {
    const core = process();
    await connected(core);
    // A folder in the place of the file: it cannot be removed as one.
    mkdirSync(join(core.parts.home.settings, 'within'), { recursive: true });
    expect(await core.deleteAll()).toEqual({ kind: 'deleted', left: [core.parts.home.settings] });
    expect(readdirSync(folder)).toEqual(['settings.json']);
  });

  it('leaves another process that has the ledger open nothing to go on with', async () => {
    const core = process();
    const [phala] = await connected(core);
    const other = openLedger(core.parts.home.ledger, () => Date.now()).ledger;
    const [scope] = other.scopes(phala) as [Scope];
    const epoch = other.connection(phala)?.epoch ?? 0;
    const lease = other.takeLease(phala, 'another', Date.now());
    const under = other.writeWindow(scope, days('2026-11-11'));
    under.stage({ charges: [charge('2026-11-11', '1')] });

    expect(await core.deleteAll()).toEqual({ kind: 'deleted', left: [] });
    expect(lease?.heartbeat(Date.now(), null)).toBe(false);
    expect(other.connections()).toEqual([]);
    const settle = { by: 'age', afterMs: 0, pollBackDays: 1 } as const;
    const options = { readAt: Date.now(), today: scope.createdDay ?? days('2026-11-12').to, settle };
    expect(under.commit({ ...options, mayDelete: true, epoch, reported: null, roundedBy: ZERO })).toEqual({
      kind: 'dropped',
    });
    under.close();
    other.close();
    expect(existsSync(core.parts.home.ledger)).toBe(false);
    expect(process().parts.ledger.connections()).toEqual([]);
  });
});

describe('removing a connection', () => {
  it('with its history kept: no key, no poll, and every number stands; connected again, it goes on', async () => {
    const core = process();
    const [phala] = await connected(core);
    const before = core.parts.ledger.daySums(ALL);
    expect(await core.connections.disconnect(phala, false)).toEqual({ keyDeleted: true });
    expect(keychain.entries.has(phala)).toBe(false);
    expect(core.syncs.pollable().map(({ id }) => id)).not.toContain(phala);
    expect(await core.syncs.sync(phala, { onDemand: true, since: null })).toEqual({ kind: 'dropped' });
    expect(core.parts.ledger.daySums(ALL)).toEqual(before);
    const { connection, replaced } = await core.connections.connect(
      { provider: 'phala', apiKey: servers.secondKeys.phala },
      null,
    );
    expect({ id: connection.id, replaced }).toEqual({ id: phala, replaced: true });
    expect(core.parts.ledger.daySums(ALL)).toEqual(before);
  });

  it('with its history forgotten: of it nothing, of the other everything', async () => {
    const core = process();
    const [phala, clickhouse] = await connected(core);
    const other = { ...ALL, connections: [clickhouse] };
    const before = core.parts.ledger.daySums(other);
    expect(await core.connections.disconnect(phala, true)).toEqual({ keyDeleted: true });
    expect(core.parts.ledger.daySums(ALL)).toEqual(before);
    expect(core.parts.ledger.connection(phala)).toBeNull();
    expect([...keychain.entries.keys()]).toEqual([clickhouse]);
  });

  it('first kept, then forgotten', async () => {
    const core = process();
    const [phala, clickhouse] = await connected(core);
    await core.connections.disconnect(phala, false);
    core.connections.forgetHistory(phala);
    expect(core.parts.ledger.connections().map(({ id }) => id)).toEqual([clickhouse]);
    expect(core.parts.ledger.countCharges(ALL)).toBe(1);
  });

  it('says so where the keychain keeps the key', async () => {
    const core = process({
      keychain: {
        ...keychain,
        deletePassword: () => Promise.reject(new Error('User canceled the operation')),
      },
    });
    const [phala] = await connected(core);
    expect(await core.connections.disconnect(phala, false)).toEqual({ keyDeleted: false });
    expect(core.parts.ledger.connection(phala)?.removedAt).not.toBeNull();
  });
});
