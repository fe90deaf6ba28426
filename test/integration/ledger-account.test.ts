import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EARLIEST_DAY } from '../../electron/ledger/ledger.js';
import type { Connection, Ledger, Scope } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { OWN_GROUP } from '../../electron/providers/own-group.js';
import { day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { Nanos } from '../../shared/money.js';
import {
  ALL,
  addConnection,
  amount,
  bench,
  charge,
  days,
  EVER,
  listScopes,
  NOW,
  TODAY,
  write,
} from './ledger-support.js';
import type { Bench } from './ledger-support.js';

let place: Bench;
let ledger: Ledger;

beforeEach(() => {
  place = bench();
  ledger = place.ledger;
});
afterEach(() => place.close());

const usd = (text: string): Nanos => amount(text) as Nanos;

describe('connections', () => {
  it('are kept as they were added', () => {
    const added = addConnection(ledger, {
      accountCreatedDay: day('2025-01-31'),
      billingAnchor: day('2025-01-31'),
      creditLeft: usd('12.5'),
    });
    expect(added).toEqual({
      id: added.id,
      provider: 'phala',
      account: 'ws_1',
      accountName: 'Team',
      name: 'Phala',
      unit: 'USD',
      origin: 'https://vendor.test/api/v1',
      createdAt: NOW,
      removedAt: null,
      accountCreatedDay: '2025-01-31',
      billingAnchor: '2025-01-31',
      creditLeft: 12_500_000_000n,
      epoch: 1,
      lastAttempt: null,
      lastSuccess: null,
      fault: null,
      reconciliation: null,
      memo: {},
      listedAt: null,
      deepReadAt: null,
    });
    expect(added.id).toMatch(/^phala-[0-9a-f]{8}$/);
    expect(ledger.connectionByAccount('phala', 'ws_1')).toEqual(added);
    expect(ledger.connectionByAccount('clickhouse', 'ws_1')).toBeNull();
  });

  it('refuse the same account twice', () => {
    addConnection(ledger);
    expect(() => addConnection(ledger)).toThrow(FaultError);
    expect(ledger.connections()).toHaveLength(1);
  });

  it('remember how the last sync went', () => {
    const { id, epoch } = addConnection(ledger);
    const reconciliation = {
      unit: 'USD',
      reported: usd('3'),
      stored: usd('2'),
      difference: usd('1'),
      rounding: false,
    } as const;
    ledger.recordSync(id, epoch, { at: NOW, asOf: NOW, fault: null, reconciliation, memo: { cap: 500 } });
    expect(ledger.connection(id)).toMatchObject({
      lastSuccess: NOW,
      fault: null,
      reconciliation,
      memo: { cap: 500 },
    });
    const fault = new FaultError('offline', 'ENOTFOUND', NOW + 5);
    ledger.recordSync(id, epoch, { at: NOW + 1, asOf: NOW + 1, fault, reconciliation: null, memo: {} });
    expect(ledger.connection(id)).toMatchObject({
      lastAttempt: NOW + 1,
      lastSuccess: NOW,
      fault: { kind: 'offline', detail: 'ENOTFOUND', retryAt: NOW + 5 },
      reconciliation,
      memo: {},
    });
  });

  it('keep nothing of a sync that another key or the removal has overtaken', () => {
    const { id, epoch } = addConnection(ledger);
    const result = { at: NOW, asOf: NOW, fault: null, reconciliation: null, memo: { cap: 500 } };
    ledger.rejoinConnection(id, {});
    expect(ledger.recordSync(id, epoch, result)).toBe(false);
    const now = ledger.connection(id);
    expect(now).toMatchObject({ lastSuccess: null, memo: {} });
    ledger.removeConnection(id, { forget: false }, NOW);
    const removed = ledger.connection(id);
    expect(ledger.recordSync(id, removed?.epoch ?? 0, result)).toBe(false);
    expect(ledger.connection(id)).toEqual(removed);
  });

  it('rejoin with a new epoch, without their fault, with their history', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['app-1']) as [Scope];
    write(ledger, scope, days('2026-11-10'), [[charge('2026-11-10', '1')]]);
    ledger.removeConnection(connection.id, { forget: false }, NOW);
    expect(ledger.connection(connection.id)).toMatchObject({ removedAt: NOW, epoch: 2 });
    expect(ledger.daySums(ALL)).toMatchObject([{ usd: usd('1') }]);
    const rejoined = ledger.rejoinConnection(connection.id, { name: 'Back' });
    expect(rejoined).toMatchObject({ removedAt: null, epoch: 3, name: 'Back', fault: null });
    expect(() => ledger.rejoinConnection(connection.id, { account: 'ws_2' })).toThrow(FaultError);
  });

  it('take another id of their account, unless one of them bears it or they were changed', () => {
    const { id, epoch } = addConnection(ledger, { account: 'team:Team', memo: { cap: 500 } });
    const notes = { account: { id: 'ws_1', idsByName: ['team:Team'] } };
    const { id: removed } = addConnection(ledger, { account: 'ws_2', name: 'Removed' });
    ledger.removeConnection(removed, { forget: false }, NOW);
    expect(ledger.adoptAccount(id, 'ws_2', epoch, notes)).toBe(false);
    expect(ledger.adoptAccount(id, 'ws_1', epoch + 1, notes)).toBe(false);
    expect(ledger.adoptAccount('phala-00000000', 'ws_1', epoch, notes)).toBe(false);
    expect(ledger.connection(id)).toMatchObject({ account: 'team:Team', memo: { cap: 500 } });
    expect(ledger.adoptAccount(id, 'ws_1', epoch, notes)).toBe(true);
    expect(ledger.connectionByAccount('phala', 'ws_1')).toMatchObject({ id, memo: { cap: 500, ...notes } });
  });

  it('take the notes from the check of a key, and keep the others', () => {
    const { id, memo } = addConnection(ledger, { memo: { cap: 500, requests: [NOW] } });
    expect(memo).toEqual({ cap: 500, requests: [NOW] });
    expect(ledger.rejoinConnection(id, {}).memo).toEqual(memo);
    expect(ledger.rejoinConnection(id, { memo: { requests: [] } }).memo).toEqual({ cap: 500, requests: [] });
  });

  it('forgotten leave nothing, also not in the file', () => {
    const gone = addConnection(ledger);
    const stays = addConnection(ledger, { account: 'ws_2', name: 'Stays' });
    for (const connection of [gone, stays]) {
      const [scope] = listScopes(ledger, connection, ['app-1']) as [Scope];
      const secret = connection === gone ? 'FORGET-ME' : 'KEEP-ME';
      const bearing = charge('2026-11-10', '1', {
        key: secret,
        resource: { id: secret, name: secret, kind: 'CVM' },
        extra: { label: secret },
      });
      write(ledger, scope, days('2026-11-10'), [[bearing]]);
      ledger.takeLease(connection.id, 'other', NOW);
    }
    ledger.removeConnection(gone.id, { forget: true }, NOW);
    expect(ledger.connections().map((connection) => connection.id)).toEqual([stays.id]);
    expect([...ledger.charges(ALL)].map((stored) => stored.key)).toEqual(['KEEP-ME']);
    expect(ledger.countCharges(ALL)).toBe(1);
    expect(ledger.integrityFault()).toBeNull();
    const bytes = ['', '-wal']
      .map((suffix) => readFileSync(`${place.file}${suffix}`).toString('latin1'))
      .join('');
    expect(bytes).toContain('KEEP-ME');
    expect(bytes).not.toContain('FORGET-ME');
  });
});

