import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Charge } from '../../../electron/providers/adapter.js';
import { phalaAdapter } from '../../../electron/providers/phala/adapter.js';
import { DAY_MS, HOUR_MS, addDays, day, daysBetween } from '../../../shared/day.js';
import type { DayRange } from '../../../shared/day.js';
import { FaultError } from '../../../shared/faults.js';
import { NOON, answer, contextFor } from './context.js';

interface Row {
  readonly billing_key: string;
  readonly at: number;
}

interface ServerOptions {
  readonly cap?: number;
  readonly ignoresOffset?: boolean;
  readonly wholeTotal?: boolean;
  /** The order of an answer; ascending by default. */
  readonly order?: (rows: readonly Row[]) => readonly Row[];
  /** Called after each answer, so that rows can arrive meanwhile. */
  readonly after?: (number: number) => void;
}

const SCOPE = { key: 'a'.repeat(40), name: 'web' };
const START = day('2026-11-01');

/** A vendor with these rows. */
function vendor(rows: readonly Row[], options: ServerOptions = {}) {
  let last = { from: NaN, to: NaN, count: NaN, inside: rows };
  const within = (from: number, to: number): readonly Row[] => {
    if (last.from !== from || last.to !== to || last.count !== rows.length) {
      last = { from, to, count: rows.length, inside: rows.filter(({ at }) => from <= at && at < to) };
    }
    return last.inside;
  };
  return contextFor((_path, query, number) => {
    const from = Date.parse(query.start_date ?? '');
    const to = Date.parse(query.end_date ?? '');
    const inside = within(from, to);
    const ordered = options.order === undefined ? inside : options.order(inside);
    const offset = options.ignoresOffset === true ? 0 : Number(query.offset);
    const page = ordered.slice(offset, offset + Math.min(Number(query.limit), options.cap ?? Infinity));
    options.after?.(number);
    return answer({
      usage: page.map(({ billing_key, at }) => ({
        billing_key,
        instance_id: 'vm',
        usage_type: 'compute',
        cost: 0.001,
        // Grows while the hour runs, and must not make an old row look new.
        duration_minutes: number,
        billing_hour: new Date(at).toISOString(),
        billing_day: new Date(at).toISOString().slice(0, 10),
      })),
      total: options.wholeTotal === true ? inside.length : page.length,
      total_cost: page.length / 1000,
    });
  });
}

/** Rows spread evenly over days from START on. */
function spread(count: number, days: number): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    billing_key: `k${index}`,
    at: Date.parse(`${START}T00:00:00Z`) + Math.floor((index * days * 24) / count) * 3_600_000,
  }));
}

/** As the engine does: halves on a split. Keys and requests of the whole. */
async function readAll(context: ReturnType<typeof vendor>, window: DayRange) {
  const keys = new Set<string>();
  let pages = 0;
  const walk = async (part: DayRange): Promise<void> => {
    const found: Charge[] = [];
    const outcome = await phalaAdapter.readWindow(context, SCOPE, part, new Map(), (page) =>
      found.push(...page.charges),
    );
    if (outcome.kind === 'split') {
      const length = daysBetween(part.from, part.to) + 1;
      expect(length).toBeGreaterThan(1);
      const middle = addDays(part.from, Math.floor(length / 2));
      await walk({ from: middle, to: part.to });
      await walk({ from: part.from, to: addDays(middle, -1) });
      return;
    }
    pages += outcome.pages;
    for (const { key } of found) keys.add(key);
  };
  await walk(window);
  return { keys, pages, requests: context.asked.length };
}

const MONTH = { from: START, to: addDays(START, 30) };

describe('every row is read', () => {
  const caps = [undefined, 100, 500, 1000, 1007] as const;
  const counts = [0, 1, 99, 100, 101, 1007, 1488, 4999, 5000, 5001];
  for (const cap of caps) {
    for (const wholeTotal of [false, true]) {
      test.each(counts)(
        `%i rows, cap ${cap ?? 'none'}, total of the ${wholeTotal ? 'whole' : 'page'}`,
        async (count) => {
          const context = vendor(spread(count, 31), { ...(cap === undefined ? {} : { cap }), wholeTotal });
          expect((await readAll(context, MONTH)).keys.size).toBe(count);
        },
      );
    }
  }

  test('whatever the cap, the number of rows and their spread', async () => {
    const cases = fc.record({
      cap: fc.integer({ min: 3, max: 60 }),
      count: fc.integer({ min: 0, max: 300 }),
      days: fc.integer({ min: 1, max: 8 }),
      wholeTotal: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ cap, count, days, wholeTotal }) => {
        const context = vendor(spread(count, days), { cap, wholeTotal });
        const window = { from: START, to: addDays(START, 7) };
        expect((await readAll(context, window)).keys.size).toBe(count);
        // What was learned holds for the next read, too.
        expect((await readAll(context, window)).keys.size).toBe(count);
      }),
      { numRuns: 60 },
    );
  });

  test.each([undefined, 1007])('100,000 rows in one day, cap %s', async (cap) => {
    const rows = spread(100_000, 1);
    const context = vendor(rows, cap === undefined ? {} : { cap });
    const { keys } = await readAll(context, { from: START, to: START });
    expect(keys.size).toBe(100_000);
  });

  test('rows that share a key all count', async () => {
    const rows = spread(250, 1).map(({ at }, index) => ({
      billing_key: 'same',
      at: at + (index % 60) * 60_000,
    }));
    const found: Charge[] = [];
    const outcome = await phalaAdapter.readWindow(
      vendor(rows, { cap: 100 }),
      SCOPE,
      { from: START, to: START },
      new Map(),
      (page) => found.push(...page.charges),
    );
    expect(outcome).toMatchObject({ kind: 'whole', pages: 3, reported: null });
    expect(found).toHaveLength(250);
  });
});

