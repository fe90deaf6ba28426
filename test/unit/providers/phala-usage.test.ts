import { describe, expect, test } from 'vitest';

import type { Charge, ResourceListing } from '../../../electron/providers/adapter.js';
import { createVendorHttp } from '../../../electron/providers/http.js';
import { phalaAdapter } from '../../../electron/providers/phala/adapter.js';
import { day } from '../../../shared/day.js';
import { formatDecimal } from '../../../shared/money.js';
import { answer, contextFor } from './context.js';
import type { Vendor } from './context.js';
import { serve } from './loopback.js';

const APP = 'a'.repeat(40);
const VM = '11111111-2222-4333-8444-555555555555';
const INSTANCE = 'b'.repeat(40);
const SCOPE = { key: APP, name: 'web' };
const DAY = { from: day('2026-11-20'), to: day('2026-11-20') };

const ROW = {
  instance_id: VM,
  project_id: 12,
  team_id: 34,
  timestamp: '2026-11-20T14:03:00.123456+00:00',
  event_type: 'usage',
  cost: 0.069,
  details: '{"vcpu":2}',
  usage_type: 'compute',
  billing_start: '2026-11-20',
  billing_end: '2026-11-20',
  duration_minutes: 60,
  billing_key: 'k-1',
  billing_hour: '2026-11-20T14:00:00Z',
  billing_day: '2026-11-20',
};

const LISTING: ResourceListing = { ids: [VM, INSTANCE], name: 'web-1', kind: 'CVM', stopped: false };
const LISTED = new Map([VM, INSTANCE].map((id) => [id, LISTING]));

/** Answers whole at offset 0 and nothing beyond. */
const usage = (rows: unknown[], more: object = {}): Vendor => {
  return (_path, query) =>
    answer({ usage: query.offset === '0' ? rows : [], total: rows.length, total_cost: 1, ...more });
};

async function read(vendor: Vendor, memo: Record<string, unknown> = {}, resources = LISTED) {
  const charges: Charge[] = [];
  const context = contextFor(vendor, memo);
  const outcome = await phalaAdapter.readWindow(
    context,
    SCOPE,
    DAY,
    resources,
    (page) => void charges.push(...[...page.charges].map(asKept)),
  );
  return { outcome, charges, context };
}

/** With only those of the vendor's fields that the ledger keeps. */
function asKept({ held, extra, ...charge }: Charge): Charge {
  const kept = Object.entries(extra).filter(([name, value]) => value !== null && held?.has(name) !== true);
  return { ...charge, extra: Object.fromEntries(kept) };
}

const changed = async (change: object) => {
  const [charge] = (await read(usage([{ ...ROW, ...change }]))).charges;
  if (charge === undefined) throw new Error('no charge');
  return charge;
};

