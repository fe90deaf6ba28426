/** Rules that a first, friendly sync never meets: clocks, slips of the vendor, many scopes. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import type { VendorResponse } from '../../electron/providers/adapter.js';
import { DAY_MS, HOUR_MS, addDays, dayOf, eachDay } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { ProviderId, SyncProgress } from '../../shared/model.js';
import { clickhouseResult, editing } from '../support/fault-table.js';
import type { WireRow } from '../support/fault-table.js';
import { startProgram, trueDays } from '../support/program.js';
import type { Program } from '../support/program.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);

let program: Program;

afterEach(() => program.close());

function equalTruth(id: string, provider: 'phala' | 'clickhouse'): void {
  const whole = program.servers.truth.whole();
  expect([...program.byDay(id, whole)].sort()).toEqual([...trueDays(program, provider, whole)].sort());
}

describe('a clock that was ahead', () => {
  it.each(['phala', 'clickhouse'] as const)('settles nothing of %s for good', async (provider) => {
    program = await startProgram({ now: () => START, months: 1 });
    const id = await program.connect(provider);
    await program.sync(id);
    program.skew = 10 * DAY_MS;
    await program.sync(id);
    program.skew = 0;
    for (let day = 0; day <= 5; day += 1) {
      program.now = START + HOUR_MS + day * DAY_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    }
    equalTruth(id, provider);
  });
});

describe('a day whose records are all locked', () => {
  it('is read again for 48 h, in which others may come', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    const id = await program.connect('clickhouse');
    const yesterday = addDays(dayOf(START), -1);
    const later = editing(
      /usageCost$/,
      clickhouseResult((result) => {
        const records = (result['costs'] as WireRow[]).map((record): WireRow => ({
          ...record,
          locked: true,
        }));
        // All but the first of yesterday's records come hours after it.
        const first = records.find((record) => record['date'] === yesterday);
        const costs = records.filter((record) => record === first || record['date'] !== yesterday);
        return { ...result, costs, grandTotalCHC: null };
      }),
    );
    program.wrap = later;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.wrap = (http) => http;
    program.now += 6 * HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    equalTruth(id, 'clickhouse');
  });
});

describe('a ledger that is busy as a sync begins', () => {
  it('is its fault, and the next sync finds nothing held', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    const id = await program.connect('phala');
    const busy = (): never => {
      throw new FaultError('ledger', 'busy');
    };
    const ledger = { ...program.ledger, resources: busy };
    expect(await program.sync(id, {}, { ledger })).toMatchObject({
      kind: 'failed',
      fault: { kind: 'ledger' },
    });
    expect(await program.sync(id)).toEqual({ kind: 'done' });
  });
});

describe('an empty answer', () => {
  it('is asked twice before it takes anything away', async () => {
    program = await startProgram({ now: () => START, months: 2 });
    const id = await program.connect('clickhouse');
    await program.sync(id);
    program.now += HOUR_MS;
    program.servers.setFault('clickhouse', { kind: 'nothing', times: 1, path: 'usageCost' });
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    equalTruth(id, 'clickhouse');
  });
});

describe('a window that cannot be read', () => {
  it('leaves the other windows of its scope alone', async () => {
    program = await startProgram({ now: () => START, months: 4 });
    const id = await program.connect('clickhouse');
    const month = new Date(START).toISOString().slice(0, 7);
    program.servers.setFault('clickhouse', { kind: 'cost', as: 'word', path: `to_date=${month}` });
    const outcome = await program.sync(id);
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'format' } });
    const today = dayOf(program.now);
    const old = { from: addDays(today, -90), to: addDays(today, -40) };
    expect(program.total(id, old)).toBe(program.servers.truth.total('clickhouse', old));
    program.servers.setFault('clickhouse', null);
    program.now += HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    equalTruth(id, 'clickhouse');
  });

  it('ends its scope as the third in a row, and the fourth is not asked for', async () => {
    program = await startProgram({ now: () => START, months: 6, scale: { apps: 1, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    program.servers.setFault('phala', { kind: 'cost', as: 'word' });
    // Counted where they are made: nobody waits for an answer that is not needed.
    const windows: unknown[] = [];
    program.wrap = (http) => ({
      get: (path, query = {}) => {
        if (query.offset === '0') windows.push(query.start_date);
        return http.get(path, query);
      },
    });
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'format' } });
    expect(windows).toHaveLength(3);
    program.servers.setFault('phala', null);
    program.now += HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    equalTruth(id, 'phala');
  });
});

describe('an audit that cannot be read', () => {
  /** A program whose next sync audits each app; the paths of the audits are noted, and all are answered so. */
  async function auditsAnswered(apps: number, change: Partial<VendorResponse>) {
    program = await startProgram({ now: () => START, months: 4, scale: { apps, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    for (let polls = 0; polls < 2; polls += 1) {
      program.now += 3 * DAY_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    }
    program.now += 4 * DAY_MS;
    const polled = new Date(program.now - 8 * DAY_MS).toISOString();
    const audits: string[] = [];
    program.wrap = (http) => ({
      get: async (path, query = {}) => {
        const answer = await http.get(path, query);
        if ((query.end_date ?? '9') >= polled) return answer;
        audits.push(path);
        return { ...answer, ...change };
      },
    });
    return { id, audits };
  }

  it('is named once where the answer makes no sense', async () => {
    const { id, audits } = await auditsAnswered(1, { body: Buffer.from('{"usage": "none"}') });
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'format' } });
    equalTruth(id, 'phala');
    const asked = audits.length;
    for (let hour = 0; hour < 3; hour += 1) {
      program.now += HOUR_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    }
    expect(audits).toHaveLength(asked);
  });

  it.each([
    ['that breaks the vendor', 500, '{}'],
    ['that takes the vendor too long', 504, '{}'],
    ['that the vendor finds no app for', 404, '{"detail": "App not found"}'],
  ])('%s says nothing against the numbers, and its turn comes again in a week', async (_, status, body) => {
    const { id, audits } = await auditsAnswered(1, { status, body: Buffer.from(body) });
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(program.ledger.connection(id)).toMatchObject({ fault: null, lastSuccess: program.now });
    equalTruth(id, 'phala');
    const asked = audits.length;
    expect(asked).toBeGreaterThan(0);
    for (let hour = 0; hour < 3; hour += 1) {
      program.now += HOUR_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    }
    expect(audits).toHaveLength(asked);
    program.now += 7 * DAY_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(audits.length).toBeGreaterThan(asked);
  });

  it('leaves the others to the next sync where the vendor is in trouble', async () => {
    const { id, audits } = await auditsAnswered(3, { status: 503, body: Buffer.from('{}') });
    const apps: string[][] = [];
    for (let sync = 1; sync <= 4; sync += 1) {
      expect(await program.sync(id)).toEqual({ kind: 'done' });
      apps.push([...new Set(audits.splice(0))]);
      program.now += HOUR_MS;
    }
    expect(apps.map((asked) => asked.length)).toEqual([1, 1, 1, 0]);
    expect(new Set(apps.flat()).size).toBe(3);
  });

  it.each([
    ['the wait that the vendor asks for', 503, { 'retry-after': '900' }, 'vendor-fault'],
    ['a limit', 429, { 'retry-after': '900' }, 'rate-limited'],
    ['a key that is rejected', 401, {}, 'rejected'],
  ])('is no reason to conceal %s', async (_, status, headers, kind) => {
    const { id } = await auditsAnswered(1, { status, headers, body: Buffer.from('{}') });
    const outcome = await program.sync(id);
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind } });
    const waits = 'retry-after' in headers ? program.now + 900_000 : null;
    expect(program.ledger.connection(id)?.fault?.retryAt).toBe(waits);
  });
});

