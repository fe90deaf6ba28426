import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, Scope } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { addDays, endOf, HOUR_MS } from '../../shared/day.js';
import {
  ALL,
  addConnection,
  amount,
  bench,
  charge,
  days,
  lines,
  listScopes,
  LOCKS,
  NOW,
  TODAY,
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

describe('a settled day', () => {
  const a = charge('2026-11-10', '1', { key: 'a' });
  const b = charge('2026-11-10', '2', { key: 'b' });
  const LATER = { readAt: NOW };

  beforeEach(() => write(place.ledger, scope, WINDOW, [[a, b]]));

  it('answered with nothing keeps its charges, and no revision', () => {
    expect(write(place.ledger, scope, WINDOW, [[]], LATER)).toMatchObject({ deleted: 0, revisedDays: 0 });
    expect(lines(place.ledger)).toHaveLength(2);
    expect(place.ledger.covered(scope.id, days('2026-11-10'))).toEqual([
      { day: '2026-11-10', readAt: NOW, charges: 2, settled: true },
    ]);
  });

  it('answered with other rows is a revision that keeps the old sum', () => {
    const answer = [{ ...a, amount: amount('5') as Charge['amount'] }];
    expect(write(place.ledger, scope, WINDOW, [answer], LATER)).toMatchObject({ deleted: 1, revisedDays: 1 });
    expect(lines(place.ledger)).toEqual(['2026-11-10 a#0 5000000000']);
    expect(place.ledger.revisions(ALL)).toEqual([
      {
        connection: connection.id,
        scopeKey: 'app-1',
        day: '2026-11-10',
        at: NOW,
        before: amount('3'),
        after: amount('5'),
      },
    ]);
  });

  it('loses nothing without the right to delete', () => {
    const answer = [{ ...a, amount: amount('5') as Charge['amount'] }];
    write(place.ledger, scope, WINDOW, [answer], { ...LATER, mayDelete: false });
    expect(place.ledger.revisions(ALL)).toMatchObject([{ before: amount('3'), after: amount('7') }]);
  });

  it('whose sum stays is no revision', () => {
    const answer = [
      { ...a, amount: b.amount },
      { ...b, amount: a.amount },
    ];
    expect(write(place.ledger, scope, WINDOW, [answer], LATER)).toMatchObject({ updated: 2, revisedDays: 0 });
    expect(place.ledger.revisions(ALL)).toEqual([]);
  });

  it('ignores a row of a neighbour window’s margin', () => {
    const stray = [
      { ...a, amount: amount('9') as Charge['amount'] },
      charge('2026-11-10', '9', { key: 'c' }),
    ];
    write(place.ledger, scope, days('2026-11-11', '2026-11-13'), [stray], LATER);
    expect(lines(place.ledger)).toHaveLength(2);
    expect(place.ledger.daySums(ALL)).toMatchObject([{ usd: amount('3') }]);
  });

  it('is not missed from an answer', () => {
    const writer = place.ledger.writeWindow(scope, WINDOW);
    expect(writer.missing()).toEqual({ lacking: 0, emptiesScope: false });
    writer.close();
  });
});

describe('settling', () => {
  const settled = (): boolean[] => place.ledger.covered(scope.id, WINDOW).map((entry) => entry.settled);

  it('by age: 48 h after the end of each day', () => {
    write(place.ledger, scope, WINDOW, [[]], { readAt: Date.parse('2026-11-13T23:59:59Z') });
    expect(settled()).toEqual([true, false, false]);
    write(place.ledger, scope, WINDOW, [[]], { readAt: Date.parse('2026-11-14T00:00:00Z') });
    expect(settled()).toEqual([true, true, false]);
  });

  it('by age stays, though a clock is set back', () => {
    write(place.ledger, scope, WINDOW, [[]]);
    write(place.ledger, scope, WINDOW, [[]], { readAt: Date.parse('2026-11-11T00:00:00Z') });
    expect(settled()).toEqual([true, true, true]);
  });

  it('by locks: all charges locked, or none 31 days after the end', () => {
    const locked = { locked: true };
    const answer = [
      charge('2026-11-10', '1', { ...locked, key: 'a' }),
      charge('2026-11-10', '1', { ...locked, key: 'b' }),
      charge('2026-11-11', '1', { ...locked, key: 'a' }),
      charge('2026-11-11', '1', { key: 'b' }),
    ];
    write(place.ledger, scope, WINDOW, [answer], { settle: LOCKS });
    expect(settled()).toEqual([true, false, false]);
    write(place.ledger, scope, WINDOW, [answer], {
      settle: LOCKS,
      readAt: Date.parse('2026-12-14T00:00:00Z'),
    });
    expect(settled()).toEqual([true, false, true]);
  });

  it('covers today and never settles it; a day to come is not covered', () => {
    const around = { from: addDays(TODAY, -1), to: addDays(TODAY, 1) };
    const options = { readAt: endOf(TODAY) + 100 * 24 * HOUR_MS, settle: LOCKS };
    write(place.ledger, scope, around, [[charge(TODAY, '1', { locked: true })]], options);
    expect(place.ledger.covered(scope.id, around)).toMatchObject([
      { day: addDays(TODAY, -1), settled: true },
      { day: TODAY, settled: false },
    ]);
  });

  it('counts the charges that a margin brings to a covered day', () => {
    write(place.ledger, scope, days('2026-11-12'), [[]], EARLY);
    write(place.ledger, scope, days('2026-11-13'), [[charge('2026-11-12', '1')]], EARLY);
    expect(place.ledger.covered(scope.id, days('2026-11-12'))).toMatchObject([
      { charges: 1, settled: false },
    ]);
  });
});
