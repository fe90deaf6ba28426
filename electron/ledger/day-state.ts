import type { Day } from '../../shared/day.js';
import { dayOf, endOf, HOUR_MS } from '../../shared/day.js';
import type { DayState } from '../../shared/model.js';

/** What is known of a connection's day, decided from its coverage alone. */

/** For so long after a day's end, no charge means "not reported yet" rather than $0. */
export const REPORTING_DELAY_MS = 48 * HOUR_MS;

/** What a connection's coverage of one day adds up to. */
export interface DayEvidence {
  readonly day: Day;
  readonly today: Day;
  /** Scopes that could bear a charge on this day and can still be asked for it. */
  readonly expected: number;
  /** How many of the expected have read it whole, so not before its end. */
  readonly expectedRead: number;
  /** All that have read it, also those of which nothing was expected. */
  readonly read: number;
  /** Every reading is settled; true where there is none. */
  readonly allSettled: boolean;
  /** The oldest reading that is not settled, in ms since 1970. */
  readonly oldestUnsettled: number | null;
  readonly charges: number;
  /** In the native unit. */
  readonly sum: bigint;
  readonly firstChargeDay: Day | null;
  /** Nothing of the account existed before; null where unknown. */
  readonly createdDay: Day | null;
  /** When scopes were last listed: what tells "has none" from "not asked". */
  readonly listedAt: number | null;
  readonly removedAt: number | null;
}

/** @returns the state; never `future`: no question asks beyond today */
export function dayState(evidence: DayEvidence): DayState {
  const { day, today } = evidence;
  if (isAfterRemoval(evidence)) return 'before';
  if (evidence.read === 0 && evidence.expected === 0) return stateWithoutScope(evidence);
  if (day === today) {
    // Scopes at rest are asked once a day: one reading of any is a beginning.
    return evidence.read > 0 ? 'open' : 'unknown';
  }
  if (evidence.expectedRead < evidence.expected) return 'unknown';
  if (isBeforeFirst(evidence)) return 'before';
  if (evidence.allSettled) return evidence.sum === 0n ? 'zero' : 'settled';
  if (evidence.charges > 0) return 'provisional';
  const since = evidence.oldestUnsettled;
  return since !== null && since < endOf(day) + REPORTING_DELAY_MS ? 'open' : 'provisional';
}

/** A removed connection is no longer followed: no record, and outside every mean. */
function isAfterRemoval({ day, removedAt, read, charges }: DayEvidence): boolean {
  if (removedAt === null || charges > 0) return false;
  const last = dayOf(removedAt);
  return day > last || (day === last && read === 0);
}

function isBeforeFirst({ day, firstChargeDay }: DayEvidence): boolean {
  return firstChargeDay !== null && day < firstChargeDay;
}

/** No scope could bear a charge, and none has read the day. */
function stateWithoutScope(evidence: DayEvidence): DayState {
  const { day, today, listedAt, createdDay } = evidence;
  if (createdDay !== null && day < createdDay) return 'before';
  if (isBeforeFirst(evidence)) return listedAt === null ? 'unknown' : 'before';
  if (listedAt === null) return 'unknown';
  if (day === today) return 'open';
  if (day > dayOf(listedAt)) return 'unknown';
  return listedAt < endOf(day) + REPORTING_DELAY_MS ? 'open' : 'zero';
}
