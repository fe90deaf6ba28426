import { afterEach, describe, expect, it } from 'vitest';

import { DAY_MS, HOUR_MS, addDays, dayOf } from '../../shared/day.js';
import type { ProviderId } from '../../shared/model.js';
import { startProgram, trueDays } from '../support/program.js';
import type { Program } from '../support/program.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);

let program: Program;

async function start(months = 1): Promise<Program> {
  program = await startProgram({ now: () => START, months });
  return program;
}

afterEach(() => program.close());

function requestsSince(before: number, provider: ProviderId) {
  return program.servers.requests.slice(before).filter((request) => request.provider === provider);
}

describe.each(['phala', 'clickhouse'] as const)('the sync of %s', (provider) => {
  it('brings the ledger to the vendor’s truth, to the nano and day by day', async () => {
    await start();
    const id = await program.connect(provider);
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const whole = program.servers.truth.whole();
    const truth = trueDays(program, provider, whole);
    expect(truth.size).toBeGreaterThan(25);
    const stored = program.byDay(id, whole);
    expect([...stored].sort()).toEqual([...truth].sort());
    expect(program.ledger.countCharges({ range: whole, connections: [id] })).toBeGreaterThanOrEqual(
      program.servers.truth.count(provider, whole),
    );
    expect(program.ledger.integrityFault()).toBeNull();
    const unread = program.ledger
      .dayStates({ range: whole, connections: [id] }, dayOf(program.now))
      .filter(({ state }) => state === 'unknown');
    expect(unread).toEqual([]);
  });

  it('asks for nothing twice in a backfill, and for one thing at a time', async () => {
    await start(13);
    let open = 0;
    let most = 0;
    program.wrap = (http) => ({
      get: async (path, query) => {
        most = Math.max(most, (open += 1));
        return http.get(path, query).finally(() => (open -= 1));
      },
    });
    const id = await program.connect(provider);
    // ClickHouse's limit counts what connecting has asked.
    program.now += 60_000;
    const before = program.servers.requests.length;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const asked = requestsSince(before, provider).map(({ path, query }) => `${path}?${query}`);
    expect(asked.length).toBeGreaterThan(13);
    expect(asked).toEqual([...new Set(asked)]);
    expect(most).toBe(1);
  });

  it('follows the vendor as days pass, and asks for nothing that is settled', async () => {
    await start();
    const id = await program.connect(provider);
    await program.sync(id);
    for (let step = 0; step < 4; step += 1) {
      program.now += 6 * HOUR_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    }
    const whole = program.servers.truth.whole();
    expect([...program.byDay(id, whole)].sort()).toEqual([...trueDays(program, provider, whole)].sort());
    const before = program.servers.requests.length;
    program.now += 15 * 60_000;
    await program.sync(id);
    const asked = requestsSince(before, provider);
    const scopes = program.ledger.scopes(id).filter(({ dormant }) => !dormant).length;
    expect(asked.length).toBeLessThanOrEqual(scopes);
    const earliest = addDays(dayOf(program.now), provider === 'phala' ? -4 : -31);
    for (const { query } of asked) {
      const from = new URLSearchParams(query).get(provider === 'phala' ? 'start_date' : 'from_date') ?? '';
      expect(from.slice(0, 10) >= earliest, `${query} asks for settled days`).toBe(true);
    }
  });

  it('resumes an interrupted backfill without asking again for what is covered', async () => {
    await start();
    const id = await program.connect(provider);
    const complete = await measureRequests(() => program.sync(id));
    await program.close();

    await start();
    const again = await program.connect(provider);
    const before = program.servers.counts[provider];
    program.servers.setFault(provider, { kind: 'status', status: 503, after: 3 } as never);
    const failed = await program.sync(again);
    expect(failed.kind).toBe('failed');
    program.servers.setFault(provider, null);
    program.now += HOUR_MS;
    expect(await program.sync(again)).toEqual({ kind: 'done' });
    expect(program.servers.counts[provider] - before).toBeLessThanOrEqual(complete + 8);
    const whole = program.servers.truth.whole();
    expect([...program.byDay(again, whole)].sort()).toEqual([...trueDays(program, provider, whole)].sort());

    async function measureRequests(work: () => Promise<unknown>): Promise<number> {
      const first = program.servers.counts[provider];
      await work();
      return program.servers.counts[provider] - first;
    }
  });

  it('reads a day on through the days that follow until it is settled', async () => {
    await start(1);
    const id = await program.connect(provider);
    await program.sync(id);
    const day = dayOf(program.now);
    const settledAfter = provider === 'phala' ? 3 : 40;
    program.now += settledAfter * DAY_MS;
    await program.sync(id);
    const [known] = program.ledger.dayStates(
      { range: { from: day, to: day }, connections: [id] },
      dayOf(program.now),
    );
    expect(known?.state).toBe('settled');
    expect(program.total(id, { from: day, to: day })).toBe(
      program.servers.truth.total(provider, { from: day, to: day }),
    );
  });
});
