/** Builds the Overview: questions to the ledger's rollup, and the pure policies over the answers. */
import {
  addDays,
  addMonths,
  dayOf,
  eachDay,
  earlier,
  endOf,
  firstOfMonth,
  lastOfMonth,
  later,
} from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { DayBar, Overview, SecretStoreState, SeriesView, ViewChoice } from '../../shared/model.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import { nanos, parseNanos } from '../../shared/money.js';
import { resolvePeriod, stretchBefore } from '../../shared/period.js';
import { budgetView } from '../../shared/policy/budget.js';
import { compare } from '../../shared/policy/change.js';
import { HISTORY_DAYS, forecast } from '../../shared/policy/forecast.js';
import { periodAmount } from '../../shared/policy/period-amount.js';
import { runRate } from '../../shared/policy/run-rate.js';
import { statusLine } from '../../shared/policy/status-line.js';
import type { Settings } from '../../shared/settings.js';
import type { Connection, Ledger } from '../ledger/types.js';
import { breakdown, resourceName } from './breakdown.js';
import { connectionViews } from './connection-views.js';
import type { LiveState } from './connection-views.js';
import { joined, ofConnections, readDayFacts, within } from './day-facts.js';
import type { DayFacts } from './day-facts.js';

/** The largest so many series are told apart in a bar; the rest is one. */
const SERIES = 5;
/** A single day is shown among the days before it. */
const CONTEXT_DAYS = 7;
const OLDEST_MONTHS = 24;

export interface OverviewInput {
  readonly ledger: Ledger;
  readonly settings: Settings;
  readonly view: ViewChoice;
  readonly live: LiveState;
  readonly secretStore: SecretStoreState;
  readonly ledgerNotice: string | null;
  readonly nextPollAt: number | null;
  readonly formatTime: (time: number) => string;
}

export function buildOverview(input: OverviewInput): Overview {
  const { ledger, live, settings } = input;
  const { now } = live;
  const today = dayOf(now);
  const all = ledger.connections();
  const chosen = all.filter(({ id }) => id === input.view.connection);
  // A connection that was forgotten while it was looked at: back to all of them.
  const view = chosen.length === 0 ? { ...input.view, connection: null } : input.view;
  const selected = chosen.length === 0 ? all : chosen;
  const asked = resolvePeriod(view.period, today, view.custom, chosen[0]?.billingAnchor ?? null);
  // A range that begins years before the first record has nothing more to show than blank days.
  const range = { from: earlier(asked.to, later(asked.from, oldestDay(ledger, all, today))), to: asked.to };
  const chart = chartRange(view, range);
  const before = stretchBefore(view.period, range, chosen[0]?.billingAnchor ?? null);
  const month: DayRange = { from: firstOfMonth(today), to: today };
  const from = [range.from, chart.from, before.from, month.from, addDays(today, -HISTORY_DAYS)].reduce(
    earlier,
  );
  const facts = readDayFacts(ledger, all, { from, to: today }, today, now);
  const mine = ofConnections(facts, new Set(selected.map(({ id }) => id)));

  const comparison = compare(range, before, joined(mine), today);
  const views = connectionViews(ledger, facts, live);
  const monthToDate = periodAmount({ range: month, today, ...within(facts, month) });
  const total = periodAmount({ range, today, ...within(mine, range) });
  const asOf = oldestSuccess(selected);
  const { series, splits } = splitOf(ledger, view, selected, within(mine, chart), chart);
  const hours: LastHours = new Map(selected.map(({ id }) => [id, ledger.lastDayByHour(id)]));
  const budgetLimit = settings.budgetUsd === null ? null : parseNanos(settings.budgetUsd);
  return {
    generatedAt: now,
    today,
    dayEndsAt: endOf(today),
    view,
    total,
    change: comparison?.change ?? null,
    todaySoFar: periodAmount({
      range: { from: today, to: today },
      today,
      ...within(mine, { from: today, to: today }),
    }),
    runRate: runRateOf(hours, selected, mine, now),
    forecast: forecastOf(hours, selected, mine, now),
    budget: budgetView(budgetLimit, monthToDate),
    series,
    days: bars(mine, chart, today, series, splits, selected),
    breakdown: breakdown({
      ledger,
      connections: selected,
      by: view.breakdownBy,
      showAll: view.showAll,
      range,
      compared:
        comparison === null || comparison.gaps
          ? null
          : { now: comparison.range, before: comparison.change.range },
      today,
      facts: mine,
    }),
    connections: views,
    status: statusLine({
      connections: views,
      secretStore: input.secretStore,
      ledgerNotice: input.ledgerNotice,
      asOf: oldestSuccess(all),
      cadenceMinutes: settings.cadenceMinutes,
      now,
      formatTime: input.formatTime,
    }),
    asOf,
    nextPollAt: input.nextPollAt,
    syncing: live.syncing.size > 0,
    monthToDate,
  };
}

/** The first day anything can be known of: of the first record, or two years back. */
function oldestDay(ledger: Ledger, connections: readonly Connection[], today: Day): Day {
  const firsts = connections.map(({ id }) => ledger.firstChargeDay(id)).filter((day) => day !== null);
  return [...firsts, addMonths(today, -OLDEST_MONTHS)].reduce(earlier);
}

