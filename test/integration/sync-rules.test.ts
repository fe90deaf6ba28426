/** Rules that a first, friendly sync never meets: clocks, slips of the vendor, many scopes. */
import { afterEach, describe, expect, it } from 'vitest';

import { DAY_MS, HOUR_MS, addDays, dayOf } from '../../shared/day.js';
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
});
