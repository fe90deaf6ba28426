/** Two windows of a backfill under way at once, at vendors that do not bear it, and nowhere else. */
import { afterEach, describe, expect, it } from 'vitest';

import type { VendorHttp, VendorResponse } from '../../electron/providers/adapter.js';
import { DAY_MS, HOUR_MS } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import { startProgram, trueDays } from '../support/program.js';
import type { Program } from '../support/program.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);

let program: Program;

afterEach(() => program.close());

/** Notes how many requests for usage are open at most, and answers those that are not alone. */
function watch(notAlone: (() => VendorResponse) | null = null) {
  const seen = { most: 0, asked: [] as string[], turnedAway: 0 };
  let open = 0;
  program.wrap = (http: VendorHttp) => ({
    get: async (path, query = {}) => {
      if (!path.endsWith('/usage')) return http.get(path, query);
      open += 1;
      seen.most = Math.max(seen.most, open);
      try {
        if (open > 1 && notAlone !== null) {
          seen.turnedAway += 1;
          return notAlone();
        }
        seen.asked.push(`${path}?${new URLSearchParams(query).toString()}`);
        return await http.get(path, query);
      } finally {
        open -= 1;
      }
    },
  });
  return seen;
}

function equalTruth(id: string): void {
  const whole = program.servers.truth.whole();
  expect([...program.byDay(id, whole)].sort()).toEqual([...trueDays(program, 'phala', whole)].sort());
}

describe('a vendor that takes one request of a key at a time', () => {
  it.each([
    ['and asks others to wait', { status: 429, headers: { 'retry-after': '1' }, body: new Uint8Array() }],
    ['and fails on others', { status: 503, headers: {}, body: new Uint8Array() }],
  ])('%s is asked so once that shows', async (_, answer) => {
    program = await startProgram({ now: () => START, months: 4 });
    const seen = watch(() => answer);
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(seen.turnedAway).toBe(1);
    expect(seen.asked).toEqual([...new Set(seen.asked)]);
    equalTruth(id);
  });

  it('and lets others wait for too long, is read all the same', async () => {
    program = await startProgram({ now: () => START, months: 4 });
    const seen = watch(() => {
      throw new FaultError('timeout');
    });
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(seen.turnedAway).toBe(1);
    expect(seen.asked).toEqual([...new Set(seen.asked)]);
    equalTruth(id);
  });
});

describe('a poll', () => {
  it('has one request under way', async () => {
    program = await startProgram({ now: () => START, months: 2 });
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const seen = watch();
    for (const sleep of [3 * HOUR_MS, 4 * DAY_MS, 3 * HOUR_MS, 5 * DAY_MS]) {
      program.now += sleep;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    }
    expect(seen.asked.length).toBeGreaterThan(10);
    expect(seen.most).toBe(1);
    equalTruth(id);
  });
});
