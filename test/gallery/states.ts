/**
 * Every state the popover must look right in, as data. Nothing in the renderer knows of them: a state is what main
 * would push, and keys that a user presses.
 */
import { day } from '../../shared/day';
import { keyRefusedMessage } from '../../shared/faults';
import type { SyncProgress } from '../../shared/model';
import { NOW } from './account';
import {
  BACKFILL,
  DIFFERENT,
  FIRST_SYNC,
  LEFT,
  LONG,
  MANY,
  MILLION,
  NEW,
  NEW_BESIDE_OLD,
  NOTHING,
  ONE,
  OTHER_RATE,
  ASLEEP,
  NOT_GIVEN,
  PARTLY,
  REMOVED,
  TINY,
  UNUSED,
} from './accounts';
import { failing, state } from './state';
import type { GalleryState, Step } from './state';

const press = (key: string): Step => ({ do: 'key', key });
const button = (name: string): Step => ({ do: 'click', role: 'button', name });
const radio = (name: string): Step => ({ do: 'click', role: 'radio', name });
const option = (name: string): Step => ({ do: 'click', role: 'option', name });
const toTheEnd: Step = { do: 'scroll', to: 'end' };
const openDay: Step = { do: 'click', role: 'slider', name: 'Days of the chart' };

const DEMO = { demo: true, secretStore: 'memory' } as const;
const VISIT = { ...DEMO, leadsBack: true } as const;
const SET_RATE = [press(','), button('Analytics'), button('Set rate')];

const LISTING: SyncProgress = { phase: 'listing', done: 0, total: 0, reachedBackTo: null, waitUntil: null };
const PERMISSION = 'control-plane:organization:view';

const REJECTED = failing('p1', { kind: 'rejected', detail: 'HTTP 401', hoursOld: 0.5 });
const FORBIDDEN = failing('c1', { kind: 'permission', detail: PERMISSION, hoursOld: 0.5 });

/** Nothing stands yet but what is being done. */
const FIRST: readonly GalleryState[] = [
  state('nothing-connected', 'Nothing connected', { account: NOTHING, nextPollAt: null }),
  state('connect-form', 'Connect form', {}, [press(','), button('Add'), button('Paste a key')]),
  {
    ...state('connect-error', 'Connect form with an error', { account: NOTHING, nextPollAt: null }, [
      button('Paste a token'),
      { do: 'type', label: 'API token', text: 'phak_not_a_key' },
      button('Test and connect'),
    ]),
    refuse: {
      kind: 'rejected',
      message: keyRefusedMessage({ kind: 'rejected', detail: 'HTTP 401', retryAt: null }, 'Phala'),
    },
  },
  state('first-sync', 'First sync', {
    account: FIRST_SYNC,
    nextPollAt: null,
    syncing: new Map([['p1', LISTING]]),
    settings: { budgetUsd: null },
  }),
  state('backfill', 'Backfill under way', {
    account: BACKFILL,
    syncing: new Map<string, SyncProgress>([
      ['p1', { phase: 'reading', done: 612, total: 1740, reachedBackTo: day('2026-08-12'), waitUntil: null }],
      [
        'c1',
        {
          phase: 'waiting',
          done: 145,
          total: 398,
          reachedBackTo: day('2026-07-01'),
          waitUntil: NOW + 47_000,
        },
      ],
    ]),
  }),
  state('true-zero', 'A true $0', { account: UNUSED, settings: { budgetUsd: null } }),
  state('first-days', 'The first days of an account', { account: NEW, settings: { budgetUsd: null } }),
  state('no-history', 'A new account beside an old one', { account: NEW_BESIDE_OLD }),
];

