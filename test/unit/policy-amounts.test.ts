import { describe, expect, it } from 'vitest';

import { day, eachDay } from '../../shared/day.js';
import type { DayRange } from '../../shared/day.js';
import type { DayState } from '../../shared/model.js';
import { parseNanos, ZERO } from '../../shared/money.js';
import { budgetView } from '../../shared/policy/budget.js';
import { changeRatio, compare } from '../../shared/policy/change.js';
import { combineStates, isKnownComplete, joinDays } from '../../shared/policy/known-days.js';
import type { KnownDay } from '../../shared/policy/known-days.js';
import { isUnreported, periodAmount } from '../../shared/policy/period-amount.js';
import { runRate } from '../../shared/policy/run-rate.js';
import { stretchBefore } from '../../shared/period.js';

const range = (from: string, to: string): DayRange => ({ from: day(from), to: day(to) });
const known = (at: string, usd: string, state: DayState = 'settled'): KnownDay => ({
  day: day(at),
  state,
  usd: parseNanos(usd),
});
const today = day('2026-11-22');

describe('combineStates', () => {
  it.each<[DayState[], DayState]>([
    [['settled', 'unknown', 'open'], 'unknown'],
    [['open', 'provisional', 'settled'], 'open'],
    [['provisional', 'zero'], 'provisional'],
    [['settled', 'zero'], 'settled'],
    [['zero', 'zero'], 'zero'],
    [['before', 'zero'], 'zero'],
    [['before', 'unknown'], 'unknown'],
    [['before', 'before'], 'before'],
    [['future', 'future'], 'future'],
    [[], 'unknown'],
  ])('%j is %s', (states, expected) => {
    expect(combineStates(states)).toBe(expected);
    expect(combineStates([...states].reverse())).toBe(expected);
  });
});

it('only an ended day that was read and reported is known complete', () => {
  const states: DayState[] = ['before', 'unknown', 'open', 'provisional', 'settled', 'zero', 'future'];
  const complete = (at: string) => states.filter((state) => isKnownComplete({ day: day(at), state }, today));
  expect(complete('2026-11-21')).toEqual(['provisional', 'settled', 'zero']);
  expect(complete('2026-11-22')).toEqual([]);
});

it('joinDays adds sums to states, and a sum without a state is unknown', () => {
  expect(
    joinDays(
      [
        { day: day('2026-11-02'), state: 'settled' },
        { day: day('2026-11-02'), state: 'provisional' },
        { day: day('2026-11-01'), state: 'zero' },
      ],
      [
        { day: day('2026-11-02'), usd: parseNanos('1.5') },
        { day: day('2026-11-02'), usd: parseNanos('2') },
        { day: day('2026-11-03'), usd: parseNanos('4') },
      ],
    ),
  ).toEqual([
    known('2026-11-01', '0', 'zero'),
    known('2026-11-02', '3.5', 'provisional'),
    known('2026-11-03', '4', 'unknown'),
  ]);
});

describe('runRate', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');
  const phala = {
    name: 'Phala',
    hours: { until: Date.parse('2026-11-22T09:00:00Z'), usd: parseNanos('12.5') },
    days: [known('2026-11-21', '99')],
  };
  const clickhouse = {
    name: 'ClickHouse',
    hours: null,
    days: [known('2026-11-19', '1'), known('2026-11-20', '30'), known('2026-11-21', '0', 'open')],
  };

  it('adds 24 h of hours and the newest complete day', () => {
    expect(runRate([phala, clickhouse], now)).toEqual({ perDay: parseNanos('42.5'), missing: [] });
  });

  it('names connections without data', () => {
    const unread = { name: 'Other', hours: null, days: [known('2026-11-21', '0', 'unknown')] };
    expect(runRate([phala, unread], now)).toEqual({ perDay: parseNanos('12.5'), missing: ['Other'] });
    expect(runRate([unread], now)).toBeNull();
    expect(runRate([], now)).toBeNull();
  });

  it.each([
    ['2026-11-20T10:00:00Z', true],
    ['2026-11-20T09:59:59Z', false],
  ])('hours that end at %s count: %s', (until, counts) => {
    const old = { ...phala, hours: { ...phala.hours, until: Date.parse(until) }, days: [] };
    expect(runRate([old], now)).toEqual(counts ? { perDay: parseNanos('12.5'), missing: [] } : null);
  });

  it('everything stopped days ago is a true 0', () => {
    const stopped = {
      ...phala,
      hours: { ...phala.hours, until: Date.parse('2026-11-18T09:00:00Z') },
      days: [known('2026-11-18', '4'), known('2026-11-19', '0', 'zero')],
    };
    expect(runRate([stopped], now)).toEqual({ perDay: 0n, missing: [] });
  });

  it.each([
    ['2026-11-19', true],
    ['2026-11-18', false],
  ])('a newest complete day of %s counts late on the 22nd: %s', (at, counts) => {
    const old = { name: 'ClickHouse', hours: null, days: [known(at, '7')] };
    expect(runRate([old], Date.parse('2026-11-22T23:59:59Z'))).toEqual(
      counts ? { perDay: parseNanos('7'), missing: [] } : null,
    );
  });
});

