/** From a vendor's response to JSON, or to the fault it stands for. */
import { Buffer, isAscii } from 'node:buffer';

import { FaultError } from '../../shared/faults.js';
import type { VendorResponse } from './adapter.js';
import { plainText } from './text.js';
import { isObject, numberOf } from './wire.js';

/** What a status means depends on what was asked. */
export interface AnswerRules {
  /** The permission that a 403 says is missing, by the vendor's name for it. */
  readonly permission: string | null;
  /** A 404 or 410 says that the scope asked for no longer exists. */
  readonly scoped: boolean;
  /** Days are asked for, so that a 400 is about them. */
  readonly dated: boolean;
  /** An error text of this kind says that the vendor must enable the API first. */
  readonly notEnabled: RegExp | null;
}

export const PLAIN_RULES: AnswerRules = {
  permission: null,
  scoped: false,
  dated: false,
  notEnabled: null,
};

/**
 * The JSON of a response.
 *
 * @throws FaultError for any status but 200, a page instead of JSON
 *   (captive-portal), or a body that is not JSON in UTF-8 (format)
 */
export function readAnswer(response: VendorResponse, rules: AnswerRules, now: number): unknown {
  if (response.status !== 200) throw faultOfAnswer(response, rules, now);
  if (isWebPage(response)) throw new FaultError('captive-portal', 'a web page instead of data');
  const value = parseJson(textOfBody(response.body));
  if (isObject(value) && (value.result ?? null) === null && isErrorStatus(value.status)) {
    // ClickHouse repeats the status in its envelope; one that says error counts.
    throw faultOfAnswer({ ...response, status: value.status }, rules, now);
  }
  return value;
}

function isErrorStatus(value: unknown): value is number {
  return typeof value === 'number' && value >= 400 && value < 600;
}

