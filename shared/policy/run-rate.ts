/**
 * What 24 hours cost at present. A provider that reports hours counts with the
 * 24 h that end at its newest reported hour; one that reports days with its
 * newest complete day.
 */
import { endOf, HOUR_MS, dayOf } from '../day.js';
import type { RunRate } from '../model.js';
import { nanos } from '../money.js';
import { isKnownComplete } from './known-days.js';
import type { KnownDay } from './known-days.js';

/** An hour longer ago says nothing of the present. */
const HOURS_TOO_OLD_MS = 48 * HOUR_MS;
/**
 * A day without a charge stays open for 48 h after its end, so the newest
 * complete day may rightly have ended up to 72 h ago.
 */
const DAY_TOO_OLD_MS = 72 * HOUR_MS;

export interface RunRateInput {
  readonly name: string;
  /** The newest instant that hourly charges reach, and what the 24 h before it cost; null without hours. */
  readonly hours: { readonly until: number; readonly usd: bigint } | null;
  /** The last days, at least the four before today. */
  readonly days: readonly KnownDay[];
}

/** @returns null where no connection has data that are new enough */
export function runRate(inputs: readonly RunRateInput[], now: number): RunRate | null {
  let perDay = 0n;
  const missing: string[] = [];
  for (const input of inputs) {
    const usd = ofHours(input, now) ?? ofNewestDay(input, now);
    if (usd === null) missing.push(input.name);
    else perDay += usd;
  }
  return missing.length === inputs.length ? null : { perDay: nanos(perDay), missing };
}

function ofHours({ hours }: RunRateInput, now: number): bigint | null {
  return hours !== null && now - hours.until <= HOURS_TOO_OLD_MS ? hours.usd : null;
}

/** Also for hourly charges that ended long ago: all that ran was stopped, and the days since say so. */
function ofNewestDay({ days, hours }: RunRateInput, now: number): bigint | null {
  const today = dayOf(now);
  const newest = days
    .filter((day) => isKnownComplete(day, today))
    .reduce<KnownDay | null>((best, day) => (best === null || day.day > best.day ? day : best), null);
  if (newest === null || now - endOf(newest.day) > DAY_TOO_OLD_MS) return null;
  return hours === null || endOf(newest.day) > hours.until ? newest.usd : null;
}
