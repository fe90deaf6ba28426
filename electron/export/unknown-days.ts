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
  /** Why nobody will ever read them: the connection was removed, or the vendor gives them no more; else null. */
  readonly stays: 'removed' | 'refused' | null;
}

/**
 * The days that an export lacks, or has in part only, since nobody has read them
 * whole yet: at most one entry of each kind per connection.
 *
 * @param states what the ledger knows of the exported range
 * @param sums of what it holds in that range
 * @param connections whose they are
 * @param historyFrom the first day that a refresh reads by itself
 * @param isRefused whether the vendor no longer gives a connection's day
 */
export function unknownDays(
  states: readonly DayKnowledge[],
  sums: readonly DaySum[],
  connections: ReadonlyArray<Pick<Connection, 'id' | 'name' | 'removedAt'>>,
  historyFrom: Day,
  isRefused: (connection: string, day: Day) => boolean,
): UnknownDays[] {
  const placeOf = ({ connection, day }: { connection: string; day: Day }): string => `${connection} ${day}`;
  const charged = new Set(sums.map(placeOf));
  const unknown = states.filter(({ state }) => state === 'unknown');
  return connections.flatMap(({ id: connection, name, removedAt }) => {
    const own = unknown.filter((one) => one.connection === connection);
    return KINDS.flatMap(({ inPart, refused }) => {
      const days = own
        .filter((one) => charged.has(placeOf(one)) === inPart && isRefused(connection, one.day) === refused)
        .map(({ day }) => day)
        .sort();
      if (days.length === 0) return [];
      const stays = removedAt !== null ? 'removed' : refused ? 'refused' : null;
      const since = stays === null ? (days.find((day) => day < historyFrom) ?? null) : null;
      return [{ connection, name, inPart, days, since, stays }];
    });
  });
}

const KINDS = [false, true].flatMap((inPart) => [false, true].map((refused) => ({ inPart, refused })));

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
