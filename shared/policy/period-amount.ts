/** An amount over days, with how much of it is known. */
import { contains, earlier, eachDay } from '../day.js';
import type { Day, DayRange } from '../day.js';
import type { DayState, Known, PeriodAmount } from '../model.js';
import { sum } from '../money.js';
import type { Nanos } from '../money.js';

export interface PeriodInput {
  readonly range: DayRange;
  readonly today: Day;
  /** One entry per connection and day; a day without any is unknown. */
  readonly states: Iterable<{ readonly day: Day; readonly state: DayState }>;
  readonly sums: Iterable<{ readonly day: Day; readonly usd: Nanos }>;
}

/**
 * `whole`: every connection knows every ended day, those before its first
 * charge included, since nothing was charged there. Today may be open or not
 * read yet, unless the period is today alone. An ended day that is still open
 * was read but is not reported: with it the amount is `part`.
 *
 * `none`: nothing is known of any day, all lie before the first charge, or none
 * that was read is reported yet; that is not $0.
 *
 * `unknownDays` are the ended days (or today alone) that some connection has
 * not read. `provisionalDays` counts the days whose amount may still change,
 * today and ended open days among them.
 */
export function periodAmount({ range, today, states, sums }: PeriodInput): PeriodAmount {
  const found = new Map<Day, Set<DayState>>();
  for (const { day, state } of states) {
    found.set(day, (found.get(day) ?? new Set<DayState>()).add(state));
  }
  const days = eachDay({ from: range.from, to: earlier(range.to, today) }).map((day) => ({
    day,
    states: found.get(day) ?? new Set<DayState>(['unknown']),
  }));
  const own = [...sums].filter(({ day }) => contains(range, day));
  const unknownDays = days
    .filter(({ day, states }) => states.has('unknown') && (day < today || range.from === today))
    .map(({ day }) => day);
  const unreportedDays = days
    .filter(({ day, states }) => states.has('open') && day < today)
    .map(({ day }) => day);
  const something = own.length > 0 || days.some(({ states }) => hasAmount(states));
  return {
    range,
    usd: sum(own.map(({ usd }) => usd)),
    known: knownOf(something, unknownDays.length > 0 || unreportedDays.length > 0),
    provisionalDays: days.filter(({ states }) => states.has('provisional') || states.has('open')).length,
    unknownDays,
    unreportedDays,
  };
}

function hasAmount(states: ReadonlySet<DayState>): boolean {
  return states.has('provisional') || states.has('settled') || states.has('zero');
}

function knownOf(something: boolean, missing: boolean): Known {
  if (!something) return 'none';
  return missing ? 'part' : 'whole';
}

/** There is no amount, though days were read: the vendor has not reported any of them yet. */
export function isUnreported({ known, provisionalDays }: PeriodAmount): boolean {
  return known === 'none' && provisionalDays > 0;
}
