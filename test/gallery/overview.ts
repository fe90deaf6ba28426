/** Sums the made-up account into the model that main would push. */
import { addDays, contains, eachDay, lastOfMonth } from '../../shared/day';
import type { Day, DayRange } from '../../shared/day';
import { DEFAULT_VIEW, PROVIDER_NAMES } from '../../shared/model';
import type {
  AppState,
  Breakdown,
  BreakdownRow,
  Change,
  ConnectionView,
  DayBar,
  DayState,
  Overview,
  PeriodAmount,
  SeriesView,
  StatusLine,
  ViewChoice,
} from '../../shared/model';
import { NANOS_PER_UNIT, nanos, sum } from '../../shared/money';
import { resolvePeriod, stretchBefore } from '../../shared/period';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import { CLICKHOUSE, FIRST_DAY, NOW, PHALA, RESOURCES, TODAY, chargeOn } from './account';
import type { FixtureResource } from './account';

export interface Account {
  readonly resources: readonly FixtureResource[];
  readonly connections: readonly ConnectionView[];
  /** Days that no connection has read. */
  readonly unknown: readonly Day[];
  readonly firstDay: Day;
}

export const ACCOUNT: Account = {
  resources: RESOURCES,
  connections: [PHALA, CLICKHOUSE],
  unknown: [],
  firstDay: FIRST_DAY,
};

export const CURRENT: StatusLine = {
  level: 'ok',
  text: 'Current · as of 11:40',
  connection: null,
  action: null,
  until: null,
};

/** Settled 48 hours after a day's end; the 22nd is today. */
export function stateOf(account: Account, value: Day): DayState {
  if (value > TODAY) return 'future';
  if (value < account.firstDay) return 'before';
  if (account.unknown.includes(value)) return 'unknown';
  if (value === TODAY) return 'open';
  const known = account.resources.reduce((total, resource) => total + chargeOn(resource, value), 0n);
  if (value >= addDays(TODAY, -2)) return 'provisional';
  return known === 0n ? 'zero' : 'settled';
}

/** Parts of a resource's charge, by the key of what the view splits by. */
type KeyOf = (resource: FixtureResource) => ReadonlyArray<readonly [key: string, percent: bigint]>;

const SPLIT: Readonly<Record<'provider' | 'resource' | 'meter' | 'connection', KeyOf>> = {
  provider: ({ provider }) => [[provider, 100n]],
  resource: ({ key }) => [[key, 100n]],
  connection: ({ connection }) => [[connection, 100n]],
  meter: ({ meters }) => meters,
};

export function totals(
  resources: readonly FixtureResource[],
  days: readonly Day[],
  keyOf: KeyOf,
): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const resource of resources) {
    const whole = days.reduce((total, value) => total + chargeOn(resource, value), 0n);
    for (const [key, percent] of keyOf(resource))
      found.set(key, (found.get(key) ?? 0n) + (whole * percent) / 100n);
  }
  return found;
}

function byAmount([, a]: readonly [string, bigint], [, b]: readonly [string, bigint]): number {
  return a === b ? 0 : a < b ? 1 : -1;
}

const MOST_SERIES = 6;
const FOLD_AFTER = 9;

function seriesOf(account: Account, days: readonly Day[], view: ViewChoice): SeriesView[] {
  const all = [...totals(account.resources, days, SPLIT[view.splitBy])]
    .filter(([, usd]) => usd > 0n)
    .sort(byAmount);
  const named = all.slice(0, MOST_SERIES).map(([key, usd]): SeriesView => {
    const resource = account.resources.find((one) => one.key === key);
    const provider = key === 'phala' || key === 'clickhouse' ? key : (resource?.provider ?? null);
    const name = key === 'phala' || key === 'clickhouse' ? PROVIDER_NAMES[key] : (resource?.name ?? key);
    return { key, name, provider, usd: nanos(usd) };
  });
  const rest = sum(all.slice(MOST_SERIES).map(([, usd]) => usd));
  return rest > 0n ? [...named, { key: 'other', name: 'Other', provider: null, usd: rest }] : named;
}

function barsOf(
  account: Account,
  range: DayRange,
  view: ViewChoice,
  series: readonly SeriesView[],
): DayBar[] {
  let running = 0n;
  return eachDay(range).map((value) => {
    const state = stateOf(account, value);
    const known = state !== 'unknown' && state !== 'before' && state !== 'future';
    const parts = totals(account.resources, known ? [value] : [], SPLIT[view.splitBy]);
    const rest = [...parts].filter(([key]) => !series.some((one) => one.key === key));
    const split = series
      .map(({ key }) => ({
        key,
        usd: key === 'other' ? sum(rest.map(([, usd]) => usd)) : nanos(parts.get(key) ?? 0n),
      }))
      .filter(({ usd }) => usd > 0n);
    const usd = sum(split.map((part) => part.usd));
    running += usd;
    return {
      day: value,
      state,
      usd: known ? usd : null,
      split,
      cumulative: value > TODAY ? null : nanos(running),
      unknownFor: state === 'unknown' ? account.connections.map(({ name }) => name) : [],
    };
  });
}

function rowOf(
  account: Account,
  view: ViewChoice,
  key: string,
  usd: bigint,
  before: bigint,
  whole: bigint,
): BreakdownRow {
  const resource = account.resources.find((one) => one.key === key);
  const connection = account.connections.find(({ id }) => id === key);
  const provider = resource?.provider ?? connection?.provider ?? null;
  return {
    key,
    name: resource?.name ?? connection?.name ?? key,
    detail:
      resource?.detail ??
      (connection === undefined
        ? null
        : `${PROVIDER_NAMES[connection.provider]} · ${connection.accountName ?? connection.account}`),
    provider,
    usd: nanos(usd),
    native:
      provider === 'clickhouse' && view.breakdownBy !== 'meter' ? { amount: nanos(usd), unit: 'CHC' } : null,
    share: whole === 0n ? null : Number((usd * 10_000n) / whole) / 10_000,
    change: before === 0n ? null : Number(((usd - before) * 10_000n) / before) / 10_000,
    notes: resource?.notes ?? [],
  };
}

