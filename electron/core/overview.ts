/** Builds the Overview: questions to the ledger's rollup, and the pure policies over the answers. */
import {
  addDays,
  addMonths,
  dayOf,
  earlier,
  endOf,
  firstOfMonth,
  lastOfMonth,
  later,
} from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { Overview, SecretStoreState, ViewChoice } from '../../shared/model.js';
import { parseNanos } from '../../shared/money.js';
import { billingPeriodEnd, resolvePeriod, stretchBefore } from '../../shared/period.js';
import { budgetView } from '../../shared/policy/budget.js';
import { compare } from '../../shared/policy/change.js';
import { HISTORY_DAYS, forecast } from '../../shared/policy/forecast.js';
import type { KnownDay } from '../../shared/policy/known-days.js';
import { periodAmount } from '../../shared/policy/period-amount.js';
import { runRate } from '../../shared/policy/run-rate.js';
import { statusLine } from '../../shared/policy/status-line.js';
import type { Settings } from '../../shared/settings.js';
import type { Connection, Ledger } from '../ledger/types.js';
import { chartBars } from './bars.js';
import { breakdown } from './breakdown.js';
import { connectionViews } from './connection-views.js';
import type { LiveState } from './connection-views.js';
import { NO_FACTS, byConnection, joined, ofConnections, readDayFacts, within } from './day-facts.js';
import type { DayFacts } from './day-facts.js';

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
  const anchor = chosen[0]?.billingAnchor ?? null;
  const asked = resolvePeriod(view.period, today, view.custom, anchor);
  const range = { from: firstShown(ledger, all, asked, today), to: asked.to };
  const chart = chartRange(view, range, anchor);
  const before = stretchBefore(view.period, range, anchor);
  const month: DayRange = { from: firstOfMonth(today), to: today };
  const from = [range.from, chart.from, before.from, month.from, addDays(today, -HISTORY_DAYS)].reduce(
    earlier,
  );
  const facts = readDayFacts(ledger, all, { from, to: today }, today);
  const mine = ofConnections(facts, new Set(selected.map(({ id }) => id)));
  const days = joined(mine);

  const comparison = compare(range, before, days, today, daysFollowed(selected, mine));
  const views = connectionViews(ledger, facts, live);
  const monthToDate = periodAmount({ range: month, today, ...within(facts, month) });
  const total = periodAmount({ range, today, ...within(mine, range) });
  const asOf = oldestSuccess(selected);
  const resourceSums = oncePerRange((days) =>
    ledger.resourceSums({ range: days, connections: selected.map(({ id }) => id) }),
  );
  const bars = chartBars({
    ledger,
    connections: selected,
    splitBy: view.splitBy,
    chart,
    today,
    facts: within(mine, chart),
    days,
    resourceSums,
  });
  const recent = recentOf(ledger, selected, mine);
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
    runRate: runRateOf(recent, now),
    // History that is kept goes nowhere.
    forecast: selected.some(({ removedAt }) => removedAt === null) ? forecastOf(recent, now) : null,
    budget: budgetView(budgetLimit, monthToDate),
    series: bars.series,
    days: bars.days,
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
      resourceSums,
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

/** A range that begins years before the first record has nothing more to show than blank days. */
function firstShown(ledger: Ledger, connections: readonly Connection[], asked: DayRange, today: Day): Day {
  const recent = addMonths(today, -OLDEST_MONTHS);
  if (asked.from >= recent) return earlier(asked.to, asked.from);
  const firsts = connections.map(({ id }) => ledger.firstChargeDay(id)).filter((day) => day !== null);
  return earlier(asked.to, later(asked.from, [...firsts, recent].reduce(earlier)));
}

/** Of each removed connection that was ever charged for, the days that were read before its removal. */
function daysFollowed(connections: readonly Connection[], facts: DayFacts): Array<ReadonlySet<Day>> {
  const own = byConnection(facts);
  return connections.flatMap(({ id, removedAt }) => {
    const { states, sums } = own.get(id) ?? NO_FACTS;
    if (removedAt === null || sums.length === 0) return [];
    const last = dayOf(removedAt);
    return [new Set(states.filter(({ day }) => day < last).map(({ day }) => day))];
  });
}

function chartRange(view: ViewChoice, range: DayRange, anchor: Day | null): DayRange {
  switch (view.period) {
    case 'today':
    case 'yesterday':
      return { from: addDays(range.to, 1 - CONTEXT_DAYS), to: range.to };
    case 'monthToDate':
      return { from: range.from, to: lastOfMonth(range.to) };
    case 'billingPeriod':
      return {
        from: range.from,
        to: anchor === null ? lastOfMonth(range.to) : billingPeriodEnd(range.to, anchor),
      };
    default:
      return range;
  }
}

/** Bars and breakdown mostly show the same days, and ask the same of them. */
function oncePerRange<Answer>(ask: (range: DayRange) => Answer): (range: DayRange) => Answer {
  const answers = new Map<string, Answer>();
  return (range) => {
    const key = `${range.from} ${range.to}`;
    const answer = answers.get(key) ?? ask(range);
    answers.set(key, answer);
    return answer;
  };
}

function oldestSuccess(connections: readonly Connection[]): number | null {
  const times = connections
    .filter(({ removedAt }) => removedAt === null)
    .map(({ lastSuccess }) => lastSuccess)
    .filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** What run rate and forecast are made from. */
interface Recent {
  readonly connection: Connection;
  readonly facts: DayFacts;
  readonly days: readonly KnownDay[];
  /** How far its hourly charges reach, and what the 24 hours before cost. */
  readonly hours: ReturnType<Ledger['lastDayByHour']>;
}

function recentOf(ledger: Ledger, connections: readonly Connection[], facts: DayFacts): Recent[] {
  const own = byConnection(facts);
  return connections.map((connection) => {
    const found = own.get(connection.id) ?? NO_FACTS;
    return { connection, facts: found, days: joined(found), hours: ledger.lastDayByHour(connection.id) };
  });
}

function forecastOf(recent: readonly Recent[], now: number): Overview['forecast'] {
  const today = dayOf(now);
  const inputs = recent.map(({ connection, facts, days, hours }) => {
    const charged = facts.sums.some(({ day, charges }) => day === today && charges > 0);
    const read = facts.states.find(({ day }) => day === today)?.readAt ?? null;
    return {
      name: connection.name,
      days,
      // Hours say how far today's charges reach; without them, today's charges reach to when they were read.
      dataUntil: hours?.until ?? (charged ? read : null),
      ended: connection.removedAt !== null,
    };
  });
  return forecast(inputs, now);
}

function runRateOf(recent: readonly Recent[], now: number): Overview['runRate'] {
  const inputs = recent
    .filter(({ connection }) => connection.removedAt === null)
    .map(({ connection, days, hours }) => ({ name: connection.name, hours, days }));
  return inputs.length === 0 ? null : runRate(inputs, now);
}