describe('compare', () => {
  const days = (from: string, to: string, usd: string, state: DayState = 'settled'): KnownDay[] =>
    eachDay(range(from, to)).map((at) => known(at, usd, state));
  const month = range('2026-11-01', '2026-11-22');
  const before = stretchBefore('monthToDate', month);

  it('pairs the month’s complete days with those of the month before', () => {
    // Nov 1–21 at 11.2, Oct 1–21 at 10: +12 %; today is left out, and so is Oct 22.
    const result = compare(
      month,
      before,
      [
        ...days('2026-10-01', '2026-10-31', '10'),
        ...days('2026-11-01', '2026-11-21', '11.2'),
        known('2026-11-22', '5', 'open'),
      ],
      today,
    );
    expect(result).toEqual({
      change: { range: range('2026-10-01', '2026-10-21'), days: 21, usd: parseNanos('210'), ratio: 0.12 },
      range: range('2026-11-01', '2026-11-21'),
      usd: parseNanos('235.2'),
      gaps: false,
    });
  });

  it('drops a day that either side does not know, on both sides', () => {
    // Nov 3 and Oct 5 are unknown: 19 pairs, 19·20 against 19·10.
    const result = compare(
      month,
      before,
      [
        ...days('2026-10-01', '2026-10-31', '10').map((one) =>
          one.day === '2026-10-05' ? { ...one, state: 'unknown' as const } : one,
        ),
        ...days('2026-11-01', '2026-11-21', '20').filter((one) => one.day !== '2026-11-03'),
      ],
      today,
    );
    expect(result?.gaps).toBe(true);
    expect(result?.usd).toBe(parseNanos('380'));
    expect(result?.change).toEqual({
      range: range('2026-10-01', '2026-10-21'),
      days: 19,
      usd: parseNanos('190'),
      ratio: 1,
    });
  });

  it('sets no day without a connection against one that counts it', () => {
    const list = [...days('2026-10-01', '2026-10-31', '10'), ...days('2026-11-01', '2026-11-21', '12')];
    const followed = (...stretches: Array<readonly [string, string]>) =>
      compare(month, before, list, today, [
        new Set(stretches.flatMap(([from, to]) => eachDay(range(from, to)))),
      ])?.change;
    // Removed on Nov 18.
    const change = followed(['2026-10-01', '2026-11-17']);
    expect(change).toMatchObject({ range: range('2026-10-01', '2026-10-17'), days: 17 });
    // Not read from Nov 5 on, and read from Oct 3 on only.
    expect(followed(['2026-10-01', '2026-11-04'])).toMatchObject({ days: 4 });
    expect(followed(['2026-10-03', '2026-11-21'])).toMatchObject({
      range: range('2026-10-03', '2026-10-21'),
      days: 19,
    });
    // Both sides are without it, or both count it.
    expect(followed()).toMatchObject({ days: 21 });
    expect(followed(['2026-10-01', '2026-11-22'])).toMatchObject({ days: 21 });
    expect(followed(['2026-10-01', '2026-10-31'])).toBeUndefined();
  });

  it('drops days without a counterpart in a shorter month', () => {
    const result = compare(
      range('2026-03-01', '2026-03-31'),
      range('2026-02-01', '2026-02-28'),
      [...days('2026-02-01', '2026-02-28', '10'), ...days('2026-03-01', '2026-03-31', '5')],
      today,
    );
    expect(result?.change.days).toBe(28);
    expect(result?.change.ratio).toBe(-0.5);
  });

  it.each<[string, KnownDay[]]>([
    ['the base is 0', [known('2026-11-20', '0', 'zero'), known('2026-11-21', '5')]],
    ['the base is a refund', [known('2026-11-20', '-1'), known('2026-11-21', '5')]],
    ['the base is before the first charge', [known('2026-11-20', '0', 'before'), known('2026-11-21', '5')]],
    ['the base is unreported', [known('2026-11-20', '0', 'open'), known('2026-11-21', '5')]],
    ['the base is not there', [known('2026-11-21', '5')]],
    ['the day is unknown', [known('2026-11-20', '5'), known('2026-11-21', '5', 'unknown')]],
  ])('says nothing where %s', (_, list) => {
    const yesterday = range('2026-11-21', '2026-11-21');
    expect(compare(yesterday, stretchBefore('yesterday', yesterday), list, today)).toBeNull();
  });

  it('says nothing of today', () => {
    const only = range('2026-11-22', '2026-11-22');
    const list = [known('2026-11-21', '5'), known('2026-11-22', '3', 'open')];
    expect(compare(only, stretchBefore('today', only), list, today)).toBeNull();
  });

  it.each([
    [150n, 100n, 0.5],
    [0n, 100n, -1],
    [100n, 100n, 0],
    [1n, 3n, -0.666667],
    [5n, 0n, null],
    [5n, -1n, null],
  ])('changeRatio of %s on %s is %s', (now, base, expected) => {
    expect(changeRatio(now, base)).toBe(expected);
  });
});

