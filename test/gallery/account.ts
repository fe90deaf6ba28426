/** A made-up account: what is charged and when. The gallery's states are what the program makes of it. */
import type { Connection, Rate } from '../../electron/ledger/types';
import { HOUR_MS, addMonths, day, dayNumber } from '../../shared/day';
import type { Day } from '../../shared/day';
import type { ProviderId } from '../../shared/model';
import { NANOS_PER_UNIT, nanos } from '../../shared/money';

export const NOW = Date.parse('2026-11-22T10:42:00Z');
export const TODAY = day('2026-11-22');
export const FIRST_DAY = day('2025-10-20');
const READ_AT = NOW - 2 * 60_000;

export interface FixtureResource {
  readonly key: string;
  readonly connection: string;
  readonly provider: ProviderId;
  readonly name: string;
  readonly kind: string;
  readonly group: string | null;
  readonly stopped: boolean;
  /** Nanos of the vendor's unit on an ordinary day. */
  readonly base: bigint;
  /** Meters and their share of the resource, in percent. */
  readonly meters: ReadonlyArray<readonly [string, bigint]>;
  /** The day of its first charge, where that is not the account's. */
  readonly from?: Day;
  /** Its days from here on cost the same: a service at its ceiling. */
  readonly flatFrom?: Day;
  /** A single charge beside the daily ones. */
  readonly once?: { readonly day: Day; readonly amount: bigint };
}

export interface Account {
  readonly connections: readonly Connection[];
  readonly resources: readonly FixtureResource[];
  /** What one ClickHouse Credit costs; the first rate holds from the beginning. */
  readonly rates: readonly Rate[];
  /** Days that a connection has not read. */
  readonly unread: ReadonlyMap<string, ReadonlySet<Day>>;
  /** Days that a connection has read before their end only. */
  readonly readEarly: ReadonlyMap<string, ReadonlySet<Day>>;
  /** A settled day that the vendor answered with another sum later, in its unit. */
  readonly revised: ReadonlyArray<{ readonly connection: string; readonly day: Day; readonly by: bigint }>;
}

/** Cents to nanos. */
export function cents(amount: number): bigint {
  return BigInt(amount) * (NANOS_PER_UNIT / 100n);
}

type Parts = Pick<FixtureResource, 'name' | 'base'> & Partial<FixtureResource>;

function cvm(parts: Parts): FixtureResource {
  return {
    key: `p1/${parts.name}`,
    connection: 'p1',
    provider: 'phala',
    kind: 'CVM',
    group: null,
    stopped: false,
    meters: [
      ['Compute', 88n],
      ['Storage', 12n],
    ],
    ...parts,
  };
}

function service(parts: Parts): FixtureResource {
  return {
    key: `c1/${parts.name}`,
    connection: 'c1',
    provider: 'clickhouse',
    kind: 'Service',
    group: 'Warehouse eu-central',
    stopped: false,
    meters: [
      ['Compute', 90n],
      ['Data transfer', 10n],
    ],
    ...parts,
  };
}

export const RESOURCES: readonly FixtureResource[] = [
  service({ name: 'events-prod', base: cents(2310) }),
  cvm({ name: 'attested-inference', group: 'llm-gateway', base: cents(1675) }),
  cvm({ name: 'key-broker', group: 'trust-services', base: cents(912) }),
  service({
    name: 'Warehouse eu-central',
    kind: 'Data warehouse',
    group: null,
    base: cents(640),
    meters: [
      ['Storage', 80n],
      ['Backup', 20n],
    ],
  }),
  cvm({ name: 'web-prod', group: 'storefront', base: cents(388) }),
  service({
    name: 'orders-stream',
    kind: 'ClickPipe',
    group: 'events-prod',
    base: cents(214),
    flatFrom: day('2026-11-14'),
    meters: [
      ['Compute', 70n],
      ['Data transfer', 30n],
    ],
  }),
  cvm({
    name: 'enclave-builder',
    group: 'ci',
    base: cents(96),
    stopped: true,
    meters: [['Storage', 100n]],
  }),
  service({ name: 'events-staging', base: cents(62) }),
  cvm({ name: 'metrics-relay', group: 'observability', base: cents(31) }),
  cvm({ name: 'status-page', group: 'storefront', base: cents(12) }),
  cvm({ name: 'sandbox-a', group: 'experiments', base: cents(4) }),
  cvm({ name: 'sandbox-b', group: 'experiments', base: cents(3) }),
  cvm({ name: 'sandbox-c', group: 'experiments', base: cents(3) }),
  cvm({ name: 'sandbox-d', group: 'experiments', base: cents(2) }),
  cvm({ name: 'sandbox-e', group: 'experiments', base: cents(2) }),
];

