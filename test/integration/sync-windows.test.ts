/** Vendors that do not answer for every window: too old, too new, too long. */
import { afterEach, describe, expect, it } from 'vitest';

import { connectionViews } from '../../electron/core/connection-views.js';
import { readDayFacts } from '../../electron/core/day-facts.js';
import type { Scope } from '../../electron/ledger/types.js';
import type { VendorResponse } from '../../electron/providers/adapter.js';
import { DAY_MS, HOUR_MS, addDays, contains, dayOf, eachDay, lengthOf } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import { clickhouseRecord, editing } from '../support/fault-table.js';
import { startProgram, trueDays } from '../support/program.js';
import type { Program } from '../support/program.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);
const TODAY = dayOf(START);
const PROVIDERS = ['phala', 'clickhouse'] as const;
/** Phala is asked for a day more on each side. */
const MARGIN = { phala: 1, clickhouse: 0 } as const;

let program: Program;

afterEach(() => program.close());

/** The first and last day that a usage question is about, its margin included; null for another question. */
function asked(query: Readonly<Record<string, string>>): DayRange | null {
  const first = (query['start_date'] ?? query['from_date'])?.slice(0, 10) as Day | undefined;
  const last = (query['end_date'] ?? query['to_date'])?.slice(0, 10) as Day | undefined;
  if (first === undefined || last === undefined) return null;
  // Phala's end is not asked for itself.
  return { from: first, to: 'end_date' in query ? addDays(last, -1) : last };
}

function answering(change: (days: DayRange) => VendorResponse | FaultError | null): Program['wrap'] {
  return (http) => ({
    get: (path, query = {}) => {
      const days = asked(query);
      const other = days === null ? null : change(days);
      if (other instanceof FaultError) return Promise.reject(other);
      return other === null ? http.get(path, query) : Promise.resolve(other);
    },
  });
}

const REFUSAL: VendorResponse = {
  status: 400,
  headers: {},
  body: new TextEncoder().encode('{"detail":"out of range","error":"out of range"}'),
};

/** Every question that begins with one of these days is refused. */
function refusing(isRefused: (day: Day) => boolean): { wrap: Program['wrap']; refused: Day[] } {
  const refused: Day[] = [];
  const wrap = answering(({ from }) => {
    if (!isRefused(from)) return null;
    refused.push(from);
    return REFUSAL;
  });
  return { wrap, refused };
}

/** So that ClickHouse's days settle 48 h after their end, as Phala's do. */
const everythingLocked: Program['wrap'] = editing(
  /usageCost$/,
  clickhouseRecord((record) => ({ ...record, locked: true })),
);

function unreadDays(id: string): Day[] {
  const [scope] = program.ledger.scopes(id).filter(({ createdDay }) => createdDay === null);
  const since = addDays(TODAY, -120);
  const scopes = scope === undefined ? program.ledger.scopes(id) : [scope];
  const known = new Set(
    scopes.flatMap(({ id: number }) =>
      program.ledger.covered(number, { from: since, to: TODAY }).map(({ day }) => day),
    ),
  );
  return eachDay({ from: since, to: TODAY }).filter((day) => !known.has(day));
}

/** Scopes that every poll asks. */
const followed = (id: string): Scope[] =>
  program.ledger.scopes(id).filter(({ goneAt, dormant }) => goneAt === null && !dormant);

function notesOf(id: string): readonly string[] {
  const { ledger, now } = program;
  const facts = readDayFacts(ledger, ledger.connections(), { from: TODAY, to: TODAY }, TODAY);
  const live = {
    now,
    cadenceMinutes: 15,
    syncing: new Map(),
    sessionOnly: new Set<string>(),
    unrecorded: new Map(),
  };
  return connectionViews(ledger, facts, live).find((view) => view.id === id)?.notes ?? [];
}