describe('a row', () => {
  test('becomes a charge whole', async () => {
    const { outcome, charges, context } = await read(usage([ROW], { total_cost: '0.069' }));
    expect(context.asked[0]).toMatchObject({
      path: `/apps/${APP}/usage`,
      query: {
        start_date: '2026-11-19T00:00:00Z',
        end_date: '2026-11-22T00:00:00Z',
        limit: '5000',
        offset: '0',
      },
    });
    expect(outcome).toEqual({
      kind: 'whole',
      pages: 1,
      reported: 69_000_000n,
      roundedBy: 500_000n,
      unknownResources: false,
    });
    expect(charges).toEqual([
      {
        key: 'k-1',
        day: '2026-11-20',
        start: Date.UTC(2026, 10, 20, 14),
        end: Date.UTC(2026, 10, 20, 15),
        resource: { id: VM, name: 'web-1', kind: 'CVM' },
        group: { id: APP, name: 'web' },
        meter: 'Compute',
        vendorMeter: 'compute',
        variant: 'usage',
        amount: 69_000_000n,
        locked: false,
        extra: {
          project_id: 12,
          team_id: 34,
          timestamp: '2026-11-20T14:03:00.123456+00:00',
          details: '{"vcpu":2}',
          billing_start: '2026-11-20',
          billing_end: '2026-11-20',
          duration_minutes: 60,
          billing_hour: '2026-11-20T14:00:00Z',
        },
      },
    ]);
  });

  test.each([
    [2e-7, '0.0000002'],
    [0, '0'],
    ['0.1234567891', '0.123456789'],
    [-1.5, '-1.5'],
    ['1E-3', '0.001'],
    [84, '84'],
  ])('cost %j', async (cost, expected) => {
    expect(formatDecimal((await changed({ cost })).amount)).toBe(expected);
  });

  test.each([
    ['abc', 'cost of record 2 of app web: "abc" is not an amount of money'],
    [null, 'cost of record 2 of app web: null is not an amount of money'],
    [undefined, 'cost of record 2 of app web is missing'],
    ['', 'cost of record 2 of app web: "" is not an amount of money'],
    [
      1234567890123456789012345,
      'cost of record 2 of app web: 1.2345678901234568e+24 is not an amount of money',
    ],
    [true, 'cost of record 2 of app web: true is not an amount of money'],
  ])('cost %j refuses the window', async (cost, detail) => {
    await expect(read(usage([ROW, { ...ROW, cost }]))).rejects.toMatchObject({ kind: 'format', detail });
  });

  test('a bare NaN is named with its record', async () => {
    const text = JSON.stringify({ usage: [ROW], total: 1, total_cost: 1 }).replace('0.069', 'NaN');
    await expect(
      read((_path, query) => answer(query.offset === '0' ? text : { usage: [] })),
    ).rejects.toMatchObject({
      detail: 'cost of record 1 of app web: "NaN" is not an amount of money',
    });
  });

  test.each([
    ['its text, whatever the hour says', { billing_day: '2026-11-19' }, '2026-11-19'],
    [
      'the hour’s where the text is none',
      { billing_day: '20 Nov', billing_hour: '2026-11-21 23:00:00' },
      '2026-11-21',
    ],
    [
      'the hour’s, in another zone',
      { billing_day: null, billing_hour: '2026-11-20T23:30:00-02:00' },
      '2026-11-21',
    ],
    [
      'no text with a time',
      { billing_day: '2026-11-18T00:00:00Z', billing_hour: '2026-11-20 10:00:00.000001' },
      '2026-11-20',
    ],
    [
      'the record’s',
      { billing_day: undefined, billing_hour: undefined, timestamp: '2026-11-20 00:00:00' },
      '2026-11-20',
    ],
    ['a 30 February is no day', { billing_day: '2026-02-30' }, '2026-11-20'],
  ])('day: %s', async (_, change, expected) => {
    expect((await changed(change)).day).toBe(expected);
  });

  test('without any day it refuses the window', async () => {
    const change = { billing_day: null, billing_hour: null, timestamp: 'then', billing_start: null };
    await expect(changed(change)).rejects.toMatchObject({ detail: 'record 1 of app web bears no day' });
  });

  const hour = (from: number, hours: number) => ({
    start: Date.UTC(2026, 10, 20, from),
    end: Date.UTC(2026, 10, 20, from) + hours * 3_600_000,
  });
  test.each([
    ['part of an hour', { duration_minutes: '15' }, hour(14, 0.25)],
    ['no duration', { duration_minutes: null }, hour(14, 1)],
    ['a duration of 0', { duration_minutes: 0 }, hour(14, 1)],
    ['24 h up front, dates only', { duration_minutes: 1440, billing_end: '2026-11-21' }, hour(14, 24)],
    [
      '24 h up front, with times',
      { duration_minutes: 1440, billing_start: '2026-11-20 09:00:00' },
      hour(9, 24),
    ],
    [
      'a period without hour and duration',
      { duration_minutes: null, billing_hour: null, billing_end: '2026-11-21' },
      hour(0, 24),
    ],
    ['a period of one date', { duration_minutes: null, billing_hour: null }, hour(0, 24)],
    ['only the record', { billing_hour: null }, hour(14, 1)],
    ['an absurd duration', { duration_minutes: 1e12 }, hour(14, 1)],
  ])('span: %s', async (_, change, expected) => {
    expect(await changed(change)).toMatchObject(expected);
  });

  test.each([
    ['compute', 'Compute'],
    ['STORAGE', 'Storage'],
    ['disk', 'Storage'],
    ['egress', 'Data transfer'],
    ['bandwidth', 'Data transfer'],
    ['network', 'Data transfer'],
    ['backup', 'Backup'],
    ['quantum', 'quantum'],
    [null, 'Other'],
  ])('usage type %s is %s', async (usage_type, meter) => {
    expect(await changed({ usage_type })).toMatchObject({ meter, vendorMeter: usage_type ?? '' });
  });

  test('keeps unknown fields, and a key of its own where there is none', async () => {
    const charge = await changed({
      billing_key: null,
      event_type: undefined,
      region: 'us',
      nested: { a: [1] },
      details: null,
    });
    expect(charge).toMatchObject({
      key: '~2026-11-20T14:00:00Z|2026-11-20T14:03:00.123456+00:00|2026-11-20|2026-11-20',
      variant: '',
      extra: { region: 'us', nested: { a: [1] } },
    });
    expect(Object.keys(charge.extra)).not.toContain('details');
  });

  test('a row without an instance charges the app', async () => {
    expect((await changed({ instance_id: null })).resource).toEqual({ id: APP, name: 'web', kind: 'App' });
  });
});

