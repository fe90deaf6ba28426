import type { Day } from '../../shared/day.js';

/**
 * How the vendor's remaining fields are stored. A million charges repeat the
 * same names, ids and patterns, so a field goes in one of three ways: the
 * charge's own start or end in another writing is only named; a small constant
 * stands in the shape, which charges share; anything else is the charge's own.
 * Unpacking gives back the very same JSON, keys in the same order.
 */

/** The charge's fields that others are told by. Instants are milliseconds since 1970. */
export interface ChargeFrame {
  readonly day: Day;
  readonly start: number;
  readonly end: number;
}

export interface PackedExtra {
  /** JSON text; one of few. '' for no fields at all. */
  readonly shape: string;
  /** JSON text of a list, '' for an empty one. */
  readonly own: string;
}

/**
 * What a shape says of one field: `=` the value itself · `s`, `e` the start or
 * end, written with this separator, fraction and zone · `d` own text with the
 * charge's day before it · `o` own value.
 */
type Field =
  | readonly [name: string, kind: '=', value: unknown]
  | readonly [name: string, kind: 's' | 'e', separator: string, tail: string]
  | readonly [name: string, kind: 'd']
  | readonly [name: string, kind: 'o'];

const HYPHEN = 0x2d;
const INSTANT = /^(\d{4}-\d{2}-\d{2})([T ])(\d{2}:\d{2}:\d{2})((?:\.0+)?(?:Z|[+-]00:?00)?)$/;

/** Larger numbers and longer texts are more likely a charge's own than shared by many. */
const SHARED_NUMBER_LIMIT = 1_000_000;
const SHARED_TEXT_LENGTH = 24;

/** A page's charges begin and end at few instants; writing one anew costs a microsecond. */
const written = new Map<number, string>();
const WRITTEN_LIMIT = 2_000;

function writeInstant(time: number, separator: string, tail: string): string {
  let text = written.get(time);
  if (text === undefined) {
    if (written.size >= WRITTEN_LIMIT) written.clear();
    text = new Date(time).toISOString().slice(0, 19);
    written.set(time, text);
  }
  return `${text.slice(0, 10)}${separator}${text.slice(11)}${tail}`;
}

function isShared(value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < SHARED_NUMBER_LIMIT;
  return typeof value === 'string' && value.length <= SHARED_TEXT_LENGTH && !/\d/.test(value);
}

function fieldOf(name: string, value: unknown, frame: ChargeFrame): Field {
  // The first test spares most texts the expression.
  if (typeof value === 'string' && value.charCodeAt(4) === HYPHEN) {
    const [, , separator, , tail] = INSTANT.exec(value) ?? [];
    if (separator !== undefined && tail !== undefined) {
      if (value === writeInstant(frame.start, separator, tail)) return [name, 's', separator, tail];
      if (value === writeInstant(frame.end, separator, tail)) return [name, 'e', separator, tail];
    }
    if (value.startsWith(frame.day)) return [name, 'd'];
  }
  return isShared(value) ? [name, '=', value] : [name, 'o'];
}

/** @param extra a JSON object; values that JSON does not have (undefined) are left out */
export function packExtra(extra: Readonly<Record<string, unknown>>, frame: ChargeFrame): PackedExtra {
  const fields: Field[] = [];
  const own: unknown[] = [];
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) continue;
    const field = fieldOf(name, value, frame);
    fields.push(field);
    if (field[1] === 'd' && typeof value === 'string') own.push(value.slice(frame.day.length));
    if (field[1] === 'o') own.push(value);
  }
  return {
    shape: fields.length === 0 ? '' : JSON.stringify(fields),
    own: own.length === 0 ? '' : JSON.stringify(own),
  };
}

/** A shape, read from its text. */
export type Shape = readonly Field[];

export function parseShape(text: string): Shape {
  return text === '' ? [] : (JSON.parse(text) as Shape);
}

/** Gives back what {@link packExtra} was given. */
export function unpackExtra(shape: Shape, ownText: string, frame: ChargeFrame): Record<string, unknown> {
  const own = ownText === '' ? [] : (JSON.parse(ownText) as readonly unknown[]);
  let next = 0;
  const valueOf = (field: Field): unknown => {
    switch (field[1]) {
      case '=':
        return field[2];
      case 's':
        return writeInstant(frame.start, field[2], field[3]);
      case 'e':
        return writeInstant(frame.end, field[2], field[3]);
      case 'd':
        return `${frame.day}${String(own[next++])}`;
      case 'o':
        return own[next++];
    }
  };
  // Unlike an assignment, this keeps a field named `__proto__`.
  return Object.fromEntries(shape.map((field) => [field[0], valueOf(field)]));
}
