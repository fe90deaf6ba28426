import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { PLAIN_RULES } from '../../../electron/providers/answers.js';
import { ask } from '../../../electron/providers/limits.js';
import { FaultError } from '../../../shared/faults.js';
import { NOON, answer, contextFor } from './context.js';

const QUESTION = { path: '/x', rules: PLAIN_RULES, budget: null };
const BUDGET = { requests: 10, perMs: 10_000 };

describe('retries', () => {
  test('a 429 is waited for as the vendor asks', async () => {
    const context = contextFor((_path, _query, number) =>
      number < 3 ? answer({}, 429, { 'x-ratelimit-reset': '5' }) : answer({ ok: 1 }),
    );
    expect(await ask(context, QUESTION)).toEqual({ ok: 1 });
    expect(context.waits).toEqual([
      { ms: 6_000, reason: 'limit' },
      { ms: 6_000, reason: 'limit' },
    ]);
  });

  test('a 429 that never ends is given up, saying when to come back', async () => {
    const context = contextFor(() => answer({}, 429, {}));
    await expect(ask(context, QUESTION)).rejects.toMatchObject({
      kind: 'rate-limited',
      retryAt: NOON + 60_000 + 60_000,
    });
    expect(context.asked).toHaveLength(5);
    expect(context.waits.map(({ ms }) => ms)).toEqual([4_000, 8_000, 16_000, 32_000]);
  });

  test('a wait that the sync may not take ends it', async () => {
    const context = {
      ...contextFor(() => answer({ detail: 'slow down' }, 429, { 'retry-after': '3600' })),
      wait: (ms: number) => Promise.reject(new FaultError('rate-limited', null, NOON + ms)),
    };
    await expect(ask(context, QUESTION)).rejects.toMatchObject({
      detail: 'slow down',
      retryAt: NOON + 3_600_000,
    });
  });

  test('5xx backs off from 4 s, doubling, three tries', async () => {
    const context = contextFor(() => answer({ detail: 'down' }, 502));
    await expect(ask(context, QUESTION)).rejects.toMatchObject({
      kind: 'vendor-fault',
      detail: 'HTTP 502: down',
    });
    expect(context.waits).toEqual([
      { ms: 4_000, reason: 'retry' },
      { ms: 8_000, reason: 'retry' },
    ]);
  });

  test('jitter lengthens a back-off by a quarter at most', async () => {
    const context = { ...contextFor(() => answer({}, 500)), random: () => 0.999 };
    await expect(ask(context, QUESTION)).rejects.toThrow();
    expect(context.waits.map(({ ms }) => ms)).toEqual([4_999, 9_998]);
  });

  test('a 503 that asks for an hour is not waited out here', async () => {
    const context = contextFor(() => answer({ retry_after: 3_600 }, 503));
    await expect(ask(context, QUESTION)).rejects.toMatchObject({ retryAt: NOON + 3_600_000 });
    expect(context.waits).toEqual([]);
  });

  test.each(['offline', 'timeout'] as const)('%s is tried once more, quickly', async (kind) => {
    const context = contextFor(() => {
      throw new FaultError(kind);
    });
    await expect(ask(context, QUESTION)).rejects.toMatchObject({ kind });
    expect(context.asked).toHaveLength(2);
    expect(context.waits).toEqual([{ ms: 1_000, reason: 'retry' }]);
  });

  test.each(['tls', 'proxy', 'captive-portal', 'too-large', 'key-unreadable'] as const)(
    '%s is not tried again',
    async (kind) => {
      const context = contextFor(() => {
        throw new FaultError(kind);
      });
      await expect(ask(context, QUESTION)).rejects.toMatchObject({ kind });
      expect(context.asked).toHaveLength(1);
    },
  );

  test('nothing is asked once the sync was cancelled', async () => {
    const reason = new Error('cancelled');
    const context = { ...contextFor(() => answer({})), signal: AbortSignal.abort(reason) };
    await expect(ask(context, QUESTION)).rejects.toBe(reason);
    expect(context.asked).toEqual([]);
  });
});

describe('the budget', () => {
  test('never more than 10 requests in any 10 s, across syncs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 60 }),
        async (pauses) => {
          const memo: Record<string, unknown> = {};
          const times: number[] = [];
          let now = NOON;
          for (const pause of pauses) {
            // A context of its own each time, as syncs have; the memo goes through JSON as in the ledger.
            const context = contextFor(
              () => answer({}),
              JSON.parse(JSON.stringify(memo)) as typeof memo,
              now + pause,
            );
            await ask(context, { ...QUESTION, budget: BUDGET });
            Object.assign(memo, context.memo);
            now = context.now();
            times.push(...context.asked.map(({ at }) => at));
          }
          for (let index = 10; index < times.length; index += 1) {
            expect((times[index] ?? 0) - (times[index - 10] ?? 0)).toBeGreaterThanOrEqual(10_000);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('does not wait while it holds', async () => {
    const context = contextFor(() => answer({}));
    for (let index = 0; index < 10; index += 1) await ask(context, { ...QUESTION, budget: BUDGET });
    expect(context.waits).toEqual([]);
    await ask(context, { ...QUESTION, budget: BUDGET });
    expect(context.waits).toEqual([{ ms: 10_000, reason: 'limit' }]);
  });

  test('counts from when requests arrive, the first of which has a connection to make', async () => {
    let now = NOON;
    const arrivals: number[] = [];
    const context = {
      ...contextFor(() => answer({})),
      now: () => now,
      wait: (ms: number) => Promise.resolve(void (now += ms)),
      http: {
        get: () => {
          now += arrivals.length === 0 ? 700 : 20;
          arrivals.push(now);
          now += 5;
          return Promise.resolve(answer({}));
        },
      },
    };
    for (let index = 0; index < 25; index += 1) await ask(context, { ...QUESTION, budget: BUDGET });
    for (let index = 10; index < arrivals.length; index += 1) {
      expect((arrivals[index] ?? 0) - (arrivals[index - 10] ?? 0)).toBeGreaterThanOrEqual(10_000);
    }
  });

  test('a timer that fires a moment early is waited for again', async () => {
    let now = NOON;
    const arrivals: number[] = [];
    const context = {
      ...contextFor(() => {
        arrivals.push(now);
        return answer({});
      }),
      now: () => now,
      wait: (ms: number) => Promise.resolve(void (now += ms > 1 ? ms - 1 : ms)),
    };
    for (let index = 0; index < 11; index += 1) await ask(context, { ...QUESTION, budget: BUDGET });
    expect((arrivals[10] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThanOrEqual(10_000);
  });

  test('a clock set back blocks for 10 s at most, and a broken memo not at all', async () => {
    const future = Array.from({ length: 10 }, () => NOON + 86_400_000);
    const context = contextFor(() => answer({}), { requests: future });
    await ask(context, { ...QUESTION, budget: BUDGET });
    expect(context.waits).toEqual([{ ms: 10_000, reason: 'limit' }]);
    const broken = contextFor(() => answer({}), { requests: 'x' });
    await ask(broken, { ...QUESTION, budget: BUDGET });
    expect(broken.waits).toEqual([]);
  });
});