describe('resources', () => {
  const byInstance = [{ ...ROW, instance_id: INSTANCE }];

  test('are joined under their first id, and stay under it when the CVM is gone', async () => {
    const memo: Record<string, unknown> = {};
    const listed = await read(usage(byInstance), memo);
    expect(listed.charges[0]).toMatchObject({
      resource: { id: VM, name: 'web-1' },
      extra: { instance_id: INSTANCE },
    });
    const kept = JSON.parse(JSON.stringify(memo)) as typeof memo;
    const gone = await read(usage(byInstance), kept, new Map());
    expect(gone.charges[0]?.resource).toEqual({ id: VM, name: null, kind: 'CVM' });
  });

  test('an unknown id asks for the lists once, not at every poll', async () => {
    const memo: Record<string, unknown> = {};
    expect((await read(usage([ROW]), memo, new Map())).outcome).toMatchObject({ unknownResources: true });
    expect((await read(usage([ROW]), memo, new Map())).outcome).toMatchObject({ unknownResources: false });
  });
});

test.each([
  [404, { detail: 'App not found' }, 'no-such-app'],
  [400, { detail: 'end_date before start_date' }, 'range'],
  [403, { detail: 'No workspace access' }, 'permission'],
  [200, { usage: {} }, 'format'],
  [200, { usage: [1] }, 'format'],
])('%i %j is %s', async (status, body, kind) => {
  await expect(read(() => answer(body, status))).rejects.toMatchObject({ kind });
});

test('over a real connection', async () => {
  const server = await serve((request, response) => {
    const key = request.headers['x-api-key'];
    response.setHeader('Content-Type', 'application/json');
    if (key !== 'phak_good_key') response.statusCode = 401;
    const body =
      key === 'phak_good_key'
        ? { workspace: { id: 'wks_1', name: 'Acme' } }
        : { detail: `Invalid key ${String(key)}` };
    response.end(JSON.stringify(body));
  });
  const connect = (apiKey: string) => ({
    ...contextFor(() => answer({})),
    http: createVendorHttp({
      fetch: (url, init) => fetch(url, init),
      base: server.base,
      headers: () => Promise.resolve(phalaAdapter.headers({ provider: 'phala', apiKey })),
      userAgent: 'CostTray/test',
    }),
  });
  expect((await phalaAdapter.identify(connect('phak_good_key'))).id).toBe('wks_1');
  await expect(phalaAdapter.identify(connect('stolen-0123456789'))).rejects.toMatchObject({
    kind: 'rejected',
    detail: 'Invalid key [key]',
  });
  await server.close();
});
