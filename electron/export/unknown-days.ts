import type { Day } from '../../shared/day.js';
import { addDays } from '../../shared/day.js';
import type { DayKnowledge } from '../ledger/types.js';

/** Days of an export that one connection has not read, in order. */
export interface UnknownDays {
  /** Its id; '' where there is no connection at all. */
  readonly connection: string;
  readonly name: string;
  readonly days: readonly Day[];
  /** The first of them, where it lies before the history that a refresh reads by itself; else null. */
  readonly since: Day | null;
}

/**
 * The days that are missing from an export since nobody has read them yet.
 *
 * @param states what the ledger knows of the exported range
 * @param names the connections' names by id
 * @param historyFrom the first day that a refresh reads by itself
 */
export function unknownDays(
  states: readonly DayKnowledge[],
  names: ReadonlyMap<string, string>,
  historyFrom: Day,
): UnknownDays[] {
  const byConnection = new Map<string, Day[]>();
  for (const { connection, day, state } of states) {
    if (state !== 'unknown') continue;
    const days = byConnection.get(connection);
    if (days === undefined) byConnection.set(connection, [day]);
    else days.push(day);
  }
  return [...byConnection].map(([connection, unsorted]) => {
    const days = unsorted.sort();
    const since = days.find((day) => day < historyFrom) ?? null;
    return { connection, name: names.get(connection) ?? connection, days, since };
  });
}

/** `2026-11-03, 2026-11-05 to 2026-11-09`. */
export function daysInWords(days: readonly Day[]): string {
  const stretches: Array<{ from: Day; to: Day }> = [];
  for (const day of days) {
    const last = stretches.at(-1);
    if (last !== undefined && addDays(last.to, 1) === day) last.to = day;
    else stretches.push({ from: day, to: day });
  }
  return stretches.map(({ from, to }) => (from === to ? from : `${from} to ${to}`)).join(', ');
}
