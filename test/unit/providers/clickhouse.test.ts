import { describe, expect, test } from 'vitest';

import { clickhouseAdapter } from '../../../electron/providers/clickhouse/adapter.js';
import type { Charge } from '../../../electron/providers/adapter.js';
import { vendorId } from '../../../electron/providers/qualified-id.js';
import { day } from '../../../shared/day.js';
import { formatDecimal, sum } from '../../../shared/money.js';
import { answer, contextFor } from './context.js';

const ORG = 'c0ffee00-0000-4000-8000-000000000001';
const WINDOW = { from: day('2026-11-01'), to: day('2026-11-30') };

const SERVICE = {
  date: '2026-11-20',
  dataWarehouseId: 'dw-1',
  serviceId: 'svc-1',
  entityType: 'service',
  entityId: 'svc-1',
  entityName: 'analytics',
  metrics: { computeCHC: 12.5, publicDataTransferCHC: 0.25 },
  totalCHC: 12.75,
  locked: false,
};

async function read(answerBody: unknown, window = WINDOW) {
  const charges: Charge[] = [];
  const context = contextFor(() => answer(answerBody));
  const outcome = await clickhouseAdapter.readWindow(
    context,
    { key: ORG, name: null },
    window,
    new Map(),
    (page) => void charges.push(...page.charges),
  );
  return { outcome, charges, context };
}

const result = (costs: unknown, grandTotalCHC: unknown = null) => ({
  status: 200,
  requestId: 'r',
  result: { grandTotalCHC, costs },
});
const short = (charge: Charge) => [charge.vendorMeter, charge.meter, formatDecimal(charge.amount)];

describe('identify and list', () => {
  const organization = { id: ORG, name: 'Acme', createdAt: '2025-03-17T09:30:00.123456Z', tier: 'scale' };
  const withCredit = (
    credit: () => ReturnType<typeof answer>,
    organizations: unknown = { status: 200, result: [organization] },
  ) => contextFor((path) => (path.endsWith('/creditBalances') ? credit() : answer(organizations)));

  test('one organization, its day, its credit', async () => {
    const context = withCredit(() =>
      answer({ status: 200, result: { totalRemainingCredits: 1234.5, balances: [] } }),
    );
    expect(await clickhouseAdapter.identify(context)).toEqual({
      id: ORG,
      name: 'Acme',
      createdDay: '2025-03-17',
      billingAnchor: '2025-03-17',
      creditLeft: 1_234_500_000_000n,
      warning: null,
    });
    expect(context.asked.map(({ path }) => path)).toEqual([
      '/organizations',
      `/organizations/${ORG}/creditBalances`,
    ]);
  });

  test.each([
    ['bare list', [organization]],
    ['bare object', organization],
    ['object in the envelope', { status: 200, result: organization }],
  ])('%s', async (_, body) => {
    expect((await clickhouseAdapter.identify(withCredit(() => answer({}, 403), body))).id).toBe(ORG);
  });

  test.each([401, 403, 404, 429, 500])('credit refused with %i is silent and asked once', async (status) => {
    const context = withCredit(() => answer({ status, error: 'no' }, status));
    expect((await clickhouseAdapter.identify(context)).creditLeft).toBeNull();
    expect(context.asked).toHaveLength(2);
    expect(context.waits).toEqual([]);
  });

  test('a passing fault leaves the last known credit', async () => {
    let status = 200;
    const context = withCredit(() => answer({ result: { totalRemainingCredits: '7.25' } }, status));
    await clickhouseAdapter.identify(context);
    status = 500;
    expect((await clickhouseAdapter.identify(context)).creditLeft).toBe(7_250_000_000n);
    status = 403;
    expect((await clickhouseAdapter.identify(context)).creditLeft).toBeNull();
  });

  test.each([
    [[], 'permission'],
    [[organization, { ...organization, id: 'other' }], 'format'],
    [[{ name: 'no id' }], 'format'],
    ['text', 'format'],
  ])('%j is no organization', async (organizations, kind) => {
    const context = withCredit(() => answer({}), { status: 200, result: organizations });
    await expect(clickhouseAdapter.identify(context)).rejects.toMatchObject({ kind });
  });

  test('the organization is the one scope', async () => {
    const context = withCredit(() => answer({}, 403));
    const account = await clickhouseAdapter.identify(context);
    expect(await clickhouseAdapter.list(context, account)).toEqual({
      scopes: [{ key: ORG, name: 'Acme', createdDay: '2025-03-17', dormant: false }],
      resources: [],
    });
  });

  test('the key travels as Basic', () => {
    const credential = { provider: 'clickhouse', keyId: 'id', keySecret: 'pä:ss' } as const;
    // printf 'id:pä:ss' | base64
    expect(clickhouseAdapter.headers(credential)).toEqual({ Authorization: 'Basic aWQ6cMOkOnNz' });
  });
});

