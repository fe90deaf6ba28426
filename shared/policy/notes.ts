/** Quiet notes on a resource's row: what is worth a look though nothing is wrong. */
import { addDays } from '../day.js';
import type { Day } from '../day.js';
import { HISTORY_DAYS } from './forecast.js';
import { isKnownComplete } from './known-days.js';
import type { KnownDay } from './known-days.js';

const FLAT_DAYS = 7;
/** Fewer lower days than this are a start in mid-day, not a load that varies. */
const LOWER_DAYS = 3;

export interface ResourceFacts {
  /** The vendor lists it as stopped. */
  readonly stopped: boolean;
  /** Its days, in any order, at least the last {@link HISTORY_DAYS}: its own sums under its connection's states. */
  readonly days: readonly KnownDay[];
  /** What the newest known complete day was charged for; null where it was not asked. */
  readonly newestMeters: ReadonlyArray<{ readonly meter: string; readonly usd: bigint }> | null;
}

export function resourceNotes(facts: ResourceFacts, today: Day): string[] {
  const oldest = addDays(today, -HISTORY_DAYS);
  const complete = facts.days
    .filter((day) => isKnownComplete(day, today) && day.day >= oldest)
    .sort((a, b) => (a.day < b.day ? 1 : -1));
  if (facts.stopped) return stoppedNote(complete[0], facts.newestMeters);
  return isFlatAtCeiling(complete) ? ['Flat at its ceiling for a week'] : [];
}

/**
 * A resource stopped in the course of that day was charged for compute as well,
 * and that is no news. Without the meters nothing can be told.
 */
function stoppedNote(newest: KnownDay | undefined, meters: ResourceFacts['newestMeters']): string[] {
  if (newest === undefined || newest.usd <= 0n || meters === null) return [];
  const charged = meters.filter(({ usd }) => usd > 0n).map(({ meter }) => meter.toLowerCase());
  if (charged.length === 0 || charged.includes('compute')) return [];
  return [`Stopped, still charged for ${inWords(charged)}`];
}

function inWords(names: readonly string[]): string {
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/**
 * The newest 7 days in a row each within 1 % of the highest, after days that
 * were at least a tenth lower: a service that scales and has stayed at its
 * limit. A machine at one price day after day is no news.
 *
 * @param complete newest first
 */
function isFlatAtCeiling(complete: readonly KnownDay[]): boolean {
  const [newest] = complete;
  const week = complete.slice(0, FLAT_DAYS);
  if (newest === undefined || week.length < FLAT_DAYS) return false;
  const ceiling = complete.reduce((most, { usd }) => (usd > most ? usd : most), 0n);
  const inARow = week.every(({ day }, index) => day === addDays(newest.day, -index));
  const flat = week.every(({ usd }) => usd * 100n >= ceiling * 99n);
  const lower = complete.slice(FLAT_DAYS).filter(({ usd }) => usd > 0n && usd * 10n <= ceiling * 9n);
  return ceiling > 0n && inARow && flat && lower.length >= LOWER_DAYS;
}
