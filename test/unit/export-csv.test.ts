import { execFileSync } from 'node:child_process';
import { Writable } from 'node:stream';

import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import type { ExportProfile } from '../../shared/choices.js';
import { day } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import { exportCsv } from '../../electron/export/export.js';
import type { ExportSource } from '../../electron/export/export.js';
import { exportName } from '../../electron/export/name.js';
import { daysInWords, unknownDays } from '../../electron/export/unknown-days.js';
import type { Question, StoredCharge } from '../../electron/ledger/types.js';
import { qualifiedId } from '../../electron/providers/qualified-id.js';

const question: Question = {
  range: { from: day('2026-11-01'), to: day('2026-11-02') },
  connections: null,
};

const phala: StoredCharge = {
  connection: 'c1',
  connectionName: 'Team',
  provider: 'phala',
  scopeKey: 'app1',
  day: day('2026-11-01'),
  start: Date.UTC(2026, 10, 1, 5),
  end: Date.UTC(2026, 10, 1, 6),
  key: 'bk-1',
  ordinal: 0,
  resource: { id: 'vm-1', name: 'web', kind: 'CVM' },
  group: { id: 'app1', name: 'web-prod' },
  meter: 'compute',
  vendorMeter: 'compute',
  variant: 'hourly',
  amount: nanos(58_000_000n),
  unit: 'USD',
  usdPerUnit: nanos(1_000_000_000n),
  usd: nanos(58_000_000n),
  locked: false,
  settled: true,
  extra: { team_id: 7, details: '{"a": 1}', project_id: 3 },
};

const clickhouse: StoredCharge = {
  ...phala,
  connection: 'c2',
  connectionName: 'Analytics',
  provider: 'clickhouse',
  day: day('2026-11-02'),
  start: Date.UTC(2026, 10, 2),
  end: Date.UTC(2026, 10, 3),
  key: 'service',
  resource: { id: 'svc-1', name: null, kind: 'Service' },
  group: null,
  meter: 'compute',
  vendorMeter: 'computeCHC',
  variant: 'PRODUCTION',
  amount: nanos(-1n),
  unit: 'CHC',
  usdPerUnit: nanos(850_000_000n),
  usd: nanos(-1n),
  locked: true,
  settled: false,
  extra: { discount: 0.5 },
};

function sourceOf(charges: readonly StoredCharge[], extra: Partial<ExportSource> = {}): ExportSource {
  return {
    charges: () => charges[Symbol.iterator](),
    countCharges: () => charges.length,
    ...extra,
  };
}

class Collector extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

async function csvOf(
  charges: readonly StoredCharge[],
  profile: ExportProfile = 'plain',
  extra: Partial<ExportSource> = {},
): Promise<string> {
  const stream = new Collector();
  await exportCsv({
    source: sourceOf(charges, extra),
    question,
    profile,
    target: { kind: 'stream', stream },
  });
  expect(stream.writableEnded).toBe(false);
  return stream.text;
}

function records(text: string): Array<Record<string, string>> {
  return parse(text, { columns: true, bom: true });
}

/** An independent reader: Python's csv module, strict, from bytes. */
function python(text: string): string[][] {
  const script =
    'import csv,io,json,sys;print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode("utf-8-sig"),newline=""),strict=True))))';
  return JSON.parse(execFileSync('python3', ['-c', script], { input: text }).toString()) as string[][];
}

const HEADER =
  'day,start,end,provider,connection,group_id,group,resource_id,resource,kind,meter,vendor_meter,amount,unit,usd_per_unit,amount_usd,settled,billing_key,event_type,entityType,organizationTier,locked';

