/**
 * Days are UTC calendar days, written `YYYY-MM-DD`. Both vendors bill by them,
 * so no local calendar takes part in any arithmetic here.
 */

declare const dayBrand: unique symbol;

/** A UTC calendar day, `YYYY-MM-DD`. Compares in order as text. */
export type Day = string & { readonly [dayBrand]: true };

/** Both ends are included. */
export interface DayRange {
  readonly from: Day;
  readonly to: Day;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

const DAY_TEXT = /^(\d{4})-\d{2}-\d{2}$/;
/** A year on either side of these is still four digits, so that no step out of a day leaves the form. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9998;

/** The day a text names, or null where it names none (`2026-02-30`, `today`, a year before 1970). */
export function parseDay(text: string): Day | null {
  const year = Number(DAY_TEXT.exec(text)?.[1]);
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) return null;
  const time = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(time)) return null;
  return new Date(time).toISOString().slice(0, 10) === text ? (text as Day) : null;
}

/** As {@link parseDay}, for text the program itself wrote. @throws RangeError for no day. */
export function day(text: string): Day {
  const parsed = parseDay(text);
  if (parsed === null) throw new RangeError(`${text} is not a day (YYYY-MM-DD)`);
  return parsed;
}

/** The texts of days by their number: views ask for the same few hundred again and again. */
const TEXTS = new Map<number, Day>();

/** The UTC day an instant (milliseconds since 1970) lies in. */
export function dayOf(time: number): Day {
  return dayFromNumber(Math.floor(time / DAY_MS));
}

/** The instant (milliseconds since 1970) at which a day begins, 00:00 UTC. */
export function startOf(value: Day): number {
  return Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)) - 1, Number(value.slice(8, 10)));
}

/** The instant at which a day ends: the start of the next. */
export function endOf(value: Day): number {
  return startOf(value) + DAY_MS;
}

/** Days since 1970-01-01: how the ledger stores a day. */
export function dayNumber(value: Day): number {
  return startOf(value) / DAY_MS;
}

export function dayFromNumber(number: number): Day {
  let text = TEXTS.get(number);
  if (text === undefined) {
    text = new Date(number * DAY_MS).toISOString().slice(0, 10) as Day;
    TEXTS.set(number, text);
  }
  return text;
}

export function addDays(value: Day, days: number): Day {
  return dayFromNumber(dayNumber(value) + days);
}

/** How many days `to` lies after `from` (0 for the same day). */
export function daysBetween(from: Day, to: Day): number {
  return (startOf(to) - startOf(from)) / DAY_MS;
}

/** How many days a range holds; 0 where it is empty. */
export function lengthOf(range: DayRange): number {
  return Math.max(0, daysBetween(range.from, range.to) + 1);
}

/** Every day of a range, in order. */
export function eachDay(range: DayRange): Day[] {
  const first = dayNumber(range.from);
  return Array.from({ length: lengthOf(range) }, (_, index) => dayFromNumber(first + index));
}

export function contains(range: DayRange, value: Day): boolean {
  return range.from <= value && value <= range.to;
}

export function earlier(a: Day, b: Day): Day {
  return a <= b ? a : b;
}

export function later(a: Day, b: Day): Day {
  return a >= b ? a : b;
}

export function firstOfMonth(value: Day): Day {
  return `${value.slice(0, 7)}-01` as Day;
}

export function lastOfMonth(value: Day): Day {
  return addDays(addMonths(firstOfMonth(value), 1), -1);
}

export function dayOfMonth(value: Day): number {
  return Number(value.slice(8, 10));
}

/** The same day of another month, or that month's last day where it has none. */
export function addMonths(value: Day, months: number): Day {
  const index = Number(value.slice(0, 4)) * 12 + Number(value.slice(5, 7)) - 1 + months;
  const year = String(Math.floor(index / 12)).padStart(4, '0');
  const month = String((index % 12) + 1).padStart(2, '0');
  const next = index + 1;
  const lastDay =
    (Date.UTC(Math.floor(next / 12), next % 12, 1) - Date.UTC(Math.floor(index / 12), index % 12, 1)) /
    DAY_MS;
  const date = String(Math.min(dayOfMonth(value), lastDay)).padStart(2, '0');
  return `${year}-${month}-${date}` as Day;
}
