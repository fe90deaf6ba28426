/** States and sums of days, read from the ledger once for everything an overview derives from them. */
import type { Day, DayRange } from '../../shared/day.js';
import { joinDays } from '../../shared/policy/known-days.js';
import type { KnownDay } from '../../shared/policy/known-days.js';
import type { Connection, DayKnowledge, DaySum, Ledger } from '../ledger/types.js';

export interface DayFacts {
  readonly states: readonly DayKnowledge[];
  readonly sums: readonly DaySum[];
}

export const NO_FACTS: DayFacts = { states: [], sums: [] };

export function readDayFacts(
  ledger: Ledger,
  connections: readonly Connection[],
  range: DayRange,
  today: Day,
): DayFacts {
  const question = { range, connections: connections.map(({ id }) => id) };
  const removed = new Set(connections.filter(({ removedAt }) => removedAt !== null).map(({ id }) => id));
  const sums = ledger.daySums(question);
  const charged = new Set(sums.map(({ connection, day }) => `${connection} ${day}`));
  return {
    // Nobody will ever read what a removed connection did not: its gaps are no news, but for
    // a day of which it has a part, whose sum is not the day's.
    states: ledger
      .dayStates(question, today)
      .filter(
        ({ connection, day, state }) =>
          state !== 'unknown' || !removed.has(connection) || charged.has(`${connection} ${day}`),
      ),
    sums,
  };
}

export function ofConnections(facts: DayFacts, ids: ReadonlySet<string>): DayFacts {
  return {
    states: facts.states.filter(({ connection }) => ids.has(connection)),
    sums: facts.sums.filter(({ connection }) => ids.has(connection)),
  };
}

/** Each connection's own. */
export function byConnection(facts: DayFacts): Map<string, DayFacts> {
  const own = new Map<string, { states: DayKnowledge[]; sums: DaySum[] }>();
  const of = (connection: string): { states: DayKnowledge[]; sums: DaySum[] } => {
    let found = own.get(connection);
    if (found === undefined) own.set(connection, (found = { states: [], sums: [] }));
    return found;
  };
  for (const state of facts.states) of(state.connection).states.push(state);
  for (const sum of facts.sums) of(sum.connection).sums.push(sum);
  return own;
}

export function within(facts: DayFacts, range: DayRange): DayFacts {
  const inside = ({ day }: { readonly day: Day }): boolean => day >= range.from && day <= range.to;
  return { states: facts.states.filter(inside), sums: facts.sums.filter(inside) };
}

/** One entry a day over all connections of the facts. */
export function joined(facts: DayFacts): KnownDay[] {
  return joinDays(facts.states, facts.sums);
}
