/** The made-up account's variants, one for each state it is not as usual in. */
import type { Connection } from '../../electron/ledger/types';
import { day, eachDay, firstOfMonth } from '../../shared/day';
import type { Day } from '../../shared/day';
import { nanos } from '../../shared/money';
import { ACCOUNT, CLICKHOUSE, HISTORY_FROM, PHALA, RESOURCES, TODAY, chargeOn } from './account';
import type { Account } from './account';

function unreadUntil(to: Day): ReadonlySet<Day> {
  return new Set(eachDay({ from: HISTORY_FROM, to }));
}

/** Connected a moment ago: nothing is read, and what there is to read is not known. */
export const FIRST_SYNC: Account = {
  ...ACCOUNT,
  connections: [{ ...PHALA, lastSuccess: null, listedAt: null }],
  unread: new Map([['p1', unreadUntil(TODAY)]]),
};

export const BACKFILL: Account = {
  ...ACCOUNT,
  connections: [
    { ...PHALA, lastSuccess: null },
    { ...CLICKHOUSE, lastSuccess: null },
  ],
  unread: new Map([
    ['p1', unreadUntil(day('2026-08-11'))],
    ['c1', unreadUntil(day('2026-06-30'))],
  ]),
};

/** Nothing was ever charged; the days are read, the last two still within the vendor's delay. */
export const UNUSED: Account = {
  ...ACCOUNT,
  connections: [{ ...PHALA, accountCreatedDay: day('2026-11-02') }],
  resources: [],
};

export const PARTLY: Account = {
  ...ACCOUNT,
  unread: new Map([['c1', new Set([day('2026-11-09'), day('2026-11-10'), day('2026-11-14')])]]),
};

/** A vendor that no longer gives the days before the 5th. */
const GIVEN_UNTIL = day('2026-11-04');
export const NOT_GIVEN: Account = {
  ...ACCOUNT,
  connections: [PHALA, { ...CLICKHOUSE, memo: { historyEnds: { c1: GIVEN_UNTIL } } }],
  unread: new Map([['c1', unreadUntil(GIVEN_UNTIL)]]),
};

/** A computer that slept since yesterday. */
export const ASLEEP: Account = {
  ...ACCOUNT,
  readEarly: new Map([['p1', new Set([day('2026-11-21')])]]),
};

const NEW_SINCE = day('2026-11-20');

/** Connected days ago, with nothing before. */
export const NEW: Account = {
  ...ACCOUNT,
  connections: ACCOUNT.connections.map((one) => ({ ...one, accountCreatedDay: NEW_SINCE })),
  resources: RESOURCES.map((resource) => ({ ...resource, from: NEW_SINCE })),
};

/** One connection is days old, the other is not. */
export const NEW_BESIDE_OLD: Account = {
  ...ACCOUNT,
  connections: [PHALA, { ...CLICKHOUSE, accountCreatedDay: TODAY }],
  resources: RESOURCES.map((resource) =>
    resource.connection === 'c1' ? { ...resource, from: TODAY } : resource,
  ),
};

const LONG_NAME = 'confidential-inference-gateway-eu-central-production-cluster';

export const LONG: Account = {
  ...ACCOUNT,
  connections: [
    { ...PHALA, name: LONG_NAME },
    { ...CLICKHOUSE, name: 'Organisation für Auswertungen und Berichte der Abteilung Ost' },
  ],
  resources: RESOURCES.map((resource, index) =>
    index < 3 ? { ...resource, name: `${LONG_NAME.slice(0, 59)}${index}` } : resource,
  ),
};

function many(): Account {
  const connections = Array.from({ length: 20 }, (_, index): Connection => {
    const base = index % 2 === 0 ? PHALA : CLICKHOUSE;
    return {
      ...base,
      id: `k${index}`,
      name: `${base.provider === 'phala' ? 'Workspace' : 'Organization'} ${String(index + 1).padStart(2, '0')}`,
    };
  });
  const resources = Array.from({ length: 500 }, (_, index) => {
    const connection = connections[index % 20] ?? PHALA;
    const base = RESOURCES.find(({ provider }) => provider === connection.provider) ?? RESOURCES[0];
    if (base === undefined) throw new Error('the made-up account has no resources');
    return {
      ...base,
      key: `r${index}`,
      name: `${connection.provider === 'phala' ? 'cvm' : 'service'}-${String(index + 1).padStart(3, '0')}`,
      connection: connection.id,
      base: (base.base * 100n) / BigInt(20 + index * 3),
    };
  });
  return { ...ACCOUNT, connections, resources };
}

export const MANY = many();

export const ONE: Account = {
  ...ACCOUNT,
  connections: [PHALA],
  resources: RESOURCES.filter(({ provider }) => provider === 'phala'),
};

export const TINY: Account = {
  ...ONE,
  resources: RESOURCES.filter(({ name }) => name === 'sandbox-a').map((resource) => ({
    ...resource,
    base: 340_000n,
  })),
};

/** The month to date comes to $1,234,567.89: a single charge makes up what the daily ones leave. */
function million(): Account {
  const resources = RESOURCES.map((resource) => ({ ...resource, base: (resource.base * 99_000n) / 100n }));
  const days = eachDay({ from: firstOfMonth(TODAY), to: TODAY });
  const daily = resources.flatMap((resource) => days.map((value) => chargeOn(resource, value)));
  const rest = 1_234_567_890_000_000n - daily.reduce((total, amount) => total + amount, 0n);
  return {
    ...ACCOUNT,
    resources: resources.map((resource, index) =>
      index === 0 ? { ...resource, once: { day: day('2026-11-12'), amount: rest } } : resource,
    ),
  };
}

export const MILLION = million();

export const NOTHING: Account = { ...ACCOUNT, connections: [], resources: [] };

export const REMOVED: Account = {
  ...ACCOUNT,
  connections: [
    PHALA,
    {
      ...CLICKHOUSE,
      removedAt: Date.parse('2026-11-17T16:20:00Z'),
      lastSuccess: Date.parse('2026-11-17T16:15:00Z'),
    },
  ],
  unread: new Map([['c1', new Set(eachDay({ from: day('2026-11-18'), to: TODAY }))]]),
};

/** Both were removed, one after the other; what they cost is kept. */
export const LEFT: Account = {
  ...REMOVED,
  connections: REMOVED.connections.map((one) =>
    one.removedAt === null
      ? {
          ...one,
          removedAt: Date.parse('2026-11-20T15:05:00Z'),
          lastSuccess: Date.parse('2026-11-20T15:00:00Z'),
        }
      : one,
  ),
  unread: new Map([...REMOVED.unread, ['p1', new Set(eachDay({ from: day('2026-11-21'), to: TODAY }))]]),
};

/** A commitment lowered the price of a credit in mid-month. */
export const OTHER_RATE: Account = {
  ...ACCOUNT,
  rates: [...ACCOUNT.rates, { from: day('2026-11-10'), usdPerUnit: nanos(850_000_000n) }],
};

/** Stored charges and the vendor's own total differ. */
export const DIFFERENT: Account = {
  ...ACCOUNT,
  connections: [
    PHALA,
    {
      ...CLICKHOUSE,
      reconciliation: {
        unit: 'CHC',
        reported: nanos(1_208_410_000_000n),
        stored: nanos(1_211_560_000_000n),
        difference: nanos(-3_150_000_000n),
        rounding: false,
      },
    },
  ],
};