describe('periodAmount', () => {
  const week = range('2026-11-19', '2026-11-22');
  const of = (states: Record<string, DayState[]>, sums: Record<string, string> = {}, over = week) =>
    periodAmount({
      range: over,
      today,
      states: Object.entries(states).flatMap(([at, list]) => list.map((state) => ({ day: day(at), state }))),
      sums: Object.entries(sums).map(([at, usd]) => ({ day: day(at), usd: parseNanos(usd) })),
    });
  const settled = { '2026-11-19': ['settled' as const], '2026-11-20': ['zero' as const] };

  it('is whole when every ended day is known, today open or unread', () => {
    const sums = { '2026-11-18': '100', '2026-11-19': '2', '2026-11-21': '1', '2026-11-22': '0.5' };
    expect(of({ ...settled, '2026-11-21': ['provisional'], '2026-11-22': ['open'] }, sums)).toEqual({
      range: week,
      usd: parseNanos('3.5'),
      known: 'whole',
      provisionalDays: 2,
      unknownDays: [],
      unreportedDays: [],
    });
    expect(of({ ...settled, '2026-11-21': ['provisional'], '2026-11-22': ['unknown'] }, sums)).toMatchObject({
      known: 'whole',
      provisionalDays: 1,
      unknownDays: [],
    });
  });

  it('is a part when one connection lacks one ended day', () => {
    expect(
      of({ ...settled, '2026-11-21': ['provisional', 'unknown'], '2026-11-22': ['open', 'open'] }),
    ).toMatchObject({ known: 'part', unknownDays: ['2026-11-21'], provisionalDays: 2 });
  });

  it('counts a day without any state as unknown', () => {
    expect(of({ ...settled, '2026-11-22': ['open'] })).toMatchObject({
      known: 'part',
      unknownDays: ['2026-11-21'],
    });
  });

  it('is a part while an ended day is not reported yet', () => {
    expect(of({ ...settled, '2026-11-21': ['open'], '2026-11-22': ['open'] })).toMatchObject({
      known: 'part',
      unknownDays: [],
      unreportedDays: ['2026-11-21'],
      provisionalDays: 2,
    });
  });

  it('counts days before the first charge as known, unless there is nothing else', () => {
    expect(
      of({
        '2026-11-19': ['before'],
        '2026-11-20': ['before', 'settled'],
        '2026-11-21': ['settled'],
        '2026-11-22': ['open'],
      }),
    ).toMatchObject({ known: 'whole', unknownDays: [] });
    const long = range('2026-11-19', '2026-11-20');
    expect(of({ '2026-11-19': ['before'], '2026-11-20': ['before'] }, {}, long)).toMatchObject({
      known: 'none',
      unknownDays: [],
    });
  });

  it('is none where nothing is known, and that is not $0', () => {
    expect(of({})).toMatchObject({
      known: 'none',
      unknownDays: ['2026-11-19', '2026-11-20', '2026-11-21'],
    });
    const yesterday = range('2026-11-21', '2026-11-21');
    expect(of({ '2026-11-21': ['open'] }, {}, yesterday).known).toBe('none');
    expect(of({ '2026-11-21': ['zero'] }, {}, yesterday).known).toBe('whole');
  });

  it('shows the amount of a day that was read in part', () => {
    const yesterday = range('2026-11-21', '2026-11-21');
    expect(of({ '2026-11-21': ['unknown'] }, { '2026-11-21': '3' }, yesterday)).toMatchObject({
      known: 'part',
      usd: parseNanos('3'),
    });
  });

  it.each<[DayState[], string]>([
    [['open'], 'whole'],
    [['open', 'unknown'], 'part'],
    [['open', 'before'], 'whole'],
  ])('today alone with %j and charges, even of $0, is %s', (states, expected) => {
    const only = range('2026-11-22', '2026-11-22');
    for (const usd of ['3', '0']) {
      const amount = of({ '2026-11-22': states }, { '2026-11-22': usd }, only);
      expect(amount.known).toBe(expected);
      expect(isUnreported(amount)).toBe(false);
    }
  });

  it.each<[DayState[], boolean]>([
    [['open'], true],
    [['open', 'unknown'], true],
    [['open', 'before'], true],
    [['unknown'], false],
    [['before'], false],
  ])('today alone with %j and no charge is none, and unreported is %s', (states, unreported) => {
    const amount = of({ '2026-11-22': states }, {}, range('2026-11-22', '2026-11-22'));
    expect(amount.known).toBe('none');
    expect(isUnreported(amount)).toBe(unreported);
  });

  it('is none, and not $0, while no day of a new month is reported yet', () => {
    const month = range('2026-11-21', '2026-11-22');
    const amount = of({ '2026-11-21': ['open'], '2026-11-22': ['open'] }, {}, month);
    expect(amount).toMatchObject({ known: 'none', unknownDays: [], unreportedDays: ['2026-11-21'] });
    expect(isUnreported(amount)).toBe(true);
  });

  it('ignores days to come', () => {
    const long = range('2026-11-20', '2026-11-30');
    expect(
      of({ '2026-11-20': ['settled'], '2026-11-21': ['settled'], '2026-11-22': ['open'] }, {}, long),
    ).toMatchObject({ known: 'whole', unknownDays: [], provisionalDays: 1 });
  });
});