describe('rates', () => {
  let connection: Connection;
  let scope: Scope;
  const WINDOW = days('2026-11-08', '2026-11-13');

  beforeEach(() => {
    connection = addConnection(ledger, { provider: 'clickhouse', unit: 'CHC' });
    [scope] = listScopes(ledger, connection, ['org']) as [Scope];
    write(ledger, scope, WINDOW, [
      [
        charge('2026-11-09', '10'),
        charge('2026-11-10', '0.000000001', { key: 'small' }),
        charge('2026-11-10', '10'),
        charge('2026-11-12', '10'),
      ],
    ]);
  });
  const usdByDay = (): Record<string, bigint> =>
    Object.fromEntries(ledger.daySums(ALL).map((entry) => [entry.day, entry.usd]));

  it('begin at 1 for all days', () => {
    expect(ledger.rates(connection.id)).toEqual([{ from: EARLIEST_DAY, usdPerUnit: usd('1') }]);
    expect(usdByDay()['2026-11-09']).toBe(usd('10'));
  });

  it('count from their first day to the next, each charge rounded half to even', () => {
    ledger.setRate(connection.id, { from: day('2026-11-12'), usdPerUnit: usd('2') });
    ledger.setRate(connection.id, { from: day('2026-11-10'), usdPerUnit: usd('0.5') });
    // 10 × 0.5 and 1 nano × 0.5, which rounds to the even 0.
    expect(usdByDay()).toEqual({ '2026-11-09': usd('10'), '2026-11-10': usd('5'), '2026-11-12': usd('20') });
    expect([...ledger.charges(ALL)].map((stored) => [stored.key, stored.usd, stored.usdPerUnit])).toEqual([
      ['bk-2026-11-09', usd('10'), usd('1')],
      ['bk-2026-11-10', usd('5'), usd('0.5')],
      ['small', 0n, usd('0.5')],
      ['bk-2026-11-12', usd('20'), usd('2')],
    ]);
    expect(ledger.resourceSums(ALL)).toMatchObject([{ native: 30_000_000_001n, usd: usd('35') }]);
  });

  it('convert what is written later', () => {
    ledger.setRate(connection.id, { from: day('2026-11-10'), usdPerUnit: usd('0.333333333') });
    write(ledger, scope, WINDOW, [[charge('2026-11-09', '1'), charge('2026-11-11', '1')]]);
    expect(usdByDay()).toEqual({
      '2026-11-09': usd('1'),
      '2026-11-10': 3_333_333_330n,
      '2026-11-11': 333_333_333n,
      '2026-11-12': 3_333_333_330n,
    });
  });

  it('take back what they changed', () => {
    const before = usdByDay();
    ledger.setRate(connection.id, { from: day('2026-11-10'), usdPerUnit: usd('0.7') });
    expect(usdByDay()).not.toEqual(before);
    ledger.setRate(connection.id, { from: day('2026-11-10'), usdPerUnit: usd('1') });
    expect(usdByDay()).toEqual(before);
    expect(ledger.integrityFault()).toBeNull();
  });

  it('convert amounts whose product with the rate exceeds 64 bits', () => {
    const huge = charge('2026-11-13', '0', { amount: 1_000_000_000_000_000_000n as Charge['amount'] });
    ledger.setRate(connection.id, { from: day('2026-11-13'), usdPerUnit: usd('0.75') });
    write(ledger, scope, days('2026-11-13'), [[huge]]);
    expect(usdByDay()['2026-11-13']).toBe(750_000_000_000_000_000n);
  });

  it('of one connection leave another alone', () => {
    const other = addConnection(ledger, { account: 'ws_2', unit: 'CHC' });
    const [foreign] = listScopes(ledger, other, ['org']) as [Scope];
    write(ledger, foreign, WINDOW, [[charge('2026-11-10', '10')]]);
    ledger.setRate(connection.id, { from: EARLIEST_DAY, usdPerUnit: usd('3') });
    const sums = ledger.daySums({ range: EVER, connections: [other.id] });
    expect(sums).toMatchObject([{ usd: usd('10') }]);
    expect(ledger.integrityFault()).toBeNull();
  });
});