describe('plain', () => {
  it('writes the documented columns, byte for byte', async () => {
    expect(await csvOf([phala, clickhouse])).toBe(
      [
        `${HEADER},project_id,team_id,details,discount`,
        '2026-11-01,2026-11-01T05:00:00Z,2026-11-01T06:00:00Z,phala,Team,app1,web-prod,vm-1,web,CVM,compute,compute,0.058,USD,1,0.058,true,bk-1,hourly,,,,3,7,"{""a"": 1}",',
        '2026-11-02,2026-11-02T00:00:00Z,2026-11-03T00:00:00Z,clickhouse,Analytics,,,svc-1,,Service,compute,computeCHC,-0.000000001,CHC,0.85,-0.000000001,false,,,service,PRODUCTION,true,,,,0.5',
        '',
      ].join('\r\n'),
    );
  });

  it('gives a resource the id that the vendor gives it', async () => {
    const resource = { ...clickhouse.resource, id: qualifiedId('dw-1', 'datawarehouse') };
    expect(records(await csvOf([{ ...clickhouse, resource }]))).toMatchObject([{ resource_id: 'dw-1' }]);
  });

  it('is a header alone where there is nothing', async () => {
    expect(await csvOf([])).toBe(`${HEADER}\r\n`);
  });

  it.each([
    ['the largest amount', 9_223_372_036_854_775_807n, '9223372036.854775807'],
    ['whole dollars', 84_000_000_000n, '84'],
    ['one nano', 1n, '0.000000001'],
    ['zero', 0n, '0'],
    ['a refund', -2_500_000_000n, '-2.5'],
  ])('writes %s exactly', async (_name, amount, text) => {
    const [row] = records(await csvOf([{ ...phala, amount: nanos(amount), usd: nanos(amount) }]));
    expect(row).toMatchObject({ amount: text, amount_usd: text });
  });

  it('orders unknown fields the same way whichever charge bears them first', async () => {
    const a = { ...phala, extra: { zeta: 1, team_id: 2 } };
    const b = { ...phala, extra: { alpha: true, Beta: null, list: [1, { x: 'y' }] } };
    const header = (text: string) => text.split('\r\n')[0];
    const text = await csvOf([a, b]);
    expect(header(text)).toBe(`${HEADER},team_id,Beta,alpha,list,zeta`);
    expect(header(await csvOf([b, a]))).toBe(header(text));
    expect(records(text)[1]).toMatchObject({ Beta: '', alpha: 'true', list: '[1,{"x":"y"}]', zeta: '' });
  });

  it('gives a vendor field named like a column a name of its own', async () => {
    const extra = { provider: 'x', vendor_provider: 'y', locked: 'z' };
    const text = await csvOf([{ ...phala, extra }]);
    expect(records(text)[0]).toMatchObject({
      provider: 'phala',
      vendor_vendor_provider: 'x',
      vendor_provider: 'y',
      vendor_locked: 'z',
    });
  });

  it('stops rather than leave out a field that came up meanwhile', async () => {
    const readings = [[{ ...phala, extra: {} }], [phala]];
    const charges = () => (readings.shift() ?? [])[Symbol.iterator]();
    await expect(csvOf([phala], 'plain', { charges })).rejects.toMatchObject({
      name: 'ExportError',
      reason: 'changed',
    });
  });
});

const NASTY = [
  'say "hi"',
  'a,b;c',
  'two\nlines',
  'lone\rreturn',
  'both\r\nends',
  '=HYPERLINK("http://x","y")',
  '+1',
  '-1',
  '@sum',
  '\tdrop',
  '\rdrop',
  '＝1',
  ' spaces ',
  '"',
  "'quoted'",
  '🦀 crab 蟹',
  'ﷺ'.repeat(60),
];
const GUARDED = /^[=+\-@\t\r＝]/;

describe.each(['plain', 'spreadsheet'] as const)('nasty names in %s', (profile) => {
  const charges = NASTY.map((name) => ({
    ...phala,
    connectionName: name,
    resource: { ...phala.resource, name },
    extra: { [name]: name },
  }));
  const expected = (name: string) => (profile === 'spreadsheet' && GUARDED.test(name) ? `'${name}` : name);

  it('come back whole from csv-parse and from Python', async () => {
    const text = await csvOf(charges, profile);
    const rows = python(text);
    expect(parse(text, { bom: true })).toEqual(rows);
    expect(rows).toHaveLength(NASTY.length + 1);
    const header = rows[0] ?? [];
    expect(header.slice(22).sort()).toEqual(NASTY.map(expected).sort());
    NASTY.forEach((name, index) => {
      const row = rows[index + 1] ?? [];
      expect(row).toHaveLength(header.length);
      expect(row[header.indexOf('connection')]).toBe(expected(name));
      expect(row[header.indexOf('resource')]).toBe(expected(name));
      expect(row[header.indexOf(expected(name))]).toBe(expected(name));
    });
  });
});

