import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, Scope } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { HOUR_MS } from '../../shared/day.js';
import {
  ALL,
  addConnection,
  amount,
  bench,
  charge,
  days,
  lines,
  listScopes,
  NOW,
  write,
} from './ledger-support.js';
import type { Bench } from './ledger-support.js';

let place: Bench;
let connection: Connection;
let scope: Scope;

beforeEach(() => {
  place = bench();
  connection = addConnection(place.ledger);
  [scope] = listScopes(place.ledger, connection, ['app-1']) as [Scope];
});
afterEach(() => place.close());

const WINDOW = days('2026-11-10', '2026-11-12');
/** So early that no day of the window is settled by age. */
const EARLY = { readAt: Date.parse('2026-11-11T10:00:00Z') };

describe('a window', () => {
  it('stores charges as the vendor gave them', () => {
    const given = charge('2026-11-10', '0.058', {
      extra: { timestamp: '2026-11-10T10:01:02.5Z', project_id: 9, billing_start: '2026-11-10T09:00:00Z' },
    });
    write(place.ledger, scope, WINDOW, [[given]]);
    const [stored] = [...place.ledger.charges(ALL)];
    expect(stored).toEqual({
      connection: connection.id,
      connectionName: 'Phala',
      provider: 'phala',
      scopeKey: 'app-1',
      day: '2026-11-10',
      start: Date.parse('2026-11-10T09:00:00Z'),
      end: Date.parse('2026-11-10T10:00:00Z'),
      key: 'bk-2026-11-10',
      ordinal: 0,
      resource: { id: 'vm-1', name: 'web', kind: 'CVM' },
      group: { id: 'app-1', name: 'shop' },
      meter: 'compute',
      vendorMeter: 'compute',
      variant: 'metered',
      amount: 58_000_000n,
      unit: 'USD',
      usdPerUnit: 1_000_000_000n,
      usd: 58_000_000n,
      locked: false,
      settled: true,
      extra: given.extra,
    });
  });

  it('counts what it did', () => {
    const a = charge('2026-11-10', '1', { key: 'a' });
    const b = charge('2026-11-10', '2', { key: 'b' });
    const first = write(place.ledger, scope, WINDOW, [[a, b]], EARLY);
    expect(first).toEqual({
      kind: 'committed',
      inserted: 2,
      updated: 0,
      deleted: 0,
      revisedDays: 0,
      kept: [],
    });
    const next = [{ ...a, amount: b.amount }, charge('2026-11-11', '3')];
    expect(write(place.ledger, scope, WINDOW, [next], EARLY)).toEqual({
      kind: 'committed',
      inserted: 1,
      updated: 1,
      deleted: 1,
      revisedDays: 0,
      kept: [],
    });
    expect(write(place.ledger, scope, WINDOW, [next], EARLY)).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
    });
  });

  it('tells meters apart whose names differ in where a line ends', () => {
    const one = charge('2026-11-10', '1', { vendorMeter: 'x\ny', variant: 'z' });
    const other = { ...one, vendorMeter: 'x', variant: 'y\nz' };
    expect(write(place.ledger, scope, WINDOW, [[one, other]], EARLY)).toMatchObject({ inserted: 2 });
  });

  describe('answered again', () => {
    const hours = ['a', 'b', 'c'].map((key) => charge('2026-11-10', '1', { key, extra: { details: 'x1' } }));
    const [first, second, third] = hours as [Charge, Charge, Charge];

    it.each<[string, Partial<Charge>]>([
      ['its hour', { start: second.start - HOUR_MS, end: second.end - HOUR_MS }],
      ['its end', { end: second.end + HOUR_MS }],
      ['its amount', { amount: amount('2') as Charge['amount'] }],
      ['its lock', { locked: true }],
      ['a shared field of the vendor', { extra: { details: 'x1', project_id: 8 } }],
      ['a field of its own', { extra: { details: 'x2' } }],
    ])('notices that one of a day’s charges changed in %s alone', (_what, change) => {
      write(place.ledger, scope, WINDOW, [hours], EARLY);
      const changed = { ...second, ...change };
      expect(write(place.ledger, scope, WINDOW, [[third, changed, first]], EARLY)).toMatchObject({
        inserted: 0,
        updated: 1,
        deleted: 0,
      });
      const { start, end, locked, extra } = changed;
      expect([...place.ledger.charges(ALL)].filter(({ key }) => key === 'b')).toMatchObject([
        { start, end, amount: changed.amount, locked, extra },
      ]);
    });

    it.each<[string, Partial<Charge>]>([
      ['resource', { resource: { id: 'vm-2', name: null, kind: 'CVM' } }],
      ['meter', { vendorMeter: 'storage' }],
      ['variant', { variant: 'upfront' }],
      ['key', { key: 'bb' }],
    ])('takes a charge of another %s for another charge', (_what, change) => {
      write(place.ledger, scope, WINDOW, [hours], EARLY);
      const writer = place.ledger.writeWindow(scope, WINDOW);
      writer.stage({ charges: [first, { ...second, ...change }, third] });
      expect(writer.missing()).toEqual({ lacking: 1, emptiesScope: false });
      writer.close();
      expect(
        write(place.ledger, scope, WINDOW, [[first, { ...second, ...change }, third]], EARLY),
      ).toMatchObject({ inserted: 1, updated: 0, deleted: 1 });
    });

    it('misses what only the answer for another of its days holds still', () => {
      const next = charge('2026-11-11', '1');
      write(place.ledger, scope, WINDOW, [[...hours, next]], EARLY);
      const writer = place.ledger.writeWindow(scope, WINDOW);
      writer.stage({ charges: hours });
      expect(writer.missing()).toEqual({ lacking: 1, emptiesScope: false });
      writer.close();
      expect(write(place.ledger, scope, WINDOW, [hours], EARLY)).toMatchObject({ deleted: 1 });
      expect(lines(place.ledger)).toHaveLength(3);
    });

    it('adds what came since to the same day', () => {
      write(place.ledger, scope, WINDOW, [[first, second]], EARLY);
      expect(write(place.ledger, scope, WINDOW, [hours], EARLY)).toMatchObject({ inserted: 1, deleted: 0 });
      expect(lines(place.ledger)).toHaveLength(3);
    });

    it('misses nothing of what it holds', () => {
      write(place.ledger, scope, WINDOW, [hours], EARLY);
      const writer = place.ledger.writeWindow(scope, WINDOW);
      writer.stage({ charges: [third, first, second] });
      expect(writer.missing()).toEqual({ lacking: 0, emptiesScope: false });
      writer.close();
    });
  });

  it('shows nothing before its commit, and nothing of one closed without', () => {
    const writer = place.ledger.writeWindow(scope, WINDOW);
    expect(writer.stage({ charges: [charge('2026-11-10', '1')] })).toEqual({ rows: 1, fresh: 1 });
    expect(lines(place.ledger)).toEqual([]);
    writer.close();
    expect(place.ledger.covered(scope.id, WINDOW)).toEqual([]);
    expect(place.ledger.resourceSums(ALL)).toEqual([]);
  });

  it('starts over after a restart', () => {
    const writer = place.ledger.writeWindow(scope, WINDOW);
    writer.stage({ charges: [charge('2026-11-10', '1')] });
    writer.restart();
    expect(writer.total()).toMatchObject({ rows: 0, sum: 0n });
    expect(writer.stage({ charges: [charge('2026-11-10', '1')] })).toEqual({ rows: 1, fresh: 1 });
    writer.close();
  });

  it('keeps two that are open at once apart', () => {
    const other = listScopes(place.ledger, connection, ['app-1', 'app-2'])[1] as Scope;
    const one = place.ledger.writeWindow(scope, WINDOW);
    const two = place.ledger.writeWindow(other, WINDOW);
    one.stage({ charges: [charge('2026-11-10', '1')] });
    two.stage({ charges: [charge('2026-11-10', '2')] });
    expect([one.total().sum, two.total().sum]).toEqual([amount('1'), amount('2')]);
    one.close();
    expect(two.total().rows).toBe(1);
    two.close();
  });
});

