import { gzipSync } from 'node:zlib';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { afterEach, describe, expect, test } from 'vitest';

import { createVendorHttp } from '../../../electron/providers/http.js';
import type { VendorHttpOptions } from '../../../electron/providers/http.js';
import { FaultError } from '../../../shared/faults.js';
import { serve } from './loopback.js';
import type { Loopback } from './loopback.js';

const KEY = 'phak_0123456789abcdef';
const open: Loopback[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function server(listener: (request: IncomingMessage, response: ServerResponse) => void, host?: string) {
  const started = await serve(listener, host);
  open.push(started);
  return started;
}

function http(base: string, more: Partial<VendorHttpOptions> = {}) {
  return createVendorHttp({
    fetch: (url, init) => fetch(url, init),
    base,
    headers: () => Promise.resolve({ 'X-API-Key': KEY, 'X-Phala-Version': '2026-01-21' }),
    userAgent: 'CostTray/0.1.0',
    ...more,
  });
}

async function faultOf(promise: Promise<unknown>): Promise<FaultError> {
  const error: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FaultError)) throw error;
  expect(error.message).not.toContain(KEY);
  return error;
}

const SHORT = { headersMs: 80, idleMs: 80, totalMs: 1_000 };

describe('a question', () => {
  test('is a GET with the key, the product’s name and the query', async () => {
    let seen: IncomingMessage | undefined;
    const { base } = await server((request, response) => {
      seen = request;
      response.setHeader('Set-Cookie', 'a=b');
      response.setHeader('X-RateLimit-Reset', '3');
      response.end('{"ok":true}');
    });
    const response = await http(base).get('/apps/a%2Fb/usage', {
      start_date: '2026-11-01T00:00:00Z',
      limit: '5000',
    });
    expect(seen?.method).toBe('GET');
    expect(seen?.url).toBe('/api/v1/apps/a%2Fb/usage?start_date=2026-11-01T00%3A00%3A00Z&limit=5000');
    expect(seen?.headers).toMatchObject({
      'x-api-key': KEY,
      'x-phala-version': '2026-01-21',
      'user-agent': 'CostTray/0.1.0',
      accept: 'application/json',
    });
    expect(response.status).toBe(200);
    expect(response.headers['x-ratelimit-reset']).toBe('3');
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(new TextDecoder().decode(response.body)).toBe('{"ok":true}');
    // It is handed to another thread whole, so it must not share a pool.
    expect(response.body.buffer.byteLength).toBe(response.body.byteLength);
  });

  test('works over IPv6', async () => {
    const { base } = await server((_, response) => response.end('{}'), '::1');
    expect((await http(base).get('/auth/me')).status).toBe(200);
  });

  test.each(['/../../other', '/%2e%2e/%2e%2e/x', '/a?b=c', '/a#b', '/a\\..\\..\\..\\b', 'apps', '@host/x'])(
    'never leaves the API: %s',
    async (path) => {
      let asked = 0;
      const { base } = await server((_, response) => {
        asked += 1;
        response.end('{}');
      });
      expect((await faultOf(http(base).get(path))).kind).toBe('internal');
      expect(asked).toBe(0);
    },
  );

  test('does not take the key along a redirect', async () => {
    let followed = 0;
    const other = await server((_, response) => {
      followed += 1;
      response.end('{}');
    });
    const { base } = await server((_, response) => {
      response.writeHead(302, { Location: `${other.base}/login` }).end();
    });
    const fault = await faultOf(http(base).get('/auth/me'));
    expect(fault.kind).toBe('captive-portal');
    expect(followed).toBe(0);
  });

  test('is not put with a key that no header can bear', async () => {
    const headers = () => Promise.resolve({ 'X-API-Key': `${KEY}\nX-Evil: 1` });
    const { base } = await server((_, response) => response.end('{}'));
    expect((await faultOf(http(base, { headers }).get('/auth/me'))).kind).toBe('rejected');
  });

  test('passes on that the key cannot be read', async () => {
    const headers = () => Promise.reject(new FaultError('key-unreadable'));
    expect((await faultOf(http('http://127.0.0.1:1', { headers }).get('/x'))).kind).toBe('key-unreadable');
  });
});

