import { afterEach, describe, expect, it } from 'vitest';

import type { Fault } from '../../electron/demo/faults.js';
import type { VendorHttp } from '../../electron/providers/adapter.js';
import { DAY_MS, HOUR_MS, day } from '../../shared/day.js';
import {
  SINCE,
  begin,
  closeProgram,
  expectAccepted,
  expectDone,
  expectFault,
  expectTruth,
  storedDays,
  titled,
} from '../support/fault-table.js';
import type { AcceptedRow } from '../support/fault-table.js';

afterEach(closeProgram);

/** Yesterday and today: where rows move, each window is read many times. */
const YESTERDAY = day('2026-11-21');
/** Long enough for an app's window to exceed 1,000 rows. */
const A_WEEK_AGO = day('2026-11-15');

const row = (
  name: string,
  fault: Fault | readonly Fault[],
  more: Partial<AcceptedRow> = {},
): AcceptedRow => ({
  name,
  provider: 'phala',
  fault,
  ...more,
});
const cap = (rows: number): Fault => ({ kind: 'silent-cap', rows });

const CAPS: readonly AcceptedRow[] = [100, 500, 1_000, 1_007].map((rows) =>
  row(`a silent cap of ${rows}`, cap(rows), { since: A_WEEK_AGO }),
);
const MOVING: ReadonlyArray<readonly [string, Fault]> = [
  ['an unstable order', { kind: 'unstable-order' }],
  ['rows repeated across pages', { kind: 'repeated-rows', where: 'across' }],
  ['rows repeated within a page', { kind: 'repeated-rows', where: 'within' }],
  ['a total of the whole window', { kind: 'total-whole' }],
  ['no totals', { kind: 'totals-missing' }],
];

/** The server itself has other rows at first; a later poll reads what it has then. */
const CHANGING: ReadonlyArray<readonly [string, Fault]> = [
  ['rows added between pages', { kind: 'added-between-pages' }],
  ['forty rows added between pages', { kind: 'added-between-pages', rows: 40 }],
  ['rows withdrawn between pages', { kind: 'withdrawn-between-pages' }],
  ['forty rows withdrawn between pages', { kind: 'withdrawn-between-pages', rows: 40 }],
];

const ROWS: readonly AcceptedRow[] = [
  ...CAPS,
  row('an ignored offset', { kind: 'ignored-offset' }),
  ...MOVING.map(([name, fault]) => row(name, fault)),
  ...MOVING.map(([name, fault]) => row(`${name}, under a cap of 500`, [cap(500), fault])),
  ...MOVING.map(([name, fault]) =>
    row(`${name}, under a cap of 100`, [cap(100), fault], { since: YESTERDAY }),
  ),
  row('a billing day apart, under a cap of 100', [cap(100), { kind: 'billing-day-apart' }], {
    since: YESTERDAY,
  }),
  row('an ignored offset and a total of the whole window', [
    { kind: 'ignored-offset' },
    { kind: 'total-whole' },
  ]),
];