function breakdownOf(
  account: Account,
  days: readonly Day[],
  before: readonly Day[],
  view: ViewChoice,
): Breakdown {
  const keyOf = SPLIT[view.breakdownBy];
  const all = [...totals(account.resources, days, keyOf)].filter(([, usd]) => usd > 0n).sort(byAmount);
  const past = totals(account.resources, before, keyOf);
  const whole = sum(all.map(([, usd]) => usd));
  const shown = view.showAll || all.length <= FOLD_AFTER + 1 ? all : all.slice(0, FOLD_AFTER);
  const folded = all.slice(shown.length);
  return {
    by: view.breakdownBy,
    rows: shown.map(([key, usd]) => rowOf(account, view, key, usd, past.get(key) ?? 0n, whole)),
    tail: folded.length === 0 ? null : { count: folded.length, usd: sum(folded.map(([, usd]) => usd)) },
  };
}

export function amountOf(account: Account, range: DayRange): PeriodAmount {
  const days = eachDay(range);
  const unknownDays = days.filter((value) => account.unknown.includes(value));
  const read = days.filter((value) => !unknownDays.includes(value));
  const found = totals(account.resources, read, SPLIT.provider);
  return {
    range,
    usd: sum(found.values()),
    known: read.length === 0 ? 'none' : unknownDays.length > 0 ? 'part' : 'whole',
    provisionalDays: read.filter((value) => ['open', 'provisional'].includes(stateOf(account, value))).length,
    unknownDays,
  };
}

function changeOf(account: Account, now: bigint, range: DayRange): Change | null {
  const { usd } = amountOf(account, range);
  return usd === 0n ? null : { range, usd, ratio: Number(((now - usd) * 10_000n) / usd) / 10_000 };
}

/** The overview of an account under a view. */
export function overviewOf(account: Account, view: ViewChoice = DEFAULT_VIEW): Overview {
  const resources = account.resources.filter(
    ({ connection }) => view.connection === null || connection === view.connection,
  );
  const counted = { ...account, resources };
  const anchor = account.connections.find(({ id }) => id === view.connection)?.billingAnchor ?? null;
  const range = resolvePeriod(view.period, TODAY, view.custom, anchor);
  const shown = view.period === 'monthToDate' ? { from: range.from, to: lastOfMonth(TODAY) } : range;
  const past = stretchBefore(view.period, range);
  const read = eachDay(range).filter((value) => !account.unknown.includes(value));
  const total = amountOf(counted, range);
  const series = seriesOf(counted, read, view);
  const month = amountOf(counted, resolvePeriod('monthToDate', TODAY));
  const perDay = amountOf(counted, { from: addDays(TODAY, -7), to: addDays(TODAY, -1) }).usd / 7n;
  const monthEnd = month.usd + (perDay * 856n) / 100n;
  const spread = perDay * 2n;
  const nothing = total.usd === 0n;
  return {
    generatedAt: NOW,
    today: TODAY,
    dayEndsAt: Date.parse('2026-11-23T00:00:00Z'),
    view,
    total,
    change: nothing ? null : changeOf(counted, total.usd, past),
    todaySoFar: amountOf(counted, { from: TODAY, to: TODAY }),
    runRate: nothing ? null : { perDay: nanos(perDay), missing: [] },
    forecast: nothing
      ? null
      : {
          monthEnd: nanos(monthEnd),
          low: nanos(monthEnd - spread),
          high: nanos(monthEnd + spread),
          withoutHistory: [],
        },
    budget: null,
    series,
    days: barsOf(counted, shown, view, series),
    breakdown: breakdownOf(
      counted,
      read,
      eachDay(past).filter((value) => contains({ from: account.firstDay, to: TODAY }, value)),
      view,
    ),
    connections: account.connections.map((connection) => {
      const own = account.resources.filter((resource) => resource.connection === connection.id);
      const { usd } = amountOf({ ...account, resources: own }, resolvePeriod('monthToDate', TODAY));
      return { ...connection, monthToDate: { usd, native: usd } };
    }),
    status: CURRENT,
    asOf: NOW - 2 * 60_000,
    nextPollAt: NOW + 13 * 60_000,
    syncing: false,
    // The budget is over all connections, whichever is shown.
    monthToDate: amountOf(account, resolvePeriod('monthToDate', TODAY)),
  };
}

/** The budget against the overview's own month. */
export function withBudget(overview: Overview, dollars: bigint): Overview {
  const limit = dollars * NANOS_PER_UNIT;
  const spent = overview.monthToDate.usd;
  const share = Number((spent * 10_000n) / limit) / 10_000;
  return { ...overview, budget: { limit: nanos(limit), spent, share, over: spent > limit } };
}

export function appOf(overview: Overview, more: Partial<Omit<AppState, 'overview'>> = {}): AppState {
  return {
    overview,
    settings: { ...DEFAULT_SETTINGS, numberLocale: 'en-GB' },
    secretStore: 'keychain',
    demo: false,
    ledgerNotice: null,
    exporting: null,
    about: { version: '0.1.0', dataFolder: '/home/ada/.config/Cost Tray', ledgerBytes: 18_436_096 },
    ...more,
  };
}
