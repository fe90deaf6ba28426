import { describe, expect, it } from 'vitest';

import { AskAhead } from '../../electron/polling/ask-ahead.js';
import type { VendorResponse } from '../../electron/providers/adapter.js';

/** A vendor whose answers come when the test says so. */
class SlowVendor {
  readonly asked: string[] = [];
  private readonly open: Array<(text: string | Error, status: number) => void> = [];

  readonly get = (path: string): Promise<VendorResponse> => {
    this.asked.push(path);
    return new Promise((resolve, reject) => {
      this.open.push((outcome, status) =>
        outcome instanceof Error
          ? reject(outcome)
          : resolve({ status, headers: {}, body: new TextEncoder().encode(outcome) }),
      );
    });
  };

  answer(outcome: string | Error, status = 200): void {
    const answer = this.open.shift();
    if (answer === undefined) throw new Error('nothing was asked');
    answer(outcome, status);
  }
}

async function text(answer: Promise<VendorResponse>): Promise<string> {
  return new TextDecoder().decode((await answer).body);
}

/** Everything that could go on without an answer has done so. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('asking ahead', () => {
  it('gives the answer that is under way to who asks for it, and asks once', async () => {
    const vendor = new SlowVendor();
    let now = 1_000;
    const http = new AskAhead(vendor, () => now);
    const next = { path: '/b', query: { offset: '0' } };
    http.ask(next);
    now = 2_000;
    expect(http.askedAt(next)).toBe(1_000);
    const answer = http.get('/b', { offset: '0' });
    vendor.answer('second');
    expect(await text(answer)).toBe('second');
    expect(vendor.asked).toEqual(['/b']);
    expect(http.askedAt(next)).toBeNull();
  });

  it('never has three requests under way, and keeps early answers for later', async () => {
    const vendor = new SlowVendor();
    const http = new AskAhead(vendor, Date.now);
    http.ask({ path: '/next', query: {} });
    http.ask({ path: '/next', query: {} });
    http.ask({ path: '/after', query: {} });
    const other = http.get('/again');
    await settled();
    expect(vendor.asked).toEqual(['/next', '/after']);
    vendor.answer('next');
    await settled();
    expect(vendor.asked).toEqual(['/next', '/after', '/again']);
    vendor.answer('after');
    vendor.answer('again');
    expect(await text(other)).toBe('again');
    expect(await text(http.get('/next'))).toBe('next');
    expect(await text(http.get('/after'))).toBe('after');
    expect(vendor.asked).toEqual(['/next', '/after', '/again']);
  });

  it('asks for no more while two answers wait to be wanted', async () => {
    const vendor = new SlowVendor();
    const http = new AskAhead(vendor, Date.now);
    http.ask({ path: '/later', query: {} });
    http.ask({ path: '/last', query: {} });
    vendor.answer('later');
    vendor.answer('last');
    await settled();
    http.ask({ path: '/half', query: {} });
    expect(vendor.asked).toEqual(['/later', '/last']);
    expect(await text(http.get('/later'))).toBe('later');
    http.ask({ path: '/half', query: {} });
    expect(vendor.asked).toEqual(['/later', '/last', '/half']);
  });

  it('asks a vendor that refuses for nothing more before who wanted that answer knows', async () => {
    const vendor = new SlowVendor();
    const http = new AskAhead(vendor, Date.now);
    http.ask({ path: '/next', query: {} });
    vendor.answer('', 429);
    await settled();
    http.ask({ path: '/after', query: {} });
    expect(vendor.asked).toEqual(['/next']);
    expect((await http.get('/next')).status).toBe(429);
    http.ask({ path: '/after', query: {} });
    expect(vendor.asked).toEqual(['/next', '/after']);
  });

  it('asks again for what was refused before the wait that the vendor asked for', async () => {
    const vendor = new SlowVendor();
    const http = new AskAhead(vendor, Date.now);
    http.ask({ path: '/limited', query: {} });
    http.ask({ path: '/read', query: {} });
    const first = http.get('/now');
    await settled();
    vendor.answer('', 429);
    vendor.answer('read');
    await settled();
    vendor.answer('', 429);
    // Who asked for this one waits, then asks for it again, and for the others.
    expect((await first).status).toBe(429);
    const limited = http.get('/limited');
    await settled();
    vendor.answer('limited');
    expect(await text(limited)).toBe('limited');
    expect(await text(http.get('/read'))).toBe('read');
    expect(vendor.asked).toEqual(['/limited', '/read', '/now', '/limited']);
  });

  it('tells of an answer of success before who asked has it', async () => {
    const vendor = new SlowVendor();
    const http = new AskAhead(vendor, Date.now);
    const heard: string[] = [];
    http.whenAnswered(() => heard.push('arrived'));
    const first = http.get('/first').then(() => heard.push('read'));
    await settled();
    vendor.answer('first');
    await first;
    expect(heard).toEqual(['arrived', 'read']);
    const refused = http.get('/second');
    await settled();
    vendor.answer('', 429);
    await refused;
    http.whenAnswered(null);
    const third = http.get('/third');
    await settled();
    vendor.answer('third');
    await third;
    expect(heard).toEqual(['arrived', 'read']);
  });

  it('hands a failure to who asks for that answer, and to nobody else', async () => {
    const vendor = new SlowVendor();
    const http = new AskAhead(vendor, Date.now);
    http.ask({ path: '/next', query: {} });
    const other = http.get('/again');
    vendor.answer(new Error('offline'));
    await settled();
    vendor.answer('again');
    expect(await text(other)).toBe('again');
    await expect(http.get('/next')).rejects.toThrow('offline');
  });
});
