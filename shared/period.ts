import { addDays, addMonths, dayOfMonth, daysBetween, earlier, firstOfMonth, lastOfMonth } from './day.js';
import type { Day, DayRange } from './day.js';

/** The stretches of days a user can look at. */
export const PERIOD_IDS = [
  'today',
  'yesterday',
  'last7Days',
  'last30Days',
  'monthToDate',
  'lastMonth',
  'billingPeriod',
  'custom',
] as const;

export type PeriodId = (typeof PERIOD_IDS)[number];

/** The day on which a billing period begins in a month: the anchor's day of month, clipped to short months. */
function billingDay(month: Day, anchor: Day): Day {
  const first = firstOfMonth(month);
  return addDays(first, Math.min(dayOfMonth(anchor), dayOfMonth(lastOfMonth(first))) - 1);
}

/**
 * The first day of the billing period that holds `today`: monthly from the day
 * of month on which the account was created, clipped to short months.
 */
export function billingPeriodStart(today: Day, anchor: Day): Day {
  const start = billingDay(today, anchor);
  return start <= today ? start : billingDay(addMonths(today, -1), anchor);
}

/** The last day of the billing period that holds `today`: the next one begins on the day after. */
export function billingPeriodEnd(today: Day, anchor: Day): Day {
  return addDays(billingDay(addMonths(billingPeriodStart(today, anchor), 1), anchor), -1);
}

/**
 * The days of a period. `last7Days` is today and the 6 days before it.
 *
 * @param billingAnchor the day the account was created; a billing period
 *   without one falls back to the calendar month
 * @param custom the range of the period `custom`; its end is clipped to today
 */
export function resolvePeriod(
  id: PeriodId,
  today: Day,
  custom: DayRange | null = null,
  billingAnchor: Day | null = null,
): DayRange {
  switch (id) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'last7Days':
      return { from: addDays(today, -6), to: today };
    case 'last30Days':
      return { from: addDays(today, -29), to: today };
    case 'monthToDate':
      return { from: firstOfMonth(today), to: today };
    case 'lastMonth': {
      const from = addMonths(firstOfMonth(today), -1);
      return { from, to: lastOfMonth(from) };
    }
    case 'billingPeriod':
      return {
        from: billingAnchor === null ? firstOfMonth(today) : billingPeriodStart(today, billingAnchor),
        to: today,
      };
    case 'custom':
      return custom === null
        ? { from: firstOfMonth(today), to: today }
        : { from: custom.from, to: earlier(custom.to, today) };
  }
}

/**
 * The same stretch before, for "change against". Months are compared with the
 * same days of the month before (Nov 1–22 with Oct 1–22, clipped to its end);
 * other periods with as many days directly before them.
 *
 * @param billingAnchor as in {@link resolvePeriod}: a period clipped to a short
 *   month (Feb 28) follows one that began later in its month (Jan 31)
 */
export function stretchBefore(id: PeriodId, range: DayRange, billingAnchor: Day | null = null): DayRange {
  switch (id) {
    case 'monthToDate':
    case 'billingPeriod': {
      const from =
        id === 'billingPeriod' && billingAnchor !== null
          ? billingPeriodStart(addDays(range.from, -1), billingAnchor)
          : addMonths(range.from, -1);
      return { from, to: earlier(addDays(from, daysBetween(range.from, range.to)), addDays(range.from, -1)) };
    }
    case 'lastMonth': {
      const from = addMonths(range.from, -1);
      return { from, to: lastOfMonth(from) };
    }
    default: {
      const length = daysBetween(range.from, range.to) + 1;
      return { from: addDays(range.from, -length), to: addDays(range.from, -1) };
    }
  }
}
