/** Tolerant readers of what vendors send: each gives null for what it cannot read. */
import type { z } from 'zod';

import { HOUR_MS, dayOf, parseDay, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import { NotMoneyError, parseNanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { plainText } from './text.js';

export type WireObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that says something: a string other than blank, or a number's text. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return isBlank(value) ? null : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  // Nearly every text begins with a letter or digit, and need not be looked through.
  return !(first > SPACE && first < DELETE) && text.trim() === '';
}

const SPACE = 0x20;
const DELETE = 0x7f;

/** A number, or the number that a decimal string holds. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

const recentTimes = new Map<string, number | null>();
const MAX_RECENT = 16_384;

/**
 * An instant in ms since 1970: `T` or a space between date and time, any number
 * of decimals, zone or none. Without a zone it is UTC; a bare date is its 00:00.
 */
export function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const usual = usualTime(value);
  if (usual !== null) return usual;
  const recent = recentTimes.get(value);
  if (recent !== undefined) return recent;
  const time = parseTime(value);
  if (recentTimes.size >= MAX_RECENT) recentTimes.clear();
  recentTimes.set(value, time);
  return time;
}

const ZERO = 0x30;
const HYPHEN = 0x2d;
const COLON = 0x3a;
const DATE_LENGTH = 10;
const SECONDS_END = 19;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** The number that two digits write, NaN for anything else. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/**
 * Reading times is a large part of reading a row. What most rows bear, a whole
 * second of UTC without decimals, is read from its digits; null for all else.
 */
function usualTime(text: string): number | null {
  if (text.length !== SECONDS_END && !(text.length === SECONDS_END + 1 && text.endsWith('Z'))) return null;
  const separator = text[DATE_LENGTH];
  if (separator !== 'T' && separator !== ' ') return null;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return null;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return null;
  const date = dateAtStart(text);
  return date === null ? null : date.start + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
}

function parseTime(text: string): number | null {
  const match = TIME.exec(text.trim());
  if (match === null) return null;
  const [, date = '', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const offset = /^z$/i.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const milliseconds = `${fraction}000`.slice(0, 3);
  const time = Date.parse(`${date}T${hour}:${minute}:${second}.${milliseconds}${offset}`);
  // Date.parse rolls 30 February over into March.
  return Number.isNaN(time) || parseDay(date) === null ? null : time;
}

/** A day and the instant at which it begins. */
interface DatedDay {
  readonly day: Day;
  readonly start: number;
}

/** By the number that its digits write: rows are many, days few. */
const recentDates = new Map<number, DatedDay | null>();

/** The day that a text begins with, or null. */
function dateAtStart(text: string): DatedDay | null {
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const digits = (year * 100 + twoDigits(text, 5)) * 100 + twoDigits(text, 8);
  if (Number.isNaN(digits)) return null;
  const recent = recentDates.get(digits);
  if (recent !== undefined) return recent;
  const day = parseDay(text.slice(0, DATE_LENGTH));
  const date = day === null ? null : { day, start: startOf(day) };
  if (recentDates.size >= MAX_RECENT) recentDates.clear();
  recentDates.set(digits, date);
  return date;
}

/** The day that a text names without a time of day; null for any other text. */
export function bareDate(value: unknown): Day | null {
  if (typeof value !== 'string') return null;
  const text = value.length === DATE_LENGTH ? value : value.trim();
  return text.length === DATE_LENGTH ? (dateAtStart(text)?.day ?? null) : null;
}

/** A day: its own text where it is one, else the UTC day of the instant it names. */
export function dayOfText(value: unknown): Day | null {
  const time = timeOf(value);
  return time === null ? null : dayOf(time);
}

/** An amount that is only shown, never summed: null where it is not money. */
export function optionalNanos(value: unknown): Nanos | null {
  try {
    return parseNanos(value);
  } catch {
    return null;
  }
}

/**
 * An amount that counts.
 *
 * @param place names field and record, such as `cost of record 17 of app web`
 * @throws FaultError format
 */
export function requiredNanos(value: unknown, place: () => string): Nanos {
  try {
    return parseNanos(value);
  } catch (error) {
    if (!(error instanceof NotMoneyError)) throw error;
    const what = value === undefined ? 'is missing' : `: ${error.message}`;
    throw new FaultError('format', plainText(`${place()}${what.startsWith(':') ? what : ` ${what}`}`));
  }
}

/**
 * The vendor's fields that no column holds, under their own names. Nulls say
 * nothing and are left out, and a field named `__proto__` would not stay a field.
 */
export function remaining(record: WireObject, held: readonly string[]): Record<string, unknown> {
  const rest: Record<string, unknown> = {};
  for (const name of Object.keys(record)) {
    if (held.includes(name)) continue;
    const value = record[name];
    if (value === null || value === undefined) continue;
    if (name !== '__proto__') rest[name] = value;
  }
  return rest;
}

/** @throws FaultError format, naming the answer and the field */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  answer: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'the answer' : issue.path.join('.');
  throw new FaultError('format', plainText(`${answer}: ${field} ${issue?.message ?? 'is unreadable'}`));
}