describe('the vendor’s own wait', () => {
  it.each(['phala', 'clickhouse'] as const)('wins over who asks %s by hand', async (provider) => {
    program = await startProgram({ now: () => START, months: 1 });
    const id = await program.connect(provider);
    const wait = { header: 'Retry-After', seconds: 900 } as const;
    program.servers.setFault(provider, { kind: 'status', status: 429, wait });
    const first = await program.sync(id);
    expect(first).toMatchObject({ kind: 'failed', fault: { kind: 'rate-limited' } });
    program.servers.setFault(provider, null);
    const retryAt = program.ledger.connection(id)?.fault?.retryAt ?? 0;
    expect(retryAt).toBeGreaterThan(START + 890_000);

    const asked = program.servers.counts[provider];
    program.now = START + 60_000;
    expect(await program.sync(id, { onDemand: true })).toEqual(first);
    expect(program.servers.counts[provider]).toBe(asked);
    expect(program.ledger.connection(id)?.fault?.retryAt).toBe(retryAt);

    // Half a minute is waited for.
    program.now = retryAt - 20_000;
    const waits: Array<number | null> = [];
    const onProgress = ({ waitUntil }: SyncProgress) => void waits.push(waitUntil);
    expect(await program.sync(id, { onDemand: true }, { onProgress })).toEqual({ kind: 'done' });
    expect(waits.find((until) => until !== null)).toBe(retryAt);
    equalTruth(id, provider);
  });

  it('says nothing once the clock that told it was set back', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    const id = await program.connect('phala');
    const wait = { header: 'Retry-After', seconds: 900 } as const;
    program.skew = 30 * DAY_MS;
    program.servers.setFault('phala', { kind: 'status', status: 429, wait });
    expect((await program.sync(id)).kind).toBe('failed');
    program.servers.setFault('phala', null);
    program.skew = 0;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
  });
});

