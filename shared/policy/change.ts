/**
 * Change against the same stretch before. Only days that are known complete on
 * both sides count, paired one by one: the first day of the period with the
 * first of the stretch before, and so on. Today, unknown days and days before
 * the first charge therefore never make a change.
 */
import { addDays, eachDay, lengthOf } from '../day.js';
import type { Day, DayRange } from '../day.js';
import type { Change } from '../model.js';
import { divideHalfEven, nanos } from '../money.js';
import type { Nanos } from '../money.js';
import { isKnownComplete } from './known-days.js';
import type { KnownDay } from './known-days.js';

/** A ratio is told to a millionth. */
const RATIO_STEPS = 1_000_000n;

export interface Comparison {
  /** What the change is shown with: `range` and `usd` are those of the stretch before. */
  readonly change: Change;
  /** The days of the period that were compared, first to last. */
  readonly range: DayRange;
  readonly usd: Nanos;
  /** Both ranges have days inside that were left out, so their sums cannot be asked for as ranges. */
  readonly gaps: boolean;
}

/** (now − before) / before, to a millionth; null where the base is 0 or a refund. */
export function changeRatio(now: bigint, before: bigint): number | null {
  if (before <= 0n) return null;
  return Number(divideHalfEven((now - before) * RATIO_STEPS, before)) / Number(RATIO_STEPS);
}

/**
 * @param range the period
 * @param before the same stretch before, from stretchBefore; days beyond the
 *   shorter of the two have no counterpart
 * @param days of both ranges, one entry a day over all connections that count
 * @param followed for each connection that is no longer followed, the days it is known of:
 *   a day without it says nothing beside one that counts it
 * @returns null where no pair is known, or the base is 0
 */
export function compare(
  range: DayRange,
  before: DayRange,
  days: readonly KnownDay[],
  today: Day,
  followed: ReadonlyArray<ReadonlySet<Day>> = [],
): Comparison | null {
  const complete = new Map(
    days.filter((day) => isKnownComplete(day, today)).map((day) => [day.day, day.usd]),
  );
  const pairs = eachDay(range)
    .slice(0, lengthOf(before))
    .flatMap((day, index) => {
      const counterpart = addDays(before.from, index);
      if (followed.some((known) => known.has(day) !== known.has(counterpart))) return [];
      const usd = complete.get(day);
      const usdBefore = complete.get(counterpart);
      return usd === undefined || usdBefore === undefined ? [] : [{ day, counterpart, usd, usdBefore }];
    });
  const first = pairs[0];
  const last = pairs.at(-1);
  if (first === undefined || last === undefined) return null;
  let usd = 0n;
  let usdBefore = 0n;
  for (const pair of pairs) {
    usd += pair.usd;
    usdBefore += pair.usdBefore;
  }
  const ratio = changeRatio(usd, usdBefore);
  if (ratio === null) return null;
  const compared = { from: first.day, to: last.day };
  return {
    change: {
      range: { from: first.counterpart, to: last.counterpart },
      days: pairs.length,
      usd: nanos(usdBefore),
      ratio,
    },
    range: compared,
    usd: nanos(usd),
    gaps: pairs.length < lengthOf(compared),
  };
}