describe('charges of one id', () => {
  const x = charge('2026-11-10', '1', { key: 'x' });
  const y = { ...x, amount: amount('2') as Charge['amount'] };
  const z = { ...x, amount: amount('3') as Charge['amount'] };

  it.each([[[x, y]], [[y, x]], [[y, x, y]]])('are separate within a page, in any order', (page) => {
    write(place.ledger, scope, WINDOW, [page]);
    expect(lines(place.ledger)).toEqual(['2026-11-10 x#0 1000000000', '2026-11-10 x#1 2000000000']);
  });

  it('collapse where they are the same in all', () => {
    const writer = place.ledger.writeWindow(scope, WINDOW);
    expect(writer.stage({ charges: [x, { ...x }, x] })).toEqual({ rows: 3, fresh: 1 });
    writer.close();
  });

  it('give way to a later page', () => {
    write(place.ledger, scope, WINDOW, [[x], [z]]);
    expect(lines(place.ledger)).toEqual(['2026-11-10 x#0 3000000000']);
  });

  it('stay where a later page repeats a part of them', () => {
    const writer = place.ledger.writeWindow(scope, WINDOW);
    writer.stage({ charges: [x, y] });
    expect(writer.stage({ charges: [y] })).toEqual({ rows: 1, fresh: 0 });
    expect(writer.total()).toMatchObject({ rows: 2, sum: amount('3') });
    writer.close();
  });

  it('do not double when a part of them is read again without the right to delete', () => {
    write(place.ledger, scope, WINDOW, [[x, y]], EARLY);
    write(place.ledger, scope, WINDOW, [[y]], { ...EARLY, mayDelete: false });
    expect(lines(place.ledger)).toEqual(['2026-11-10 x#0 1000000000', '2026-11-10 x#1 2000000000']);
  });

  it('are replaced by an answer that says something new of them', () => {
    write(place.ledger, scope, WINDOW, [[x, y]], EARLY);
    write(place.ledger, scope, WINDOW, [[z]], { ...EARLY, mayDelete: false });
    expect(lines(place.ledger)).toEqual(['2026-11-10 x#0 3000000000']);
  });

  it('do not double when a margin shows a part of them', () => {
    const beside = days('2026-11-11', '2026-11-12');
    write(place.ledger, scope, WINDOW, [[x, y]], EARLY);
    write(place.ledger, scope, beside, [[y]], EARLY);
    expect(lines(place.ledger)).toEqual(['2026-11-10 x#0 1000000000', '2026-11-10 x#1 2000000000']);
    write(place.ledger, scope, beside, [[y, z]], EARLY);
    expect(lines(place.ledger)).toEqual(['2026-11-10 x#0 2000000000', '2026-11-10 x#1 3000000000']);
    write(place.ledger, scope, beside, [[z]], EARLY);
    write(place.ledger, scope, beside, [[x]], EARLY);
    expect(lines(place.ledger)).toEqual(['2026-11-10 x#0 1000000000']);
  });

  it('are told apart by extra fields alone, in the same order each time', () => {
    const one = { ...x, extra: { project_id: 1 } };
    const two = { ...x, extra: { project_id: 2 } };
    write(place.ledger, scope, WINDOW, [[two, one]], EARLY);
    expect(write(place.ledger, scope, WINDOW, [[one, two]], EARLY)).toMatchObject({
      inserted: 0,
      updated: 0,
    });
    expect([...place.ledger.charges(ALL)].map((stored) => stored.extra['project_id'])).toEqual([1, 2]);
  });
});

