import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startControl } from '../../electron/demo/control.js';
import { parseFaults, type Fault, type NotACost, type TimeFormat } from '../../electron/demo/faults.js';
import { startDemoServers, type DemoServers } from '../../electron/demo/servers.js';
import { day } from '../../shared/day.js';
import type { ProviderId } from '../../shared/model.js';
import {
  allRows,
  appIds,
  billionths,
  clickhouse,
  NOW,
  organization,
  phala,
  usageCostPath,
  usageRows,
  type Answer,
  type Row,
} from './demo-helper.js';

let servers: DemoServers;
let web: string;
let org: string;

beforeAll(async () => {
  servers = await startDemoServers({ now: () => NOW, enforceLimit: false });
  web = (await appIds(servers)).at(-1) ?? '';
  org = await organization(servers);
});
afterAll(() => servers.close());
afterEach(() => {
  servers.setFault('phala', null);
  servers.setFault('clickhouse', null);
});

const DAY = { from: day('2026-11-05'), to: day('2026-11-05') };
const usage = (more = ''): Promise<Answer> =>
  phala(servers, `/apps/${web}/usage?start_date=2026-11-05&end_date=2026-11-05T23:59:59Z${more}`);
const costs = (): Promise<Answer> => clickhouse(servers, usageCostPath(org, DAY.from, DAY.to));
const trueWeb = (): bigint =>
  [...servers.truth.charges('phala', DAY)]
    .filter((charge) => charge.scope === web)
    .reduce((sum, charge) => sum + charge.amount, 0n);
const sum = (rows: readonly Row[]): bigint => rows.reduce((before, row) => before + row.nanos, 0n);
const keysOf = (rows: readonly Row[]): string[] => rows.map((row) => String(row['billing_key']));
const result = (answer: Answer): Record<string, unknown> =>
  answer.json?.['result'] as Record<string, unknown>;
const records = (answer: Answer): Array<Record<string, unknown>> =>
  result(answer)['costs'] as Array<Record<string, unknown>>;