describe('listings', () => {
  it('add, rename, lose and revive scopes', () => {
    const connection = addConnection(ledger);
    const listing = (key: string, name: string | null) => ({ key, name, createdDay: null, dormant: false });
    ledger.recordListing(connection.id, [listing('a', 'Alpha'), listing('b', 'Beta')], [], NOW);
    ledger.recordListing(connection.id, [listing('a', null)], [], NOW + 1);
    ledger.recordListing(connection.id, [listing('a', 'Alpha 2')], [], NOW + 2);
    const state = () =>
      ledger.scopes(connection.id).map(({ key, name, goneAt, endedAt }) => [key, name, goneAt, endedAt]);
    expect(state()).toEqual([
      ['a', 'Alpha 2', null, null],
      ['b', 'Beta', NOW + 1, null],
    ]);
    const [, b] = ledger.scopes(connection.id);
    ledger.endScope(b?.id ?? 0, NOW + 3);
    expect(state()[1]).toEqual(['b', 'Beta', NOW + 1, NOW + 3]);
    listScopes(ledger, connection, ['b']);
    expect(state()[1]).toEqual(['b', 'b', null, null]);
    expect(ledger.connection(connection.id)?.listedAt).toBe(NOW);
  });

  it('name resources by any of their ids, over what a charge says', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['app-1']) as [Scope];
    const byUuid = charge('2026-11-10', '1', { resource: { id: 'uuid-1', name: 'old', kind: 'CVM' } });
    const byHex = charge('2026-11-11', '2', { resource: { id: 'hex-1', name: null, kind: 'CVM' } });
    write(ledger, scope, days('2026-11-10', '2026-11-11'), [[byUuid, byHex]]);
    expect(ledger.resourceSums(ALL)).toHaveLength(2);
    const listing = { ids: ['uuid-1', 'hex-1'], name: 'web-prod', kind: 'CVM', stopped: true };
    ledger.recordListing(connection.id, [], [listing], NOW);
    expect(ledger.resourceSums(ALL)).toMatchObject([
      {
        key: `${connection.id}/uuid-1`,
        resource: { id: 'uuid-1', name: 'web-prod', kind: 'CVM', stopped: true },
        group: { id: 'app-1', name: 'shop' },
        usd: usd('3'),
      },
    ]);
    expect(ledger.resources(connection.id)).toEqual(
      new Map([
        ['uuid-1', listing],
        ['hex-1', listing],
      ]),
    );
    expect(write(ledger, scope, days('2026-11-10', '2026-11-11'), [[byUuid, byHex]])).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
    });
    expect(ledger.integrityFault()).toBeNull();
  });

  it('that turn out to be one keep what both bear under one id, and each is asked for by its own', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['app-1']) as [Scope];
    const of = (id: string, cost: string) =>
      charge('2026-11-10', cost, { key: 'k', resource: { id, name: null, kind: 'CVM' } });
    write(ledger, scope, days('2026-11-10'), [[of('hex-1', '1'), of('uuid-1', '2')]]);
    const listing = { ids: ['uuid-1', 'hex-1'], name: 'web-prod', kind: 'CVM', stopped: false };
    ledger.recordListing(connection.id, [], [listing], NOW);
    const sums = ledger.resourceSums(ALL).map(({ key, usd: cost }) => ({ key, usd: cost }));
    expect(sums).toEqual([
      { key: `${connection.id}/uuid-1`, usd: usd('2') },
      { key: `${connection.id}/hex-1`, usd: usd('1') },
    ]);
    const keys = sums.map(({ key }) => key);
    expect([...ledger.keySums(ALL, 'resource', keys)]).toEqual(
      expect.arrayContaining(sums.map(({ key, usd: cost }) => [key, cost])),
    );
    expect(ledger.daySplit(ALL, 'resource', keys)).toHaveLength(2);
  });

  it('that go to another app leave with the first what they cost there', () => {
    const connection = addConnection(ledger);
    const [first, second] = listScopes(ledger, connection, ['app-1', 'app-2']) as [Scope, Scope];
    const blog = { id: 'app-2', name: 'blog' };
    write(ledger, first, days('2026-11-10', '2026-11-11'), [
      [charge('2026-11-10', '1'), charge('2026-11-11', '2')],
    ]);
    write(ledger, second, days('2026-11-11', '2026-11-12'), [
      [charge('2026-11-11', '4', { group: blog }), charge('2026-11-12', '8', { group: blog })],
    ]);
    expect(
      [...ledger.charges(ALL)].map(({ day: on, amount: cost, group }) => [on, cost, group?.name]),
    ).toEqual([
      ['2026-11-10', amount('1'), 'shop'],
      ['2026-11-11', amount('2'), 'shop'],
      ['2026-11-11', amount('4'), 'blog'],
      ['2026-11-12', amount('8'), 'blog'],
    ]);
    expect(ledger.resourceSums(ALL)).toMatchObject([
      { resource: { id: 'vm-1' }, group: blog, usd: usd('15') },
    ]);
  });

  it('that move within a scope leave each charge with the group that it bears', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['org']) as [Scope];
    const inGroup = (on: string, id: string, extra: Record<string, unknown>): Charge =>
      charge(on, '1', { group: id === '' ? null : { id, name: `named ${id}` }, extra });
    write(ledger, scope, days('2026-11-10', '2026-11-12'), [
      [
        inGroup('2026-11-10', '', { [OWN_GROUP]: '' }),
        inGroup('2026-11-11', 'dw-1', { [OWN_GROUP]: 'dw-1', region: 'eu' }),
        inGroup('2026-11-12', 'dw-2', { [OWN_GROUP]: 'dw-2' }),
      ],
    ]);
    const stored = [...ledger.charges(ALL)];
    expect(stored.map(({ group }) => group)).toEqual([
      null,
      { id: 'dw-1', name: null },
      { id: 'dw-2', name: 'named dw-2' },
    ]);
    expect(stored.map(({ extra }) => extra)).toEqual([{}, { region: 'eu' }, {}]);
  });

  it('keep the newest name, in whatever order windows are read', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['app-1']) as [Scope];
    const named = (on: string, name: string | null) =>
      charge(on, '1', { resource: { id: 'vm-1', name, kind: 'CVM' } });
    const nameNow = () => ledger.resourceSums(ALL)[0]?.resource.name;
    write(ledger, scope, days('2026-11-12'), [[named('2026-11-12', 'new')]]);
    write(ledger, scope, days('2026-11-10'), [[named('2026-11-10', 'old')]]);
    write(ledger, scope, days('2026-11-14'), [[named('2026-11-14', null)]]);
    expect(nameNow()).toBe('new');
    write(ledger, scope, days('2026-11-12'), [[named('2026-11-12', 'renamed')]]);
    expect(nameNow()).toBe('renamed');
    const page = [named('2026-11-17', 'newest'), named('2026-11-16', 'older'), named('2026-11-18', null)];
    write(ledger, scope, days('2026-11-16', '2026-11-18'), [page]);
    expect(nameNow()).toBe('newest');
  });
});