describe('the total', () => {
  it('does not depend on order, page or amount, and does on keys', () => {
    const a = charge('2026-11-10', '1', { key: 'a' });
    const b = charge('2026-11-11', '2', { key: 'b', resource: { id: 'vm-2', name: null, kind: 'CVM' } });
    const digest = (...pages: Charge[][]): string => {
      const writer = place.ledger.writeWindow(scope, WINDOW);
      for (const charges of pages) writer.stage({ charges });
      const total = writer.total();
      writer.close();
      return total.digest;
    };
    const whole = digest([a, b]);
    expect(digest([b], [a])).toBe(whole);
    expect(digest([{ ...a, amount: b.amount }, b])).toBe(whole);
    expect(digest([a])).not.toBe(whole);
    expect(digest([a, { ...b, resource: a.resource }])).not.toBe(whole);
    expect(digest([a, { ...a, amount: b.amount }, b])).not.toBe(whole);
  });

  it('is of all that was answered, also beside the window', () => {
    const writer = place.ledger.writeWindow(scope, WINDOW);
    writer.stage({
      charges: [charge('2026-11-09', '1'), charge('2026-11-10', '2'), charge('2026-11-13', '4')],
    });
    expect(writer.total()).toMatchObject({ rows: 3, sum: amount('7') });
    writer.close();
  });
});

