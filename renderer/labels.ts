/** The words for the model's closed sets. */
import { assertNever } from '../shared/assert';
import type {
  BreakdownBy,
  ConnectionState,
  ConnectionView,
  DayBar,
  DayDetail,
  DayState,
  Forecast,
  Gap,
  Overview,
  ProviderId,
  SplitBy,
  SyncProgress,
  ViewChoice,
} from '../shared/model';
import type { PeriodId } from '../shared/period';
import { joinGaps } from '../shared/policy/gaps';
import type { LinkId } from '../shared/links';

export const PERIOD_NAMES: Readonly<Record<PeriodId, string>> = {
  today: 'Today',
  yesterday: 'Yesterday',
  last7Days: 'Last 7 days',
  last30Days: 'Last 30 days',
  monthToDate: 'Month to date',
  lastMonth: 'Last month',
  billingPeriod: 'Billing period',
  custom: 'Custom range',
};

export const SPLIT_NAMES: Readonly<Record<SplitBy, string>> = {
  provider: 'Provider',
  resource: 'Resource',
  meter: 'Meter',
};

export const BREAKDOWN_NAMES: Readonly<Record<BreakdownBy, string>> = {
  resource: 'Resource',
  meter: 'Meter',
  connection: 'Connection',
};

/** What a day is that is not known. */
const GAPS: Readonly<Record<Gap, string>> = {
  unread: 'not read yet',
  'in-part': 'read in part',
  'cut-short': 'read in part',
  refused: 'not given by the vendor',
};

/** What a day is, in words. `reported`: charges of it are known already. */
export function dayStateText(state: DayState, reported = false): string {
  switch (state) {
    case 'before':
      return 'before the first record';
    case 'unknown':
      return GAPS.unread;
    case 'open':
      return reported ? 'so far' : 'not reported yet';
    case 'provisional':
      return 'provisional';
    case 'settled':
      return 'settled';
    case 'zero':
      return 'settled, no charges';
    case 'future':
      return 'still to come';
    default:
      return assertNever(state);
  }
}

/** {@link dayStateText} of a bar. @param amount that is shown for it */
export function barStateText({ state, usd, gap }: DayBar, amount = usd): string {
  return gap === null ? dayStateText(state, (amount ?? 0n) !== 0n) : GAPS[gap];
}

/** {@link dayStateText} of a day that is looked at, over all connections. */
export function detailStateText({ state, usd, connections }: DayDetail): string {
  const gap = joinGaps(connections.map((one) => one.gap));
  return gap === null ? dayStateText(state, (usd ?? 0n) !== 0n) : GAPS[gap];
}

/** What those of the days are that are not known. */
export function gapText(days: readonly DayBar[]): string {
  return GAPS[joinGaps(days.map(({ gap }) => gap)) ?? 'unread'];
}

/** {@link dayStateText} of one connection's reading of a day. */
export function readingText({ state, gap }: DayDetail['connections'][number]): string {
  return gap === null ? dayStateText(state) : GAPS[gap];
}

export const CONNECTION_STATES: Readonly<Record<ConnectionState, string>> = {
  ok: 'Current',
  syncing: 'Reading',
  stale: 'Stale',
  failed: 'Failed',
  never: 'Not read yet',
};

export function phaseText(phase: SyncProgress['phase']): string {
  switch (phase) {
    case 'checking':
      return 'checking the key';
    case 'listing':
      return 'listing what is there';
    case 'reading':
      return 'reading charges';
    case 'waiting':
      return 'waiting for the vendor’s limit';
    default:
      return assertNever(phase);
  }
}

export const KEY_LINKS: Readonly<Record<ProviderId, LinkId>> = {
  phala: 'phalaKeys',
  clickhouse: 'clickhouseKeys',
};
export const BILLING_LINKS: Readonly<Record<ProviderId, LinkId>> = {
  phala: 'phalaBilling',
  clickhouse: 'clickhouseBilling',
};

/** A billing period is one connection's, where its vendor bills by the account's own month; there is none of the total. */
export function hasBillingPeriod({ connections }: Overview, view: Pick<ViewChoice, 'connection'>): boolean {
  return connections.some(({ id, billingAnchor }) => id === view.connection && billingAnchor !== null);
}

/** The forecast, where it is one: of connections without history it knows no more than what they have spent. */
export function trueForecast(overview: Overview): Forecast | null {
  const { forecast } = overview;
  const followed = countedConnections(overview).filter(({ removed }) => !removed);
  return forecast === null || forecast.withoutHistory.length >= Math.max(1, followed.length)
    ? null
    : forecast;
}

/** The budget is one for the month and all connections; null where the number shown is of the same. */
export function budgetScope({ view, connections }: Overview): string | null {
  if (view.connection === null && view.period === 'monthToDate') return null;
  return connections.length > 1 ? 'This month, all connections:' : 'This month:';
}

/** Every connection was removed: there is history, and nothing to read. */
export function isOnlyHistory(connections: readonly ConnectionView[]): boolean {
  return connections.length > 0 && connections.every(({ removed }) => removed);
}

/** "kept history, last read Nov 17, 16:15" of connections that were all removed; null where one is left. */
export function historyText(
  connections: readonly ConnectionView[],
  clock: (time: number) => string,
): string | null {
  if (!isOnlyHistory(connections)) return null;
  const reads = connections.map(({ lastSuccess }) => lastSuccess).filter((time) => time !== null);
  return reads.length === 0 ? 'kept history' : `kept history, last read ${clock(Math.max(...reads))}`;
}

/** The connections whose charges the shown total counts. */
export function countedConnections(overview: Overview): readonly ConnectionView[] {
  const { connection } = overview.view;
  return connection === null
    ? overview.connections
    : overview.connections.filter(({ id }) => id === connection);
}
