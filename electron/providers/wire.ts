/** Tolerant readers of what vendors send: each gives null for what it cannot read. */
import type { z } from 'zod';

import { DAY_MS, dayOf, parseDay } from '../../shared/day.js';
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
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** A number, or the number that a decimal string holds. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

const TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** Reading a time is a large part of reading a row, and the rows of an hour share their texts. */
const recentTimes = new Map<string, number | null>();
const MAX_RECENT = 16_384;

/**
 * An instant in ms since 1970: `T` or a space between date and time, any number
 * of decimals, zone or none. Without a zone it is UTC; a bare date is its 00:00.
 */
export function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const recent = recentTimes.get(value);
  if (recent !== undefined) return recent;
  const time = parseTime(value);
  if (recentTimes.size >= MAX_RECENT) recentTimes.clear();
  recentTimes.set(value, time);
  return time;
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

const BARE_DATE = /^\s*\d{4}-\d{2}-\d{2}\s*$/;

const recentDates = new Map<string, Day | null>();

/** The day that a text names without a time of day; null for any other text. */
export function bareDate(value: unknown): Day | null {
  if (typeof value !== 'string') return null;
  const recent = recentDates.get(value);
  if (recent !== undefined) return recent;
  const date = BARE_DATE.test(value) ? dayOfText(value) : null;
  if (recentDates.size >= MAX_RECENT) recentDates.clear();
  recentDates.set(value, date);
  return date;
}

/** A day: its own text where it is one, else the UTC day of the instant it names. */
export function dayOfText(value: unknown): Day | null {
  const time = timeOf(value);
  return time === null ? null : dayAt(time);
}

const recentDays = new Map<number, Day>();

/** As {@link dayOf}, fast for the many rows of few days. */
export function dayAt(time: number): Day {
  const number = Math.floor(time / DAY_MS);
  const recent = recentDays.get(number);
  if (recent !== undefined) return recent;
  const day = dayOf(time);
  if (recentDays.size >= MAX_RECENT) recentDays.clear();
  recentDays.set(number, day);
  return day;
}

/** An amount that is only shown, never summed: null where it is not money. */
export function optionalNanos(value: unknown): Nanos | null {
  try {
    return parseNanos(value);
  } catch {
    return null;
  }
}

/** Most hours of a machine cost the same. */
const recentAmounts = new Map<unknown, Nanos>();

/**
 * An amount that counts.
 *
 * @param place names field and record, such as `cost of record 17 of app web`
 * @throws FaultError format
 */
export function requiredNanos(value: unknown, place: () => string): Nanos {
  const recent = recentAmounts.get(value);
  if (recent !== undefined) return recent;
  try {
    const amount = parseNanos(value);
    if (recentAmounts.size >= MAX_RECENT) recentAmounts.clear();
    recentAmounts.set(value, amount);
    return amount;
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