describe('pages, whatever the server does with them, lead to the truth', () => {
  it.each(titled(ROWS))('%s', (_, each) => expectAccepted(each));

  it.each(
    CHANGING.flatMap(([name, fault]) =>
      [null, 500, 100].map(
        (rows) => [rows === null ? name : `${name}, under a cap of ${rows}`, fault, rows] as const,
      ),
    ),
  )('phala: %s', async (_, fault, rows) => {
    const program = await begin({ since: YESTERDAY });
    const id = await program.connect('phala');
    program.servers.setFault('phala', rows === null ? fault : [cap(rows), fault]);
    // A window that is asked for in other parts than before is new to the server.
    for (let poll = 0; poll < 3; poll += 1) {
      expectDone(await program.sync(id));
      program.now += HOUR_MS;
    }
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
    program.servers.setFault('phala', null);
    program.now += HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
  });

  it('phala: 120 apps, in lists of 100', async () => {
    const program = await begin({ since: YESTERDAY, scale: { apps: 120, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    expectDone(await program.sync(id));
    expect(program.ledger.scopes(id)).toHaveLength(120);
    expectTruth(program, id, 'phala');
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id, { onDemand: true }));
    expectTruth(program, id, 'phala');
  });

  it('phala: more pages than a poll may ask for: the rest takes its turn, and the time says so', async () => {
    const program = await begin({ since: A_WEEK_AGO });
    const id = await program.connect('phala');
    program.servers.setFault('phala', cap(100));
    expectDone(await program.sync(id));
    const first = program.now;
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expect(program.ledger.connection(id)?.lastSuccess).toBe(first);
    for (let poll = 0; poll < 3; poll += 1) {
      program.now += 60_000;
      expectDone(await program.sync(id));
    }
    expect(program.ledger.connection(id)?.lastSuccess).toBeGreaterThan(first);
    expectTruth(program, id, 'phala');
  });

  it('phala: 100,000 rows in one day', { timeout: 120_000 }, async () => {
    const today = day('2026-11-22');
    const program = await begin({ since: today, scale: { apps: 1, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    // Costs in thousandths, so that their sum is known without adding floats.
    const rows = Array.from({ length: 100_000 }, (_, index) => ({
      billing_key: `k${index}`,
      instance_id: `vm-${index % 50}`,
      usage_type: 'compute',
      event_type: 'cvm.compute',
      cost: ((index % 7) + 1) / 1_000,
      duration_minutes: 1,
      billing_hour: `${today}T${String(index % 12).padStart(2, '0')}:00:00`,
      billing_day: today,
    }));
    const truth =
      rows.reduce((thousandths, _, index) => thousandths + BigInt((index % 7) + 1), 0n) * 1_000_000n;
    program.wrap = (http) => ({
      get: (path, query = {}) => {
        if (!path.endsWith('/usage')) return http.get(path, query);
        const from = Number(query['offset']);
        const usage = rows.slice(from, from + Number(query['limit']));
        const body = new TextEncoder().encode(JSON.stringify({ usage, total: usage.length }));
        return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body });
      },
    });
    expectDone(await program.sync(id));
    expect(program.ledger.countCharges({ range: { from: today, to: today }, connections: [id] })).toBe(
      100_000,
    );
    expect(storedDays(program, id)).toEqual([[today, truth]]);
    expect(program.ledger.integrityFault()).toBeNull();
  });
});

describe('phala: a cap that drops below the length once verified', () => {
  interface Row {
    readonly billing_hour: string;
  }

  /** Answers oldest first and cuts every page at as many rows as the first page is told to have. */
  function cutting(capOf: (rows: readonly Row[]) => number): (http: VendorHttp) => VendorHttp {
    let cap: number | null = null;
    return (http) => ({
      get: async (path, query = {}) => {
        if (!path.endsWith('/usage')) return http.get(path, query);
        const response = await http.get(path, { ...query, offset: '0' });
        const { usage } = JSON.parse(new TextDecoder().decode(response.body)) as { usage: readonly Row[] };
        const rows = usage.toSorted((a, b) => (a.billing_hour < b.billing_hour ? -1 : 1));
        cap ??= capOf(rows);
        const from = Number(query['offset']);
        const page = { usage: rows.slice(from, from + cap), total: null };
        return { ...response, body: new TextEncoder().encode(JSON.stringify(page)) };
      },
    });
  }

  it('while the lid was closed: no day settles in part', async () => {
    const program = await begin({ since: A_WEEK_AGO, scale: { apps: 1, cvmsPerApp: 3 } });
    const id = await program.connect('phala');
    expectDone(await program.sync(id));
    program.now += 3 * DAY_MS;
    // All that is stored is in the answer; of the 22nd, which settles now, the rest is cut off.
    const stored = (rows: readonly Row[]) => rows.filter((row) => row.billing_hour < '2026-11-22T13').length;
    program.wrap = cutting(stored);
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
  });

  it('minutes after it was verified: nothing is taken away, nor from settled days that are read again', async () => {
    const program = await begin({ since: A_WEEK_AGO, scale: { apps: 1, cvmsPerApp: 3 } });
    const id = await program.connect('phala');
    expectDone(await program.sync(id));
    for (const options of [{ onDemand: true }, { since: A_WEEK_AGO }]) {
      program.now += 60_000;
      program.wrap = cutting((rows) => Math.floor(rows.length / 2));
      expectDone(await program.sync(id, options));
      expectTruth(program, id, 'phala');
      program.wrap = (http) => http;
      program.now += 60_000;
      expectDone(await program.sync(id, { since: A_WEEK_AGO }));
    }
    expect(program.ledger.revisions({ range: program.servers.truth.whole(), connections: [id] })).toEqual([]);
  });

  it('in an audit, whose windows are longer than a poll’s: no settled day loses a charge', async () => {
    const program = await begin({ since: day('2026-10-18'), scale: { apps: 1, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    expectDone(await program.sync(id));
    program.now += 3 * DAY_MS;
    expectDone(await program.sync(id));
    const { paging } = program.ledger.connection(id)?.memo as { paging: { verified: number } };
    program.wrap = cutting(() => Math.floor(0.6 * paging.verified));
    program.now += 2 * DAY_MS;
    expectDone(await program.sync(id));
    // The week in which the audit's turn is the newest 31 settled days'.
    program.now += 6 * DAY_MS;
    const asked = program.servers.requests.length;
    expectDone(await program.sync(id));
    const audits = program.servers.requests
      .slice(asked)
      .filter(({ query }) => /start_date=2026-1(0|1-[01])/.test(query));
    expect(audits.length).toBeGreaterThan(2);
    expectTruth(program, id, 'phala');
    expect(program.ledger.revisions({ range: program.servers.truth.whole(), connections: [id] })).toEqual([]);
  });
});

describe('pages that do not advance', () => {
  it('phala: a cap and an ignored offset: said, and nothing of the app is stored or lost', async () => {
    const program = await begin({ since: SINCE });
    const id = await program.connect('phala');
    const fault: readonly Fault[] = [cap(100), { kind: 'ignored-offset' }];
    const kind = 'paging';
    program.servers.setFault('phala', fault);
    const says = 'Phala repeats the same page, so its answer cannot be read whole';
    expectFault(program, id, await program.sync(id), { kind, says });
    // Only apps whose rows of a day fit a page are known; no day is stored in part.
    const web = program.ledger.scopes(id).find(({ name }) => name === 'web-prod');
    const range = program.servers.truth.whole();
    expect(program.ledger.covered(web?.id ?? 0, range)).toEqual([]);
    const ofWeb = [...program.ledger.charges({ range, connections: [id] })].filter(
      ({ scopeKey }) => scopeKey === web?.key,
    );
    expect(ofWeb).toEqual([]);

    program.servers.setFault('phala', null);
    program.now += HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
    const before = storedDays(program, id);
    program.servers.setFault('phala', fault);
    program.now += 2 * DAY_MS;
    expectFault(program, id, await program.sync(id), { kind, says });
    const after = new Map(storedDays(program, id));
    for (const [on, amount] of before) expect(after.get(on) ?? 0n).toBeGreaterThanOrEqual(amount);
    program.servers.setFault('phala', null);
    program.now += HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
  });
});