describe('deleting', () => {
  const kept = charge('2026-11-10', '1', { key: 'kept' });
  const lacking = charge('2026-11-11', '2', { key: 'lacking' });

  function missingAfter(answer: Charge[]) {
    const writer = place.ledger.writeWindow(scope, WINDOW);
    writer.stage({ charges: answer });
    const missing = writer.missing();
    writer.close();
    return missing;
  }

  it('is announced before, and done only where it may be', () => {
    write(place.ledger, scope, WINDOW, [[kept, lacking]], EARLY);
    expect(missingAfter([kept])).toEqual({ lacking: 1, emptiesScope: false });
    expect(missingAfter([])).toEqual({ lacking: 2, emptiesScope: true });
    write(place.ledger, scope, WINDOW, [[kept]], { ...EARLY, mayDelete: false });
    expect(lines(place.ledger)).toHaveLength(2);
    expect(write(place.ledger, scope, WINDOW, [[kept]], EARLY)).toMatchObject({ deleted: 1 });
    expect(lines(place.ledger)).toEqual(['2026-11-10 kept#0 1000000000']);
    expect(missingAfter([kept])).toEqual({ lacking: 0, emptiesScope: false });
  });

  it('is not done while sum and the vendor’s total differ by more than rounding', () => {
    write(place.ledger, scope, WINDOW, [[kept, lacking]], EARLY);
    const answer = [[kept]];
    const reported = (nano: bigint) => ({ ...EARLY, reported: (amount('1') + nano) as Charge['amount'] });
    expect(write(place.ledger, scope, WINDOW, answer, reported(2n))).toMatchObject({ deleted: 0 });
    expect(write(place.ledger, scope, WINDOW, answer, reported(1n))).toMatchObject({ deleted: 1 });
  });

  it('takes the vendor’s total as that of the window, or as that of all it answered', () => {
    const beside = charge('2026-11-13', '5', { key: 'beside' });
    for (const reported of [amount('1'), amount('6')] as Array<Charge['amount']>) {
      write(place.ledger, scope, WINDOW, [[kept, lacking]], EARLY);
      expect(write(place.ledger, scope, WINDOW, [[kept, beside]], { ...EARLY, reported })).toMatchObject({
        deleted: 1,
        kept: [],
      });
    }
    write(place.ledger, scope, WINDOW, [[kept, lacking]], EARLY);
    const reported = amount('5') as Charge['amount'];
    expect(write(place.ledger, scope, WINDOW, [[kept, beside]], { ...EARLY, reported })).toMatchObject({
      deleted: 0,
      kept: [{ amount: amount('2'), maybeForgotten: false }],
    });
  });

  it('never reaches the days beside the window', () => {
    write(
      place.ledger,
      scope,
      days('2026-11-09', '2026-11-13'),
      [
        [
          charge('2026-11-09', '1', { key: 'a' }),
          charge('2026-11-09', '1', { key: 'b' }),
          charge('2026-11-13', '1'),
        ],
      ],
      EARLY,
    );
    write(place.ledger, scope, WINDOW, [[charge('2026-11-09', '7', { key: 'a' })]], EARLY);
    expect(lines(place.ledger)).toEqual([
      '2026-11-09 a#0 7000000000',
      '2026-11-09 b#0 1000000000',
      '2026-11-13 bk-2026-11-13#0 1000000000',
    ]);
    expect(place.ledger.daySums(ALL).map((entry) => entry.usd)).toEqual([amount('8'), amount('1')]);
  });

  it('leaves another scope and another connection alone', () => {
    const [, sibling] = listScopes(place.ledger, connection, ['app-1', 'app-2']) as [Scope, Scope];
    const stranger = addConnection(place.ledger, { account: 'ws_2', name: 'Other' });
    const [foreign] = listScopes(place.ledger, stranger, ['app-1']) as [Scope];
    for (const each of [scope, sibling, foreign]) write(place.ledger, each, WINDOW, [[kept]], EARLY);
    write(place.ledger, scope, WINDOW, [[]], EARLY);
    expect(place.ledger.daySums(ALL)).toEqual([
      expect.objectContaining({ connection: connection.id, charges: 1, usd: amount('1') }),
      expect.objectContaining({ connection: stranger.id, charges: 1, usd: amount('1') }),
    ]);
    expect(place.ledger.integrityFault()).toBeNull();
  });
});

describe('a late answer', () => {
  const answer = [[charge('2026-11-10', '1')]];

  it.each([
    ['of an older epoch', () => void place.ledger.rejoinConnection(connection.id, {})],
    ['of a removed connection', () => place.ledger.removeConnection(connection.id, { forget: false }, NOW)],
    ['of a forgotten connection', () => place.ledger.removeConnection(connection.id, { forget: true }, NOW)],
  ])('%s is dropped', (_name, change) => {
    change();
    expect(write(place.ledger, scope, WINDOW, answer, { epoch: connection.epoch })).toEqual({
      kind: 'dropped',
    });
    expect(lines(place.ledger)).toEqual([]);
    expect(place.ledger.covered(scope.id, WINDOW)).toEqual([]);
  });
});

it('a removed connection takes nothing, whatever its epoch', () => {
  place.ledger.removeConnection(connection.id, { forget: false }, NOW);
  expect(write(place.ledger, scope, WINDOW, [[]])).toEqual({ kind: 'dropped' });
});