/** Something is missing, old or refused. */
const TROUBLED: readonly GalleryState[] = [
  state('read-early', 'Yesterday read before its end', { account: ASLEEP }),
  state('partly-known', 'Partly known', { account: PARTLY }),
  state('not-given', 'Days that a vendor does not give', { account: NOT_GIVEN }),
  state('provisional', 'Provisional day under the pointer', {}, [{ do: 'hover-day', share: 0.62 }]),
  state('stale', 'Stale', { account: failing('c1', { kind: 'timeout', hoursOld: 3 }) }),
  state('offline', 'Offline', { account: failing(null, { kind: 'offline', hoursOld: 2.5 }) }),
  state('rejected', 'Rejected key', { account: REJECTED }),
  state('permission', 'Permission missing', { account: FORBIDDEN }),
  state('rate-limited', 'Rate limited', {
    account: failing('c1', { kind: 'rate-limited', retryAt: NOW + 227_000, hoursOld: 3 }),
  }),
  state('keychain-locked', 'Keychain locked', {
    account: failing('p1', { kind: 'key-unreadable', hoursOld: 1.2 }),
  }),
  state('keychain-absent', 'Keychain absent', {
    sessionOnly: new Set(['p1', 'c1']),
    app: { secretStore: 'session-only' },
  }),
  state('keychain-denied', 'Keychain denied', {
    account: failing(null, { kind: 'keychain-denied', hoursOld: 1.2 }),
    app: { secretStore: 'denied' },
  }),
  state('ledger-set-aside', 'Ledger set aside', {
    account: BACKFILL,
    app: {
      ledgerNotice:
        'The ledger was damaged and set aside as ledger.db.damaged-20261122T104103Z; everything is fetched again',
    },
  }),
  state('over-budget', 'Over budget', { settings: { budgetUsd: '1000' } }),
  state('heading-over', 'Forecast above the budget', { settings: { budgetUsd: '1500' } }),
];

const AMOUNTS: readonly GalleryState[] = [
  state('one-connection', 'One connection', { account: ONE }),
  state('many', '20 connections, 500 resources', { account: MANY, settings: { budgetUsd: '90000' } }),
  state(
    'many-scrolled',
    '500 resources, all unfolded, scrolled to the end',
    {
      account: MANY,
      settings: { budgetUsd: '90000' },
      view: { showAll: true },
    },
    [toTheEnd],
  ),
  state('tiny', 'A $0.0003 day', { account: TINY, settings: { budgetUsd: null } }),
  state('million', 'A $1,234,567.89 month', { account: MILLION, settings: { budgetUsd: '1500000' } }),
  state('long-name', 'A 60-character name', { account: LONG }),
  state('german', 'German numbers', {
    account: MILLION,
    settings: { budgetUsd: '1500000', numberLocale: 'de-DE' },
  }),
  state('japanese', 'Japanese numbers', {
    account: MILLION,
    settings: { budgetUsd: '1500000', numberLocale: 'ja-JP' },
  }),
  state('american', 'American numbers and clock', { settings: { numberLocale: 'en-US' } }),
  state('american-one', 'American numbers of one connection', {
    settings: { numberLocale: 'en-US' },
    view: { connection: 'c1' },
  }),
  state('demo', 'Demo', { app: DEMO }),
  state('demo-visit', 'Demo, entered from the window', { app: VISIT }),
  state('hidden', 'Hidden amounts', { settings: { hideAmounts: true } }),
  state('removed', 'A removed connection’s history', { account: REMOVED }),
  state('left', 'Nothing connected any more', { account: LEFT, nextPollAt: null }),
  state('removed-one', 'A removed connection chosen', { account: REMOVED, view: { connection: 'c1' } }),
  state('other-rate', 'Another rate since mid-month', { account: OTHER_RATE }),
];

