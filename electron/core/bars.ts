/** The chart: one bar a day, split into the largest series and the rest. */
import { earlier, eachDay } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { DayBar, SeriesView, ViewChoice } from '../../shared/model.js';
import { PROVIDER_IDS, PROVIDER_NAMES } from '../../shared/model.js';
import { nanos } from '../../shared/money.js';
import { joinGaps } from '../../shared/policy/gaps.js';
import type { KnownDay } from '../../shared/policy/known-days.js';
import type { Connection, Ledger, Question, ResourceSum } from '../ledger/types.js';
import { resourceName } from './breakdown.js';
import type { DayFacts } from './day-facts.js';
import { gapsOf } from './day-gaps.js';

/** The largest so many series are told apart in a bar; the rest is one. */
const SERIES = 5;
const REST = 'other';

export interface BarsInput {
  readonly ledger: Ledger;
  readonly connections: readonly Connection[];
  readonly splitBy: ViewChoice['splitBy'];
  readonly chart: DayRange;
  readonly today: Day;
  /** Of these connections and the chart's days. */
  readonly facts: DayFacts;
  /** The chart's known days over all of these connections, and maybe others. */
  readonly days: readonly KnownDay[];
  readonly resourceSums: (range: DayRange) => ResourceSum[];
}

type Splits = ReadonlyMap<Day, ReadonlyMap<string, bigint>>;

export function chartBars(input: BarsInput): { series: SeriesView[]; days: DayBar[] } {
  const totals = totalsOf(input);
  const ranked = input.splitBy === 'provider' ? inFixedOrder(totals) : totals.sort(bySize);
  const series = ranked.length <= SERIES + 1 ? ranked : ranked.slice(0, SERIES);
  const splits = splitsOf(
    input,
    series.map(({ key }) => key),
    ranked.length > series.length,
  );
  const rest = ranked.slice(series.length);
  if (rest.length > 0) {
    const usd = nanos(rest.reduce((all, one) => all + one.usd, 0n));
    series.push({ key: REST, name: `${rest.length} more`, provider: null, usd });
  }
  return { series, days: bars(input, series, splits) };
}

/** Providers keep their place in the bars, whichever costs more in a period. */
function inFixedOrder(totals: readonly SeriesView[]): SeriesView[] {
  return PROVIDER_IDS.flatMap((id) => totals.filter(({ key }) => key === id));
}

function bySize(a: SeriesView, b: SeriesView): number {
  return a.usd === b.usd ? (a.key < b.key ? -1 : 1) : a.usd > b.usd ? -1 : 1;
}

/** What each series comes to over the chart's days, in no order. */
function totalsOf(input: BarsInput): SeriesView[] {
  const totals = new Map<string, SeriesView>();
  const add = (one: SeriesView): void => {
    totals.set(one.key, { ...one, usd: nanos((totals.get(one.key)?.usd ?? 0n) + one.usd) });
  };
  switch (input.splitBy) {
    case 'provider': {
      const providerOf = new Map(input.connections.map(({ id, provider }) => [id, provider]));
      for (const { connection, usd } of input.facts.sums) {
        const provider = providerOf.get(connection);
        if (provider !== undefined) add({ key: provider, name: PROVIDER_NAMES[provider], provider, usd });
      }
      break;
    }
    case 'resource':
      for (const sum of input.resourceSums(questionOf(input).range)) {
        add({ key: sum.key, name: resourceName(sum), provider: sum.provider, usd: sum.usd });
      }
      break;
    case 'meter':
      for (const { meter, usd } of input.ledger.meterSums(questionOf(input))) {
        add({ key: meter, name: meter, provider: null, usd });
      }
      break;
  }
  return [...totals.values()];
}

/** Of no day after today: what a vendor whose clock is ahead has charged for one has no bar yet. */
function questionOf({ chart, today, connections }: BarsInput): Question {
  const range = { from: chart.from, to: earlier(chart.to, today) };
  return { range, connections: connections.map(({ id }) => id) };
}

/** Each charged day's amounts by series; the rest is what the day's sum has beside them. */
function splitsOf(input: BarsInput, keys: readonly string[], withRest: boolean): Splits {
  const splits = new Map<Day, Map<string, bigint>>();
  const add = (day: Day, key: string, usd: bigint): void => {
    let split = splits.get(day);
    if (split === undefined) splits.set(day, (split = new Map<string, bigint>()));
    split.set(key, (split.get(key) ?? 0n) + usd);
  };
  if (input.splitBy === 'provider') {
    const providerOf = new Map(input.connections.map(({ id, provider }) => [id, provider]));
    for (const { day, connection, usd } of input.facts.sums) add(day, providerOf.get(connection) ?? '', usd);
    return splits;
  }
  if (withRest) for (const { day, usd } of input.facts.sums) add(day, REST, usd);
  for (const { day, key, usd } of input.ledger.daySplit(questionOf(input), input.splitBy, keys)) {
    add(day, key, usd);
    if (withRest) add(day, REST, 0n - usd);
  }
  return splits;
}

function bars(input: BarsInput, series: readonly SeriesView[], splits: Splits): DayBar[] {
  const { facts, today } = input;
  const known = new Map(input.days.map((day) => [day.day, day]));
  const names = new Map(input.connections.map(({ id, name }) => [id, name]));
  const unknownFor = new Map<Day, string[]>();
  for (const { day, connection, state } of facts.states) {
    if (state === 'unknown') unknownFor.set(day, [...(unknownFor.get(day) ?? []), connection]);
  }
  const gapOf = gapsOf(input.ledger, input.connections, facts);
  let cumulative = 0n;
  return eachDay(input.chart).map((day): DayBar => {
    if (day > today) return future(day);
    const found = known.get(day);
    const state = found?.state ?? 'unknown';
    const split = splits.get(day);
    // What is known of a partly known day is shown; a day of which nothing is known bears no number.
    const nothing = state === 'before' || (split === undefined && (state === 'unknown' || state === 'open'));
    cumulative += found?.usd ?? 0n;
    return {
      day,
      state,
      usd: nothing ? null : nanos(found?.usd ?? 0n),
      split: series.flatMap(({ key }) => {
        const usd = split?.get(key);
        return usd === undefined || usd === 0n ? [] : [{ key, usd: nanos(usd) }];
      }),
      cumulative: nanos(cumulative),
      unknownFor: (unknownFor.get(day) ?? []).map((id) => names.get(id) ?? id),
      gap: joinGaps((unknownFor.get(day) ?? []).map((id) => gapOf(id, day))),
    };
  });
}

function future(day: Day): DayBar {
  return { day, state: 'future', usd: null, split: [], cumulative: null, unknownFor: [], gap: null };
}