describe.each(PROVIDERS)('where %s gives no older days', (provider) => {
  const kept = addDays(TODAY, -80);
  /** The oldest day that can be had. */
  const oldest = addDays(kept, MARGIN[provider]);

  it('reads all that it gives, to the day, and calls the rest unknown, not failed', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const { wrap, refused } = refusing((day) => day < kept);
    program.wrap = wrap;
    const id = await program.connect(provider);
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(unreadDays(id)).toEqual(eachDay({ from: addDays(TODAY, -120), to: addDays(oldest, -1) }));
    const given = { from: oldest, to: TODAY };
    expect(program.byDay(id, given)).toEqual(trueDays(program, provider, given));
    expect(notesOf(id).at(-1)).toMatch(new RegExp(`gives no days .*before ${oldest};`));
    const scopes = program.ledger.scopes(id).length;
    expect(refused.length).toBeLessThanOrEqual(15 * scopes);
    expect(program.ledger.connection(id)?.lastSuccess).toBe(program.now);
  });

  it('asks for a refused day once a day, and for all once it is given again', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const { wrap, refused } = refusing((day) => day < kept);
    program.wrap = wrap;
    const id = await program.connect(provider);
    await program.sync(id);
    refused.length = 0;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(refused).toEqual([]);
    program.now += 1.1 * DAY_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(new Set(refused)).toEqual(new Set([addDays(oldest, -1 - MARGIN[provider])]));
    program.wrap = (http) => http;
    program.now += 1.1 * DAY_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const whole = program.servers.truth.whole();
    expect(program.byDay(id, whole)).toEqual(trueDays(program, provider, whole));
    expect(notesOf(id)).toEqual([]);
  });

  it('fails where a day is refused that is asked for by its date', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    program.wrap = refusing((day) => day < kept).wrap;
    const id = await program.connect(provider);
    await program.sync(id);
    const outcome = await program.sync(id, { since: addDays(kept, -20) });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
  });

  it('fails where it refuses a day amid others, and reads the others', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const hole = addDays(TODAY, -70);
    program.wrap = answering((days) => (contains(days, hole) ? REFUSAL : null));
    const id = await program.connect(provider);
    const failed = { kind: 'failed', fault: { kind: 'range' } };
    for (let sync = 0; sync < 4; sync += 1) expect(await program.sync(id)).toMatchObject(failed);
    expect(unreadDays(id)).toEqual(
      eachDay({ from: addDays(hole, -MARGIN[provider]), to: addDays(hole, MARGIN[provider]) }),
    );
    expect(notesOf(id)).toEqual([]);
  });

  it('fails where two days in a row are refused amid others, whose history goes on', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const holes = [addDays(TODAY, -70), addDays(TODAY, -71)];
    program.wrap = answering((days) => (holes.some((hole) => contains(days, hole)) ? REFUSAL : null));
    const id = await program.connect(provider);
    const failed = { kind: 'failed', fault: { kind: 'range' } };
    for (let sync = 0; sync < 3; sync += 1) expect(await program.sync(id)).toMatchObject(failed);
    expect(unreadDays(id).length).toBeLessThan(10);
    const before = { from: addDays(TODAY, -115), to: addDays(TODAY, -85) };
    expect(program.byDay(id, before)).toEqual(trueDays(program, provider, before));
  });

  it('finds the end behind a day amid others once those before it are no longer given either', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const hole = addDays(TODAY, -70);
    program.wrap = answering((days) => (contains(days, hole) ? REFUSAL : null));
    const id = await program.connect(provider);
    for (let sync = 0; sync < 4; sync += 1) await program.sync(id);
    program.wrap = refusing((day) => day <= hole).wrap;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(notesOf(id)).toHaveLength(1);
  });

  it('lets days that were read before and are no longer given stand as they are', async () => {
    program = await startProgram({ now: () => START, months: 2 });
    const id = await program.connect(provider);
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const whole = program.servers.truth.whole();
    const given = addDays(TODAY, -1);
    const before = { from: whole.from, to: addDays(given, -1) };
    const known = program.byDay(id, before);
    // Switched off for long enough that the vendor no longer gives days that may still change.
    program.now += 3 * HOUR_MS;
    const { wrap, refused } = refusing((day) => day < addDays(given, -MARGIN[provider]));
    program.wrap = wrap;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(program.byDay(id, before)).toEqual(known);
    expect(notesOf(id).at(-1)).toMatch(new RegExp(`gives no days .*before ${given};`));
    for (const scope of followed(id)) {
      const read = program.ledger.covered(scope.id, { from: given, to: TODAY });
      expect(read.map(({ readAt }) => readAt)).toEqual([program.now, program.now]);
    }
    // A slip of the vendor must not keep them from being read for long: each poll asks for one of them.
    refused.length = 0;
    program.now += HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(new Set(refused)).toEqual(new Set([addDays(given, -1 - MARGIN[provider])]));
    expect(refused.length).toBeLessThanOrEqual(program.ledger.scopes(id).length);
    program.wrap = (http) => http;
    program.now += HOUR_MS;
    await program.sync(id);
    program.now += HOUR_MS;
    await program.sync(id);
    expect(notesOf(id)).toEqual([]);
    for (const scope of followed(id)) {
      const open = program.ledger.covered(scope.id, whole).filter(({ settled }) => !settled);
      expect(new Set(open.map(({ readAt }) => readAt))).toEqual(new Set([program.now]));
    }
  });

  it('fails where a day is refused amid others that may still change, and reads the others', async () => {
    program = await startProgram({ now: () => START, months: 2 });
    const id = await program.connect(provider);
    await program.sync(id);
    program.now += HOUR_MS;
    const hole = addDays(TODAY, -1);
    const margin = MARGIN[provider];
    program.wrap = answering((days) => (contains(days, hole) ? REFUSAL : null));
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
    expect(notesOf(id)).toEqual([]);
    const untouched = followed(id)
      .flatMap((scope) => program.ledger.covered(scope.id, program.servers.truth.whole()))
      .filter(
        ({ day, settled }) => !settled && (day < addDays(hole, -margin) || day > addDays(hole, margin)),
      );
    // Phala's margin leaves none of the days that may still change.
    expect(untouched.length > 0).toBe(provider === 'clickhouse');
    for (const { readAt } of untouched) expect(readAt).toBe(program.now);
  });

  it('fails where it refuses the newest days', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    program.wrap = refusing(() => true).wrap;
    const id = await program.connect(provider);
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
  });

  it('lets a second look at days that are no longer given pass', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const id = await program.connect(provider);
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.now += 8 * DAY_MS;
    program.wrap = refusing((day) => day < addDays(TODAY, -62)).wrap;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const whole = program.servers.truth.whole();
    expect(program.byDay(id, whole)).toEqual(trueDays(program, provider, whole));
  });
});