describe('leases', () => {
  it('are held by one until released or 60 s silent', () => {
    const { id } = addConnection(ledger);
    const lease = ledger.takeLease(id, 'tray', NOW);
    expect(ledger.takeLease(id, 'cli', NOW + 60_000)).toBeNull();
    const progress = { phase: 'reading', done: 1, total: 9, reachedBackTo: TODAY, waitUntil: null } as const;
    expect(lease?.heartbeat(NOW + 50_000, progress)).toBe(true);
    expect(ledger.leaseHolder(id, NOW + 100_000)).toEqual({ owner: 'tray', progress });
    expect(ledger.leaseHolder(id, NOW + 110_001)).toBeNull();
    const taken = ledger.takeLease(id, 'tray', NOW + 110_001);
    expect(taken).not.toBeNull();
    expect(lease?.heartbeat(NOW + 110_002, null)).toBe(false);
    lease?.release();
    expect(ledger.leaseHolder(id, NOW + 110_002)?.owner).toBe('tray');
    taken?.release();
    expect(ledger.leaseHolder(id, NOW + 110_002)).toBeNull();
  });

  it('do not outlive a clock that was set back', () => {
    const { id } = addConnection(ledger);
    ledger.takeLease(id, 'tray', NOW);
    expect(ledger.takeLease(id, 'cli', NOW - 3_600_000)).not.toBeNull();
  });
});

