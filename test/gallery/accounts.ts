/** The made-up account's variants, one for each state it is not as usual in. */
import { addDays, addMonths, day, eachDay } from '../../shared/day';
import type { ConnectionView } from '../../shared/model';
import { CLICKHOUSE, NOW, PHALA, RESOURCES, TODAY } from './account';
import { ACCOUNT } from './overview';
import type { Account } from './overview';

export const FIRST_SYNC: Account = {
  ...ACCOUNT,
  connections: [
    {
      ...PHALA,
      state: 'syncing',
      lastSuccess: null,
      dataThrough: null,
      progress: { phase: 'listing', done: 0, total: 0, reachedBackTo: null, waitUntil: null },
    },
  ],
  resources: [],
  unknown: eachDay({ from: day('2025-11-01'), to: TODAY }),
};

export const BACKFILL: Account = {
  ...ACCOUNT,
  connections: [
    {
      ...PHALA,
      state: 'syncing',
      lastSuccess: null,
      progress: {
        phase: 'reading',
        done: 612,
        total: 1740,
        reachedBackTo: day('2026-08-12'),
        waitUntil: null,
      },
    },
    {
      ...CLICKHOUSE,
      state: 'syncing',
      lastSuccess: null,
      progress: {
        phase: 'waiting',
        done: 4,
        total: 13,
        reachedBackTo: day('2026-07-01'),
        waitUntil: NOW + 47_000,
      },
    },
  ],
  unknown: eachDay({ from: addMonths(TODAY, -13), to: day('2026-08-11') }),
};

export const PARTLY: Account = {
  ...ACCOUNT,
  unknown: [day('2026-11-09'), day('2026-11-10'), day('2026-11-14')],
};

const LONG_NAME = 'confidential-inference-gateway-eu-central-production-cluster';

export const LONG: Account = {
  ...ACCOUNT,
  connections: [
    { ...PHALA, name: LONG_NAME },
    { ...CLICKHOUSE, name: 'Organisation für Auswertungen und Berichte der Abteilung Nord' },
  ],
  resources: RESOURCES.map((resource, index) =>
    index < 3 ? { ...resource, name: `${LONG_NAME.slice(0, 59)}${index}` } : resource,
  ),
};

function many(): Account {
  const connections = Array.from({ length: 20 }, (_, index): ConnectionView => {
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

function scaled(numerator: bigint, denominator: bigint): Account {
  return {
    ...ACCOUNT,
    resources: RESOURCES.map((resource) => ({
      ...resource,
      base: (resource.base * numerator) / denominator,
    })),
  };
}

export const TINY: Account = {
  ...ACCOUNT,
  connections: [PHALA],
  resources: RESOURCES.filter(({ name }) => name === 'sandbox-a').map((resource) => ({
    ...resource,
    base: 340_000n,
  })),
};

export const MILLION = scaled(91_432n, 100n);

export const NOTHING: Account = { ...ACCOUNT, connections: [], resources: [], firstDay: addDays(TODAY, 1) };
