/**
 * What the tray says in words. Pure: the state in, texts out. On some Linux
 * desktops the menu is all there is, so it stands alone.
 */
import { FAULTS } from '../../shared/faults.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { AppState, ConnectionView, Known, PeriodAmount, StatusLine } from '../../shared/model.js';
import { nanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { isUnreported } from '../../shared/policy/period-amount.js';
import { usableLocale } from '../core/locale.js';
import { formatClock, formatUsd } from './amount.js';

export type TrayAction = 'open' | 'refresh' | 'export' | 'settings' | 'quit';

export type TrayMenuItem =
  | { readonly kind: 'separator' }
  | { readonly kind: 'item'; readonly label: string; readonly action: TrayAction | null };

export type TrayState = Pick<AppState, 'overview' | 'settings' | 'demo' | 'secretStore' | 'ledgerNotice'>;

/** How the tray writes. */
export interface TrayFormat {
  readonly amount: (amount: Nanos, tight?: boolean) => string;
  readonly clock: (time: number, now: number) => string;
  readonly hideAmounts: boolean;
}

/** More connections than this fold into one line. */
const MAX_ROWS = 12;

export function trayFormat(settings: AppState['settings'], timeZone?: string): TrayFormat {
  const locale = usableLocale(settings.numberLocale);
  return {
    amount: (amount, tight) => formatUsd(amount, locale, tight),
    clock: (time, now) => formatClock(time, now, locale, timeZone),
    hideAmounts: settings.hideAmounts,
  };
}

/** Beside an amount that is not all of it. */
const PARTLY: Readonly<Record<Known, string>> = { whole: '', part: ' (partly known)', none: '' };

function periodText(period: PeriodAmount, format: TrayFormat): string {
  if (isUnreported(period)) return 'not reported yet';
  const { usd, known } = period;
  return known === 'none' ? 'no data yet' : `${format.amount(usd)}${PARTLY[known]}`;
}

/** What is wrong with a connection, in a word or two; nothing where all is well. */
function trouble({ state, fault, removed }: ConnectionView): string {
  if (removed) return 'removed';
  switch (state) {
    case 'failed':
      return fault === null ? 'failed' : FAULTS[fault.kind].title.toLowerCase();
    case 'stale':
      return 'stale';
    case 'never':
      return 'not fetched yet';
    case 'ok':
    case 'syncing':
      return '';
  }
}

function connectionName({ name, provider }: ConnectionView): string {
  const vendor = PROVIDER_NAMES[provider];
  return name.toLowerCase().includes(vendor.toLowerCase()) ? name : `${vendor} · ${name}`;
}

function connectionRow(connection: ConnectionView, format: TrayFormat): string {
  const word = trouble(connection);
  const { monthToDate } = connection;
  const amount = format.hideAmounts || monthToDate === null ? '' : `: ${format.amount(monthToDate.usd)}`;
  const note = word === '' ? '' : ` (${word})`;
  return `${connectionName(connection)}${amount}${note}`;
}

/** One row a connection; a removed one only while its history counts. */
function connectionRows(connections: readonly ConnectionView[], format: TrayFormat): string[] {
  const counted = connections.filter(
    ({ removed, monthToDate }) => !removed || (monthToDate !== null && monthToDate.usd !== 0n),
  );
  const shown = counted.length > MAX_ROWS ? counted.slice(0, MAX_ROWS - 1) : counted;
  const rows = shown.map((connection) => connectionRow(connection, format));
  const rest = counted.slice(shown.length);
  if (rest.length > 0) {
    const total = nanos(rest.reduce((sum, { monthToDate }) => sum + (monthToDate?.usd ?? 0n), 0n));
    rows.push(`${rest.length} more${format.hideAmounts ? '' : `: ${format.amount(total)}`}`);
  }
  return rows;
}

/** Whether the status is more than that all is current or being read. */
function isTrouble({ level }: StatusLine): boolean {
  return level !== 'ok' && level !== 'busy';
}

/** `&` marks a key in menus; a name may hold one. */
function literal(text: string): string {
  return text.replaceAll('&', '&&');
}

const item = (label: string, action: TrayAction | null): TrayMenuItem => ({
  kind: 'item',
  label: literal(label),
  action,
});

const separator: TrayMenuItem = { kind: 'separator' };

export function trayMenuTemplate(state: TrayState, format: TrayFormat): TrayMenuItem[] {
  const { overview, demo } = state;
  const { connections, monthToDate, asOf, generatedAt, status, syncing } = overview;
  const connected = connections.some(({ removed }) => !removed);
  const items: TrayMenuItem[] = [];
  if (demo) items.push(item('Sample data, not your own', null));
  if (connections.length === 0) items.push(item('Nothing connected yet', 'open'));
  else {
    if (!format.hideAmounts) items.push(item(`Month to date: ${periodText(monthToDate, format)}`, 'open'));
    for (const row of connectionRows(connections, format)) items.push(item(row, 'open'));
    if (isTrouble(status)) items.push(item(status.text, 'open'));
    items.push(item(asOf === null ? 'Not fetched yet' : `As of ${format.clock(asOf, generatedAt)}`, null));
  }
  items.push(
    separator,
    item('Open Cost Tray', 'open'),
    item(syncing ? 'Refreshing…' : 'Refresh', connected && !syncing ? 'refresh' : null),
    item('Export…', connections.length > 0 ? 'export' : null),
    item('Settings…', 'settings'),
    separator,
    item('Quit Cost Tray', 'quit'),
  );
  return items;
}

const NUMBER_NAMES = { monthToDate: 'Month to date', today: 'Today so far' } as const;

/** The number the user chose, or null where there is none to show. */
function chosen({ overview, settings }: TrayState): { name: string; amount: PeriodAmount } | null {
  const { trayNumber, hideAmounts } = settings;
  if (trayNumber === 'none' || hideAmounts || overview.connections.length === 0) return null;
  return {
    name: NUMBER_NAMES[trayNumber],
    amount: trayNumber === 'today' ? overview.todaySoFar : overview.monthToDate,
  };
}

/** Beside the icon, on macOS: the number alone, or nothing. */
export function trayTitle(state: TrayState, format: TrayFormat): string {
  const number = chosen(state);
  if (number === null || number.amount.known === 'none') return '';
  return format.amount(number.amount.usd, true);
}

/** Number and state, a line each. Windows shows at most 127 characters. */
export function trayTooltip(state: TrayState, format: TrayFormat): string {
  const number = chosen(state);
  const lines = [
    state.demo ? 'Cost Tray (sample data)' : 'Cost Tray',
    ...(number === null ? [] : [`${number.name}: ${periodText(number.amount, format)}`]),
    state.overview.status.text,
  ];
  const text = lines.join('\n');
  return text.length > 127 ? `${text.slice(0, 126)}…` : text;
}