describe('the states of days', () => {
  const states = (connection: Connection, range = days('2026-11-08', '2026-11-30')): Record<string, string> =>
    Object.fromEntries(
      ledger
        .dayStates({ range, connections: [connection.id] }, TODAY)
        .map((entry) => [entry.day.slice(8), entry.state]),
    );

  it('need every scope that should know the day', () => {
    const connection = addConnection(ledger);
    ledger.recordListing(
      connection.id,
      [
        { key: 'a', name: 'a', createdDay: day('2026-11-09'), dormant: false },
        { key: 'b', name: 'b', createdDay: day('2026-11-12'), dormant: false },
      ],
      [],
      NOW,
    );
    const [a, b] = ledger.scopes(connection.id) as [Scope, Scope];
    write(
      ledger,
      a,
      days('2026-11-09', '2026-11-22'),
      [[charge('2026-11-10', '1'), charge('2026-11-21', '1')]],
      {
        readAt: NOW,
      },
    );
    write(ledger, b, days('2026-11-14', '2026-11-20'), [[]], { readAt: NOW });
    expect(states(connection)).toEqual({
      '08': 'before',
      '09': 'before',
      '10': 'settled',
      '11': 'zero',
      '12': 'unknown',
      '13': 'unknown',
      '14': 'zero',
      '15': 'zero',
      '16': 'zero',
      '17': 'zero',
      '18': 'zero',
      '19': 'zero',
      '20': 'open',
      '21': 'unknown',
      '22': 'open',
    });
    ledger.endScope(b.id, NOW);
    expect(states(connection)).toMatchObject({
      '13': 'unknown',
      '20': 'open',
      '21': 'provisional',
      '22': 'open',
    });
    expect(ledger.firstChargeDay(connection.id)).toBe('2026-11-10');
  });

  it('tell the oldest reading', () => {
    const connection = addConnection(ledger);
    const [a, b] = listScopes(ledger, connection, ['a', 'b']) as [Scope, Scope];
    const range = days('2026-11-10');
    write(ledger, a, range, [[charge('2026-11-10', '1')]], { readAt: NOW });
    const question = { range, connections: null };
    expect(ledger.dayStates(question, TODAY)).toMatchObject([{ state: 'unknown', readAt: null }]);
    write(ledger, b, range, [[]], { readAt: NOW - 7 });
    expect(ledger.dayStates(question, TODAY)).toMatchObject([{ state: 'settled', readAt: NOW - 7 }]);
  });

  it('are not known of a day that was read before its end, whether it had charges or not', () => {
    const connection = addConnection(ledger);
    const [a, b] = listScopes(ledger, connection, ['a', 'b'], day('2026-11-19')) as [Scope, Scope];
    const read = (scope: Scope, at: string): void => {
      write(ledger, scope, days('2026-11-19', '2026-11-21'), [[charge('2026-11-20', '10')]], {
        readAt: Date.parse(at),
      });
    };
    const known = (): Record<string, string> => states(connection, days('2026-11-19', '2026-11-22'));
    read(a, '2026-11-22T01:00:00Z');
    read(b, '2026-11-20T01:00:00Z');
    expect(known()).toEqual({ '19': 'before', '20': 'unknown', '21': 'unknown', '22': 'unknown' });
    read(b, '2026-11-21T00:00:00Z');
    expect(known()).toMatchObject({ '20': 'provisional', '21': 'unknown' });
    read(b, '2026-11-22T00:00:00Z');
    expect(known()).toMatchObject({ '20': 'provisional', '21': 'open' });
  });

  it('of a scope that ended in the middle of a day stay as they were read', () => {
    const connection = addConnection(ledger);
    const [a] = listScopes(ledger, connection, ['a'], day('2026-11-20')) as [Scope];
    const readAt = Date.parse('2026-11-20T13:00:00Z');
    write(ledger, a, days('2026-11-20'), [[charge('2026-11-20', '10')]], { readAt });
    ledger.endScope(a.id, readAt);
    expect(states(connection, days('2026-11-20'))).toEqual({ '20': 'provisional' });
  });

  it('of a scope gone from the list end with it', () => {
    const connection = addConnection(ledger);
    const [a] = listScopes(ledger, connection, ['a'], day('2026-11-19')) as [Scope];
    listScopes(ledger, connection, [], null, Date.parse('2026-11-20T12:00:00Z'));
    ledger.recordListing(connection.id, [], [], NOW);
    write(ledger, a, days('2026-11-19'), [[charge('2026-11-19', '1')]], { readAt: NOW });
    expect(states(connection, days('2026-11-18', '2026-11-22'))).toEqual({
      '18': 'before',
      '19': 'settled',
      '20': 'unknown',
      '21': 'open',
      '22': 'open',
    });
  });
});