describe('a backfill', () => {
  /** The days that a question about usage would mark read. */
  function daysAsked({ query }: { readonly query: string }, provider: ProviderId): Day[] {
    const words = new URLSearchParams(query);
    const day = (name: string): Day => (words.get(name) ?? '').slice(0, 10) as Day;
    return provider === 'phala'
      ? eachDay({ from: addDays(day('start_date'), 1), to: addDays(day('end_date'), -2) })
      : eachDay({ from: day('from_date'), to: day('to_date') });
  }

  it.each(['phala', 'clickhouse'] as const)(
    'of %s, interrupted anywhere, goes on where it was and asks for nothing that it knows',
    async (provider) => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
          fc.constantFrom('cancelled', 'reset'),
          async (stops, how) => {
            if (runs > 0) await program.close();
            runs += 1;
            program = await startProgram({
              now: () => START,
              months: 13,
              scale: { apps: 1, cvmsPerApp: 1, months: 13 },
            });
            const id = await program.connect(provider);
            const settled = (): Set<Day> =>
              new Set(
                program.ledger
                  .scopes(id)
                  .flatMap((scope) => program.ledger.covered(scope.id, program.servers.truth.whole()))
                  .filter((known) => known.settled)
                  .map((known) => known.day),
              );
            for (const stop of [...stops, Infinity]) {
              const known = settled();
              const before = program.servers.requests.length;
              const cancelled = new AbortController();
              let asked = 0;
              program.wrap = (http) => ({
                get: (path, query) => {
                  asked += 1;
                  if (asked >= stop && how === 'reset') return Promise.reject(new FaultError('offline'));
                  if (asked === stop) cancelled.abort();
                  return http.get(path, query);
                },
              });
              const outcome = await program.sync(id, {}, { signal: cancelled.signal });
              if (stop === Infinity) expect(outcome).toEqual({ kind: 'done' });
              const questions = program.servers.requests
                .slice(before)
                .filter(({ path }) => /\/usage(Cost)?$/.test(path));
              for (const question of questions)
                for (const day of daysAsked(question, provider)) expect(known).not.toContain(day);
              program.now += 60_000;
            }
            equalTruth(id, provider);
          },
        ),
        { numRuns: 4 },
      );
    },
  );

  it('reads an app that is first seen in its third month back to its first day', async () => {
    program = await startProgram({ now: () => START, months: 3 });
    const id = await program.connect('phala');
    program.servers.setFault('phala', { kind: 'app-gone' });
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const apps = program.ledger.scopes(id).length;
    program.servers.setFault('phala', null);
    program.now += 25 * HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(program.ledger.scopes(id)).toHaveLength(apps + 1);
    equalTruth(id, 'phala');
  });
});

describe('days that stay unsettled beyond the poll’s reach', () => {
  it('are read once a day', async () => {
    program = await startProgram({ now: () => START, months: 4 });
    const id = await program.connect('clickhouse');
    program.servers.setFault('clickhouse', { kind: 'never-locked' });
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const old = addDays(dayOf(START), -70);
    const asksOld = async (): Promise<boolean> => {
      const before = program.servers.requests.length;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
      return program.servers.requests
        .slice(before)
        .some(({ query }) => (new URLSearchParams(query).get('from_date') ?? '9') <= old);
    };
    const polls: boolean[] = [];
    for (let hour = 0; hour < 50; hour += 5) {
      program.now += 5 * HOUR_MS;
      polls.push(await asksOld());
    }
    // The first sync read them too: a day after it, and a day after that.
    expect(polls.map((deep, index) => (deep ? 5 * (index + 1) : 0)).filter(Boolean)).toEqual([25, 50]);
  });

  it.each(['format', 'range'] as const)(
    'are asked for once a day also where one of them is not to be had (%s)',
    async (kind) => {
      program = await startProgram({ now: () => START, months: 4 });
      const id = await program.connect('clickhouse');
      program.servers.setFault('clickhouse', { kind: 'never-locked' });
      expect(await program.sync(id)).toEqual({ kind: 'done' });
      const bad = addDays(dayOf(START), -100);
      program.wrap = (http) => ({
        get: (path, query = {}) =>
          (query['from_date'] ?? '9') <= bad && bad <= (query['to_date'] ?? '')
            ? Promise.reject(new FaultError(kind))
            : http.get(path, query),
      });
      program.now += DAY_MS;
      expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind } });
      const { counts } = program.servers;
      let before = counts.clickhouse;
      // Asking by hand a moment later asks for what a poll does: 62 days are two requests.
      expect(await program.sync(id, { onDemand: true })).toMatchObject({ kind: 'failed', fault: { kind } });
      expect(counts.clickhouse - before).toBe(2);
      program.now += HOUR_MS;
      before = counts.clickhouse;
      // It stands until they are asked for again, which is not at this poll.
      expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind } });
      expect(counts.clickhouse - before).toBe(2);
      program.wrap = (http) => http;
      program.now += HOUR_MS;
      expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind } });
      expect(await program.sync(id, { onDemand: true })).toEqual({ kind: 'done' });
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    },
  );

  it('stand as a fault where the vendor breaks on them', async () => {
    program = await startProgram({ now: () => START, months: 4 });
    const old = addDays(dayOf(START), -80);
    const unlocked = editing(
      /usageCost$/,
      clickhouseResult((result) => ({
        ...result,
        costs: (result['costs'] as readonly WireRow[]).map((record) => ({
          ...record,
          locked: record['date'] !== old,
        })),
      })),
    );
    program.wrap = unlocked;
    const id = await program.connect('clickhouse');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.now += DAY_MS;
    let asked = 0;
    program.wrap = (http) => {
      const rest = unlocked(http);
      return {
        get: (path, query = {}) => {
          if (!((query['from_date'] ?? '9') <= old && old <= (query['to_date'] ?? '')))
            return rest.get(path, query);
          asked += 1;
          return Promise.resolve({ status: 500, headers: {}, body: new TextEncoder().encode('{}') });
        },
      };
    };
    for (let poll = 0; poll < 4; poll += 1) {
      expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'vendor-fault' } });
      expect(asked > 0).toBe(poll === 0);
      asked = 0;
      program.now += HOUR_MS;
    }
  });
});

