/** States for the tray's tests: only what the tray reads is given, the rest is at its default. */
import type { TrayState } from '../../electron/shell/tray-menu.js';
import { day } from '../../shared/day.js';
import type { FaultKind } from '../../shared/faults.js';
import { DEFAULT_VIEW } from '../../shared/model.js';
import type { ConnectionView, Known, Overview, PeriodAmount, StatusLevel } from '../../shared/model.js';
import { NANOS_PER_UNIT, nanos, parseNanos } from '../../shared/money.js';
import { DEFAULT_SETTINGS } from '../../shared/settings.js';
import type { Settings } from '../../shared/settings.js';

const TODAY = day('2026-11-22');
export const GENERATED_AT = Date.UTC(2026, 10, 22, 12);

export function period(usd: string, known: Known = 'whole'): PeriodAmount {
  return {
    range: { from: day('2026-11-01'), to: TODAY },
    usd: parseNanos(usd),
    known,
    provisionalDays: 0,
    unknownDays: [],
    unreportedDays: [],
  };
}

type ConnectionParts = Partial<
  Pick<ConnectionView, 'id' | 'provider' | 'name' | 'state' | 'removed' | 'lastSuccess'>
> & {
  usd?: string | null;
  fault?: FaultKind;
};

export function connection({ usd = '1', fault, ...parts }: ConnectionParts): ConnectionView {
  const month = usd === null ? null : parseNanos(usd);
  return {
    id: 'a',
    provider: 'phala',
    name: 'Production',
    account: 'workspace',
    accountName: null,
    unit: 'USD',
    usdPerUnit: nanos(NANOS_PER_UNIT),
    rateSince: null,
    state: fault === undefined ? 'ok' : 'failed',
    fault: fault === undefined ? null : { kind: fault, detail: null, retryAt: null },
    faultMessage: null,
    lastSuccess: GENERATED_AT,
    dataThrough: TODAY,
    progress: null,
    monthToDate: month === null ? null : { usd: month, native: month },
    creditLeft: null,
    reconciliation: null,
    notes: [],
    sessionOnly: false,
    billingAnchor: null,
    removed: false,
    ...parts,
  };
}

type OverviewParts = Partial<
  Pick<Overview, 'generatedAt' | 'asOf' | 'syncing' | 'monthToDate' | 'todaySoFar' | 'budget' | 'connections'>
> & { statusText?: string; statusLevel?: StatusLevel };

export function trayState(
  parts: Partial<Pick<TrayState, 'demo' | 'secretStore' | 'ledgerNotice'>> & {
    overview?: OverviewParts;
    settings?: Partial<Settings>;
  } = {},
): TrayState {
  const {
    overview: { statusText = 'Current', statusLevel = 'ok', ...overview } = {},
    settings,
    ...rest
  } = parts;
  return {
    overview: {
      generatedAt: GENERATED_AT,
      today: TODAY,
      dayEndsAt: GENERATED_AT,
      view: DEFAULT_VIEW,
      total: period('1'),
      change: null,
      todaySoFar: period('1'),
      runRate: null,
      forecast: null,
      budget: null,
      series: [],
      days: [],
      breakdown: { by: 'resource', rows: [], tail: null },
      connections: [connection({})],
      status: { level: statusLevel, text: statusText, connection: null, action: null, until: null },
      asOf: GENERATED_AT,
      nextPollAt: null,
      syncing: false,
      monthToDate: period('1'),
      ...overview,
    },
    settings: { ...DEFAULT_SETTINGS, ...settings },
    demo: false,
    secretStore: 'keychain',
    ledgerNotice: null,
    ...rest,
  };
}
