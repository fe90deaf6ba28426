import { describe, expect, it } from 'vitest';

import { AskAhead } from '../../electron/polling/ask-ahead.js';
import { PLAIN_RULES } from '../../electron/providers/answers.js';
import type { ClientContext, VendorRequest, VendorResponse } from '../../electron/providers/adapter.js';
import { ask as askVendor } from '../../electron/providers/limits.js';

/** A vendor whose answers come when the test says so, to the oldest request unless one is named. */
class SlowVendor {
  readonly asked: string[] = [];
  private readonly open: Array<{
    readonly path: string;
    readonly end: (outcome: string | Error, status: number, headers: Record<string, string>) => void;
  }> = [];

  readonly get = (path: string): Promise<VendorResponse> => {
    this.asked.push(path);
    return new Promise((resolve, reject) => {
      this.open.push({
        path,
        end: (outcome, status, headers) =>
          outcome instanceof Error
            ? reject(outcome)
            : resolve({ status, headers, body: new TextEncoder().encode(outcome) }),
      });
    });
  };

  /** Resolves once whoever waited for it has gone on. */
  async answer(path: string, outcome: string | Error, status = 200, headers = {}): Promise<void> {
    const place = this.open.findIndex((one) => one.path === path);
    const [one] = place < 0 ? [] : this.open.splice(place, 1);
    if (one === undefined) throw new Error(`${path} was not asked for`);
    one.end(outcome, status, headers);
    await settled();
  }
}

async function text(answer: Promise<VendorResponse>): Promise<string> {
  return new TextDecoder().decode((await answer).body);
}

