/**
 * What the calendar month (UTC) will have cost at its end, per connection and
 * then added:
 *
 *     F = S + P + r·(1 − h/24) + r·U
 *
 * S the month's known complete days; P today so far; h the hours of today that
 * the data reach; U every other day of the month that is not known complete,
 * past or future; r the mean of the last 7 known complete days, each capped.
 *
 * An up-front charge (an H200 is paid for 24 h at once, and again at every
 * restart) is a spike and no rate: a day counts at most
 * max(m + max(3s, m/2), third largest of the history), m being the median and
 * s = 1.4826·MAD. A level reached on three days is no spike, hence the third
 * largest. The history is the known complete days of the last 28.
 *
 * It is never below what the month's days have been charged already, days that are
 * known in part included.
 *
 * The 80 % band is ± 1.2816·σ·√(U + 1 − h/24), σ the sample deviation of the
 * capped history; the connections' halves are added in quadrature.
 *
 * All of it is exact: amounts are scaled so that median, MAD and cap are whole
 * numbers, and each connection's rest of the month is rounded once, half-even.
 */
import { addDays, DAY_MS, dayOf, dayOfMonth, firstOfMonth, lastOfMonth, startOf } from '../day.js';
import type { Day } from '../day.js';
import type { Forecast } from '../model.js';
import { divideHalfEven, nanos } from '../money.js';
import type { Nanos } from '../money.js';
import { integerSquareRoot } from './integer-root.js';
import { isKnownComplete } from './known-days.js';
import type { KnownDay } from './known-days.js';

/** How far back the history goes, today excluded. */
export const HISTORY_DAYS = 28;
const RATE_DAYS = 7;
const MINIMUM_DAYS = 3;

/** Halves of halves (median, MAD, m/2) and the four places of 1.4826 stay whole in this scale. */
const SCALE = 40_000n;
/** 1.4826 makes the MAD of a normal distribution its deviation; times 3 and 10,000. */
const THREE_DEVIATIONS = 44_478n;
/** 1.2816 deviations to each side hold 80 % of a normal distribution; times 10,000. */
const BAND = 12_816n;
const TEN_THOUSAND = 10_000n;

export interface ForecastInput {
  /** Shown where the connection has too little history. */
  readonly name: string;
  /**
   * From the earlier of the month's first day and {@link HISTORY_DAYS} before
   * today, up to today. A day that is not in it is unknown.
   */
  readonly days: readonly KnownDay[];
  /** The instant that today's charges reach, in ms since 1970; null where today is not read. */
  readonly dataUntil: number | null;
  /** Removed with its history kept: adds what it has cost and is expected to cost nothing more. */
  readonly ended: boolean;
}

interface Share {
  /** What the month will have cost: F, or what it has been charged for too little history. */
  readonly monthEnd: bigint;
  /** All that it has been charged. */
  readonly charged: bigint;
  readonly hasHistory: boolean;
  /** r, in nanos; 0 where nothing is expected. */
  readonly perDay: bigint;
  /** The square of the band's half, in nanos². */
  readonly halfSquared: bigint;
  readonly known: boolean;
}

/**
 * @param now the clock, in ms since 1970; its UTC day is today
 * @returns null where nothing is known of any connection
 */
export function forecast(inputs: readonly ForecastInput[], now: number): Forecast | null {
  const shares = inputs.map((input) => ({ input, share: shareOf(input, now) }));
  if (!shares.some(({ share }) => share.known)) return null;
  let monthEnd = 0n;
  let charged = 0n;
  let perDay = 0n;
  let halfSquared = 0n;
  for (const { share } of shares) {
    monthEnd += share.monthEnd;
    charged += share.charged;
    perDay += share.perDay;
    halfSquared += share.halfSquared;
  }
  const half = integerSquareRoot(halfSquared);
  return {
    monthEnd: nanos(monthEnd),
    low: nanos(larger(monthEnd - half, charged)),
    high: nanos(monthEnd + half),
    perDay: nanos(perDay),
    withoutHistory: shares
      .filter(({ input, share }) => !share.hasHistory && !input.ended)
      .map(({ input }) => input.name),
  };
}