function chartRange(view: ViewChoice, range: DayRange): DayRange {
  switch (view.period) {
    case 'today':
    case 'yesterday':
      return { from: addDays(range.to, 1 - CONTEXT_DAYS), to: range.to };
    case 'monthToDate':
      return { from: range.from, to: lastOfMonth(range.to) };
    case 'billingPeriod':
      return { from: range.from, to: addDays(addMonths(range.from, 1), -1) };
    default:
      return range;
  }
}

function oldestSuccess(connections: readonly Connection[]): number | null {
  const times = connections
    .filter(({ removedAt }) => removedAt === null)
    .map(({ lastSuccess }) => lastSuccess)
    .filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** By connection: how far its hourly charges reach, and what the 24 hours before cost. */
type LastHours = ReadonlyMap<string, ReturnType<Ledger['lastDayByHour']>>;

type Splits = ReadonlyMap<Day, ReadonlyMap<string, bigint>>;

function splitOf(
  ledger: Ledger,
  view: ViewChoice,
  connections: readonly Connection[],
  facts: DayFacts,
  chart: DayRange,
): { series: SeriesView[]; splits: Splits } {
  const question = { range: chart, connections: connections.map(({ id }) => id) };
  const providerOf = new Map(connections.map(({ id, provider }) => [id, provider]));
  const named = new Map<string, Pick<SeriesView, 'name' | 'provider'>>();
  let entries: Array<{ day: Day; key: string; usd: bigint }>;
  if (view.splitBy === 'provider') {
    entries = facts.sums.map(({ day, connection, usd }) => ({
      day,
      key: providerOf.get(connection) ?? '',
      usd,
    }));
    for (const provider of new Set(providerOf.values())) {
      named.set(provider, { name: PROVIDER_NAMES[provider], provider });
    }
  } else {
    entries = ledger.daySplit(question, view.splitBy);
    if (view.splitBy === 'resource') {
      for (const sum of ledger.resourceSums(question)) {
        named.set(sum.key, { name: resourceName(sum), provider: sum.provider });
      }
    }
  }
  return foldSeries(entries, named);
}

function foldSeries(
  entries: ReadonlyArray<{ day: Day; key: string; usd: bigint }>,
  named: ReadonlyMap<string, Pick<SeriesView, 'name' | 'provider'>>,
): { series: SeriesView[]; splits: Splits } {
  const totals = new Map<string, bigint>();
  for (const { key, usd } of entries) totals.set(key, (totals.get(key) ?? 0n) + usd);
  const ranked = [...totals].sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x > y ? -1 : 1));
  const kept = ranked.length <= SERIES + 1 ? ranked : ranked.slice(0, SERIES);
  const keys = new Set(kept.map(([key]) => key));
  const series: SeriesView[] = kept.map(([key, usd]) => ({
    key,
    name: named.get(key)?.name ?? key,
    provider: named.get(key)?.provider ?? null,
    usd: nanos(usd),
  }));
  const rest = ranked.slice(kept.length);
  if (rest.length > 0) {
    const usd = nanos(rest.reduce((all, [, amount]) => all + amount, 0n));
    series.push({ key: 'other', name: `${rest.length} more`, provider: null, usd });
  }
  const splits = new Map<Day, Map<string, bigint>>();
  for (const { day, key, usd } of entries) {
    const kind = keys.has(key) ? key : 'other';
    const split = splits.get(day) ?? new Map<string, bigint>();
    split.set(kind, (split.get(kind) ?? 0n) + usd);
    splits.set(day, split);
  }
  return { series, splits };
}

function bars(
  facts: DayFacts,
  chart: DayRange,
  today: Day,
  series: readonly SeriesView[],
  splits: Splits,
  connections: readonly Connection[],
): DayBar[] {
  const known = new Map(joined(facts).map((day) => [day.day, day]));
  const names = new Map(connections.map(({ id, name }) => [id, name]));
  const unknownFor = new Map<Day, string[]>();
  for (const { day, connection, state } of facts.states) {
    if (state === 'unknown')
      unknownFor.set(day, [...(unknownFor.get(day) ?? []), names.get(connection) ?? connection]);
  }
  let cumulative = 0n;
  return eachDay(chart).map((day): DayBar => {
    if (day > today) return { day, state: 'future', usd: null, split: [], cumulative: null, unknownFor: [] };
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
      unknownFor: unknownFor.get(day) ?? [],
    };
  });
}

function forecastOf(
  hours: LastHours,
  connections: readonly Connection[],
  facts: DayFacts,
  now: number,
): Overview['forecast'] {
  const today = dayOf(now);
  const inputs = connections.map((connection) => {
    const own = ofConnections(facts, new Set([connection.id]));
    const charged = own.sums.some(({ day, charges }) => day === today && charges > 0);
    const read = own.states.find(({ day }) => day === today)?.readAt ?? null;
    // Hours say how far today's charges reach; without them, today's charges reach to when they were read.
    const until = hours.get(connection.id)?.until ?? (charged ? read : null);
    return {
      name: connection.name,
      days: joined(own),
      dataUntil: until,
      ended: connection.removedAt !== null,
    };
  });
  return forecast(inputs, now);
}

function runRateOf(
  hours: LastHours,
  connections: readonly Connection[],
  facts: DayFacts,
  now: number,
): Overview['runRate'] {
  const inputs = connections
    .filter(({ removedAt }) => removedAt === null)
    .map((connection) => ({
      name: connection.name,
      hours: hours.get(connection.id) ?? null,
      days: joined(ofConnections(facts, new Set([connection.id]))),
    }));
  return inputs.length === 0 ? null : runRate(inputs, now);
}
