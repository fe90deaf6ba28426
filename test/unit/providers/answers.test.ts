import { describe, expect, test } from 'vitest';

import { PLAIN_RULES, readAnswer } from '../../../electron/providers/answers.js';
import type { VendorResponse } from '../../../electron/providers/adapter.js';
import { FaultError } from '../../../shared/faults.js';
import type { FaultKind } from '../../../shared/faults.js';
import { NOON, answer } from './context.js';

const SCOPED = { ...PLAIN_RULES, scoped: true };
const DATED = { ...PLAIN_RULES, dated: true };
const CLICKHOUSE = {
  permission: 'control-plane:organization:view',
  scoped: false,
  dated: true,
  notEnabled: /experimental|not enabled|contact support/i,
};
const HTML = '<!doctype html><title>Sign in</title>';
const html = { 'content-type': 'text/html; charset=utf-8' };

function faultOf(response: VendorResponse, rules = PLAIN_RULES): FaultError {
  try {
    readAnswer(response, rules, NOON);
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a fault', () => {
  test.each<[string, VendorResponse, typeof PLAIN_RULES, FaultKind, string | null]>([
    ['401', answer({ detail: 'Invalid API key' }, 401), PLAIN_RULES, 'rejected', 'Invalid API key'],
    ['401, empty', answer('', 401, {}), PLAIN_RULES, 'rejected', null],
    [
      '403',
      answer({ detail: { message: 'No access', code: 'E1' } }, 403),
      PLAIN_RULES,
      'permission',
      'No access',
    ],
    [
      '403 ClickHouse',
      answer({ status: 403, error: 'FORBIDDEN' }, 403),
      CLICKHOUSE,
      'permission',
      CLICKHOUSE.permission,
    ],
    [
      '403 not enabled',
      answer({ error: 'This is an experimental feature.' }, 403),
      CLICKHOUSE,
      'not-enabled',
      'This is an experimental feature.',
    ],
    [
      '400 not enabled',
      answer({ error: 'Please contact support to enable it.' }, 400),
      CLICKHOUSE,
      'not-enabled',
      'Please contact support to enable it.',
    ],
    [
      '404 not enabled',
      answer({ error: 'usageCost is not enabled' }, 404),
      CLICKHOUSE,
      'not-enabled',
      'usageCost is not enabled',
    ],
    ['404 of an app', answer({ detail: 'App not found' }, 404), SCOPED, 'no-such-app', 'App not found'],
    ['404 of nothing', answer({ detail: 'Not Found' }, 404), PLAIN_RULES, 'refused', 'HTTP 404: Not Found'],
    ['410 of an app', answer({ detail: 'App deleted' }, 410), SCOPED, 'no-such-app', 'App deleted'],
    ['410 of nothing', answer('', 410, {}), PLAIN_RULES, 'refused', 'HTTP 410'],
    ['404 page', answer(HTML, 404, html), SCOPED, 'captive-portal', 'HTTP 404 with a web page'],
    ['403 page', answer(HTML, 403, html), PLAIN_RULES, 'captive-portal', 'HTTP 403 with a web page'],
    [
      '400',
      answer({ status: 400, error: 'Time period queried exceeds 31 days' }, 400),
      CLICKHOUSE,
      'range',
      'Time period queried exceeds 31 days',
    ],
    [
      '422 dates',
      answer({ detail: [{ loc: ['query', 'end_date'], msg: 'bad', type: 't' }] }, 422),
      DATED,
      'range',
      'query.end_date: bad',
    ],
    [
      '422 period',
      answer({ status: 422, error: 'Time period queried exceeds 30' }, 422),
      CLICKHOUSE,
      'range',
      'Time period queried exceeds 30',
    ],
    [
      '422 other',
      answer({ detail: [{ loc: ['query', 'limit'], msg: 'too big', type: 't' }] }, 422),
      DATED,
      'refused',
      'HTTP 422: query.limit: too big',
    ],
    ['407', answer('', 407, {}), PLAIN_RULES, 'proxy', 'HTTP 407'],
    ['408', answer('', 408, {}), PLAIN_RULES, 'timeout', 'HTTP 408'],
    ['504', answer(HTML, 504, html), PLAIN_RULES, 'timeout', 'HTTP 504'],
    [
      '500',
      answer({ error_code: 'E', message: 'Oops', details: [], suggestions: [] }, 500),
      PLAIN_RULES,
      'vendor-fault',
      'HTTP 500: Oops',
    ],
    ['503 page', answer(HTML, 503, html), PLAIN_RULES, 'vendor-fault', 'HTTP 503'],
    [
      '500 that names support',
      answer({ error: 'please contact support' }, 500),
      CLICKHOUSE,
      'vendor-fault',
      'HTTP 500: please contact support',
    ],
    ['511', answer(HTML, 511, html), PLAIN_RULES, 'captive-portal', 'HTTP 511'],
    ['402', answer({ detail: 'Balance exhausted' }, 402), DATED, 'payment', 'Balance exhausted'],
    ['402, empty', answer('', 402, {}), CLICKHOUSE, 'payment', null],
    ['405', answer({ detail: 'Method Not Allowed' }, 405), SCOPED, 'refused', 'HTTP 405: Method Not Allowed'],
    ['409', answer({ detail: 'Busy' }, 409), DATED, 'refused', 'HTTP 409: Busy'],
    ['418', answer('', 418, {}), PLAIN_RULES, 'refused', 'HTTP 418'],
    ['451', answer('', 451, {}), CLICKHOUSE, 'refused', 'HTTP 451'],
    ['400 without days', answer({ detail: 'Bad' }, 400), PLAIN_RULES, 'refused', 'HTTP 400: Bad'],
    ['304', answer('', 304, {}), PLAIN_RULES, 'format', 'HTTP 304'],
    [
      '403 of a disabled key',
      answer({ detail: 'API key is disabled' }, 403),
      PLAIN_RULES,
      'rejected',
      'API key is disabled',
    ],
    [
      '403 of an expired key',
      answer({ error: 'Expired API key' }, 403),
      CLICKHOUSE,
      'rejected',
      'Expired API key',
    ],
    [
      '400 of a key',
      answer({ error: 'The token is no longer valid' }, 400),
      CLICKHOUSE,
      'rejected',
      'The token is no longer valid',
    ],
    [
      '403 of a valid key',
      answer({ detail: 'The key is valid but read-only' }, 403),
      PLAIN_RULES,
      'permission',
      'The key is valid but read-only',
    ],
    [
      '403 that names a permission',
      answer({ error: 'Requires control-plane:organization:manage' }, 403),
      CLICKHOUSE,
      'permission',
      'Requires control-plane:organization:manage',
    ],
    [
      '403 with another reason',
      answer({ error: 'IP address not on the access list' }, 403),
      CLICKHOUSE,
      'permission',
      `${CLICKHOUSE.permission}: IP address not on the access list`,
    ],
    ['401, empty, called a page', answer('', 401, html), PLAIN_RULES, 'rejected', null],
    [
      '403 in JSON, called a page',
      answer({ detail: 'No access' }, 403, html),
      PLAIN_RULES,
      'permission',
      'No access',
    ],
    [
      '200 that says 500, with a null result',
      answer({ status: 500, error: 'x', result: null }),
      CLICKHOUSE,
      'vendor-fault',
      'HTTP 500: x',
    ],
    ['204', answer('', 204, {}), PLAIN_RULES, 'format', 'HTTP 204'],
    ['200 page', answer(HTML, 200, html), PLAIN_RULES, 'captive-portal', 'a web page instead of data'],
    [
      '200 page, unnamed',
      answer(`\n ${HTML}`, 200, {}),
      PLAIN_RULES,
      'captive-portal',
      'a web page instead of data',
    ],
    ['200 empty', answer(''), PLAIN_RULES, 'format', 'the answer is not whole JSON'],
    ['200 cut', answer('{"usage": [{"cost": 1'), PLAIN_RULES, 'format', 'the answer is not whole JSON'],
    [
      '200 that says 403',
      answer({ status: 403, error: 'x' }),
      CLICKHOUSE,
      'permission',
      `${CLICKHOUSE.permission}: x`,
    ],
  ])('%s', (_, response, rules, kind, detail) => {
    const fault = faultOf(response, rules);
    expect([fault.kind, fault.detail]).toEqual([kind, detail]);
  });

  test('of bytes that are no UTF-8', () => {
    const body = new Uint8Array([0x22, 0xc3, 0x28, 0x22]);
    expect(faultOf({ status: 200, headers: {}, body }).kind).toBe('format');
  });

  test('bears a short line without control characters and keys', () => {
    const text = `bad\u0000\n\u202e key phak_abcdefghijk ${'x'.repeat(500)}`;
    const { detail } = faultOf(answer({ detail: text }, 401));
    expect(detail).toMatch(/^bad key \[key\] x+…$/);
    expect(detail).toHaveLength(200);
  });
});

