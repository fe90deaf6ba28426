/** A client's surroundings for tests: a clock that moves only by waiting, and a vendor made of a function. */
import type { ClientContext, VendorResponse } from '../../../electron/providers/adapter.js';

export const NOON = Date.UTC(2026, 10, 22, 12);

export interface Asked {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly at: number;
}

export type Vendor = (
  path: string,
  query: Readonly<Record<string, string>>,
  number: number,
) => VendorResponse;

export interface TestContext extends ClientContext {
  readonly asked: Asked[];
  readonly waits: Array<{ readonly ms: number; readonly reason: string }>;
}

export function contextFor(vendor: Vendor, memo: Record<string, unknown> = {}, start = NOON): TestContext {
  let now = start;
  const asked: Asked[] = [];
  const waits: TestContext['waits'] = [];
  return {
    asked,
    waits,
    memo,
    http: {
      get: (path, query = {}) => {
        asked.push({ path, query, at: now });
        return new Promise((resolve) => resolve(vendor(path, query, asked.length)));
      },
    },
    now: () => now,
    wait: (ms, reason) => {
      waits.push({ ms, reason });
      now += ms;
      return Promise.resolve();
    },
    random: () => 0,
    signal: new AbortController().signal,
  };
}

export function answer(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): VendorResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, body: new TextEncoder().encode(text) };
}