describe('an answer', () => {
  test('that repeats the key is cleaned, and dates are not', async () => {
    const text = `{"detail":"no such key ${KEY}","day":"2026-01-21"}`;
    const { base } = await server((_, response) => response.writeHead(401).end(text));
    const response = await http(base).get('/auth/me');
    expect(new TextDecoder().decode(response.body)).toBe('{"detail":"no such key [key]","day":"2026-01-21"}');
  });

  test('that repeats part of a Basic key is cleaned', async () => {
    const pair = Buffer.from('keyid-12345:sécret-67890').toString('base64');
    const { base } = await server((_, response) => response.end(`["keyid-12345","sécret-67890","${pair}"]`));
    const headers = () => Promise.resolve({ Authorization: `Basic ${pair}` });
    const response = await http(base, { headers }).get('/organizations');
    expect(new TextDecoder().decode(response.body)).toBe('["[key]","[key]","[key]"]');
  });

  test('that repeats a key as a link, a JSON text or without its padding would is cleaned', async () => {
    const secret = 'a+b/c-1234567';
    const pair = Buffer.from(`keyid-12345:${secret}`).toString('base64');
    const told = [encodeURIComponent(secret), secret.replaceAll('/', '\\/'), pair.replace(/=+$/, '')];
    expect(pair).toMatch(/=$/);
    const { base } = await server((_, response) => response.end(told.join(' ')));
    const headers = () => Promise.resolve({ Authorization: `Basic ${pair}` });
    const response = await http(base, { headers }).get('/organizations');
    expect(new TextDecoder().decode(response.body)).toBe('[key] [key] [key]');
  });

  const every = (text: string, digits = (hex: string) => hex): string =>
    [...text]
      .map((each) => `\\u00${digits((each.codePointAt(0) ?? 0).toString(16).padStart(2, '0'))}`)
      .join('');
  const third = (text: string): string =>
    [...text].map((each, index) => (index % 3 === 0 ? every(each) : each)).join('');
  const slashes = (text: string): string => text.replace('/', '\\/');
  const PAIR = Buffer.from('keyid-12345:a/b+c/sécret"\\~~>>~?').toString('base64');
  test.each<[string, Record<string, string>, string]>([
    ['a Phala key', { 'X-API-Key': KEY }, KEY],
    ['a key with quotes', { 'X-API-Key': 'phak_"0123\\4567"' }, 'phak_"0123\\4567"'],
    ['a Basic key id', { Authorization: `Basic ${PAIR}` }, 'keyid-12345'],
    ['a Basic secret', { Authorization: `Basic ${PAIR}` }, 'a/b+c/sécret"\\~~>>~?'],
    ['a Basic pair', { Authorization: `Basic ${PAIR}` }, PAIR],
    ['a Basic pair without its padding', { Authorization: `Basic ${PAIR}` }, PAIR.replace(/=+$/, '')],
  ])('that repeats %s in JSON escapes is cleaned', async (_, sent, secret) => {
    const plain = JSON.stringify(secret).slice(1, -1);
    // Escaping what stands in an escape already would make another text of it.
    const mixed = /["\\]/.test(secret)
      ? every(secret.slice(0, 5)) + JSON.stringify(secret.slice(5)).slice(1, -1)
      : third(secret);
    const told = [plain, every(secret), every(secret, (hex) => hex.toUpperCase()), mixed, slashes(mixed)];
    const text = `{"told":[${told.map((each) => `"\\\\u0034 ${each}\\u0007"`).join()}],"é":"\\u00e9\\u4e2d"}`;
    expect(JSON.parse(text)).toMatchObject({ told: told.map(() => `\\u0034 ${secret}\u0007`) });
    const { base } = await server((_, response) => response.end(text));
    const response = await http(base, { headers: () => Promise.resolve(sent) }).get('/x');
    expect(JSON.parse(new TextDecoder().decode(response.body))).toEqual({
      told: told.map(() => '\\u0034 [key]\u0007'),
      é: 'é中',
    });
    expect(response.body.buffer.byteLength).toBe(response.body.byteLength);
  });

  test.each([
    ['escapes', '{"a":"\\u0041\\u00e9\\u0022","b":"https:\\/\\/x","c":"é"}'],
    [
      'a text that only looks like the key in escapes',
      `{"a":"${[...KEY].map((each) => `\\${every(each)}`).join('')}"}`,
    ],
  ])('that holds %s without the key is passed on as it is', async (_, text) => {
    const { base } = await server((_, response) => response.end(text));
    expect(new TextDecoder().decode((await http(base).get('/x')).body)).toBe(text);
  });

  test('is read through gzip and counted as decoded', async () => {
    const packed = gzipSync('{"a":1}');
    const { base } = await server((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed);
    });
    expect(new TextDecoder().decode((await http(base).get('/x')).body)).toBe('{"a":1}');
  });

  test('that is a gzip bomb is cut off', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, ' '));
    expect(bomb.byteLength).toBeLessThan(100_000);
    const { base } = await server((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    });
    const fault = await faultOf(http(base, { maxBytes: 1024 * 1024 }).get('/x'));
    expect([fault.kind, fault.detail]).toEqual(['too-large', 'above 1 MiB']);
  });

  test('without an end is cut off, connection and all', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    let closed: (() => void) | undefined;
    const hungUp = new Promise<void>((resolve) => (closed = resolve));
    const { base } = await server((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more).on('close', () => closed?.());
      more();
    });
    expect((await faultOf(http(base, { maxBytes: 1024 * 1024 }).get('/x'))).kind).toBe('too-large');
    await hungUp;
  });

  test('with broken compression has changed its format', async () => {
    const { base } = await server((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('not gzip at all');
    });
    expect((await faultOf(http(base).get('/x'))).kind).toBe('format');
  });
});