describe('when to come back', () => {
  const at = (seconds: number) => NOON + seconds * 1000;
  test.each<[string, Record<string, string>, unknown, number | null]>([
    ['X-RateLimit-Reset and one second', { 'x-ratelimit-reset': '7' }, {}, at(8)],
    ['it wins over Retry-After', { 'x-ratelimit-reset': '7', 'retry-after': '60' }, {}, at(8)],
    ['Retry-After in seconds', { 'retry-after': '30' }, {}, at(30)],
    ['Retry-After as a date', { 'retry-after': new Date(at(90)).toUTCString() }, {}, at(90)],
    ['a date gone by', { 'retry-after': new Date(at(-90)).toUTCString() }, {}, at(0)],
    ['a reset that is an instant', { 'x-ratelimit-reset': String(at(20) / 1000) }, {}, at(21)],
    ['retry_after in the body', {}, { detail: 'slow down', retry_after: 12 }, at(12)],
    ['not beyond a day', { 'retry-after': '99999999' }, {}, at(86_400)],
    ['nonsense', { 'retry-after': 'soon' }, {}, null],
    ['nothing', {}, {}, null],
  ])('%s', (_, headers, body, expected) => {
    const fault = faultOf(answer(body, 429, headers));
    expect([fault.kind, fault.retryAt]).toEqual(['rate-limited', expected]);
  });
});