const totals = ({ text }: Answer): bigint =>
  [...text.matchAll(/"totalCHC":"?([-+.\deE]+)/g)].reduce((before, m) => before + billionths(m[1] ?? ''), 0n);

describe('transport faults', () => {
  const statuses = [400, 401, 402, 403, 404, 408, 422, 429, 500, 502, 503, 504] as const;
  it.each(statuses)('status %i in either vendor’s envelope', async (status) => {
    const fault: Fault = { kind: 'status', status, message: 'why not' };
    servers.setFault('phala', fault);
    servers.setFault('clickhouse', fault);
    expect([(await usage()).status, (await usage()).json]).toEqual([status, { detail: 'why not' }]);
    expect([(await costs()).status, (await costs()).json]).toEqual([status, { status, error: 'why not' }]);
  });

  it('says how long to wait in each of the three ways', async () => {
    const header = async (wait: NonNullable<Extract<Fault, { kind: 'status' }>['wait']>, name: string) => {
      servers.setFault('phala', { kind: 'status', status: 429, wait });
      return (await usage()).headers.get(name);
    };
    expect(await header({ header: 'X-RateLimit-Reset', seconds: 7 }, 'x-ratelimit-reset')).toBe('7');
    expect(await header({ header: 'Retry-After', seconds: 8 }, 'retry-after')).toBe('8');
    expect(await header({ header: 'Retry-After date', seconds: 60 }, 'retry-after')).toBe(
      'Sun, 22 Nov 2026 10:21:00 GMT',
    );
  });

  it('gives Phala’s error bodies in all their shapes', async () => {
    const shaped = async (shape: 'list' | 'object' | 'code' | 'html' | 'empty') => {
      servers.setFault('phala', { kind: 'status', status: 422, shape, message: 'm' });
      return usage();
    };
    expect((await shaped('list')).json).toMatchObject({ detail: [{ msg: 'm' }] });
    expect((await shaped('object')).json).toEqual({ detail: { message: 'm', code: 'E422' } });
    expect((await shaped('code')).json).toMatchObject({ error_code: 'ERR-422', message: 'm' });
    expect((await shaped('html')).text).toContain('<!doctype html>');
    expect((await shaped('empty')).text).toBe('');
  });

  it.each(['html200', 'truncated-json', 'invalid-json', 'empty-body'] as const)(
    '%s is no JSON',
    async (kind) => {
      servers.setFault('phala', { kind });
      const answer = await usage();
      expect([answer.status, answer.json]).toEqual([200, null]);
    },
  );

  it('serves a body as large as asked, declared or not', async () => {
    for (const declared of [false, true]) {
      servers.setFault('phala', { kind: 'huge-body', bytes: 3_000_000, declared });
      const answer = await usage();
      expect([answer.text.length, answer.json]).toEqual([3_000_000, []]);
    }
  });

  it('packs a large body small', async () => {
    servers.setFault('phala', { kind: 'gzip-bomb', bytes: 5_000_000 });
    const answer = await usage();
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.text).toHaveLength(5_000_000);
  });

  it('never ends an endless body, nor a stalled one, nor sends slow headers', async () => {
    const { hostname, port, pathname } = new URL(servers.phalaUrl);
    const read = (enough: number, patienceMs = 10_000): Promise<number> =>
      new Promise((resolve, reject) => {
        let bytes = 0;
        const socket = connect(Number(port), hostname, () => {
          socket.write(`GET ${pathname}/auth/me HTTP/1.1\r\nHost: x\r\nUser-Agent: cost-tray\r\n\r\n`);
        });
        socket.setTimeout(patienceMs, () => socket.destroy());
        socket.on('data', (part) => {
          bytes += part.length;
          socket.setTimeout(300);
          if (bytes > enough) socket.destroy();
        });
        socket.on('close', () => resolve(bytes));
        socket.on('error', reject);
      });
    servers.setFault('phala', { kind: 'endless-body' });
    expect(await read(10_000_000)).toBeGreaterThan(10_000_000);
    servers.setFault('phala', { kind: 'stalled-body' });
    expect(await read(10_000_000)).toBeGreaterThan(100);
    servers.setFault('phala', { kind: 'slow-headers' });
    expect(await read(10_000_000, 300)).toBe(0);
  });

  it('resets the connection before the headers or in the body', async () => {
    for (const when of ['before-headers', 'in-body'] as const) {
      servers.setFault('phala', { kind: 'reset', when });
      await expect(usage()).rejects.toThrow();
    }
  });

  it('redirects to a host that notes a key that follows', async () => {
    servers.setFault('phala', { kind: 'redirect', status: 307 });
    const answer = await usage();
    expect(answer.status).toBe(307);
    const location = answer.headers.get('location') ?? '';
    expect(new URL(location).host).not.toBe(new URL(servers.phalaUrl).host);
    await fetch(location);
    await fetch(location, { headers: { 'X-API-Key': 'phak_x' } });
    expect(servers.strays.map((each) => each.withKey)).toEqual([false, true]);
  });

  it('touches the next requests, after some, on a path, or until cleared', async () => {
    servers.setFault('phala', { kind: 'status', status: 500, after: 1, times: 2, path: '/usage' });
    expect((await phala(servers, '/auth/me')).status).toBe(200);
    const seen = [];
    for (let i = 0; i < 4; i += 1) seen.push((await usage()).status);
    expect(seen).toEqual([200, 500, 500, 200]);
  });
});

describe('content faults', () => {
  const notCosts: NotACost[] = [
    '"NaN"',
    'word',
    '25-digits',
    'object',
    'boolean',
    'null',
    'missing',
    'empty',
  ];
  it.each(notCosts)('cost as %s in one record, the answer being JSON', async (as) => {
    for (const provider of ['phala', 'clickhouse'] as const) servers.setFault(provider, { kind: 'cost', as });
    const rows = (await usage()).json?.['usage'] as Array<Record<string, unknown>>;
    expect(rows.filter((row) => !(typeof row['cost'] === 'number' && row['cost'] < 1e9))).toHaveLength(1);
    const bad = records(await costs()).filter(
      (each) => !(typeof each['totalCHC'] === 'number' && each['totalCHC'] < 1e9),
    );
    expect(bad).toHaveLength(1);
  });

  it('a bare NaN is not JSON at all', async () => {
    servers.setFault('phala', { kind: 'cost', as: 'NaN' });
    expect((await usage()).text).toContain('"cost":NaN');
    expect((await usage()).json).toBeNull();
  });

  const sameSum: ReadonlyArray<[string, Fault]> = [
    ['decimal strings', { kind: 'decimal-strings' }],
    ['exponents', { kind: 'exponents' }],
    ['a refund', { kind: 'negative' }],
    ['null names', { kind: 'null-names' }],
    ['extra keys', { kind: 'extra-keys' }],
    ['unknown types', { kind: 'unknown-types' }],
    ['disagreeing totals', { kind: 'totals-disagree' }],
    ['an unstable order', { kind: 'unstable-order' }],
  ];
  it.each(sameSum)('%s: the sum of the records stays as it is', async (_, fault) => {
    const [plainUsage, plainCosts] = [await usage(), await costs()];
    for (const provider of ['phala', 'clickhouse'] as const) servers.setFault(provider, fault);
    const faulty = await usage();
    if (fault.kind !== 'null-names') expect(faulty.text).not.toBe(plainUsage.text);
    expect(sum(usageRows(faulty))).toBe(trueWeb());
    expect(totals(await costs())).toBe(servers.truth.total('clickhouse', DAY));
    if (fault.kind !== 'unstable-order') expect((await costs()).text).not.toBe(plainCosts.text);
  });

  it('splits one record into a refund and its counterpart', async () => {
    servers.setFault('phala', { kind: 'negative' });
    expect(usageRows(await usage()).filter((row) => row.nanos < 0n)).toHaveLength(1);
  });

  it('gives nothing, fewer or other amounts where that is asked for', async () => {
    const whole = usageRows(await usage());
    servers.setFault('phala', { kind: 'nothing' });
    expect((await usage()).json).toEqual({ usage: [], total: 0, total_cost: 0 });
    servers.setFault('phala', { kind: 'withdrawn', every: 5 });
    const fewer = usageRows(await usage()).length;
    expect(fewer).toBeGreaterThan(0);
    expect(fewer).toBeLessThan(whole.length);
    servers.setFault('phala', { kind: 'revised', permille: 2000, from: '2026-11-05', to: '2026-11-05' });
    expect(sum(usageRows(await usage()))).toBe(trueWeb() * 2n);
    servers.setFault('clickhouse', { kind: 'revised', permille: 2000, from: '2026-11-06' });
    expect(totals(await costs())).toBe(servers.truth.total('clickhouse', DAY));
  });

  it('leaves totals out, or makes them wrong', async () => {
    servers.setFault('phala', { kind: 'totals-missing' });
    expect(Object.keys((await usage()).json ?? {})).toEqual(['usage']);
    servers.setFault('clickhouse', { kind: 'totals-disagree', nanos: 5 });
    const grand = billionths(/"grandTotalCHC":([-+.\deE]+)/.exec((await costs()).text)?.[1] ?? '');
    expect(grand - servers.truth.total('clickhouse', DAY)).toBe(5n);
  });

  it('times in every format name the same hours', async () => {
    const hours = async (): Promise<number[]> =>
      usageRows(await usage())
        .map((row) => String(row['timestamp']).replace(' ', 'T'))
        .map((text) =>
          Date.parse(/[Z+]/.test(text) ? text : text.length === 13 ? `${text}:00Z` : `${text}Z`),
        );
    const plainHours = await hours();
    for (const format of ['T', 'space', 'zulu', 'micros', 'offset', 'hours-only'] satisfies TimeFormat[]) {
      servers.setFault('phala', { kind: 'times', format });
      expect(await hours()).toEqual(plainHours);
    }
  });

  it('billing days apart from timestamps: the filter reads the timestamp', async () => {
    servers.setFault('phala', { kind: 'billing-day-apart' });
    const days = new Set(usageRows(await usage()).map((row) => String(row['billing_day']).slice(0, 10)));
    expect([...days].sort()).toEqual(['2026-11-04', '2026-11-05']);
    const wide = await allRows(servers, web, '2026-11-04', '2026-11-07');
    const inside = wide.filter((row) => String(row['billing_day']).startsWith('2026-11-05'));
    expect(sum(inside)).toBe(trueWeb());
  });

  it('caps a page, ignores the offset, reports the whole as total', async () => {
    const whole = usageRows(await usage('&limit=5000')).length;
    servers.setFault('phala', [{ kind: 'silent-cap', rows: 100 }, { kind: 'total-whole' }]);
    const capped = await usage('&limit=5000');
    expect([usageRows(capped).length, capped.json?.['total']]).toEqual([100, whole]);
    servers.setFault('phala', { kind: 'ignored-offset' });
    expect((await usage('&limit=50&offset=50')).text).toBe((await usage('&limit=50')).text);
  });

  it('adds rows between pages: the second reading has them all', async () => {
    const whole = keysOf(usageRows(await usage('&limit=5000')));
    servers.setFault('phala', { kind: 'added-between-pages', rows: 4 });
    const read = async (): Promise<string[]> => {
      const keys: string[] = [];
      for (;;) {
        const page = keysOf(usageRows(await usage(`&limit=60&offset=${keys.length}`)));
        keys.push(...page);
        if (page.length < 60) return keys;
      }
    };
    const first = await read();
    expect(new Set(first).size).toBe(whole.length - 4);
    expect(first.length).toBe(whole.length);
    expect((await read()).sort()).toEqual([...whole].sort());
  });

  it('withdraws rows between pages: some true rows are never seen in that reading', async () => {
    const whole = new Set(keysOf(usageRows(await usage('&limit=5000'))));
    servers.setFault('phala', { kind: 'withdrawn-between-pages', rows: 4 });
    const pages = [await usage('&limit=60'), await usage('&limit=5000&offset=60')].flatMap((page) =>
      keysOf(usageRows(page)),
    );
    expect(pages.filter((key) => !whole.has(key))).toHaveLength(4);
    expect(pages.filter((key) => whole.has(key))).toHaveLength(whole.size - 4);
  });

  it('repeats rows across pages or within one', async () => {
    const first = keysOf(usageRows(await usage('&limit=60')));
    servers.setFault('phala', { kind: 'repeated-rows', rows: 3 });
    expect(keysOf(usageRows(await usage('&limit=60&offset=60'))).slice(0, 3)).toEqual(first.slice(57));
    servers.setFault('phala', { kind: 'repeated-rows', rows: 3, where: 'within' });
    expect(keysOf(usageRows(await usage('&limit=60'))).slice(60)).toEqual(first.slice(0, 3));
  });

  it('leaves names out of the lists and keeps the ids', async () => {
    servers.setFault('phala', { kind: 'null-names' });
    const { json } = await phala(servers, '/cvms/paginated?page_size=100');
    const items = json?.['items'] as Array<Record<string, unknown>>;
    expect(new Set(items.map((each) => each['name']))).toEqual(new Set([null]));
    expect(new Set(items.map((each) => each['vm_uuid'])).size).toBe(12);
  });

  it('loses an app from the list, or altogether', async () => {
    servers.setFault('phala', { kind: 'app-gone', app: web });
    expect(await appIds(servers)).not.toContain(web);
    expect((await usage()).status).toBe(200);
    servers.setFault('phala', { kind: 'app-404', app: web });
    expect(await appIds(servers)).not.toContain(web);
    expect((await usage()).status).toBe(404);
  });
});

describe('ClickHouse content faults', () => {
  const under = async (fault: Fault): Promise<Answer> => {
    servers.setFault('clickhouse', fault);
    return costs();
  };

  it('costs as an object, or missing beside a total kept or 0', async () => {
    const one = result(await under({ kind: 'costs-object' }));
    expect(one['costs']).toMatchObject({ date: '2026-11-05' });
    const kept = result(await under({ kind: 'costs-missing' }));
    expect(Object.keys(kept)).toEqual(['grandTotalCHC']);
    expect(kept['grandTotalCHC']).not.toBe(0);
    expect(result(await under({ kind: 'costs-missing', total: 'zero' }))).toEqual({ grandTotalCHC: 0 });
  });

  it('metrics null, null inside, re-cased, short or unknown, totals as they were', async () => {
    const metrics = async (kind: Fault['kind']): Promise<Array<Record<string, unknown> | null>> => {
      const answer = await under(parseFaults({ kind })[0] ?? { kind: 'metrics-null' });
      expect(totals(answer)).toBe(servers.truth.total('clickhouse', DAY));
      return records(answer).map((each) => each['metrics'] as Record<string, unknown> | null);
    };
    expect(new Set(await metrics('metrics-null'))).toEqual(new Set([null]));
    expect(
      (await metrics('metrics-null-values')).every((each) => Object.values(each ?? {}).includes(null)),
    ).toBe(true);
    expect(Object.keys((await metrics('metrics-recased'))[0] ?? {})[0]).toMatch(/^[A-Z]\w+Chc$/);
    expect((await metrics('unknown-metric')).every((each) => 'vectorIndexCHC' in (each ?? {}))).toBe(true);
    const short = await metrics('metrics-short');
    expect(short.every((each) => !('computeCHC' in (each ?? {})))).toBe(true);
  });

  it('entity types in mixed case, a result without envelope, records that never lock', async () => {
    const types = records(await under({ kind: 'entity-recased' })).map((each) => each['entityType']);
    expect(new Set(types)).toEqual(new Set(['DataWarehouse', 'SERVICE', 'ClickPipe']));
    expect((await under({ kind: 'bare-result' })).json).toHaveProperty('grandTotalCHC');
    const open = records(await under({ kind: 'never-locked' })).filter((each) => each['locked'] === true);
    expect(open).toEqual([]);
  });
});

describe('control endpoints', () => {
  it('tell the truth and steer the servers from another process', async () => {
    let now = NOW;
    const control = await startControl({ servers, now: () => now, setNow: (time) => (now = time) });
    const post = (path: string, body: unknown) =>
      fetch(`${control.origin}${path}`, { method: 'POST', body: JSON.stringify(body) });
    try {
      const truth = (await (
        await fetch(`${control.origin}/truth?from=2026-11-05&to=2026-11-06`)
      ).json()) as Record<
        ProviderId,
        { nanos: string; days: Record<string, string>; lines: Array<{ amount: string }> }
      >;
      expect(BigInt(truth.clickhouse.nanos)).toBe(
        servers.truth.total('clickhouse', { from: day('2026-11-05'), to: day('2026-11-06') }),
      );
      expect(Object.keys(truth.phala.days)).toEqual(['2026-11-05', '2026-11-06']);
      expect(truth.phala.lines.reduce((before, line) => before + BigInt(line.amount), 0n).toString()).toBe(
        truth.phala.nanos,
      );
      await post('/revoke', { provider: 'phala' });
      expect((await usage()).status).toBe(401);
      await post('/restore', { provider: 'phala' });
      await post('/fault', { provider: 'phala', fault: { kind: 'status', status: 503 } });
      expect((await usage()).status).toBe(503);
      await post('/fault', { provider: 'phala', fault: null });
      expect((await usage()).status).toBe(200);
      expect((await post('/fault', { provider: 'phala', fault: { kind: 'gremlins' } })).status).toBe(400);
      expect((await fetch(`${control.origin}/truth?from=soon`)).status).toBe(400);
      await post('/clock', { now: NOW + 1 });
      expect(now).toBe(NOW + 1);
      const counts = (await (await fetch(`${control.origin}/requests`)).json()) as { phala: number };
      expect(counts.phala).toBe(servers.counts.phala);
    } finally {
      await control.close();
    }
  });
});
