/** Why days are not known, which decides what can be done about it. */
import { dayOf, endOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import type { Gap } from '../../shared/model.js';
import type { Connection, DayKnowledge, Ledger, Scope } from '../ledger/types.js';
import { historyEnds } from '../polling/memo/history-ends.js';
import type { DayFacts } from './day-facts.js';

/** @returns of a connection's day, null where it is known */
export type GapOf = (connection: string, day: Day) => Gap | null;

/** @param facts of these connections and all the days that may be asked for */
export function gapsOf(ledger: Ledger, connections: readonly Connection[], facts: DayFacts): GapOf {
  const unknown = facts.states.filter(({ state }) => state === 'unknown');
  const refused = new Map(
    connections.map((connection) => {
      const own = unknown.filter((known) => known.connection === connection.id);
      return [connection.id, refusedDays(ledger, connection, own)];
    }),
  );
  const charged = new Set(facts.sums.map(({ connection, day }) => `${connection} ${day}`));
  const removed = new Set(connections.filter(({ removedAt }) => removedAt !== null).map(({ id }) => id));
  const gaps = new Map<string, Gap>();
  for (const { connection, day } of unknown) {
    const key = `${connection} ${day}`;
    if (removed.has(connection)) gaps.set(key, 'cut-short');
    else if (refused.get(connection)?.has(day) === true) gaps.set(key, 'refused');
    else gaps.set(key, charged.has(key) ? 'in-part' : 'unread');
  }
  return (connection, day) => gaps.get(`${connection} ${day}`) ?? null;
}

/**
 * The days that some scope has not read, each such scope because the vendor refuses
 * them. Only scopes that were refused something are looked at: where they are as
 * many as those that lack the day, there is no other.
 *
 * @param unknown the connection's days that are not known, in order
 */
function refusedDays(
  ledger: Ledger,
  connection: Connection,
  unknown: readonly DayKnowledge[],
): ReadonlySet<Day> {
  const first = unknown[0]?.day;
  const ends = historyEnds(connection.memo);
  if (first === undefined || [...ends.values()].every((end) => end < first)) return new Set();
  const refused = new Map<Day, number>();
  for (const scope of ledger.scopes(connection.id)) {
    const end = ends.get(scope.key);
    if (end === undefined || end < first || scope.endedAt !== null) continue;
    // One that was read before its end is lacking all the same.
    const whole = ledger
      .covered(scope.id, { from: first, to: end })
      .filter(({ day, settled, readAt }) => settled || readAt >= endOf(day));
    const read = new Set(whole.map(({ day }) => day));
    for (const { day } of unknown) {
      if (day <= end && exists(scope, day) && !read.has(day)) refused.set(day, (refused.get(day) ?? 0) + 1);
    }
  }
  return new Set(
    unknown.filter(({ day, lacking }) => lacking > 0 && refused.get(day) === lacking).map(({ day }) => day),
  );
}

function exists({ createdDay, goneAt }: Scope, day: Day): boolean {
  return (createdDay === null || createdDay <= day) && (goneAt === null || day <= dayOf(goneAt));
}