/** A number from 0 to 99 that a name and a day always give again. */
function noise(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
  return hash % 100;
}

/** Share of a day's cost that each of its hours bears, in percent. */
export const HOUR_SHARES: readonly bigint[] = Array.from({ length: 24 }, (_, hour) =>
  hour < 7 ? 3n : hour < 18 ? 5n : 4n,
);
/** The newest instant that Phala's hourly charges reach. */
export const HOURS_UNTIL = Date.parse('2026-11-22T10:00:00Z');
const HOURS_TODAY = (HOURS_UNTIL % (24 * HOUR_MS)) / HOUR_MS;
const PHALA_TODAY = HOUR_SHARES.slice(0, HOURS_TODAY).reduce((total, share) => total + share, 0n);
/** ClickHouse has reported a part of today. */
const CLICKHOUSE_TODAY = 12n;

/** What a resource costs on a day, in nanos of its unit; today so far is the lesser part of a day. */
export function chargeOn(resource: FixtureResource, value: Day): bigint {
  const { base, flatFrom, once, provider } = resource;
  if (value > TODAY || value < (resource.from ?? FIRST_DAY)) return 0n;
  const single = once?.day === value ? once.amount : 0n;
  const weekend = (dayNumber(value) + 3) % 7 >= 5;
  const varied = BigInt(80 + Math.floor(noise(`${resource.key} ${value}`) * 0.35)) - (weekend ? 22n : 0n);
  const percent = flatFrom !== undefined && value >= flatFrom ? 118n : varied;
  const whole = (base * percent) / 100n;
  const part = provider === 'phala' ? PHALA_TODAY : CLICKHOUSE_TODAY;
  return single + (value === TODAY ? (whole * part) / 100n : whole);
}

const KEPT: Omit<Connection, 'id' | 'provider' | 'name' | 'account' | 'accountName' | 'unit' | 'origin'> = {
  createdAt: Date.parse('2025-11-03T09:00:00Z'),
  removedAt: null,
  accountCreatedDay: day('2025-10-14'),
  billingAnchor: null,
  creditLeft: null,
  epoch: 1,
  lastAttempt: READ_AT,
  lastSuccess: READ_AT,
  fault: null,
  reconciliation: null,
  memo: {},
  listedAt: READ_AT,
  deepReadAt: READ_AT,
};

export const PHALA: Connection = {
  ...KEPT,
  id: 'p1',
  provider: 'phala',
  name: 'Workloads',
  account: 'ws_7Qm2',
  accountName: 'northwind-labs',
  unit: 'USD',
  origin: 'https://cloud-api.phala.com/api/v1',
  creditLeft: nanos(cents(41_250)),
};

export const CLICKHOUSE: Connection = {
  ...KEPT,
  id: 'c1',
  provider: 'clickhouse',
  name: 'Analytics',
  account: '5c7e0b1e-2f34-4e7a-9c41-3a1d2b6f8e90',
  accountName: 'Northwind',
  unit: 'CHC',
  origin: 'https://api.clickhouse.cloud/v1',
  billingAnchor: day('2025-10-14'),
};

export const ACCOUNT: Account = {
  connections: [PHALA, CLICKHOUSE],
  resources: RESOURCES,
  rates: [{ from: FIRST_DAY, usdPerUnit: nanos(NANOS_PER_UNIT) }],
  unread: new Map(),
  readEarly: new Map(),
  revised: [{ connection: 'c1', day: day('2026-11-17'), by: 410_000_000n }],
};

/** The earliest day a first sync reads. */
export const HISTORY_FROM = addMonths(TODAY, -13);