describe('spreadsheet', () => {
  it('bears a byte order mark, readable times and unguarded numbers', async () => {
    const text = await csvOf([{ ...clickhouse, extra: { discount: -0.5 } }], 'spreadsheet');
    expect(Buffer.from(text).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(text.indexOf('\uFEFF', 1)).toBe(-1);
    expect(records(text)[0]).toMatchObject({
      day: '2026-11-02',
      start: '2026-11-02 00:00:00',
      end: '2026-11-03 00:00:00',
      amount: '-0.000000001',
      discount: '-0.5',
    });
  });
});

describe('exportName', () => {
  const range = { from: day('2026-11-01'), to: day('2026-11-22') };
  it.each([
    [1, 'cost-tray-2026-11-01-to-2026-11-22.csv'],
    [2, 'cost-tray-2026-11-01-to-2026-11-22 (2).csv'],
  ])('copy %i', (copy, name) => expect(exportName(range, copy)).toBe(name));
});

describe('unknown days', () => {
  it('are grouped by connection, in order, those apart of which there are charges', () => {
    const state = (connection: string, text: string, known: 'unknown' | 'open' | 'settled') => ({
      connection,
      day: day(text),
      state: known,
      lacking: 0,
      readAt: null,
    });
    const sum = (connection: string, text: string) => ({
      connection,
      day: day(text),
      native: nanos(0n),
      usd: nanos(0n),
      charges: 1,
    });
    expect(
      unknownDays({
        states: [
          state('c1', '2026-11-02', 'unknown'),
          state('c1', '2026-11-01', 'unknown'),
          state('c2', '2026-11-01', 'settled'),
          state('c3', '2026-11-01', 'open'),
          state('c3', '2026-11-20', 'open'),
          state('c4', '2026-11-05', 'unknown'),
          state('c4', '2026-11-06', 'unknown'),
          state('c5', '2026-11-05', 'unknown'),
          state('c6', '2026-11-01', 'unknown'),
        ],
        sums: [
          sum('c1', '2026-11-02'),
          sum('c2', '2026-11-01'),
          // Of another connection, and of another day.
          sum('c5', '2026-11-01'),
          sum('c4', '2026-11-05'),
          sum('c4', '2026-11-06'),
        ],
        connections: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((id) => ({
          id,
          name: `Team ${id}`,
          removedAt: id === 'c4' ? 0 : null,
        })),
        today: day('2026-11-20'),
        historyFrom: day('2026-11-02'),
        isRefused: (connection) => connection === 'c6',
      }),
    ).toEqual([
      {
        connection: 'c1',
        name: 'Team c1',
        inPart: false,
        days: ['2026-11-01'],
        since: '2026-11-01',
        stays: null,
      },
      { connection: 'c1', name: 'Team c1', inPart: true, days: ['2026-11-02'], since: null, stays: null },
      {
        connection: 'c3',
        name: 'Team c3',
        inPart: false,
        days: ['2026-11-01'],
        since: null,
        stays: 'unreported',
      },
      {
        connection: 'c4',
        name: 'Team c4',
        inPart: true,
        days: ['2026-11-05', '2026-11-06'],
        since: null,
        stays: 'removed',
      },
      { connection: 'c5', name: 'Team c5', inPart: false, days: ['2026-11-05'], since: null, stays: null },
      {
        connection: 'c6',
        name: 'Team c6',
        inPart: false,
        days: ['2026-11-01'],
        since: null,
        stays: 'refused',
      },
    ]);
  });

  it.each([
    [[], ''],
    [['2026-11-03'], '2026-11-03'],
    [['2026-10-31', '2026-11-01', '2026-11-03'], '2026-10-31 to 2026-11-01, 2026-11-03'],
  ])('%j in words', (days, words) => expect(daysInWords(days.map(day))).toBe(words));
});