describe('requests', () => {
  test('a first short page is verified, a second of its length is not', async () => {
    const context = vendor(spread(1488, 31));
    expect((await readAll(context, MONTH)).requests).toBe(2);
    expect(context.asked.map(({ query }) => query.offset)).toEqual(['0', '1488']);
    expect((await readAll(context, MONTH)).requests).toBe(3);
  });

  test('an empty window takes one', async () => {
    expect((await readAll(vendor([]), MONTH)).requests).toBe(1);
  });

  test('a total that hints at more is looked into, once where it misleads', async () => {
    const memo = { paging: { cap: null, verified: 900, totalMisleads: false } };
    const context = contextFor(
      (_path, query) =>
        answer({
          usage: query.offset === '0' ? [{ cost: 1, billing_day: START, billing_key: 'k' }] : [],
          total: 77,
        }),
      memo,
    );
    const read = () => phalaAdapter.readWindow(context, SCOPE, MONTH, new Map(), () => undefined);
    await read();
    await read();
    expect(context.asked.map(({ query }) => query.offset)).toEqual(['0', '1', '0']);
  });

  test('a known cap is not discovered again', async () => {
    const context = vendor(spread(250, 1), { cap: 100 });
    const window = { from: START, to: START };
    await readAll(context, window);
    const before = context.asked.length;
    await readAll(context, window);
    expect(context.asked.slice(before).map(({ query }) => query.offset)).toEqual(['0', '100', '200']);
  });

  test('a longer page disproves the cap', async () => {
    const context = vendor(spread(300, 31));
    context.memo.paging = { cap: 100, verified: 50 };
    expect((await readAll(context, MONTH)).keys.size).toBe(300);
    expect(context.memo.paging).toMatchObject({ cap: null, verified: 300 });
  });
});

describe('a cap that drops below what was verified', () => {
  const QUARTER_MS = HOUR_MS / 4;

  /** An account whose rows come hourly, in the order in which they came, and which is polled every 15 minutes. */
  function account(perHour: number) {
    const rows = spread(400, 3);
    const server = { cap: Infinity };
    const context = vendor(rows, server);
    context.memo.paging = { cap: null, verified: 2_000 };
    const end = rows.at(-1)?.at ?? 0;
    const window = { from: START, to: addDays(START, 6) };
    let hour = 0;
    return {
      rows,
      server,
      /** Polls for some hours. @returns how many requests each poll made, and what the last one found */
      poll: async (hours: number) => {
        const requests: number[] = [];
        let found = new Set<string>();
        for (const until = hour + hours; hour < until; hour += 1) {
          for (let row = 0; row < perHour; row += 1)
            rows.push({ billing_key: `h${hour}-${row}`, at: end + hour * HOUR_MS });
          for (let quarter = 0; quarter < 4; quarter += 1) {
            const before = context.asked.length;
            found = (await readAll(context, window)).keys;
            requests.push(context.asked.length - before);
            await context.wait(QUARTER_MS, 'limit');
          }
        }
        return { requests, found };
      },
    };
  }

  test('shows by a length that stands still, within hours', async () => {
    const { rows, server, poll } = account(2);
    await poll(1);
    server.cap = rows.length + 5;
    const { requests, found } = await poll(8);
    expect(found.size).toBe(rows.length);
    expect(requests.slice(0, 8)).toEqual(Array(8).fill(1));
  });

  test('costs an account in use no request', async () => {
    const { poll } = account(2);
    expect((await poll(48)).requests).toEqual(Array(4 * 48).fill(1));
  });

  test('costs an account at rest one', async () => {
    const { poll } = account(0);
    const { requests } = await poll(48);
    expect(requests.filter((count) => count > 1)).toEqual([2]);
  });

  test('costs a smaller app none beside a larger one that grows', async () => {
    // Of which another app's answer, some minutes ago, was longer.
    const shared = vendor(spread(100, 3));
    shared.memo.paging = {
      verified: 2_000,
      longest: { rows: 500, since: NOON - 9 * HOUR_MS, at: NOON, sure: false },
    };
    const window = { from: START, to: addDays(START, 6) };
    for (let hour = 0; hour < 3; hour += 1) {
      await readAll(shared, window);
      await shared.wait(HOUR_MS, 'limit');
    }
    expect(shared.asked).toHaveLength(3);
  });

  test('is found where the caller makes sure of a trusted page', async () => {
    const server = { cap: 100 };
    const context = vendor(spread(300, 20), server);
    context.memo.paging = { verified: 2_000 };
    const read = () => phalaAdapter.readWindow(context, SCOPE, MONTH, new Map(), () => undefined);
    const cut = await read();
    expect(cut).toMatchObject({ kind: 'whole', pages: 1 });
    expect(cut.kind === 'whole' && (await cut.confirm?.())).toBe(false);
    expect((await readAll(context, MONTH)).keys.size).toBe(300);

    server.cap = Infinity;
    context.memo.paging = { verified: 2_000 };
    const whole = await read();
    expect(whole.kind === 'whole' && (await whole.confirm?.())).toBe(true);
    expect(await read()).toMatchObject({ verifiedLately: true });
    await context.wait(HOUR_MS, 'limit');
    expect(await read()).toMatchObject({ verifiedLately: false });
  });
});