describe.each(PROVIDERS)('where %s', (provider) => {
  const margin = MARGIN[provider];
  /** Days asked for, of a window of so many. */
  const asks = (days: number): number => days + 2 * margin;

  it('refuses today, all other days are read, and it fails', async () => {
    program = await startProgram({ now: () => START, months: 2 });
    program.wrap = answering(({ to }) => (to >= addDays(TODAY, margin) ? REFUSAL : null));
    const id = await program.connect(provider);
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
    const before = { from: addDays(TODAY, -40), to: addDays(TODAY, -1) };
    expect(program.byDay(id, before)).toEqual(trueDays(program, provider, before));
    expect(notesOf(id)).toEqual([]);
  });

  it('gives fewer days than a window has, those are read', async () => {
    program = await startProgram({ now: () => START, months: 2 });
    const oldest = addDays(TODAY, -20);
    program.wrap = refusing((day) => day < addDays(oldest, -margin)).wrap;
    const id = await program.connect(provider);
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const given = { from: oldest, to: TODAY };
    expect(program.byDay(id, given)).toEqual(trueDays(program, provider, given));
    expect(unreadDays(id).at(-1)).toBe(addDays(oldest, -1));
  });

  it('refuses everything, little is asked', async () => {
    program = await startProgram({ now: () => START, months: 2 });
    const { wrap, refused } = refusing(() => true);
    program.wrap = wrap;
    const id = await program.connect(provider);
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
    expect(refused.length).toBeLessThanOrEqual(12 * program.ledger.scopes(id).length);
  });

  it.each(['too-large', 'timeout'] as const)(
    'cannot answer for many days (%s), it is asked for fewer',
    async (kind) => {
      program = await startProgram({ now: () => START, months: 3 });
      const tooLong: DayRange[] = [];
      program.wrap = answering((days) => {
        if (lengthOf(days) <= asks(16)) return null;
        tooLong.push(days);
        return new FaultError(kind);
      });
      const id = await program.connect(provider);
      const whole = program.servers.truth.whole();
      expect(await program.sync(id)).toEqual({ kind: 'done' });
      expect(program.byDay(id, whole)).toEqual(trueDays(program, provider, whole));
      // What is too large stays so, for a day; what took too long may not do so again.
      if (kind === 'timeout') return;
      tooLong.length = 0;
      expect(await program.sync(id, { since: addDays(TODAY, -60) })).toEqual({ kind: 'done' });
      expect(tooLong).toEqual([]);
      program.now += 1.1 * DAY_MS;
      expect(await program.sync(id, { since: addDays(TODAY, -60) })).toEqual({ kind: 'done' });
      expect(tooLong.length).toBeGreaterThan(0);
    },
  );

  it('never answers in time, little is asked', async () => {
    program = await startProgram({ now: () => START, months: 3 });
    let requests = 0;
    program.wrap = answering(() => {
      requests += 1;
      return new FaultError('timeout');
    });
    const id = await program.connect(provider);
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'timeout' } });
    // Two scopes at most, each asked twice for a window and twice for its half.
    expect(requests).toBeLessThanOrEqual(8);
  });

  it.each([
    ['breaks', { ...REFUSAL, status: 500 }],
    ['refuses the key', { ...REFUSAL, status: 403 }],
    ['takes too long', new FaultError('timeout')],
    ['makes no sense', new FaultError('format')],
  ])('%s at the second look at a young settled day, today is read all the same', async (_, answer) => {
    program = await startProgram({ now: () => START, months: 2 });
    program.wrap = everythingLocked;
    const id = await program.connect(provider);
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.now += 1.1 * DAY_MS;
    let asked = 0;
    const broken = answering((days) => {
      if (!contains(days, addDays(TODAY, -9))) return null;
      asked += 1;
      return answer;
    });
    program.wrap = (http) => broken(everythingLocked(http));
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(asked).toBeGreaterThan(0);
    const today = dayOf(program.now);
    for (const scope of program.ledger.scopes(id)) {
      expect(program.ledger.covered(scope.id, { from: today, to: today })).toHaveLength(1);
    }
    // Each scope has its turn, and then none before tomorrow.
    for (let poll = 0; poll < program.ledger.scopes(id).length; poll += 1) {
      program.now += HOUR_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    }
    asked = 0;
    program.now += HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(asked).toBe(0);
  });
});

