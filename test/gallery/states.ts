/**
 * Every state the popover must look right in, as data. Nothing in the renderer
 * knows of them: a state is what main would push, and keys that a user presses.
 */
import { day } from '../../shared/day';
import { faultMessage } from '../../shared/faults';
import { CLICKHOUSE, NOW, PHALA, RESOURCES } from './account';
import { BACKFILL, FIRST_SYNC, LONG, MANY, MILLION, NOTHING, PARTLY, TINY } from './accounts';
import { ACCOUNT, CURRENT, appOf, overviewOf, withBudget } from './overview';
import { failing, million, settings, state, usual } from './state';
import type { GalleryState, Step } from './state';

const open = (key: string): readonly Step[] => [{ do: 'key', key }];

export const STATES: readonly GalleryState[] = [
  state('overview', 'Overview'),
  state(
    'nothing-connected',
    'Nothing connected',
    (overview) => ({
      ...overview,
      asOf: null,
      nextPollAt: null,
      status: { ...CURRENT, level: 'notice', text: 'Nothing is connected yet' },
    }),
    NOTHING,
  ),
  {
    ...state('connect-form', 'Connect form'),
    steps: [
      ...open(','),
      { do: 'click', role: 'button', name: 'Add' },
      { do: 'click', role: 'button', name: 'Paste a key' },
    ],
  },
  {
    ...state('connect-error', 'Connect form with an error', usual, NOTHING),
    refuse: {
      kind: 'rejected',
      message: faultMessage({ kind: 'rejected', detail: 'HTTP 401', retryAt: null }, 'Phala'),
    },
    steps: [
      { do: 'click', role: 'button', name: 'Paste a token' },
      { do: 'type', label: 'API token', text: 'phak_not_a_key' },
      { do: 'click', role: 'button', name: 'Test and connect' },
    ],
  },
  state(
    'first-sync',
    'First sync',
    (overview) => ({
      ...overview,
      total: { ...overview.total, known: 'none' },
      todaySoFar: { ...overview.todaySoFar, known: 'none' },
      asOf: null,
      nextPollAt: null,
      syncing: true,
      status: { ...CURRENT, level: 'busy', text: 'Reading Workloads for the first time' },
    }),
    FIRST_SYNC,
  ),
  state(
    'backfill',
    'Backfill under way',
    (overview) => ({
      ...usual(overview),
      syncing: true,
      status: { ...CURRENT, level: 'busy', text: 'Reading the history of 2 connections' },
    }),
    BACKFILL,
  ),
  state('true-zero', 'A true $0', (overview) => overview, { ...ACCOUNT, resources: [] }),
  state(
    'partly-known',
    'Partly known',
    (overview) => ({
      ...usual(overview),
      change: null,
      status: {
        ...CURRENT,
        level: 'warning',
        text: '3 days of this month are not read yet',
        action: { label: 'Refresh', remedy: 'refresh' },
      },
    }),
    PARTLY,
  ),
  { ...state('provisional', 'Provisional day under the keys'), steps: [{ do: 'hover-day', share: 0.62 }] },
  state(
    'stale',
    'Stale',
    failing({
      id: 'c1',
      kind: 'timeout',
      level: 'warning',
      text: 'ClickHouse is 3 h old: no answer in time',
      label: 'Refresh',
      hoursOld: 3,
    }),
  ),
  state(
    'offline',
    'Offline',
    failing({
      id: 'p1',
      kind: 'offline',
      level: 'warning',
      text: 'Offline · as of 08:12',
      label: 'Refresh',
      hoursOld: 2.5,
    }),
  ),
  state(
    'rejected',
    'Rejected key',
    failing({
      id: 'p1',
      kind: 'rejected',
      detail: 'HTTP 401',
      level: 'error',
      text: 'Phala rejected the key of Workloads',
      label: 'Replace key',
      hoursOld: 0.5,
    }),
  ),
  state(
    'permission',
    'Permission missing',
    failing({
      id: 'c1',
      kind: 'permission',
      detail: 'control-plane:organization:view',
      level: 'error',
      text: 'The key of Analytics lacks control-plane:organization:view',
      label: 'Open ClickHouse',
      hoursOld: 0.5,
    }),
  ),
  state(
    'rate-limited',
    'Rate limited',
    failing({
      id: 'c1',
      kind: 'rate-limited',
      level: 'warning',
      text: 'ClickHouse is 3 h old: rate limited, next try in',
      retryAt: NOW + 4 * 60_000 - 13_000,
      hoursOld: 3,
    }),
  ),
  state(
    'keychain-locked',
    'Keychain locked',
    failing({
      id: 'p1',
      kind: 'key-unreadable',
      level: 'error',
      text: 'The keychain is locked: Workloads cannot be read',
      label: 'Replace key',
      hoursOld: 1,
    }),
  ),
  state(
    'keychain-absent',
    'Keychain absent',
    (overview) => ({
      ...usual(overview),
      connections: overview.connections.map((one) => ({ ...one, sessionOnly: true })),
    }),
    ACCOUNT,
    { secretStore: 'session-only' },
  ),
  state(
    'keychain-denied',
    'Keychain denied',
    failing({
      id: 'p1',
      kind: 'keychain-denied',
      level: 'error',
      text: 'The keychain refused access to the key of Workloads',
      label: 'Refresh',
      hoursOld: 1,
    }),
    ACCOUNT,
    { secretStore: 'denied' },
  ),
  state('ledger-set-aside', 'Ledger set aside', usual, ACCOUNT, {
    ledgerNotice:
      'The ledger was damaged. It was set aside as ledger-2026-11-22.db, and history is read again.',
  }),
  state('over-budget', 'Over budget', (overview) =>
    withBudget(
      { ...overview, status: { ...CURRENT, level: 'warning', text: 'Over budget · as of 11:40' } },
      1000n,
    ),
  ),
  state('one-connection', 'One connection', usual, {
    ...ACCOUNT,
    connections: [PHALA],
    resources: RESOURCES.filter(({ provider }) => provider === 'phala'),
  }),
  state('many', '20 connections, 500 resources', (overview) => withBudget(overview, 12_000n), MANY),
  {
    ...state(
      'many-scrolled',
      '500 resources, scrolled to the end',
      (overview) => withBudget(overview, 12_000n),
      MANY,
    ),
    steps: [{ do: 'scroll', to: 'end' }],
  },
  state('tiny', 'A $0.0003 day', (overview) => overview, TINY),
  state('million', 'A $1,234,567.89 month', million, MILLION),
  state('long-name', 'A 60-character name', usual, LONG),
  state('german', 'German numbers', million, MILLION, settings({ numberLocale: 'de-DE' })),
  state('japanese', 'Japanese numbers', million, MILLION, settings({ numberLocale: 'ja-JP' })),
  state('demo', 'Demo', usual, ACCOUNT, { demo: true }),
  state('hidden', 'Hidden amounts', usual, ACCOUNT, settings({ hideAmounts: true })),
  { ...state('cumulative', 'Cumulative'), steps: [{ do: 'click', role: 'radio', name: 'Cumulative' }] },
  { ...state('table', 'The chart as a table'), steps: [{ do: 'click', role: 'radio', name: 'Table' }] },
  {
    name: 'by-resource',
    title: 'Chart by resource',
    app: (view) =>
      appOf(usual(overviewOf(ACCOUNT, { ...(view ?? overviewOf(ACCOUNT).view), splitBy: 'resource' }))),
  },
  { ...state('last-30-days', 'Last 30 days'), steps: [{ do: 'key', key: '3' }] },
  { ...state('today', 'Today'), steps: [{ do: 'key', key: '1' }] },
  { ...state('range-picker', 'Custom range'), steps: [{ do: 'key', key: '6' }] },
  {
    ...state('row-opened', 'A row opened'),
    steps: [
      { do: 'scroll', to: 'end' },
      { do: 'click', role: 'button', name: 'attested-inference' },
    ],
  },
  {
    ...state('by-connection', 'Breakdown by connection'),
    steps: [
      { do: 'click', role: 'radio', name: 'Connection' },
      { do: 'scroll', to: 'end' },
    ],
  },
  { ...state('day', 'Day view'), steps: [{ do: 'click', role: 'slider', name: 'Days of the chart' }] },
  {
    ...state('day-demo', 'Day view, demo', usual, ACCOUNT, { demo: true }),
    steps: [{ do: 'click', role: 'slider', name: 'Days of the chart' }],
  },
  {
    ...state(
      'settings',
      'Settings',
      failing({
        id: 'c1',
        kind: 'permission',
        detail: 'control-plane:organization:view',
        level: 'error',
        text: 'The key of Analytics lacks a permission',
        label: 'Open ClickHouse',
        hoursOld: 0.5,
      }),
    ),
    steps: open(','),
  },
  { ...state('settings-end', 'Settings, to the end'), steps: [...open(','), { do: 'scroll', to: 'end' }] },
  {
    ...state('remove', 'Remove a connection'),
    steps: [
      ...open(','),
      { do: 'click', role: 'button', name: 'Workloads' },
      { do: 'click', role: 'button', name: 'Remove' },
    ],
  },
  {
    ...state('rate', 'Rate of a connection'),
    steps: [
      ...open(','),
      { do: 'click', role: 'button', name: 'Analytics' },
      { do: 'click', role: 'button', name: 'Set rate' },
    ],
  },
  {
    ...state('delete-all', 'Delete all'),
    steps: [...open(','), { do: 'click', role: 'button', name: 'Delete all…' }],
  },
  { ...state('export', 'Export'), steps: open('e') },
  {
    ...state('exporting', 'Export under way', usual, ACCOUNT, {
      exporting: { rows: 41_200, total: 118_000 },
    }),
    steps: open('e'),
  },
  state('no-history', 'A new account beside an old one', (overview) => ({
    ...usual(overview),
    runRate: overview.runRate === null ? null : { ...overview.runRate, missing: ['Analytics'] },
    forecast: overview.forecast === null ? null : { ...overview.forecast, withoutHistory: ['Analytics'] },
  })),
  state(
    'first-days',
    'The first days of an account',
    (overview) => ({ ...overview, change: null, runRate: null, forecast: null }),
    {
      ...ACCOUNT,
      firstDay: day('2026-11-20'),
      resources: ACCOUNT.resources.map((resource) => ({ ...resource, from: day('2026-11-20') })),
    },
  ),
  {
    ...state('billing', 'Billing period of a connection'),
    steps: [
      { do: 'click', role: 'button', name: 'Connection shown' },
      { do: 'click', role: 'option', name: 'Analytics' },
      { do: 'key', key: '7' },
    ],
  },
  {
    ...state('connections-list', 'List of connections'),
    steps: [{ do: 'click', role: 'button', name: 'Connection shown' }],
  },
  {
    ...state(
      'replace-key',
      'Replace a key',
      failing({
        id: 'p1',
        kind: 'rejected',
        detail: 'HTTP 401',
        level: 'error',
        text: 'Phala rejected the key of Workloads',
        label: 'Replace key',
        hoursOld: 0.5,
      }),
    ),
    steps: [{ do: 'click', role: 'button', name: 'Replace key' }],
  },
  state('removed', 'A removed connection’s history', usual, {
    ...ACCOUNT,
    connections: [PHALA, { ...CLICKHOUSE, removed: true }],
  }),
  { ...state('zoomed', 'At 200 % zoom'), width: 200 },
];
