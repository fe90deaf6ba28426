/** What the check of a key and the account behind it mean for the syncs that follow. */
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { Connections } from '../../electron/core/connections.js';
import { VendorAccess } from '../../electron/core/vendor-access.js';
import { MemoryStore } from '../../electron/keychain/memory-store.js';
import type { VendorHttp } from '../../electron/providers/adapter.js';
import { HOUR_MS } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import { editing, expectTruth } from '../support/fault-table.js';
import { startProgram } from '../support/program.js';
import type { Program } from '../support/program.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);

let program: Program;

afterEach(() => program.close());

/** Connections as the program has them, beside the program's own syncs. */
function connections(ask: typeof fetch = fetch): Connections {
  return new Connections({
    ledger: program.ledger,
    secrets: new MemoryStore(),
    vendors: new VendorAccess({ fetch: ask, bases: program.bases, userAgent: 'CostTray/test' }),
    mirrorPath: join(program.folder, 'connections.json'),
    now: () => program.now,
  });
}

describe('a key that this process cannot read', () => {
  const unreadable: Program['wrap'] = () => ({ get: () => Promise.reject(new FaultError('no-keychain')) });
  const failed = { kind: 'failed', fault: { kind: 'no-keychain' } };
  const faultOf = (id: string) => program.ledger.connection(id)?.fault?.kind ?? null;

  it('is the connection’s fault where the window lacks it, and where nobody has read it for an hour', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const { wrap } = program;
    program.wrap = unreadable;
    program.now += 10 * 60_000;
    // A command in a scheduled job, while the window reads the connection well.
    expect(await program.sync(id, { isGuest: true })).toMatchObject(failed);
    expect(faultOf(id)).toBeNull();
    expect(await program.sync(id)).toMatchObject(failed);
    expect(faultOf(id)).toBe('no-keychain');
    program.wrap = wrap;
    await program.sync(id);
    expect(faultOf(id)).toBeNull();
    program.wrap = unreadable;
    program.now += 1.1 * HOUR_MS;
    expect(await program.sync(id, { isGuest: true })).toMatchObject(failed);
    expect(faultOf(id)).toBe('no-keychain');
  });
});

describe('an account that the vendor tells by its names only', () => {
  const flat = (team: string) =>
    editing(/^\/auth\/me$/, () => ({ username: 'ada', email: 'ada@example.com', team_name: team }));
  const inFull = (http: VendorHttp): VendorHttp => http;
  /** By then the account is asked for again. */
  const later = async (id: string, shape: Program['wrap']) => {
    program.now += 25 * HOUR_MS;
    program.wrap = shape;
    return program.sync(id);
  };

  it('keeps its connection when the key’s answers bear its id, and when they no longer do', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    program.wrap = flat('Lighthouse');
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(program.ledger.connection(id)?.account).toBe('team:Lighthouse');
    for (const shape of [inFull, flat('Lighthouse'), inFull]) {
      expect(await later(id, shape)).toEqual({ kind: 'done' });
      expect(program.ledger.connection(id)?.account).toMatch(/^wks_/);
    }
    expectTruth(program, id, 'phala');
  });

  it.each([
    ['an id', flat('Elsewhere'), inFull, 'team:Elsewhere'],
    ['no id', inFull, flat('Elsewhere'), /^wks_/],
  ])('is another one where the names differ in an answer with %s', async (_, before, after, account) => {
    program = await startProgram({ now: () => START, months: 1 });
    program.wrap = before;
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(await later(id, after)).toMatchObject({ kind: 'failed', fault: { kind: 'other-account' } });
    expect(program.ledger.connection(id)?.account).toMatch(account);
    expect(await later(id, before)).toEqual({ kind: 'done' });
  });

  it('does not become that of another connection', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    program.wrap = flat('Lighthouse');
    const id = await program.connect('phala');
    program.wrap = inFull;
    const other = await program.connect('phala');
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'other-account' } });
    expect(await program.sync(other)).toEqual({ kind: 'done' });
    expect(program.ledger.connection(id)?.account).toBe('team:Lighthouse');
    // What it was refused it does not remember.
    expect(await later(id, flat('Lighthouse'))).toEqual({ kind: 'done' });
  });

  it('stays one connection when a key of it is entered again', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    /** The vendor goes by the key's own default shape. */
    const unversioned: typeof fetch = (url, init) => {
      const headers = new Headers(init?.headers);
      headers.delete('x-phala-version');
      return fetch(url, { ...init, headers });
    };
    const key = program.credential('phala');
    const { connection } = await connections(unversioned).connect(key, null);
    expect(connection.account).toBe('team:Lighthouse');
    expect(await program.sync(connection.id)).toEqual({ kind: 'done' });
    expect(program.ledger.connection(connection.id)?.account).toMatch(/^wks_/);
    const again = await connections(unversioned).connect(key, null);
    expect(again).toMatchObject({ replaced: true, connection: { id: connection.id } });
    await connections(unversioned).replaceKey(connection.id, key);
    expect(program.ledger.connections()).toHaveLength(1);
    expect(await program.sync(connection.id)).toEqual({ kind: 'done' });
    expectTruth(program, connection.id, 'phala');
  });

  it('is known by its names from the check of its key on', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    const { connection } = await connections().connect(program.credential('phala'), null);
    program.wrap = flat('Lighthouse');
    expect(await program.sync(connection.id)).toEqual({ kind: 'done' });
    expectTruth(program, connection.id, 'phala');
  });
});

describe('ClickHouse’s limit of requests', () => {
  it('counts what was asked when the key was checked, a replaced one’s too', async () => {
    program = await startProgram({ now: () => START, months: 13 });
    const statuses: number[] = [];
    program.wrap = (http) => ({
      get: async (path, query) => {
        const answer = await http.get(path, query);
        statuses.push(answer.status);
        return answer;
      },
    });
    const { connection } = await connections().connect(program.credential('clickhouse'), null);
    expect(await program.sync(connection.id)).toEqual({ kind: 'done' });
    program.now += HOUR_MS;
    program.useKey('clickhouse', 'second');
    await connections().replaceKey(connection.id, program.credential('clickhouse'));
    const { firstDay } = program.servers.truth;
    expect(await program.sync(connection.id, { since: firstDay })).toEqual({ kind: 'done' });
    expect(statuses.length).toBeGreaterThan(26);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