describe('a day that is refused', () => {
  it('is no end of history where days that may still change are given before it', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const id = await program.connect('clickhouse');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.now += HOUR_MS;
    const hole = addDays(TODAY, -1);
    const kept = addDays(program.servers.truth.firstDay, 20);
    // The ledger reaches further back than the vendor does by now.
    program.wrap = answering((days) => (days.from < kept || contains(days, hole) ? REFUSAL : null));
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
    expect(notesOf(id)).toEqual([]);
    const open = followed(id)
      .flatMap((scope) => program.ledger.covered(scope.id, { from: addDays(TODAY, -60), to: TODAY }))
      .filter(({ settled }) => !settled);
    expect(open.filter(({ readAt }) => readAt < program.now).map(({ day }) => day)).toEqual([hole]);
  });

  it('is a fault also where a poll has no request left to ask for another', async () => {
    program = await startProgram({
      now: () => START,
      since: addDays(TODAY, -10),
      scale: { apps: 59, cvmsPerApp: 1 },
    });
    const id = await program.connect('phala');
    await program.sync(id);
    program.wrap = answering((days) => (contains(days, addDays(TODAY, -1)) ? REFUSAL : null));
    for (let poll = 0; poll < 3; poll += 1) {
      program.now += HOUR_MS / 4;
      expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
    }
  });

  it('by its date is no fault of the polls after it', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.wrap = refusing((day) => day < addDays(TODAY, -80)).wrap;
    const failed = { kind: 'failed', fault: { kind: 'range' } };
    expect(await program.sync(id, { onDemand: true, since: addDays(TODAY, -100) })).toMatchObject(failed);
    program.now += HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
  });
});