function shareOf(input: ForecastInput, now: number): Share {
  const today = dayOf(now);
  const complete = input.days.filter((day) => isKnownComplete(day, today));
  const first = firstOfMonth(today);
  const ofMonth = complete.filter(({ day }) => day >= first);
  const ofToday = input.days.find(({ day }) => day === today);
  const spent = total(ofMonth) + (ofToday?.usd ?? 0n);
  const charged = larger(spent, total(input.days.filter(({ day }) => day >= first && day <= today)));
  const oldest = addDays(today, -HISTORY_DAYS);
  const history = complete.filter(({ day }) => day >= oldest);
  const known = complete.length > 0 || (ofToday !== undefined && isRead(ofToday));
  const hasHistory = history.length >= MINIMUM_DAYS;
  if (input.ended || !hasHistory) {
    return { monthEnd: charged, charged, hasHistory, perDay: 0n, halfSquared: 0n, known };
  }

  const expected = expectedTime(input, ofMonth.length, now, today);
  const capped = cap(history.sort((a, b) => (a.day < b.day ? -1 : 1)).map(({ usd }) => usd));
  const recent = capped.slice(-RATE_DAYS);
  // An account earns nothing by waiting: a week of refunds is not carried forward.
  const recentSum = recent.reduce((sum, usd) => sum + usd, 0n);
  const carried = recentSum > 0n ? recentSum : 0n;
  const days = BigInt(recent.length) * SCALE;
  return {
    monthEnd: larger(spent + divideHalfEven(carried * expected, days * BigInt(DAY_MS)), charged),
    charged,
    hasHistory,
    perDay: divideHalfEven(carried, days),
    halfSquared: squaredHalf(capped, expected),
    known,
  };
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function isRead(day: KnownDay): boolean {
  return day.state !== 'unknown' && day.state !== 'before' && day.state !== 'future';
}

function total(days: readonly KnownDay[]): bigint {
  return days.reduce((sum, { usd }) => sum + usd, 0n);
}

/**
 * U + 1 − h/24, in milliseconds. Days before the first charge ever are outside
 * of every forecast: nothing is missing there.
 */
function expectedTime(input: ForecastInput, completeOfMonth: number, now: number, today: Day): bigint {
  const first = firstOfMonth(today);
  const before = input.days.filter(
    ({ day, state }) => state === 'before' && day >= first && day < today,
  ).length;
  const others = dayOfMonth(lastOfMonth(today)) - 1 - completeOfMonth - before;
  const reached = Math.min(input.dataUntil ?? 0, now) - startOf(today);
  return BigInt(others) * BigInt(DAY_MS) + BigInt(DAY_MS - Math.trunc(Math.max(0, reached)));
}

/** The history scaled by {@link SCALE}, each day at most the cap. Takes at least 3 days. */
function cap(history: readonly Nanos[]): bigint[] {
  const scaled = history.map((usd) => usd * SCALE);
  const median = twiceMedian(scaled) / 2n;
  const deviation = twiceMedian(scaled.map((usd) => (usd > median ? usd - median : median - usd))) / 2n;
  const threeDeviations = (deviation * THREE_DEVIATIONS) / TEN_THOUSAND;
  const halfMedian = median / 2n;
  const spread = median + (threeDeviations > halfMedian ? threeDeviations : halfMedian);
  const third = [...scaled].sort(descending)[MINIMUM_DAYS - 1] ?? spread;
  const most = third > spread ? third : spread;
  return scaled.map((usd) => (usd > most ? most : usd));
}

/** The sum of the two middle values: whole where the median of an even number is not. */
function twiceMedian(values: readonly bigint[]): bigint {
  const sorted = [...values].sort(descending);
  const upper = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n;
  const lower = sorted[Math.floor(sorted.length / 2)] ?? 0n;
  return upper + lower;
}

function descending(a: bigint, b: bigint): number {
  return a > b ? -1 : a < b ? 1 : 0;
}

/** (1.2816·σ)²·(U + 1 − h/24) in nanos², from scaled amounts: σ² = (nΣx² − (Σx)²) / n(n − 1). */
function squaredHalf(capped: readonly bigint[], expected: bigint): bigint {
  const count = BigInt(capped.length);
  let sum = 0n;
  let squares = 0n;
  for (const usd of capped) {
    sum += usd;
    squares += usd * usd;
  }
  const numerator = (count * squares - sum * sum) * BAND * BAND * expected;
  const denominator = count * (count - 1n) * SCALE * SCALE * TEN_THOUSAND * TEN_THOUSAND * BigInt(DAY_MS);
  return divideHalfEven(numerator, denominator);
}
