/** A made-up account whose charges the gallery's states are summed from. */
import type { Day } from '../../shared/day';
import { daysBetween, day } from '../../shared/day';
import type { ConnectionView, ProviderId } from '../../shared/model';
import { NANOS_PER_UNIT, nanos } from '../../shared/money';

export const NOW = Date.parse('2026-11-22T10:42:00Z');
export const TODAY = day('2026-11-22');
export const FIRST_DAY = day('2025-10-20');

export interface FixtureResource {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
  readonly provider: ProviderId;
  readonly connection: string;
  /** Nanos of USD on an ordinary day. */
  readonly base: bigint;
  /** Meters and their share of the resource, in percent. */
  readonly meters: ReadonlyArray<readonly [string, bigint]>;
  readonly notes: readonly string[];
  /** The day of its first charge, where that is not the account's. */
  readonly from?: Day;
}

const CVM_METERS = [
  ['Compute', 88n],
  ['Storage', 12n],
] as const;
const SERVICE_METERS = [
  ['Compute', 90n],
  ['Data transfer', 10n],
] as const;
const WAREHOUSE_METERS = [
  ['Storage', 80n],
  ['Backup', 20n],
] as const;

/** Cents to nanos. */
export function cents(amount: number): bigint {
  return BigInt(amount) * (NANOS_PER_UNIT / 100n);
}

function cvm(name: string, detail: string, perDay: bigint, notes: readonly string[] = []): FixtureResource {
  return {
    key: `p1/${name}`,
    name,
    detail: `CVM · ${detail}`,
    provider: 'phala',
    connection: 'p1',
    base: perDay,
    meters: CVM_METERS,
    notes,
  };
}

function service(
  name: string,
  detail: string,
  perDay: bigint,
  meters: FixtureResource['meters'] = SERVICE_METERS,
): FixtureResource {
  return {
    key: `c1/${name}`,
    name,
    detail,
    provider: 'clickhouse',
    connection: 'c1',
    base: perDay,
    meters,
    notes: [],
  };
}

export const RESOURCES: readonly FixtureResource[] = [
  service('events-prod', 'Service · Warehouse eu-central', cents(2310)),
  cvm('attested-inference', 'llm-gateway', cents(1675)),
  cvm('key-broker', 'trust-services', cents(912)),
  service('Warehouse eu-central', 'Data warehouse', cents(640), WAREHOUSE_METERS),
  cvm('web-prod', 'storefront', cents(388)),
  service('orders-stream', 'ClickPipe · events-prod', cents(214), [
    ['Compute', 70n],
    ['Data transfer', 30n],
  ]),
  cvm('enclave-builder', 'ci', cents(96), ['Stopped, still charged for storage']),
  service('events-staging', 'Service · Warehouse eu-central', cents(62)),
  cvm('metrics-relay', 'observability', cents(31)),
  cvm('status-page', 'storefront', cents(12)),
  cvm('sandbox-a', 'experiments', cents(4)),
  cvm('sandbox-b', 'experiments', cents(3)),
];

/** A number from 0 to 99 that a name and a day always give again. */
function noise(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
  return hash % 100;
}

/** What a resource costs on a day; by 10:42 UTC today has seen the lesser part. */
export function chargeOn(resource: FixtureResource, value: Day): bigint {
  if (value > TODAY || value < (resource.from ?? FIRST_DAY)) return 0n;
  const weekend = ((daysBetween(day('2026-11-02'), value) % 7) + 7) % 7 >= 5;
  const percent = BigInt(80 + Math.floor(noise(`${resource.key} ${value}`) * 0.35)) - (weekend ? 22n : 0n);
  const whole = (resource.base * percent) / 100n;
  return value === TODAY ? (whole * (resource.provider === 'phala' ? 43n : 12n)) / 100n : whole;
}

const BASE: Omit<ConnectionView, 'id' | 'provider' | 'name' | 'account' | 'accountName' | 'unit'> = {
  usdPerUnit: nanos(NANOS_PER_UNIT),
  state: 'ok',
  fault: null,
  faultMessage: null,
  lastSuccess: NOW - 2 * 60_000,
  dataThrough: TODAY,
  progress: null,
  monthToDate: null,
  creditLeft: null,
  reconciliation: null,
  notes: [],
  sessionOnly: false,
  billingAnchor: day('2025-10-14'),
  removed: false,
};

export const PHALA: ConnectionView = {
  ...BASE,
  id: 'p1',
  provider: 'phala',
  name: 'Workloads',
  account: 'ws_7Qm2',
  accountName: 'northwind-labs',
  unit: 'USD',
  creditLeft: nanos(cents(41_250)),
};

export const CLICKHOUSE: ConnectionView = {
  ...BASE,
  id: 'c1',
  provider: 'clickhouse',
  name: 'Analytics',
  account: '5c7e0b1e-2f34-4e7a-9c41-3a1d2b6f8e90',
  accountName: 'Northwind',
  unit: 'CHC',
  dataThrough: day('2026-11-21'),
};
