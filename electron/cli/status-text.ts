import { absolute, divideHalfEven, formatDecimal, NANOS_PER_UNIT } from '../../shared/money.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { ConnectionState, ConnectionView, Forecast, PeriodAmount } from '../../shared/model.js';
import { isUnreported } from '../../shared/policy/period-amount.js';
import { isoSeconds } from '../export/profiles.js';
import { oneLine, table } from './output.js';
import { STATUS_PERIODS } from '../core/status.js';
import type { Status, StatusConnection, StatusPeriod } from '../core/status.js';
import { connectionMessage, isProvisional } from './status-document.js';

const PERIOD_LABELS: Readonly<Record<StatusPeriod, string>> = {
  today: 'Today',
  yesterday: 'Yesterday',
  last7Days: 'Last 7 days',
  last30Days: 'Last 30 days',
  monthToDate: 'Month to date',
  lastMonth: 'Last month',
};

const STATE_LABELS: Readonly<Record<ConnectionState, string>> = {
  ok: 'up to date',
  syncing: 'being read',
  stale: 'stale',
  failed: 'failed',
  never: 'not read yet',
};

/** `$1,234.56`; four places below a dollar. Half-even, for people only: files bear exact amounts. */
export function dollars(amount: bigint): string {
  const size = absolute(amount);
  const places = size >= NANOS_PER_UNIT || size === 0n ? 2 : 4;
  const digits = divideHalfEven(size, 10n ** BigInt(9 - places))
    .toString()
    .padStart(places + 1, '0');
  const whole = digits.slice(0, -places).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0n ? '-' : ''}$${whole}.${digits.slice(-places)}`;
}

/** `2026-11-22 10:00 UTC`. */
export function minutes(time: number): string {
  return `${isoSeconds(time).slice(0, 16).replace('T', ' ')} UTC`;
}

function daysNote(count: number, what: string): string {
  return `${count} ${count === 1 ? 'day' : 'days'} ${what}`;
}

function periodRow(id: StatusPeriod, period: PeriodAmount, now: number): string[] {
  const { from, to } = period.range;
  const notes = [from === to ? from : `${from} to ${to}`];
  // Today is told by itself: no longer period counts it.
  if (id === 'today' && period.unknownDays.length > 0) notes.push('not read by every connection');
  else if (period.unknownDays.length > 0) notes.push(daysNote(period.unknownDays.length, 'not known'));
  if (isProvisional(period, now)) notes.push('provisional');
  const nothing = isUnreported(period) ? 'not reported yet' : 'no data';
  return [PERIOD_LABELS[id], period.known === 'none' ? nothing : dollars(period.usd), notes.join(', ')];
}

function stateOf(view: ConnectionView): string {
  return view.removed ? 'removed, history kept' : STATE_LABELS[view.state];
}

/** Connections one a line, under a heading; a sentence where there is none. */
export function connectionsText(views: readonly ConnectionView[]): string {
  if (views.length === 0) return 'No connection yet; add one with "cost-tray connect".\n';
  const rows = views.map((view) => [
    view.id,
    PROVIDER_NAMES[view.provider],
    oneLine(view.name),
    stateOf(view),
    view.monthToDate === null ? 'no data' : dollars(view.monthToDate.usd),
    view.dataThrough ?? '-',
    view.lastSuccess === null ? '-' : minutes(view.lastSuccess),
  ]);
  const heading = ['ID', 'PROVIDER', 'NAME', 'STATE', 'MONTH TO DATE', 'DATA THROUGH', 'LAST SUCCESS'];
  const messages = views.flatMap((view) => {
    if (view.removed) return [];
    const message = connectionMessage(view);
    const notes = view.notes.map((note) => `${note}.`);
    return [...(message === null ? [] : [message]), ...notes].map(
      (text) => `${oneLine(view.name)}: ${oneLine(text)}\n`,
    );
  });
  return table([heading, ...rows], new Set([4])) + messages.join('');
}

function differences(connections: readonly StatusConnection[]): string {
  return connections
    .flatMap(({ name, removed, reconciliation }) => {
      if (removed || reconciliation === null) return [];
      if (reconciliation.rounding || reconciliation.difference === 0n) return [];
      const { unit, reported, stored } = reconciliation;
      return [
        `${oneLine(name)}: the vendor reported ${formatDecimal(reported)} ${unit}, stored are ${formatDecimal(stored)} ${unit}.\n`,
      ];
    })
    .join('');
}

function forecastRow({ monthEnd, low, high, withoutHistory }: Forecast): string[] {
  if (withoutHistory.length > 0) {
    return ['Forecast', 'not known', `not enough history of ${withoutHistory.map(oneLine).join(', ')}`];
  }
  return ['Forecast', dollars(monthEnd), `end of the month, ${dollars(low)} to ${dollars(high)}`];
}

/** Of when the amounts are: not of now, unless everything was just read. */
function heading(asOf: number | null, connections: readonly StatusConnection[]): string {
  if (asOf !== null) return `As of ${minutes(asOf)}; days are UTC`;
  return connections.length === 0 ? 'Days are UTC' : 'No connection read whole yet; days are UTC';
}

/** What `status` prints for people. */
export function statusText(input: Status): string {
  const { now, forecast } = input;
  // Nothing is kept of anything: a table could only say so six times.
  if (input.connections.length === 0) return connectionsText([]);
  const connections = input.connections.filter(({ removed }) => !removed);
  const rows = STATUS_PERIODS.map((id) => periodRow(id, input.periods[id], now));
  if (forecast !== null) rows.push(forecastRow(forecast));
  const lines =
    connections.length === 0
      ? 'Nothing is connected any more: this is the kept history of removed connections.\n'
      : connectionsText(connections);
  return `${heading(input.asOf, connections)}\n\n${table(rows, new Set([1]))}\n${lines}${differences(connections)}`;
}