describe('time and the network', () => {
  test('no headers in time', async () => {
    const { base } = await server(() => undefined);
    const fault = await faultOf(http(base, { timeouts: SHORT }).get('/x'));
    expect([fault.kind, fault.detail]).toEqual(['timeout', 'no answer for 0 s']);
  });

  test('a body that stands still', async () => {
    const { base } = await server((_, response) => void response.write('{"a":'));
    expect((await faultOf(http(base, { timeouts: SHORT }).get('/x'))).kind).toBe('timeout');
  });

  test('a body that trickles beyond the total', async () => {
    const { base } = await server((_, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    const timeouts = { headersMs: 5_000, idleMs: 5_000, totalMs: 200 };
    const fault = await faultOf(http(base, { timeouts }).get('/x'));
    expect([fault.kind, fault.detail]).toEqual(['timeout', 'the answer takes too long']);
  });

  test('nobody listens', async () => {
    const gone = await serve((_, response) => response.end());
    await gone.close();
    const fault = await faultOf(http(gone.base).get('/x'));
    expect([fault.kind, fault.detail]).toEqual(['offline', 'ECONNREFUSED']);
  });

  test('the connection is cut inside the body', async () => {
    const { base } = await server((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"a":', () => response.destroy());
    });
    expect((await faultOf(http(base).get('/x'))).kind).toBe('offline');
  });

  test('something answers that does not speak HTTPS', async () => {
    const { port } = await server((_, response) => response.end('{}'));
    expect((await faultOf(http(`https://127.0.0.1:${port}/v1`).get('/x'))).kind).toBe('tls');
  });

  test.each(['before', 'while waiting', 'inside the body'])(
    'an abort %s is passed on as it is',
    async (when) => {
      const aborter = new AbortController();
      const reason = new Error('the user cancelled');
      const { base } = await server((_, response) => {
        if (when === 'inside the body') response.write('{');
        setTimeout(() => aborter.abort(reason), 20);
      });
      if (when === 'before') aborter.abort(reason);
      await expect(http(base, { signal: aborter.signal }).get('/x')).rejects.toBe(reason);
    },
  );
});