describe('the budget', () => {
  const month = (usd: string, state: 'none' | 'part' | 'whole' = 'whole') => ({
    range: range('2026-11-01', '2026-11-22'),
    usd: parseNanos(usd),
    known: state,
    provisionalDays: 0,
    unknownDays: [],
    unreportedDays: [],
  });
  const limit = parseNanos('200');

  it.each([
    ['50', 0.25, false, 0n],
    ['200', 1, false, 0n],
    ['200.000000001', 1, true, 1n],
    ['250', 1.25, true, 50_000_000_000n],
    ['-5', 0, false, 0n],
  ])('of 200 with %s spent', (usd, share, over, excess) => {
    expect(budgetView(limit, month(usd))).toEqual({ limit, spent: parseNanos(usd), share, over, excess });
  });

  it('of 0 is full with the first charge', () => {
    expect(budgetView(ZERO, month('0'))).toMatchObject({ share: 0, over: false });
    expect(budgetView(ZERO, month('0.0003'))).toMatchObject({ share: 1, over: true });
  });

  it('is not shown without a limit or while nothing is known', () => {
    expect(budgetView(null, month('5'))).toBeNull();
    expect(budgetView(limit, month('0', 'none'))).toBeNull();
    expect(budgetView(limit, month('5', 'part'))).not.toBeNull();
  });
});
