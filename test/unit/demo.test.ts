import { afterEach, describe, expect, it } from 'vitest';
import { startDemoServers, type DemoOptions, type DemoServers } from '../../electron/demo/servers.js';
import { addDays, dayOf, day as dayFrom, eachDay } from '../../shared/day.js';
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
} from './demo-helper.js';

const running: DemoServers[] = [];

async function start(options: Partial<DemoOptions> = {}): Promise<DemoServers> {
  const servers = await startDemoServers({ now: () => NOW, ...options });
  running.push(servers);
  return servers;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((servers) => servers.close()));
});

describe('demo truth', () => {
  it('equals what Phala serves over the whole history, by day, resource and meter', async () => {
    const servers = await start();
    const sums = new Map<string, bigint>();
    let count = 0;
    for (const app of await appIds(servers)) {
      for (const row of await allRows(servers, app, '2025-10-01', '2026-11-23')) {
        const day = String(row['billing_day']).slice(0, 10);
        const key = `${day} ${String(row['instance_id'])} ${String(row['usage_type'])}`;
        sums.set(key, (sums.get(key) ?? 0n) + row.nanos);
        count += 1;
      }
    }
    const truth = servers.truth.lines('phala', servers.truth.whole());
    expect(count).toBe(servers.truth.count('phala', servers.truth.whole()));
    expect(count).toBeGreaterThan(150_000);
    expect(new Map(truth.map((line) => [`${line.day} ${line.resource} ${line.meter}`, line.amount]))).toEqual(
      sums,
    );
  }, 120_000);

  it('equals what ClickHouse serves over the whole history, by record total and by metric', async () => {
    const servers = await start({ enforceLimit: false });
    const id = await organization(servers);
    const { from, to } = servers.truth.whole();
    const byMetric = new Map<string, bigint>();
    let records = 0n;
    let grand = 0n;
    for (let begin = from; begin <= to; begin = addDays(begin, 31)) {
      const answer = await clickhouse(servers, usageCostPath(id, begin, addDays(begin, 30)));
      const numbers = (name: string): bigint[] =>
        [...answer.text.matchAll(new RegExp(`"${name}":([-+.\\deE]+)`, 'g'))].map((m) =>
          billionths(m[1] ?? ''),
        );
      records += numbers('totalCHC').reduce((sum, value) => sum + value, 0n);
      grand += numbers('grandTotalCHC').reduce((sum, value) => sum + value, 0n);
      for (const match of answer.text.matchAll(/"metrics":\{([^}]*)\}/g)) {
        for (const metric of (match[1] ?? '').matchAll(/"(\w+)":([-+.\deE]+)/g)) {
          const key = metric[1] ?? '';
          byMetric.set(key, (byMetric.get(key) ?? 0n) + billionths(metric[2] ?? ''));
        }
      }
    }
    const truth = new Map<string, bigint>();
    for (const { meter, amount } of servers.truth.charges('clickhouse', servers.truth.whole())) {
      truth.set(meter, (truth.get(meter) ?? 0n) + amount);
    }
    const total = servers.truth.total('clickhouse', servers.truth.whole());
    expect(records).toBe(total);
    expect(grand).toBe(total);
    expect(byMetric).toEqual(truth);
  });

  it('is believable: $2,000 to $4,000 a month together', async () => {
    const { truth } = await start();
    const october = { from: dayFrom('2026-10-01'), to: dayFrom('2026-10-31') };
    const dollars = Number(truth.total('phala', october) + truth.total('clickhouse', october)) / 1e9;
    expect(dollars).toBeGreaterThan(2000);
    expect(dollars).toBeLessThan(4000);
  });

  it('is the same whoever asks, and whenever: an older clock sees the same settled days', async () => {
    const first = await start({ since: dayFrom('2025-10-22') });
    const later = await start({ since: dayFrom('2025-10-22'), now: () => NOW + 40 * 86_400_000 });
    const range = { from: dayFrom('2025-10-22'), to: dayFrom('2026-10-31') };
    for (const provider of ['phala', 'clickhouse'] as const) {
      expect(later.truth.byDay(provider, range)).toEqual(first.truth.byDay(provider, range));
    }
    const other = await start({ since: dayFrom('2025-10-22'), seed: 7 });
    expect(other.truth.total('phala', range)).not.toBe(first.truth.total('phala', range));
  });

  it('tells of the spike, the step, the H200 and the stopped machine', async () => {
    const { truth } = await start();
    const { spikes, stepsUp, upfront, stopped } = truth.features();
    const spike = spikes.at(-1);
    if (spike === undefined) throw new Error('no spike');
    const compute = (offset: number): number => {
      const day = addDays(spike.day, offset);
      const line = truth
        .lines('clickhouse', { from: day, to: day })
        .find((each) => each.resource === spike.resource && each.meter === 'computeCHC');
      return Number(line?.amount ?? 0n);
    };
    // A week earlier is the same weekday; an eighth of scatter either way.
    expect(compute(0) / compute(-7)).toBeGreaterThan(6.5);
    expect(compute(0) / compute(-7)).toBeLessThan(12);
    expect(stepsUp.length).toBeGreaterThan(0);
    expect(upfront.filter(({ day }) => day.startsWith('2026-10'))).toHaveLength(2);
    const charges = [...truth.charges('phala', { from: dayFrom('2026-10-01'), to: dayFrom('2026-10-31') })];
    expect(charges.filter(({ amount }) => amount === 84_000_000_000n)).toHaveLength(2);
    const idle = stopped[0]?.resource;
    const meters = new Set(charges.filter((each) => each.resource === idle).map((each) => each.meter));
    expect([...meters]).toEqual(['storage']);
  });

  it('follows the clock: today is partial and the newest Phala hour is an hour late', async () => {
    let now = NOW;
    const servers = await start({ now: () => now });
    const today = { from: dayOf(NOW), to: dayOf(NOW) };
    const newest = (): number =>
      Math.max(...[...servers.truth.charges('phala', today)].map((charge) => charge.end));
    expect(new Date(newest()).toISOString()).toBe('2026-11-22T09:00:00.000Z');
    const before = servers.truth.total('clickhouse', today);
    now += 3 * 3_600_000;
    expect(new Date(newest()).toISOString()).toBe('2026-11-22T12:00:00.000Z');
    expect(servers.truth.total('clickhouse', today)).toBeGreaterThan(before);
  });

  it('changes the price from a day on where that is asked for', async () => {
    const from = dayFrom('2026-11-10');
    const usual = await start();
    const dearer = await start({ priceChange: { from, permille: 1250 } });
    const day = (value: typeof from) => ({ from: value, to: value });
    const eve = addDays(from, -1);
    expect(dearer.truth.total('phala', day(eve))).toBe(usual.truth.total('phala', day(eve)));
    expect(dearer.truth.total('phala', day(from))).toBeGreaterThan(usual.truth.total('phala', day(from)));
  });

  it('makes fleets of a million rows that page to the end', async () => {
    const servers = await start({ scale: { apps: 10, cvmsPerApp: 5, months: 13 } });
    expect(servers.truth.count('phala', servers.truth.whole())).toBeGreaterThan(1_000_000);
    const app = (await appIds(servers))[0] ?? '';
    const rows = await allRows(servers, app, '2026-10-01', '2026-10-31T23:59:59Z');
    const expected = [
      ...servers.truth.charges('phala', { from: dayFrom('2026-10-01'), to: dayFrom('2026-10-31') }),
    ].filter((charge) => charge.scope === app);
    expect(new Set(rows.map((row) => row['billing_key'])).size).toBe(expected.length);
    expect(rows.reduce((sum, row) => sum + row.nanos, 0n)).toBe(
      expected.reduce((sum, charge) => sum + charge.amount, 0n),
    );
  });
});

