import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  addDays,
  addMonths,
  contains,
  day,
  dayFromNumber,
  dayNumber,
  dayOf,
  dayOfMonth,
  daysBetween,
  eachDay,
  earlier,
  endOf,
  firstOfMonth,
  lastOfMonth,
  later,
  lengthOf,
  parseDay,
  startOf,
} from '../../shared/day.js';

/** Year, month and day of month that exist, by Date.UTC. */
const calendar = fc
  .integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(9998, 11, 31) })
  .map((time) => new Date(time))
  .map((date) => ({ year: date.getUTCFullYear(), month: date.getUTCMonth(), date: date.getUTCDate() }));

function written(year: number, month: number, date: number): string {
  const at = new Date(Date.UTC(year, month, date));
  return [
    String(at.getUTCFullYear()).padStart(4, '0'),
    String(at.getUTCMonth() + 1).padStart(2, '0'),
    String(at.getUTCDate()).padStart(2, '0'),
  ].join('-');
}

describe('parseDay', () => {
  it.each(['2026-11-22', '2024-02-29', '2000-02-29', '1970-01-01', '9998-12-31'])('knows %s', (text) => {
    expect(parseDay(text)).toBe(text);
    expect(day(text)).toBe(text);
  });

  it.each([
    '2026-02-29',
    '2100-02-29',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-1-1',
    '26-01-01',
    '2026-01-01T00:00:00Z',
    ' 2026-01-01',
    '2026-01-01\n',
    '1969-12-31',
    '0000-01-01',
    '9999-01-01',
    '+010000-01-01',
    'today',
    '',
  ])('refuses %j', (text) => {
    expect(parseDay(text)).toBeNull();
    expect(() => day(text)).toThrow(RangeError);
  });
});

describe('arithmetic, beside Date.UTC', () => {
  it('starts and ends at 00:00 UTC', () => {
    fc.assert(
      fc.property(calendar, ({ year, month, date }) => {
        const value = day(written(year, month, date));
        expect(startOf(value)).toBe(Date.UTC(year, month, date));
        expect(endOf(value)).toBe(Date.UTC(year, month, date + 1));
        expect(dayOf(startOf(value))).toBe(value);
        expect(dayOf(endOf(value) - 1)).toBe(value);
        expect(dayFromNumber(dayNumber(value))).toBe(value);
        expect(dayOfMonth(value)).toBe(date);
      }),
    );
  });

  it('adds days over every month and leap year', () => {
    fc.assert(
      fc.property(calendar, fc.integer({ min: -400, max: 400 }), ({ year, month, date }, days) => {
        fc.pre(year > 1972 && year < 9990);
        const value = day(written(year, month, date));
        const moved = addDays(value, days);
        expect(moved).toBe(written(year, month, date + days));
        expect(daysBetween(value, moved)).toBe(days);
        expect(earlier(value, moved)).toBe(days < 0 ? moved : value);
        expect(later(value, moved)).toBe(days < 0 ? value : moved);
      }),
    );
  });

  it('adds months and clips to the shorter one', () => {
    fc.assert(
      fc.property(calendar, fc.integer({ min: -30, max: 30 }), ({ year, month, date }, months) => {
        fc.pre(year > 1975 && year < 9990);
        const lastDate = new Date(Date.UTC(year, month + months + 1, 0)).getUTCDate();
        const expected = written(year, month + months, Math.min(date, lastDate));
        expect(addMonths(day(written(year, month, date)), months)).toBe(expected);
      }),
    );
  });

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-10-31', 1, '2026-11-30'],
    ['2026-12-31', 2, '2027-02-28'],
    ['2026-01-30', -1, '2025-12-30'],
  ])('%s and %d months is %s', (from, months, to) => {
    expect(addMonths(day(from), months)).toBe(to);
  });

  it('knows the first and the last of a month', () => {
    fc.assert(
      fc.property(calendar, ({ year, month, date }) => {
        const value = day(written(year, month, date));
        expect(firstOfMonth(value)).toBe(written(year, month, 1));
        expect(lastOfMonth(value)).toBe(written(year, month + 1, 0));
      }),
    );
  });

  it('stays in the form one year beyond either end', () => {
    expect(addDays(day('9998-12-31'), 365)).toBe('9999-12-31');
    expect(addMonths(day('9998-12-31'), 12)).toBe('9999-12-31');
    expect(addDays(day('1970-01-01'), -365)).toBe('1969-01-01');
  });
});

describe('ranges', () => {
  const range = { from: day('2026-02-27'), to: day('2026-03-02') };

  it('hold both ends', () => {
    expect(eachDay(range)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
    expect(lengthOf(range)).toBe(4);
    expect(contains(range, day('2026-02-27'))).toBe(true);
    expect(contains(range, day('2026-03-02'))).toBe(true);
    expect(contains(range, day('2026-02-26'))).toBe(false);
    expect(contains(range, day('2026-03-03'))).toBe(false);
  });

  it('are empty backwards', () => {
    const empty = { from: range.to, to: range.from };
    expect(eachDay(empty)).toEqual([]);
    expect(lengthOf(empty)).toBe(0);
  });
});
