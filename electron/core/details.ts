/** One day, and one row of the breakdown, in detail. */
import { addDays, dayOf, later } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { BreakdownBy, DayDetail, DayLine, ResourceDetail } from '../../shared/model.js';
import { convert, nanos } from '../../shared/money.js';
import { rateOn } from '../ledger/rates.js';
import { connectionOf } from '../ledger/resource-key.js';
import type { Connection, Ledger, MeterSum } from '../ledger/types.js';
import { resourceDetail as describe, resourceName } from './breakdown.js';
import { joined, readDayFacts } from './day-facts.js';
import { gapsOf } from './day-gaps.js';

/** A row's own small bars show so many days. */
const ROW_DAYS = 31;

export function dayDetail(
  ledger: Ledger,
  connections: readonly Connection[],
  day: Day,
  now: number,
): DayDetail {
  const today = dayOf(now);
  const range: DayRange = { from: day, to: day };
  const question = { range, connections: connections.map(({ id }) => id) };
  const facts = readDayFacts(ledger, connections, range, today);
  const [known] = joined(facts);
  const state = day > today ? 'future' : (known?.state ?? 'unknown');
  const nothing =
    facts.sums.length === 0 && state !== 'settled' && state !== 'zero' && state !== 'provisional';
  const names = new Map(connections.map(({ id, name }) => [id, name]));
  const gapOf = gapsOf(ledger, connections, facts);
  const firsts = connections.map(({ id }) => ledger.firstChargeDay(id)).filter((first) => first !== null);
  const first = firsts.sort()[0] ?? day;
  const metersOfResource = ledger.metersByResource(question);
  return {
    day,
    state,
    usd: nothing ? null : nanos(known?.usd ?? 0n),
    lines: ledger
      .resourceSums(question)
      .map((sum): DayLine => ({
        resourceKey: sum.key,
        resource: resourceName(sum),
        detail: describe(sum),
        provider: sum.provider,
        usd: sum.usd,
        meters: meters(metersOfResource.get(sum.key) ?? []),
      }))
      .sort((a, b) => (a.usd === b.usd ? 0 : a.usd > b.usd ? -1 : 1)),
    hours: ledger.hours(question),
    meters: meters(ledger.meterSums(question)),
    revisions: ledger.revisions(question).map(({ connection, at, before, after }) => {
      const rate = rateOn(ledger.rates(connection), day);
      return {
        connection: names.get(connection) ?? connection,
        at,
        before: convert(before, rate),
        after: convert(after, rate),
      };
    }),
    connections: facts.states.map((entry) => ({
      id: entry.connection,
      name: names.get(entry.connection) ?? entry.connection,
      state: entry.state,
      gap: gapOf(entry.connection, day),
      readAt: entry.readAt,
    })),
    previous: day > first ? addDays(day, -1) : null,
    next: day < today ? addDays(day, 1) : null,
  };
}

/** @param by what the rows are; a connection's row opens to its meters */
export function rowDetail(
  ledger: Ledger,
  connections: readonly Connection[],
  key: string,
  by: BreakdownBy,
  range: DayRange,
  now: number,
): ResourceDetail {
  const today = dayOf(now);
  // What is not known of one connection says nothing of another's resource.
  const chosen = by === 'meter' ? connections : connections.filter(({ id }) => id === connectionOf(key));
  const ids = chosen.map(({ id }) => id);
  const days: DayRange = { from: later(range.from, addDays(range.to, 1 - ROW_DAYS)), to: range.to };
  const question = { range: days, connections: ids };
  const facts = readDayFacts(ledger, chosen, days, today);
  const usdOf = new Map(daysOf(ledger, question, key, by).map(({ day, usd }) => [day, usd]));
  return {
    key,
    meters: by === 'meter' ? [] : meters(metersOf(ledger, { range, connections: ids }, key, by)),
    days: joined(facts).map(({ day, state }) => {
      const usd = usdOf.get(day);
      const blank = usd === undefined && (state === 'unknown' || state === 'open' || state === 'before');
      return { day, state, usd: blank ? null : (usd ?? nanos(0n)) };
    }),
  };
}

type Question = Parameters<Ledger['meterSums']>[0];

function daysOf(
  ledger: Ledger,
  question: Question,
  key: string,
  by: BreakdownBy,
): Array<{ day: Day; usd: ReturnType<typeof nanos> }> {
  switch (by) {
    case 'resource':
    case 'meter':
      return ledger.daySplit(question, by, [key]);
    case 'connection':
      return ledger.daySums(question);
  }
}

function metersOf(ledger: Ledger, question: Question, key: string, by: BreakdownBy): MeterSum[] {
  return by === 'resource' ? ledger.resourceMeters(question, key) : ledger.meterSums(question);
}

/** Largest first; two providers' meters of one name are one. */
function meters(sums: readonly MeterSum[]): Array<{ meter: string; usd: ReturnType<typeof nanos> }> {
  const byName = new Map<string, bigint>();
  for (const { meter, usd } of sums) byName.set(meter, (byName.get(meter) ?? 0n) + usd);
  return [...byName]
    .map(([meter, usd]) => ({ meter, usd: nanos(usd) }))
    .sort((a, b) => (a.usd === b.usd ? 0 : a.usd > b.usd ? -1 : 1));
}