describe('a second look of which one half comes to nothing', () => {
  it('has had its turn until tomorrow', async () => {
    program = await startProgram({ now: () => START, months: 2, scale: { apps: 1, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.now += 1.1 * DAY_MS;
    let asked = 0;
    program.wrap = answering((days) => {
      asked += 1;
      if (lengthOf(days) > 8) return new FaultError('too-large');
      return contains(days, addDays(TODAY, -5)) ? new FaultError('format') : null;
    });
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(asked).toBeGreaterThan(2);
    for (let poll = 0; poll < 3; poll += 1) {
      program.now += HOUR_MS / 4;
      asked = 0;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
      expect(asked).toBe(1);
    }
  });
});

describe('a dense day amid sparse ones', () => {
  /** Rows of a day, each of 0.001 USD. */
  const rowsOn = (day: Day, dense: Day): number => (day === dense || day === addDays(dense, 1) ? 2_600 : 5);

  /** Phala's usage as these rows, `limit` and `offset` heeded; its requests are counted. */
  function dense(day: Day): { wrap: Program['wrap']; asked: () => number } {
    let requests = 0;
    const wrap: Program['wrap'] = (http) => ({
      get: (path, query = {}) => {
        const days = asked(query);
        if (days === null) return http.get(path, query);
        requests += 1;
        const usage = eachDay({ from: days.from, to: days.to > TODAY ? TODAY : days.to }).flatMap((on) =>
          Array.from({ length: rowsOn(on, day) }, (_, row) => ({
            instance_id: 'vm-1',
            cost: 0.001,
            usage_type: 'compute',
            event_type: 'cvm.compute',
            duration_minutes: 60,
            billing_key: `${on}-${row}`,
            billing_hour: `${on}T12:00:00`,
            billing_day: on,
          })),
        );
        const offset = Number(query['offset'] ?? 0);
        const page = usage.slice(offset, offset + Number(query['limit']));
        const body = { usage: page, total: page.length, total_cost: page.length / 1_000 };
        return Promise.resolve({
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: new TextEncoder().encode(JSON.stringify(body)),
        });
      },
    });
    return { wrap, asked: () => requests };
  }

  it('costs some requests, not one a day from then on', async () => {
    program = await startProgram({ now: () => START, months: 13, scale: { apps: 1, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    const vendor = dense(addDays(TODAY, -40));
    program.wrap = vendor.wrap;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const [scope] = program.ledger.scopes(id);
    const first = scope?.createdDay ?? TODAY;
    const sums = program.byDay(id, { from: first, to: TODAY });
    const expected = eachDay({ from: first, to: TODAY }).map((on) => [
      on,
      BigInt(rowsOn(on, addDays(TODAY, -40))) * 1_000_000n,
    ]);
    expect(expected.length).toBeGreaterThan(200);
    expect(eachDay({ from: first, to: TODAY }).map((on) => [on, sums.get(on)])).toEqual(expected);
    expect(vendor.asked()).toBeLessThan(50);
  });
});