/** What is called a page but is JSON, or nothing, is the vendor's own. */
function isWebPage(response: VendorResponse): boolean {
  const start = new TextDecoder().decode(response.body.subarray(0, 256)).trimStart();
  if (start.startsWith('<')) return true;
  return /\bhtml\b/i.test(response.headers['content-type'] ?? '') && /^[^[{]/.test(start);
}

function textOfBody(body: Uint8Array): string {
  // Nearly every answer is; read as such it costs a tenth.
  if (isAscii(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new FaultError('format', 'the answer is not UTF-8');
  }
}

/** An escaped half of a character outside the basic plane, or NUL. */
const DOUBTFUL = /\\u(?:[dD][89a-fA-F]|0000)/;
/** Whole such characters, halves of them and NUL, and every other escape, so that none begins within another. */
const ESCAPE = /\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|(\\u(?:d[89a-f][\da-f]{2}|0000))|\\./gis;

function parseJson(text: string): unknown {
  // Half a character is no text, and NUL ends one for many: they would come back from the ledger as another.
  // Most answers have no such escape at all, which is found out faster.
  const whole =
    text.includes('\\u') && DOUBTFUL.test(text)
      ? text.replace(ESCAPE, (escape, none?: string) => (none === undefined ? escape : '\\ufffd'))
      : text;
  try {
    return JSON.parse(whole);
  } catch {
    return parseWithNaN(whole);
  }
}

/**
 * Python prints NaN and Infinity bare. Read as words they get as far as the
 * check for money, which can name the field and record that bears one.
 */
function parseWithNaN(text: string): unknown {
  try {
    if (!/NaN|Infinity/.test(text)) throw new SyntaxError('cut short, or no JSON at all');
    return JSON.parse(
      text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
        token.startsWith('"') ? token : `"${token}"`,
      ),
    );
  } catch {
    throw new FaultError('format', 'the answer is not whole JSON');
  }
}

/** Whether the vendor asks to be left alone for a while, whatever the question was. */
export function asksToWait(response: VendorResponse, now: number): boolean {
  if (response.status === 200) return false;
  const { kind, retryAt } = faultOfAnswer(response, PLAIN_RULES, now);
  return kind === 'rate-limited' || (kind === 'vendor-fault' && retryAt !== null);
}

/** The fault of an answer that is no success. */
export function faultOfAnswer(response: VendorResponse, rules: AnswerRules, now: number): FaultError {
  const { status } = response;
  const page = isWebPage(response);
  const text = page ? null : errorText(response);
  const said = text === null ? `HTTP ${status}` : `HTTP ${status}: ${text}`;
  if (status === 407) return new FaultError('proxy', said);
  if (status === 408 || status === 504) return new FaultError('timeout', said);
  if (status === 429) {
    const wait = limitDelay(response, now);
    return new FaultError('rate-limited', text, wait === null ? null : now + wait);
  }
  // 511 is what a network asks for that wants a sign-in first (RFC 6585).
  if (status === 511) return new FaultError('captive-portal', said);
  if (status >= 500) {
    const wait = retryDelay(response, now);
    return new FaultError('vendor-fault', said, wait === null ? null : now + wait);
  }
  // Both vendors answer errors as JSON: a page comes from something in between,
  // and must end neither a key nor an app.
  if (page) return new FaultError('captive-portal', `${said} with a web page`);
  if (text !== null && status >= 400 && rules.notEnabled?.test(text) === true) {
    return new FaultError('not-enabled', text);
  }
  if (status === 401) return new FaultError('rejected', text);
  if ((status === 400 || status === 403) && text !== null && BAD_KEY.test(text)) {
    return new FaultError('rejected', text);
  }
  if (status === 402) return new FaultError('payment', text);
  if (status === 403) return new FaultError('permission', missingPermission(rules.permission, text));
  if ((status === 404 || status === 410) && rules.scoped) return new FaultError('no-such-app', text);
  if (rules.dated && (status === 400 || (status === 422 && text !== null && ABOUT_DAYS.test(text)))) {
    return new FaultError('range', text);
  }
  // Whatever else is refused was not read, so nothing can be said of its format.
  return new FaultError(status >= 400 ? 'refused' : 'format', said);
}

/** A field of the days asked for is wrong, or they are too many. */
const ABOUT_DAYS = /date|\b(?:period|range|days?)\b/i;

/** A refusal that says the key itself is at fault: expired, disabled, revoked. */
const BAD_KEY =
  /\b(?:key|token|credentials?)(?: (?:is|are|has|have|was|been))* (?:(?:not|no longer) (?:active|valid)|expired|disabled|revoked|deleted|inactive|invalid|suspended)\b|\b(?:expired|disabled|revoked|inactive|invalid) (?:api[ -]?)?(?:key|token|credentials?)\b/i;

const PERMISSION_NAME = /\b[a-z][\w-]*(?::[a-z][\w-]*)+/i;

/** The permission by its name: the one that the vendor names, else the one asked for and what the vendor says. */
function missingPermission(asked: string | null, text: string | null): string | null {
  if (asked === null || text === null) return asked ?? text;
  if (/^forbidden\W*$/i.test(text)) return asked;
  return PERMISSION_NAME.test(text) ? text : plainText(`${asked}: ${text}`);
}

/** What the vendor says went wrong, in one short line; null where it says nothing readable. */
function errorText(response: VendorResponse): string | null {
  const body = errorBody(response);
  if (!isObject(body)) return null;
  const { detail, message, error } = body;
  const found = [detail, message, error].map(errorPart).find((part) => part !== null);
  return found === undefined || found === null ? null : plainText(found);
}

/** FastAPI's `detail` (a text, a list of {loc, msg}, {message, code}), `message`, and ClickHouse's `error`. */
function errorPart(part: unknown): string | null {
  if (typeof part === 'string') return part;
  if (Array.isArray(part)) {
    const lines = part.map(validationLine).filter((line) => line !== null);
    return lines.length === 0 ? null : lines.join('; ');
  }
  if (!isObject(part)) return null;
  return typeof part.message === 'string' ? part.message : null;
}

function validationLine(part: unknown): string | null {
  if (typeof part === 'string') return part;
  if (!isObject(part) || typeof part.msg !== 'string') return null;
  const place = Array.isArray(part.loc) ? part.loc.map(String).join('.') : '';
  return place === '' ? part.msg : `${place}: ${part.msg}`;
}

function errorBody(response: VendorResponse): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(response.body));
  } catch {
    return null;
  }
}

/** Beyond this a number of seconds is a date: some servers send when, not how long. */
const EPOCH_SECONDS = 1_000_000_000;
const MAX_DELAY_MS = 86_400_000;

/**
 * How many ms a 429 asks to wait: `X-RateLimit-Reset` seconds and one more, else
 * `Retry-After`, else null.
 */
export function limitDelay(response: VendorResponse, now: number): number | null {
  const reset = numberOf(response.headers['x-ratelimit-reset']);
  if (reset === null) return retryDelay(response, now);
  return clampDelay(secondsFromNow(reset, now) + 1000);
}

/** How many ms a `Retry-After` (seconds or a date) or a `retry_after` in the body asks to wait, or null. */
export function retryDelay(response: VendorResponse, now: number): number | null {
  const header = response.headers['retry-after'];
  const seconds = numberOf(header);
  if (seconds !== null) return clampDelay(secondsFromNow(seconds, now));
  const date = header === undefined ? NaN : Date.parse(header);
  if (!Number.isNaN(date)) return clampDelay(date - now);
  const body = errorBody(response);
  if (!isObject(body)) return null;
  const inBody =
    numberOf(body.retry_after) ?? (isObject(body.detail) ? numberOf(body.detail.retry_after) : null);
  return inBody === null ? null : clampDelay(secondsFromNow(inBody, now));
}

function secondsFromNow(seconds: number, now: number): number {
  return seconds >= EPOCH_SECONDS ? seconds * 1000 - now : seconds * 1000;
}

function clampDelay(milliseconds: number): number {
  return Math.min(Math.max(0, Math.ceil(milliseconds)), MAX_DELAY_MS);
}
