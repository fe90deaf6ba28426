/** A home folder whose ledger holds a made-up estate up to this moment, ready for the program to open. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openHome } from '../../electron/core/home.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Ledger } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { ADAPTERS } from '../../electron/providers/index.js';
import { HOUR_MS, addDays, addMonths, dayNumber, dayOf, eachDay, endOf, startOf } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import { PROVIDER_IDS } from '../../shared/model.js';
import type { ProviderId } from '../../shared/model.js';
import { nanos, ZERO } from '../../shared/money.js';
import { DEFAULT_SETTINGS } from '../../shared/settings.js';

export interface Estate {
  readonly connections: number;
  /** Over all connections. */
  readonly resources: number;
  readonly months: number;
  /** Charges of one resource on one day. */
  readonly meters: number;
}

/** What an organization with much has. */
export const LARGE: Estate = { connections: 20, resources: 500, months: 13, meters: 2 };

const METERS = ['Compute', 'Storage', 'Data transfer', 'Backup'];
const RESOURCES_PER_APP = 5;
const WINDOW_DAYS = 62;

/** Read only by hand, so that nothing but what is measured happens. */
export function fillHome(folder: string, estate: Estate): void {
  const home = openHome(folder);
  writeFileSync(home.settings, JSON.stringify({ ...DEFAULT_SETTINGS, cadenceMinutes: 0 }));
  const now = Date.now();
  const { ledger } = openLedger(home.ledger, () => now);
  for (let number = 0; number < estate.connections; number += 1) {
    fillConnection(ledger, number, estate, now);
  }
  ledger.close();
}

/** What another process writes while the program runs: today's charges of the first connection, as of now. */
export function chargeToday(folder: string, estate: Estate, round: number): void {
  const now = Date.now();
  const { ledger } = openLedger(join(folder, 'ledger.sqlite'), () => now);
  const [connection] = ledger.connections();
  const [scope] = connection === undefined ? [] : ledger.scopes(connection.id);
  if (connection === undefined || scope === undefined) throw new Error('an estate without a connection');
  const today = dayOf(now);
  const charges = chargesOf(connection.provider, 0, scope.key, estate, { from: today, to: today }, round);
  const writer = ledger.writeWindow(scope, { from: today, to: today });
  writer.stage({ charges });
  const { settle } = ADAPTERS[connection.provider];
  writer.commit({
    readAt: now,
    today,
    settle,
    mayDelete: true,
    epoch: connection.epoch,
    reported: null,
    roundedBy: ZERO,
  });
  writer.close();
  ledger.close();
}

function fillConnection(ledger: Ledger, number: number, estate: Estate, now: number): void {
  const provider = PROVIDER_IDS[number % PROVIDER_IDS.length] ?? 'phala';
  const { unit, settle } = ADAPTERS[provider];
  const today = dayOf(now);
  const first = addMonths(today, -estate.months);
  const { id, epoch } = ledger.addConnection(
    {
      provider,
      account: `account-${number}`,
      accountName: `Account ${number}`,
      name: `${provider} of team ${number}`,
      unit,
      origin: 'http://127.0.0.1/v1',
      accountCreatedDay: first,
      billingAnchor: null,
      creditLeft: null,
    },
    now,
  );
  const keys = [...new Set(resourcesOf(number, estate).map((resource) => scopeOf(provider, resource)))];
  const scopes = keys.map((key) => ({ key, name: key, createdDay: first, dormant: false }));
  ledger.recordListing(id, scopes, [], now);
  for (const scope of ledger.scopes(id)) {
    for (let from = first; from <= today; from = addDays(from, WINDOW_DAYS)) {
      const end = addDays(from, WINDOW_DAYS - 1);
      const window = { from, to: end < today ? end : today };
      const writer = ledger.writeWindow(scope, window);
      writer.stage({ charges: chargesOf(provider, number, scope.key, estate, window, 0) });
      writer.commit({ readAt: now, today, settle, mayDelete: true, epoch, reported: null, roundedBy: ZERO });
      writer.close();
    }
  }
  ledger.recordSync(id, epoch, { at: now, asOf: now, fault: null, reconciliation: null, memo: {} });
}

function resourcesOf(connection: number, { connections, resources }: Estate): number[] {
  const all = Array.from({ length: resources }, (_, resource) => resource);
  return all.filter((resource) => resource % connections === connection);
}

function scopeOf(provider: ProviderId, resource: number): string {
  return provider === 'phala' ? `app-${resource % RESOURCES_PER_APP}` : 'organization';
}

/** @param round another one is another price */
function chargesOf(
  provider: ProviderId,
  connection: number,
  scope: string,
  estate: Estate,
  days: DayRange,
  round: number,
): Charge[] {
  const resources = resourcesOf(connection, estate).filter((each) => scopeOf(provider, each) === scope);
  return eachDay(days).flatMap((day) =>
    resources.flatMap((resource) =>
      METERS.slice(0, estate.meters).map((meter, place) =>
        chargeOf(provider, scope, resource, day, meter, place, round),
      ),
    ),
  );
}

function chargeOf(
  provider: ProviderId,
  scope: string,
  resource: number,
  day: Day,
  meter: string,
  place: number,
  round: number,
): Charge {
  const byHour = provider === 'phala';
  // Few resources cost much and most cost little, and each a bit more or less from day to day.
  const base = 40_000_000_000 / (resource + 1) ** 1.2;
  const ripple = 1 + ((dayNumber(day) * 7 + resource * 13 + place * 5) % 19) / 40;
  return {
    key: `charge-${place}`,
    day,
    start: startOf(day),
    end: byHour ? startOf(day) + HOUR_MS : endOf(day),
    resource: {
      id: `resource-${resource}`,
      name: `${byHour ? 'worker' : 'analytics'} ${resource}`,
      kind: byHour ? 'CVM' : 'Service',
    },
    group: { id: scope, name: scope },
    meter,
    vendorMeter: meter,
    variant: '',
    amount: nanos(BigInt(Math.round((base * ripple) / (place + 1)) + round)),
    locked: !byHour,
    extra: {},
  };
}
