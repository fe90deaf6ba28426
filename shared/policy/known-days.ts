/**
 * What is known of days, as every policy reads it. The states of a day and
 * their meaning are in {@link DayState}.
 */
import type { Day } from '../day.js';
import type { DayState } from '../model.js';
import { nanos, ZERO } from '../money.js';
import type { Nanos } from '../money.js';

/** One day of one connection, of one resource, or of several together. */
export interface KnownDay {
  readonly day: Day;
  readonly state: DayState;
  readonly usd: Nanos;
}

/**
 * Whether a day's amount is that of a whole day: it has ended and was read
 * whole. An ended day that is still `open` was read, but the vendor has not
 * reported it yet, so its 0 is not an amount.
 */
export function isKnownComplete(day: Pick<KnownDay, 'day' | 'state'>, today: Day): boolean {
  return day.day < today && (day.state === 'provisional' || day.state === 'settled' || day.state === 'zero');
}

/** Worst first; the first one that any connection has is the state of all together. */
const WORST_FIRST: readonly DayState[] = ['future', 'unknown', 'open', 'provisional', 'settled', 'zero'];

/**
 * One day's state over several connections. A connection that did not exist yet
 * adds nothing and hides nothing: `before` only where all are; settled beside
 * a true $0 is settled. Of no connection at all nothing is known.
 */
export function combineStates(states: Iterable<DayState>): DayState {
  const present = new Set(states);
  return WORST_FIRST.find((state) => present.has(state)) ?? (present.has('before') ? 'before' : 'unknown');
}

/**
 * Joins what the ledger knows of days with their sums. A day without a sum is
 * worth 0, and its state says whether that is an amount; a sum without a state
 * belongs to a day that was not read whole, so it counts as `unknown`.
 *
 * @returns one entry per day, in order
 */
export function joinDays(
  states: Iterable<{ readonly day: Day; readonly state: DayState }>,
  sums: Iterable<{ readonly day: Day; readonly usd: Nanos }>,
): KnownDay[] {
  const joined = new Map<Day, { states: DayState[]; usd: bigint }>();
  const entry = (day: Day): { states: DayState[]; usd: bigint } => {
    const found = joined.get(day) ?? { states: [], usd: ZERO };
    joined.set(day, found);
    return found;
  };
  for (const { day, state } of states) entry(day).states.push(state);
  for (const { day, usd } of sums) entry(day).usd += usd;
  return [...joined]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, found]) => ({ day, state: combineStates(found.states), usd: nanos(found.usd) }));
}