test('a bare NaN becomes a word, so that its field can be named', () => {
  const text = '{"usage":[{"cost":NaN,"note":"NaN \\" NaN"},{"cost":-Infinity}]}';
  expect(readAnswer(answer(text), PLAIN_RULES, NOON)).toEqual({
    usage: [{ cost: 'NaN', note: 'NaN " NaN' }, { cost: '-Infinity' }],
  });
});

test('a byte order mark is no fault', () => {
  const body = new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('{"a":1}')]);
  expect(readAnswer({ status: 200, headers: {}, body }, PLAIN_RULES, NOON)).toEqual({ a: 1 });
});

test('JSON that is called a page is read', () => {
  expect(readAnswer(answer({ a: 1 }, 200, html), PLAIN_RULES, NOON)).toEqual({ a: 1 });
});

describe('an answer', () => {
  test('with an escape that is cut short is no whole JSON', () => {
    const body = String.raw`{"name": "\ud8"}"}`;
    expect(faultOf(answer(body)).kind).toBe('format');
  });

  test('with NUL in a text has the sign for an unknown character there', () => {
    const body = String.raw`{"n\u0000": ["a\u0000b", "\\u0000", "\u00001"]}`;
    expect(readAnswer(answer(body), PLAIN_RULES, NOON)).toEqual({
      'n\ufffd': ['a\ufffdb', String.raw`\u0000`, '\ufffd1'],
    });
  });

  test('with half a character has the sign for an unknown one there, and whole ones as they are', () => {
    const body = String.raw`{"n\ud83d": ["\ud800x", "y\uDFFF", "\ud83d\ude00", "\\ud800", "\\\ud800", "\ud83d\ud83d\ude00"]}`;
    expect(readAnswer(answer(body), PLAIN_RULES, NOON)).toEqual({
      'n\ufffd': ['\ufffdx', 'y\ufffd', '\u{1f600}', String.raw`\ud800`, '\\\ufffd', '\ufffd\u{1f600}'],
    });
  });
});