const VIEWS: readonly GalleryState[] = [
  state('cumulative', 'Cumulative', {}, [radio('Cumulative')]),
  state('table', 'The chart as a table', {}, [radio('Table')]),
  state('by-resource', 'Chart by resource', { view: { splitBy: 'resource' } }),
  state('by-resource-rows', 'Chart and rows by resource', { view: { splitBy: 'resource' } }, [
    { do: 'scroll', to: 'end' },
  ]),
  state('by-meter', 'Chart by meter', { view: { splitBy: 'meter', breakdownBy: 'meter' } }),
  state('last-month', 'Last month', {}, [press('5')]),
  state('last-30-days', 'Last 30 days', {}, [press('3')]),
  state('today', 'Today', {}, [press('1')]),
  state('range-picker', 'Custom range', {}, [press('6')]),
  state('row-opened', 'A row opened', {}, [toTheEnd, button('attested-inference')]),
  state('by-connection', 'Breakdown by connection', {}, [radio('Connection'), toTheEnd]),
  state('billing', 'Billing period of a connection', {}, [
    button('Connection shown'),
    option('Analytics'),
    press('7'),
  ]),
  state('connections-list', 'List of connections', {}, [button('Connection shown')]),
  state('day', 'Day view', {}, [openDay]),
  state('day-end', 'Day view, to the end', {}, [openDay, toTheEnd]),
  state('day-today', 'Day view of today', {}, [
    press('1'),
    openDay,
    ...Array.from({ length: 3 }, () => button('Next day')),
  ]),
  state('day-demo', 'Day view, demo', { app: DEMO }, [openDay]),
];

const SCREENS: readonly GalleryState[] = [
  state('settings', 'Settings', { account: FORBIDDEN }, [press(',')]),
  state('demo-settings', 'Settings of the demo', { app: VISIT }, [press(',')]),
  state('demo-connect', 'Connect, in the demo', { app: DEMO }, [press(','), button('Add')]),
  state('settings-end', 'Settings, to the end', {}, [press(','), toTheEnd]),
  state('difference', 'A difference from the vendor’s total', { account: DIFFERENT }, [
    press(','),
    button('Analytics'),
  ]),
  state('remove', 'Remove a connection', {}, [press(','), button('Workloads'), button('Remove')]),
  state('rate', 'Rate of a connection', {}, SET_RATE),
  state(
    'rate-german',
    'Rate of a connection, German numbers',
    { account: OTHER_RATE, settings: { budgetUsd: '2500.5', numberLocale: 'de-DE' } },
    SET_RATE,
  ),
  state(
    'export-german',
    'Export of a range, German numbers',
    {
      settings: { numberLocale: 'de-DE' },
      view: { period: 'custom', custom: { from: day('2026-11-03'), to: day('2026-11-09') } },
    },
    [press('e')],
  ),
  state('delete-all', 'Delete all', {}, [press(','), button('Delete all…')]),
  state('export', 'Export', {}, [press('e')]),
  state('exporting', 'Export under way', { app: { exporting: { rows: 41_200, total: 118_000 } } }, [
    press('e'),
  ]),
  state('export-done', 'Export done', {}, [press('e'), button('Export as CSV…')]),
  state('replace-key', 'Replace a key', { account: REJECTED }, [button('Replace key')]),
];

/** Each state once, in the ordinary look. */
export const PLAIN_STATES: readonly GalleryState[] = [
  state('overview', 'Overview'),
  ...FIRST,
  ...TROUBLED,
  ...AMOUNTS,
  ...VIEWS,
  ...SCREENS,
];

function named(name: string): GalleryState {
  const found = PLAIN_STATES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no state of the gallery is called ${name}`);
  return found;
}

const FORCED = [
  'overview',
  'over-budget',
  'cumulative',
  'by-resource',
  'partly-known',
  'range-picker',
  'day',
  'settings',
  'exporting',
  'rejected',
];
const ZOOMED = [
  'overview',
  'rejected',
  'cumulative',
  'million',
  'range-picker',
  'day',
  'settings',
  'export',
  'nothing-connected',
  'backfill',
  'remove',
];

export const STATES: readonly GalleryState[] = [
  ...PLAIN_STATES,
  ...FORCED.map(named).map((one) => ({
    ...one,
    name: `${one.name}-forced`,
    title: `${one.title}, forced colours`,
    forcedColors: true,
  })),
  ...ZOOMED.map(named).map((one) => ({
    ...one,
    name: `${one.name}-zoomed`,
    title: `${one.title}, at 200 %`,
    zoomed: true,
  })),
];