describe('charges one by one', () => {
  it('come by day, connection, resource, key and ordinal', () => {
    const one = addConnection(ledger);
    const two = addConnection(ledger, { account: 'ws_2', name: 'Two' });
    const [first] = listScopes(ledger, one, ['a']) as [Scope];
    const [second] = listScopes(ledger, two, ['a']) as [Scope];
    const vm = (id: string) => ({ resource: { id, name: null, kind: 'CVM' } });
    const range = days('2026-11-10', '2026-11-11');
    write(ledger, second, range, [[charge('2026-11-10', '1', { key: 'k1', ...vm('a') })]]);
    write(ledger, first, range, [
      [
        charge('2026-11-11', '2', { key: 'k2', ...vm('a') }),
        charge('2026-11-10', '3', { key: 'k4', ...vm('a') }),
        charge('2026-11-10', '4', { key: 'k3', ...vm('b') }),
        charge('2026-11-10', '5', { key: 'k4', ...vm('a') }),
      ],
    ]);
    expect(
      [...ledger.charges(ALL)].map((each) => [
        each.day,
        each.connectionName,
        each.resource.id,
        each.key,
        each.ordinal,
      ]),
    ).toEqual([
      ['2026-11-10', 'Phala', 'a', 'k4', 0],
      ['2026-11-10', 'Phala', 'a', 'k4', 1],
      ['2026-11-10', 'Phala', 'b', 'k3', 0],
      ['2026-11-10', 'Two', 'a', 'k1', 0],
      ['2026-11-11', 'Phala', 'a', 'k2', 0],
    ]);
    expect([...ledger.charges({ range, connections: [two.id] })]).toHaveLength(1);
  });

  it('are those of one moment, though a sync writes meanwhile', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['a']) as [Scope];
    const range = days('2026-11-10', '2026-11-11');
    write(ledger, scope, range, [[charge('2026-11-10', '1'), charge('2026-11-11', '1')]]);
    const stream = ledger.charges(ALL);
    expect(stream.next().value).toMatchObject({ day: '2026-11-10' });
    write(ledger, scope, range, [[charge('2026-11-10', '7'), charge('2026-11-11', '7')]]);
    expect(stream.next().value).toMatchObject({ day: '2026-11-11', amount: usd('1') });
    expect(stream.next().done).toBe(true);
    expect(ledger.daySums(ALL)).toMatchObject([{ usd: usd('7') }, { usd: usd('7') }]);
  });

  it('can be left halfway', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['a']) as [Scope];
    write(ledger, scope, days('2026-11-10'), [[charge('2026-11-10', '1')]]);
    for (const stored of ledger.charges(ALL)) {
      expect(stored.amount).toBe(usd('1'));
      break;
    }
    ledger.removeConnection(connection.id, { forget: true }, NOW);
    expect(readFileSync(`${place.file}-wal`)).toHaveLength(0);
  });
});