describe('a window', () => {
  test('is asked in plain days and mapped metric by metric', async () => {
    const { outcome, charges, context } = await read(
      result(
        [
          { ...SERVICE, organizationTier: 'scale', discount: 0.9, region: 'eu-west-1' },
          {
            date: '2026-11-20',
            dataWarehouseId: 'dw-1',
            serviceId: null,
            entityType: 'DataWarehouse',
            entityId: 'dw-1',
            entityName: 'main',
            metrics: { storageCHC: '1.5', backupCHC: 2e-7, computeCHC: null },
            totalCHC: 1.5000002,
            locked: true,
            discount: 1,
          },
        ],
        14.2500002,
      ),
    );
    expect(context.asked[0]).toMatchObject({
      path: `/organizations/${ORG}/usageCost`,
      query: { from_date: '2026-11-01', to_date: '2026-11-30' },
    });
    expect(outcome).toEqual({
      kind: 'whole',
      pages: 1,
      reported: 14_250_000_200n,
      roundedBy: 50n,
      unknownResources: false,
    });
    expect(charges[0]).toEqual({
      key: 'service',
      day: '2026-11-20',
      start: Date.UTC(2026, 10, 20),
      end: Date.UTC(2026, 10, 21),
      resource: { id: 'svc-1', name: 'analytics', kind: 'Service' },
      group: { id: 'dw-1', name: 'main' },
      meter: 'Compute',
      vendorMeter: 'computeCHC',
      variant: 'scale',
      amount: 12_500_000_000n,
      locked: false,
      extra: { discount: 0.9, region: 'eu-west-1', '@group': 'dw-1' },
    });
    expect(charges.map(short)).toEqual([
      ['computeCHC', 'Compute', '12.5'],
      ['publicDataTransferCHC', 'Data transfer', '0.25'],
      ['storageCHC', 'Storage', '1.5'],
      ['backupCHC', 'Backup', '0.0000002'],
    ]);
    expect(charges[2]).toMatchObject({
      key: 'datawarehouse',
      resource: { kind: 'Data warehouse' },
      locked: true,
      extra: {},
    });
    expect(sum(charges.map(({ amount }) => amount))).toBe(14_250_000_200n);
  });

  test('records of one identity that differ in one metric say the other twice', async () => {
    const other = { ...SERVICE, metrics: { ...SERVICE.metrics, publicDataTransferCHC: 0.5 }, totalCHC: 13 };
    const { charges } = await read(result([SERVICE, other, { ...SERVICE, entityId: 'svc-2' }]));
    const compute = charges.filter(({ vendorMeter }) => vendorMeter === 'computeCHC');
    expect(compute.map(({ amount }) => amount)).toEqual(Array(3).fill(12_500_000_000n));
    // The ledger tells charges of one identity apart by their content.
    const contents = compute.map(({ resource, extra }) => JSON.stringify([resource.id, extra]));
    expect(new Set(contents).size).toBe(3);
    expect(compute[2]?.extra).not.toHaveProperty('metrics');
  });

  const metricsCases: Array<[string, Record<string, unknown>, string[][]]> = [
    [
      'remainder',
      { metrics: { computeCHC: 1 }, totalCHC: 1.5 },
      [
        ['computeCHC', 'Compute', '1'],
        ['totalCHC', 'Other', '0.5'],
      ],
    ],
    [
      'negative remainder',
      { metrics: { computeCHC: 2 }, totalCHC: 1.5 },
      [
        ['computeCHC', 'Compute', '2'],
        ['totalCHC', 'Other', '-0.5'],
      ],
    ],
    [
      'rounding',
      { metrics: { computeCHC: 1.0000000004, storageCHC: 1.0000000004 }, totalCHC: 2.0000000008 },
      [
        ['computeCHC', 'Compute', '1'],
        ['storageCHC', 'Storage', '1'],
      ],
    ],
    [
      'two nanos off one term',
      { metrics: { computeCHC: 1 }, totalCHC: 1.000000002 },
      [
        ['computeCHC', 'Compute', '1'],
        ['totalCHC', 'Other', '0.000000002'],
      ],
    ],
    ['total missing', { metrics: { computeCHC: 1 }, totalCHC: undefined }, [['computeCHC', 'Compute', '1']]],
    ['metrics missing', { metrics: undefined, totalCHC: 3 }, [['totalCHC', 'Other', '3']]],
    ['metrics null', { metrics: null, totalCHC: 3 }, [['totalCHC', 'Other', '3']]],
    ['nothing at all', { metrics: { computeCHC: 0 }, totalCHC: 0 }, [['totalCHC', 'Other', '0']]],
    [
      're-cased',
      { metrics: { ComputeChc: 1, storagechc: 2 }, totalCHC: 3 },
      [
        ['computeCHC', 'Compute', '1'],
        ['storageCHC', 'Storage', '2'],
      ],
    ],
    [
      'one meter twice',
      { metrics: { computeCHC: 1, ComputeCHC: 1 }, totalCHC: 2 },
      [['computeCHC', 'Compute', '2']],
    ],
    [
      're-cased with underscores and dashes',
      { metrics: { compute_chc: 1, 'public-data-transfer-chc': 2, GPU_HOURS_CHC: 3 }, totalCHC: 6 },
      [
        ['computeCHC', 'Compute', '1'],
        ['publicDataTransferCHC', 'Data transfer', '2'],
        ['GPU_HOURS_CHC', 'GPU_HOURS', '3'],
      ],
    ],
    ['unknown', { metrics: { gpuCHC: 1 }, totalCHC: 1 }, [['gpuCHC', 'gpu', '1']]],
    ['nameless', { metrics: { CHC: 1 }, totalCHC: 1 }, [['CHC', 'CHC', '1']]],
    [
      'inter-region',
      { metrics: { interRegionTier1DataTransferCHC: 1, interRegionTier4DataTransferCHC: 2 }, totalCHC: 3 },
      [
        ['interRegionTier1DataTransferCHC', 'Inter-region transfer', '1'],
        ['interRegionTier4DataTransferCHC', 'Inter-region transfer', '2'],
      ],
    ],
    [
      'initial load',
      { entityType: 'ClickPipe', metrics: { initialLoadCHC: 1, dataTransferCHC: 2 }, totalCHC: 3 },
      [
        ['initialLoadCHC', 'Initial load', '1'],
        ['dataTransferCHC', 'Data transfer', '2'],
      ],
    ],
    ['refund', { metrics: { computeCHC: -1.25 }, totalCHC: '-1.25' }, [['computeCHC', 'Compute', '-1.25']]],
    [
      'not credits',
      { metrics: { computeCHC: 1, computeUnits: 4 }, totalCHC: 1 },
      [['computeCHC', 'Compute', '1']],
    ],
  ];
  test.each(metricsCases)('metrics: %s', async (_, change, expected) => {
    const { charges } = await read(result([{ ...SERVICE, ...change }]));
    expect(charges.map(short)).toEqual(expected);
  });

  test.each([
    [
      'an unknown kind',
      { entityType: 'Postgres' },
      { key: 'postgres', resource: { id: 'svc-1\npostgres', kind: 'Postgres' } },
    ],
    ['another case', { entityType: 'SERVICE' }, { key: 'service', resource: { kind: 'Service' } }],
    ['a null name', { entityName: null }, { resource: { name: null } }],
    ['no warehouse', { dataWarehouseId: null }, { group: null, extra: { '@group': '' } }],
    ['a warehouse without a record', {}, { group: { id: 'dw-1', name: null } }],
    [
      'a pipe of a service',
      { entityType: 'clickpipe', entityId: 'p' },
      { resource: { id: 'p\nclickpipe', kind: 'ClickPipe' }, extra: { serviceId: 'svc-1' } },
    ],
    ['no lock', { locked: undefined }, { locked: false }],
    ['a time with the date', { date: '2026-11-20T00:00:00Z' }, { day: '2026-11-20' }],
    ['a field named __proto__', JSON.parse('{"__proto__": {"locked": true}}') as object, { locked: false }],
  ])('record: %s', async (_, change, expected) => {
    const { charges } = await read(result([{ ...SERVICE, ...change }]));
    expect(charges[0]).toMatchObject(expected);
  });

  test('tells apart what shares an id but is of another type', async () => {
    const types = ['service', 'Data_Warehouse', 'datawarehouse', 'clickpipe'];
    const { charges } = await read(result(types.map((entityType) => ({ ...SERVICE, entityType }))));
    const ids = new Set(charges.map(({ resource }) => resource.id));
    expect(ids.size).toBe(3);
    expect([...ids].map(vendorId)).toEqual(['svc-1', 'svc-1', 'svc-1']);
  });

  test('duplicates are handed on as they are', async () => {
    const { charges } = await read(
      result([SERVICE, { ...SERVICE, metrics: { computeCHC: 1 }, totalCHC: 1 }]),
    );
    expect(charges.map(short)).toEqual([
      ['computeCHC', 'Compute', '12.5'],
      ['publicDataTransferCHC', 'Data transfer', '0.25'],
      ['computeCHC', 'Compute', '1'],
    ]);
  });

  test.each([
    ['an empty list', result([], 0), 0, 0n],
    ['an empty list, no total', result([]), 0, null],
    ['one object', result(SERVICE, 12.75), 2, 12_750_000_000n],
    ['missing beside 0', { status: 200, result: { grandTotalCHC: 0 } }, 0, 0n],
    ['null beside 0', result(null, 0), 0, 0n],
    ['bare', { grandTotalCHC: 12.75, costs: [SERVICE] }, 2, 12_750_000_000n],
    ['bare, costs only', { costs: [SERVICE] }, 2, null],
  ])('costs: %s', async (_, body, count, reported) => {
    const { charges, outcome } = await read(body);
    expect(charges).toHaveLength(count);
    expect(outcome).toMatchObject({ reported });
  });

  test.each([
    ['costs missing beside money', { result: { grandTotalCHC: 3 } }, 'usageCost: costs is missing'],
    ['costs missing beside null', { result: { grandTotalCHC: null } }, 'usageCost: costs is missing'],
    ['nothing', {}, 'usageCost: costs is missing'],
    [
      'a word as a metric',
      result([SERVICE, { ...SERVICE, metrics: { computeCHC: 'abc' } }]),
      'computeCHC of record 2: "abc" is not an amount of money',
    ],
    [
      'a 25-digit total',
      result([{ ...SERVICE, totalCHC: '1234567890123456789012345' }]),
      'totalCHC of record 1: "1234567890123456789012345" is not an amount of money',
    ],
    ['a word as grand total', result([SERVICE], 'much'), 'grandTotalCHC: "much" is not an amount of money'],
    [
      'a day not asked for',
      result([{ ...SERVICE, date: '2026-12-01' }]),
      'record 1 bears 2026-12-01, which was not asked for',
    ],
    ['no day', result([{ ...SERVICE, date: null }]), 'date of record 1 is not a day'],
    ['a list as metrics', result([{ ...SERVICE, metrics: [1] }]), 'metrics of record 1 is not an object'],
    [
      'no entity',
      result([{ ...SERVICE, entityId: null, serviceId: null, dataWarehouseId: null }]),
      'entityId of record 1 is missing',
    ],
    ['a number as record', result([1]), 'usageCost: costs.0 is not an object'],
  ])('refused whole: %s', async (_, body, detail) => {
    await expect(read(body)).rejects.toMatchObject({ kind: 'format', detail });
  });
});
