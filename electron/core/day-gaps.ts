/** Why days are not known, which decides what can be done about it. */
import { dayOf, eachDay } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { Gap } from '../../shared/model.js';
import type { Connection, Ledger, Scope } from '../ledger/types.js';
import { historyEnds } from '../polling/memo/history-ends.js';
import type { DayFacts } from './day-facts.js';

/** @returns of a connection's day, null where it is known */
export type GapOf = (connection: string, day: Day) => Gap | null;

/** @param facts of these connections and the days of the range */
export function gapsOf(
  ledger: Ledger,
  connections: readonly Connection[],
  range: DayRange,
  facts: DayFacts,
): GapOf {
  const refused = new Map(
    connections.map((connection) => [connection.id, refusedDays(ledger, connection, range)]),
  );
  const charged = new Set(facts.sums.map(({ connection, day }) => `${connection} ${day}`));
  const removed = new Set(connections.filter(({ removedAt }) => removedAt !== null).map(({ id }) => id));
  const gaps = new Map<string, Gap>();
  for (const { connection, day, state } of facts.states) {
    if (state !== 'unknown') continue;
    const key = `${connection} ${day}`;
    if (removed.has(connection)) gaps.set(key, 'cut-short');
    else if (refused.get(connection)?.has(day) === true) gaps.set(key, 'refused');
    else gaps.set(key, charged.has(key) ? 'in-part' : 'unread');
  }
  return (connection, day) => gaps.get(`${connection} ${day}`) ?? null;
}

/** The days that some scope has not read, each such scope because the vendor refuses them. */
function refusedDays(ledger: Ledger, connection: Connection, range: DayRange): ReadonlySet<Day> {
  const ends = historyEnds(connection.memo);
  if (ends.size === 0) return new Set();
  const scopes = ledger
    .scopes(connection.id)
    .filter(({ endedAt }) => endedAt === null)
    .map((scope) => {
      const read = new Set(ledger.covered(scope.id, range).map(({ day }) => day));
      const end = ends.get(scope.key) ?? null;
      return { isLacking: (day: Day) => exists(scope, day) && !read.has(day), end };
    });
  return new Set(
    eachDay(range).filter((day) => {
      const lacking = scopes.filter(({ isLacking }) => isLacking(day));
      return lacking.length > 0 && lacking.every(({ end }) => end !== null && day <= end);
    }),
  );
}

function exists({ createdDay, goneAt }: Scope, day: Day): boolean {
  return (createdDay === null || createdDay <= day) && (goneAt === null || day <= dayOf(goneAt));
}