describe('Phala wire', () => {
  it('checks the key and the user agent', async () => {
    const servers = await start();
    expect((await phala(servers, '/auth/me')).status).toBe(200);
    const wrong = await phala(servers, '/auth/me', { 'X-API-Key': 'phak_wrong' });
    expect([wrong.status, wrong.json]).toEqual([401, { detail: 'Invalid or expired API key' }]);
    expect((await phala(servers, '/auth/me', { 'User-Agent': 'node' })).status).toBe(403);
    servers.revoke('phala');
    expect((await phala(servers, '/auth/me')).status).toBe(401);
    expect((await phala(servers, '/auth/me', { 'X-API-Key': servers.secondKeys.phala })).status).toBe(200);
    servers.restore('phala');
    expect((await phala(servers, '/auth/me')).status).toBe(200);
  });

  it('answers in the older shape without a version', async () => {
    const servers = await start();
    const current = await phala(servers, '/auth/me');
    expect(current.json).toMatchObject({ workspace: { name: 'Lighthouse' }, credits: { balance: '412.75' } });
    const headers = { 'X-API-Key': servers.keys.phala, 'User-Agent': 'cost-tray/1.0' };
    const older = await fetch(`${servers.phalaUrl}/auth/me`, { headers });
    expect(await older.json()).toMatchObject({ credits: 412.75, team_name: 'Lighthouse' });
  });

  it('keeps accounts apart', async () => {
    const servers = await start();
    const headers = { 'X-API-Key': servers.strangerKeys.phala };
    const home = (await phala(servers, '/auth/me')).json?.['workspace'] as { id: string };
    const other = (await phala(servers, '/auth/me', headers)).json?.['workspace'] as { id: string };
    expect(other.id).not.toBe(home.id);
    expect((await phala(servers, '/apps', headers)).json?.['dstack_apps']).toEqual([]);
    const app = (await appIds(servers))[0] ?? '';
    expect((await phala(servers, `/apps/${app}/usage`, headers)).status).toBe(404);
  });

  it('lists apps and CVMs in pages, one app without a name, one without a CVM', async () => {
    const servers = await start();
    const page = await phala(servers, '/apps?page=2&page_size=3');
    expect(page.json).toMatchObject({ page: 2, page_size: 3, total: 7, total_pages: 3 });
    const all = (await phala(servers, '/apps?page_size=100')).json?.['dstack_apps'] as Array<
      Record<string, unknown>
    >;
    expect(all.filter((app) => app['name'] === null)).toHaveLength(1);
    expect(all.filter((app) => app['cvm_count'] === 0)).toHaveLength(1);
    expect(all[0]?.['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    const cvms = (await phala(servers, '/cvms/paginated?page_size=100')).json?.['items'] as Array<
      Record<string, unknown>
    >;
    // The canary of web-prod was deleted and is charged for in the past only.
    expect(cvms).toHaveLength(12);
    expect(cvms.some((cvm) => cvm['status'] === 'stopped' && cvm['name'] === 'staging-db')).toBe(true);
    expect((await phala(servers, '/apps?page_size=101')).status).toBe(422);
  });

  it('serves seven days and 500 rows by default, totals of the page, and the same order again', async () => {
    const servers = await start();
    const ids = await appIds(servers);
    const web = ids.at(-1) ?? '';
    const answer = await phala(servers, `/apps/${web}/usage`);
    const rows = usageRows(answer);
    expect(rows).toHaveLength(500);
    expect(answer.json?.['total']).toBe(500);
    const total = /"total_cost":([-+.\deE]+)/.exec(answer.text)?.[1] ?? '';
    expect(billionths(total)).toBe(rows.reduce((sum, row) => sum + row.nanos, 0n));
    const hours = rows.map((row) =>
      Date.parse(`${String(row['billing_hour']).slice(0, 19).replace(' ', 'T')}Z`),
    );
    expect(Math.min(...hours)).toBeGreaterThanOrEqual(NOW - 7 * 86_400_000);
    expect(hours).not.toEqual([...hours].sort((a, b) => a - b));
    expect((await phala(servers, `/apps/${web}/usage`)).text).toBe(answer.text);
    const formats = new Set(rows.map((row) => String(row['timestamp']).replace(/\d/g, '0')));
    expect(formats.size).toBeGreaterThan(1);
  });

  it('prints small costs with exponents and some as 0', async () => {
    const servers = await start();
    const web = (await appIds(servers)).at(-1) ?? '';
    const { text } = await phala(
      servers,
      `/apps/${web}/usage?start_date=2026-10-01&end_date=2026-11-01&limit=5000`,
    );
    expect(text).toContain('"cost":2e-7,');
    expect(text).toContain('"cost":0.00556,');
    expect(text).toContain('"cost":0,');
  });

  it('refuses bad questions as FastAPI does', async () => {
    const servers = await start();
    const web = (await appIds(servers)).at(-1) ?? '';
    const over = await phala(servers, `/apps/${web}/usage?limit=5001`);
    expect(over.status).toBe(422);
    expect(over.json?.['detail']).toMatchObject([{ loc: ['query', 'limit'], type: 'less_than_equal' }]);
    expect((await phala(servers, `/apps/${web}/usage?limit=0`)).status).toBe(422);
    expect((await phala(servers, `/apps/${web}/usage?offset=-1`)).status).toBe(422);
    expect((await phala(servers, `/apps/${web}/usage?start_date=yesterday`)).status).toBe(422);
    const reversed = await phala(servers, `/apps/${web}/usage?start_date=2026-11-02&end_date=2026-11-01`);
    expect(reversed.status).toBe(400);
    expect((await phala(servers, '/apps/0123/usage')).json).toEqual({ detail: 'App not found' });
  });
});

describe('ClickHouse wire', () => {
  it('checks Basic credentials and the organization', async () => {
    const servers = await start();
    const id = await organization(servers);
    const wrong = await clickhouse(servers, '/organizations', { keyId: 'a', keySecret: 'b' });
    expect(wrong.status).toBe(401);
    expect(wrong.json).toMatchObject({ status: 401, error: 'Unauthorized' });
    const other = await clickhouse(
      servers,
      `/organizations/${id.replace(/^./, (c) => (c === '0' ? '1' : '0'))}`,
    );
    expect(other.status).toBe(403);
    expect((await clickhouse(servers, '/organizations/none/usageCost')).status).toBe(404);
    const credit = await clickhouse(servers, `/organizations/${id}/creditBalances`);
    expect(credit.json?.['result']).toMatchObject({ totalRemainingCredits: 6204.51822 });
    servers.revoke('clickhouse');
    expect((await clickhouse(servers, '/organizations')).status).toBe(401);
  });

  it('serves at most 31 days', async () => {
    const servers = await start();
    const id = await organization(servers);
    const ask = (from: string, to: string) => clickhouse(servers, usageCostPath(id, from, to));
    expect((await ask('2026-10-01', '2026-10-31')).status).toBe(200);
    const long = await ask('2026-10-01', '2026-11-01');
    expect([long.status, long.json?.['error']]).toEqual([400, 'Time period queried exceeds 31 days']);
    expect((await ask('2026-10-01T00:00:00Z', '2026-10-02')).status).toBe(400);
    expect((await ask('2026-02-30', '2026-03-01')).status).toBe(400);
    expect((await ask('2026-10-02', '2026-10-01')).status).toBe(400);
    const empty = await ask('2024-10-01', '2024-10-02');
    expect(empty.json?.['result']).toEqual({ grandTotalCHC: 0, costs: [] });
  });

  it('locks days older than eleven days; unlocked ones still grow', async () => {
    let now = NOW;
    const servers = await start({ now: () => now });
    const id = await organization(servers);
    const answer = await clickhouse(servers, usageCostPath(id, '2026-11-01', '2026-11-22'));
    const { costs } = answer.json?.['result'] as { costs: Array<{ date: string; locked: boolean }> };
    const locked = new Set(costs.filter((each) => each.locked).map((each) => each.date));
    expect([...locked].sort().at(-1)).toBe('2026-11-10');
    expect(new Set(costs.map((each) => each.date)).size).toBe(22);
    const yesterday = { from: dayFrom('2026-11-21'), to: dayFrom('2026-11-21') };
    const before = servers.truth.total('clickhouse', yesterday);
    now += 12 * 86_400_000;
    const after = servers.truth.total('clickhouse', yesterday);
    expect(after).toBeGreaterThan(before);
    now += 30 * 86_400_000;
    expect(servers.truth.total('clickhouse', yesterday)).toBe(after);
  });

  it('bears the upgrade day twice, once in each tier', async () => {
    const { truth } = await start();
    const days = eachDay(truth.whole());
    const both = days.filter(
      (day) =>
        new Set([...truth.charges('clickhouse', { from: day, to: day })].map((each) => each.variant)).size ===
        2,
    );
    expect(both).toEqual(['2026-04-14']);
  });

  it('limits a key to 10 requests in 10 seconds of its clock', async () => {
    let now = NOW;
    const servers = await start({ now: () => now });
    for (let i = 0; i < 10; i += 1) expect((await clickhouse(servers, '/organizations')).status).toBe(200);
    now += 4_000;
    const refused = await clickhouse(servers, '/organizations');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-ratelimit-reset')).toBe('6');
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    now += 6_000;
    expect((await clickhouse(servers, '/organizations')).status).toBe(200);
    expect(servers.counts.clickhouse).toBe(12);
  });
});
