import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { addDays, contains, day, dayFromNumber, eachDay, lengthOf } from '../../shared/day.js';
import {
  billingPeriodEnd,
  billingPeriodStart,
  PERIOD_IDS,
  resolvePeriod,
  stretchBefore,
} from '../../shared/period.js';

const range = (from: string, to: string) => ({ from: day(from), to: day(to) });

describe('resolvePeriod on 22 November 2026', () => {
  const today = day('2026-11-22');

  it.each([
    ['today', '2026-11-22', '2026-11-22'],
    ['yesterday', '2026-11-21', '2026-11-21'],
    ['last7Days', '2026-11-16', '2026-11-22'],
    ['last30Days', '2026-10-24', '2026-11-22'],
    ['monthToDate', '2026-11-01', '2026-11-22'],
    ['lastMonth', '2026-10-01', '2026-10-31'],
    ['billingPeriod', '2026-11-01', '2026-11-22'],
    ['custom', '2026-11-01', '2026-11-22'],
  ] as const)('%s is %s to %s', (id, from, to) => {
    expect(resolvePeriod(id, today)).toEqual(range(from, to));
  });

  it('clips a custom range to today', () => {
    expect(resolvePeriod('custom', today, range('2026-11-20', '2026-12-31'))).toEqual(
      range('2026-11-20', '2026-11-22'),
    );
  });

  it.each([
    ['2025-03-17', '2026-11-17'],
    ['2025-03-22', '2026-11-22'],
    ['2025-03-23', '2026-10-23'],
    ['2025-01-31', '2026-10-31'],
  ])('an account of %s is in the billing period from %s', (anchor, from) => {
    expect(resolvePeriod('billingPeriod', today, null, day(anchor))).toEqual(range(from, '2026-11-22'));
  });
});

describe('billingPeriodStart of an account of the 31st', () => {
  it.each([
    ['2026-02-27', '2026-01-31'],
    ['2026-02-28', '2026-02-28'],
    ['2026-03-30', '2026-02-28'],
    ['2026-03-31', '2026-03-31'],
    ['2026-04-30', '2026-04-30'],
    ['2024-02-29', '2024-02-29'],
    ['2026-01-15', '2025-12-31'],
  ])('on %s is %s', (today, start) => {
    expect(billingPeriodStart(day(today), day('2025-01-31'))).toBe(start);
  });
});

describe('billingPeriodEnd', () => {
  it.each([
    ['2025-01-31', '2026-02-27', '2026-02-27'],
    ['2025-01-31', '2026-05-30', '2026-05-30'],
    ['2025-01-29', '2026-03-28', '2026-03-28'],
    ['2025-03-17', '2026-12-31', '2027-01-16'],
    ['2025-03-01', '2026-11-22', '2026-11-30'],
  ])('of an account of %s on %s is %s', (anchor, today, end) => {
    expect(billingPeriodEnd(day(today), day(anchor))).toBe(end);
  });

  it.each(eachDay(range('2025-01-01', '2025-01-31')))(
    'of an account of %s: each day lies in its period, and the periods follow each other',
    (anchor) => {
      const apart = eachDay(range('2027-01-01', '2028-12-31')).filter((today) => {
        const period = { from: billingPeriodStart(today, anchor), to: billingPeriodEnd(today, anchor) };
        const next = addDays(period.to, 1);
        return (
          !contains(period, today) ||
          billingPeriodEnd(period.from, anchor) !== period.to ||
          billingPeriodStart(period.to, anchor) !== period.from ||
          billingPeriodStart(next, anchor) !== next
        );
      });
      expect(apart).toEqual([]);
    },
  );
});

describe('stretchBefore', () => {
  it.each([
    ['monthToDate', '2026-11-01', '2026-11-22', '2026-10-01', '2026-10-22'],
    ['monthToDate', '2026-03-01', '2026-03-31', '2026-02-01', '2026-02-28'],
    ['monthToDate', '2026-01-01', '2026-01-01', '2025-12-01', '2025-12-01'],
    ['lastMonth', '2026-03-01', '2026-03-31', '2026-02-01', '2026-02-28'],
    ['lastMonth', '2026-02-01', '2026-02-28', '2026-01-01', '2026-01-31'],
    ['last7Days', '2026-11-16', '2026-11-22', '2026-11-09', '2026-11-15'],
    ['last30Days', '2026-10-24', '2026-11-22', '2026-09-24', '2026-10-23'],
    ['today', '2026-11-22', '2026-11-22', '2026-11-21', '2026-11-21'],
    ['custom', '2026-11-03', '2026-11-05', '2026-10-31', '2026-11-02'],
    ['billingPeriod', '2026-11-17', '2026-11-22', '2026-10-17', '2026-10-22'],
  ] as const)('%s %s to %s is compared with %s to %s', (id, from, to, beforeFrom, beforeTo) => {
    expect(stretchBefore(id, range(from, to))).toEqual(range(beforeFrom, beforeTo));
  });

  it('follows the billing day through a short month', () => {
    // The period of 28 February follows the one that began on 31 January.
    expect(stretchBefore('billingPeriod', range('2026-02-28', '2026-03-10'), day('2025-01-31'))).toEqual(
      range('2026-01-31', '2026-02-10'),
    );
    // The period of 31 March follows the one of 28 February.
    expect(stretchBefore('billingPeriod', range('2026-03-31', '2026-04-29'), day('2025-01-31'))).toEqual(
      range('2026-02-28', '2026-03-29'),
    );
  });

  it('never overlaps the period and is never longer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PERIOD_IDS),
        fc.integer({ min: 10_000, max: 60_000 }),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 2_000 }),
        (id, number, length, age) => {
          const today = dayFromNumber(number);
          const anchor = addDays(today, -age);
          const period = resolvePeriod(id, today, { from: addDays(today, -length), to: today }, anchor);
          const before = stretchBefore(id, period, anchor);
          expect(period.from <= today && period.to <= today).toBe(true);
          expect(before.to < period.from).toBe(true);
          expect(lengthOf(before)).toBeGreaterThan(0);
          if (id !== 'lastMonth') expect(lengthOf(before)).toBeLessThanOrEqual(lengthOf(period));
          if (id !== 'monthToDate' && id !== 'billingPeriod' && id !== 'lastMonth') {
            expect(lengthOf(before)).toBe(lengthOf(period));
          }
        },
      ),
    );
  });
});
