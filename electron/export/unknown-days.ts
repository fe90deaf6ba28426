import type { Day } from '../../shared/day.js';
import { addDays } from '../../shared/day.js';
import type { Connection, DayKnowledge, DaySum } from '../ledger/types.js';

/** Days of an export that one connection has not read whole, in order. */
export interface UnknownDays {
  /** Its id; '' where there is no connection at all. */
  readonly connection: string;
  readonly name: string;
  /**
   * Known only in part: the charges read so far, as those of another app or of before
   * the day's end, are in the export. Otherwise nothing of the days is in it.
   */
  readonly inPart: boolean;
  readonly days: readonly Day[];
  /** The first of them, where it lies before the history that a refresh reads by itself; else null. */
  readonly since: Day | null;
  /** The connection was removed: nobody will read them. */
  readonly removed: boolean;
}

/**
 * The days that an export lacks, or has in part only, since nobody has read them
 * whole yet: at most one entry of each kind per connection.
 *
 * @param states what the ledger knows of the exported range
 * @param sums of what it holds in that range
 * @param connections whose they are
 * @param historyFrom the first day that a refresh reads by itself
 */
export function unknownDays(
  states: readonly DayKnowledge[],
  sums: readonly DaySum[],
  connections: ReadonlyArray<Pick<Connection, 'id' | 'name' | 'removedAt'>>,
  historyFrom: Day,
): UnknownDays[] {
  const placeOf = ({ connection, day }: { connection: string; day: Day }): string => `${connection} ${day}`;
  const charged = new Set(sums.map(placeOf));
  const unknown = states.filter(({ state }) => state === 'unknown');
  return connections.flatMap(({ id: connection, name, removedAt }) =>
    [false, true].flatMap((inPart) => {
      const days = unknown
        .filter((one) => one.connection === connection && charged.has(placeOf(one)) === inPart)
        .map(({ day }) => day)
        .sort();
      if (days.length === 0) return [];
      const since = days.find((day) => day < historyFrom) ?? null;
      return [{ connection, name, inPart, days, since, removed: removedAt !== null }];
    }),
  );
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