/** Everything that could go on without an answer has done so. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function of(path: string): VendorRequest {
  return { path, query: {} };
}

function start(now = Date.now) {
  const vendor = new SlowVendor();
  return { vendor, http: new AskAhead(vendor, now) };
}

describe('asking ahead', () => {
  it('gives the answer that is under way to who asks for it, and asks once', async () => {
    let now = 1_000;
    const { vendor, http } = start(() => now);
    const next = { path: '/b', query: { offset: '0' } };
    http.ask(next);
    now = 2_000;
    expect(http.askedAt(next)).toBe(1_000);
    const answer = http.get('/b', { offset: '0' });
    await vendor.answer('/b', 'second');
    expect(await text(answer)).toBe('second');
    expect(vendor.asked).toEqual(['/b']);
    expect(http.askedAt(next)).toBeNull();
  });

  it('never has two requests under way, and keeps the early answer for later', async () => {
    const { vendor, http } = start();
    http.ask(of('/next'));
    const other = http.get('/again');
    await settled();
    expect(vendor.asked).toEqual(['/next']);
    await vendor.answer('/next', 'next');
    expect(vendor.asked).toEqual(['/next', '/again']);
    await vendor.answer('/again', 'again');
    expect(await text(other)).toBe('again');
    expect(await text(http.get('/next'))).toBe('next');
    expect(vendor.asked).toEqual(['/next', '/again']);
  });

  it('keeps an answer that waits to be asked for, and asks for no other meanwhile', async () => {
    const { vendor, http } = start();
    http.ask(of('/later'));
    await vendor.answer('/later', 'later');
    http.ask(of('/half'));
    expect(vendor.asked).toEqual(['/later']);
    expect(await text(http.get('/later'))).toBe('later');
    http.ask(of('/half'));
    expect(vendor.asked).toEqual(['/later', '/half']);
  });

  it('tells of an answer of success before who asked has it', async () => {
    const { vendor, http } = start();
    const heard: string[] = [];
    http.whenAnswered(() => heard.push('arrived'));
    const first = http.get('/first').then(() => heard.push('read'));
    await settled();
    await vendor.answer('/first', 'first');
    await first;
    expect(heard).toEqual(['arrived', 'read']);
    const refused = http.get('/second');
    await settled();
    await vendor.answer('/second', '', 429);
    await refused;
    http.whenAnswered(null);
    const third = http.get('/third');
    await settled();
    await vendor.answer('/third', 'third');
    await third;
    expect(heard).toEqual(['arrived', 'read']);
  });

  it('hands a failure to who asks for that answer, and to nobody else', async () => {
    const { vendor, http } = start();
    http.ask(of('/next'));
    const other = http.get('/again');
    await vendor.answer('/next', new Error('offline'));
    await vendor.answer('/again', 'again');
    expect(await text(other)).toBe('again');
    await expect(http.get('/next')).rejects.toThrow('offline');
  });
});

describe('a vendor that asks to wait when it is asked ahead', () => {
  it.each([
    ['a limit', 429, {}],
    ['a wait', 503, { 'retry-after': '30' }],
    ['a wait of another kind', 500, { 'retry-after': '30' }],
  ])('with %s has it kept by all, and told once', async (_, status, headers) => {
    let now = 1_000;
    const { vendor, http } = start(() => now);
    http.ask(of('/limited'));
    await vendor.answer('/limited', '', status, headers);
    now = 5_000;
    expect(await http.get('/other')).toMatchObject({ status, early: { at: 1_000, isOthers: true } });
    expect(vendor.asked).toEqual(['/limited']);
    const other = http.get('/other');
    await settled();
    await vendor.answer('/other', 'other');
    expect(await text(other)).toBe('other');
    const limited = http.get('/limited');
    await settled();
    await vendor.answer('/limited', 'limited');
    expect(await text(limited)).toBe('limited');
    expect(vendor.asked).toEqual(['/limited', '/other', '/limited']);
  });

  it.each([404, 401, 500])(
    'is told from one that says %i, which concerns that request alone',
    async (status) => {
      const { vendor, http } = start();
      http.ask(of('/gone'));
      await vendor.answer('/gone', '', status);
      const other = http.get('/other');
      await settled();
      await vendor.answer('/other', 'other');
      expect(await text(other)).toBe('other');
      expect((await http.get('/gone')).status).toBe(status);
      expect(vendor.asked).toEqual(['/gone', '/other']);
    },
  );
});

describe('a wait told to a request made ahead', () => {
  async function refused(status: number, headers: Record<string, string>) {
    let now = 0;
    const waited: number[] = [];
    const { vendor, http } = start(() => now);
    const context: ClientContext = {
      http,
      now: () => now,
      random: () => 0,
      signal: new AbortController().signal,
      memo: {},
      wait: (ms) => {
        waited.push(ms);
        now += ms;
        return Promise.resolve();
      },
    };
    http.ask(of('/early'));
    await vendor.answer('/early', '', status, headers);
    /** @param statuses of the answers to it, in turn */
    const read = async (path: string, ...statuses: readonly number[]) => {
      const answer = askVendor(context, { path, rules: PLAIN_RULES, budget: null });
      answer.catch(() => undefined);
      for (const one of statuses) {
        await settled();
        await vendor.answer(path, '{}', one);
      }
      await answer;
    };
    return { vendor, waited, read, pass: (ms: number) => (now += ms) };
  }
  const KINDS = [
    ['limit', 429],
    ['trouble', 503],
  ] as const;
  const SOON = { 'retry-after': '30' };

  it.each(KINDS)('of a %s is waited for from when it was told', async (_, status) => {
    const { vendor, waited, read, pass } = await refused(status, SOON);
    pass(12_000);
    await read('/early', 200);
    expect(waited).toEqual([18_000]);
    expect(vendor.asked).toEqual(['/early', '/early']);
  });

  it.each(KINDS)('of a %s is not waited for again once it is over', async (_, status) => {
    const { vendor, waited, read, pass } = await refused(status, SOON);
    pass(31_000);
    await read('/early', 200);
    expect(waited).toEqual([]);
    expect(vendor.asked).toEqual(['/early', '/early']);
  });

  it.each(KINDS)('of a %s is the same for what was not asked for yet', async (_, status) => {
    const { vendor, waited, read } = await refused(status, SOON);
    await read('/other', 200);
    await read('/early', 200);
    expect(waited).toEqual([30_000]);
    expect(vendor.asked).toEqual(['/early', '/other', '/early']);
  });

  it('takes none of the tries of what was not asked for yet', async () => {
    const { waited, read } = await refused(503, SOON);
    await read('/other', 503, 503, 200);
    expect(waited).toEqual([30_000, 4_000, 8_000]);
  });

  it('is a refusal of its own request, whose tries it takes', async () => {
    const { waited, read } = await refused(503, {});
    await expect(read('/early', 503, 503)).rejects.toMatchObject({ kind: 'vendor-fault' });
    expect(waited).toEqual([4_000, 8_000]);
  });

  it('is left to the next sync where it is long', async () => {
    const { vendor, read } = await refused(503, { 'retry-after': '90' });
    await expect(read('/other')).rejects.toMatchObject({ kind: 'vendor-fault', retryAt: 90_000 });
    expect(vendor.asked).toEqual(['/early']);
  });
});