describe('more scopes than one poll asks', () => {
  it('makes the data as old as the scope that waits for its turn', async () => {
    program = await startProgram({
      now: () => START,
      since: addDays(dayOf(START), -2),
      scale: { apps: 64, cvmsPerApp: 1 },
    });
    const id = await program.connect('phala');
    await program.sync(id);
    const first = program.ledger.connection(id)?.lastSuccess ?? 0;
    program.now += HOUR_MS;
    const before = program.servers.counts.phala;
    await program.sync(id);
    expect(program.servers.counts.phala - before).toBeLessThanOrEqual(60);
    expect(program.ledger.connection(id)?.lastSuccess).toBeLessThanOrEqual(first);
    program.now += HOUR_MS;
    await program.sync(id);
    expect(program.ledger.connection(id)?.lastSuccess).toBeGreaterThan(first);
  });

  it.each([
    ['polls', false, 6],
    ['a command once a day', true, 24],
  ])('has their settled days looked at in turn by %s', async (_, onDemand, everyHours) => {
    program = await startProgram({
      now: () => START,
      since: addDays(dayOf(START), -8),
      scale: { apps: 64, cvmsPerApp: 1 },
    });
    const id = await program.connect('phala');
    await program.sync(id);
    const settled = addDays(dayOf(START), -4);
    for (let hours = 0; hours < 48; hours += everyHours) {
      program.now += everyHours * HOUR_MS;
      const before = program.servers.counts.phala;
      expect(await program.sync(id, { onDemand })).toEqual({ kind: 'done' });
      if (!onDemand) expect(program.servers.counts.phala - before).toBeLessThanOrEqual(60);
    }
    const readAt = program.ledger
      .scopes(id)
      .map((scope) => program.ledger.covered(scope.id, { from: settled, to: settled })[0]?.readAt ?? 0);
    expect(Math.min(...readAt)).toBeGreaterThan(START + HOUR_MS);
  });
});

describe('CVMs that are listed with one instance id', () => {
  it('stay apart, and so do the charges that bear that id', async () => {
    program = await startProgram({ now: () => START, since: addDays(dayOf(START), -2) });
    const whole = program.servers.truth.whole();
    const truth = new Map<string, bigint>();
    for (const { resource, amount } of program.servers.truth.lines('phala', whole)) {
      truth.set(resource, (truth.get(resource) ?? 0n) + amount);
    }
    // The rows of all CVMs but one bear their `vm_uuid`.
    const [shared] = [...truth.keys()].filter((id) => /^[0-9a-f]{40}$/.test(id));
    program.wrap = (http) => ({
      get: async (path, query) => {
        const answer = await http.get(path, query);
        if (path.endsWith('/usage')) return answer;
        const text = Buffer.from(answer.body).toString();
        return { ...answer, body: Buffer.from(text.replace(/("instance_id": ?")[^"]*/g, `$1${shared}`)) };
      },
    });
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const sums = program.ledger.resourceSums({ range: whole, connections: [id] });
    expect(sums.length).toBeGreaterThan(3);
    expect(new Map(sums.map(({ resource, native }) => [resource.id, native]))).toEqual(truth);
  });
});