describe('a server that ignores offset', () => {
  test.each([1, 37, 1488, 4999])('%i rows without a cap are verified by halves', async (count) => {
    const context = vendor(spread(count, 31), { ignoresOffset: true });
    expect((await readAll(context, MONTH)).keys.size).toBe(count);
  });

  test('a cap shows in the halves, and shorter windows hold all', async () => {
    const context = vendor(spread(300, 31), { ignoresOffset: true, cap: 100 });
    expect((await readAll(context, MONTH)).keys.size).toBe(300);
    expect(context.memo.paging).toMatchObject({ cap: 100 });
  });

  test('a cap shows although all rows lie in one half', async () => {
    // Newest first, as a list that is cut often is: both whole and half show the same 100.
    const late = spread(400, 2).map((row) => ({ ...row, at: row.at + 20 * DAY_MS }));
    const context = vendor(late, { ignoresOffset: true, cap: 100, order: (rows) => rows.toReversed() });
    await expect(readAll(context, MONTH)).rejects.toMatchObject({ kind: 'paging' });
    expect(context.memo.paging).toMatchObject({ cap: 100 });
  });

  test('a day above one answer is a fault, not a part', async () => {
    const context = vendor(spread(6_000, 1), { ignoresOffset: true });
    const read = readAll(context, { from: START, to: START });
    await expect(read).rejects.toBeInstanceOf(FaultError);
    await expect(read).rejects.toMatchObject({ kind: 'paging', detail: 'at row 5000' });
  });
});

describe('rows that move', () => {
  test('one that arrives while a page is verified is no cap', async () => {
    const rows = spread(40, 31);
    const late = { billing_key: 'late', at: rows[39]?.at ?? 0 };
    const context = vendor(rows, { after: (number) => void (number === 1 && rows.push(late)) });
    expect((await readAll(context, MONTH)).keys.size).toBe(41);
    expect(context.memo.paging).toMatchObject({ cap: null, verified: 41 });
  });

  test('rows that are withdrawn while a page is verified leave no cap behind', async () => {
    const rows = spread(40, 31);
    const context = vendor(rows, {
      after: (number) => {
        if (number === 1) rows.push({ billing_key: 'late', at: rows[39]?.at ?? 0 });
        if (number === 2) rows.splice(0, 3);
      },
    });
    expect((await readAll(context, MONTH)).keys.size).toBe(38);
    expect(context.memo.paging).toMatchObject({ cap: null, verified: 38 });
  });

  test('a count that never stands still is a fault', async () => {
    const rows = spread(40, 31);
    const context = vendor(rows, {
      after: (number) => void rows.push({ billing_key: `late${number}`, at: rows[39]?.at ?? 0 }),
    });
    await expect(readAll(context, MONTH)).rejects.toMatchObject({ kind: 'paging' });
  });

  test('repeated rows between pages do not end the paging', async () => {
    const rows = spread(300, 1);
    let first = 'k0';
    const context = vendor(rows, {
      cap: 100,
      // A row slips in front after the first page, so that each later page begins with a known one.
      order: (inside) =>
        first === 'k0' ? inside : [{ billing_key: first, at: inside[0]?.at ?? 0 }, ...inside],
      after: (number) => void (number === 4 && (first = 'slipped')),
    });
    const { keys } = await readAll(context, { from: START, to: START });
    expect(keys.size).toBeGreaterThanOrEqual(300);
  });

  test('a broken memo is no memo', async () => {
    const context = vendor(spread(50, 31));
    context.memo.paging = { cap: -1, verified: 'x' };
    expect((await readAll(context, MONTH)).keys.size).toBe(50);
  });
});
