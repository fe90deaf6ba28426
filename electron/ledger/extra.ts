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
  readonly own: readonly unknown[];
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
/** What may follow the seconds of an instant that lies on a whole one, in UTC. */
const TAIL = /^(?:\.0+)?(?:Z|[+-]00:?00)?$/;
const CLOCK_AT = 11;
const TAIL_AT = 19;

/** Larger numbers and longer texts are more likely a charge's own than shared by many. */
const SHARED_NUMBER_LIMIT = 1_000_000;
const SHARED_TEXT_LENGTH = 24;

interface WrittenInstant {
  readonly date: string;
  readonly clock: string;
}

/** A page's charges begin and end at few instants; writing one anew costs a microsecond. */
const written = new Map<number, WrittenInstant>();
const WRITTEN_LIMIT = 2_000;

function writeInstant(time: number): WrittenInstant {
  let known = written.get(time);
  if (known === undefined) {
    if (written.size >= WRITTEN_LIMIT) written.clear();
    const text = new Date(time).toISOString();
    known = { date: text.slice(0, 10), clock: text.slice(CLOCK_AT, TAIL_AT) };
    written.set(time, known);
  }
  return known;
}

/** Whether a text writes an instant so that it can be written again from its separator and tail. */
function writes(value: string, { date, clock }: WrittenInstant): boolean {
  if (!value.startsWith(date) || !value.startsWith(clock, CLOCK_AT)) return false;
  const separator = value[CLOCK_AT - 1];
  return (separator === 'T' || separator === ' ') && TAIL.test(tailOf(value));
}

/** What follows the seconds. */
function tailOf(value: string): string {
  return value.length === TAIL_AT ? '' : value.slice(TAIL_AT);
}

function isShared(value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < SHARED_NUMBER_LIMIT;
  return typeof value === 'string' && value.length <= SHARED_TEXT_LENGTH && !/\d/.test(value);
}

/** The charge's start and end are written out once for all of its fields. */
interface WrittenFrame {
  readonly day: Day;
  readonly start: WrittenInstant;
  readonly end: WrittenInstant;
}

function kindOf(value: unknown, frame: WrittenFrame): Field[1] {
  // The first test spares most texts the rest.
  if (typeof value === 'string' && value.charCodeAt(4) === HYPHEN) {
    if (value.length >= TAIL_AT) {
      if (writes(value, frame.start)) return 's';
      if (writes(value, frame.end)) return 'e';
    }
    if (value.startsWith(frame.day)) return 'd';
  }
  return isShared(value) ? '=' : 'o';
}

function fieldOf(name: string, kind: Field[1], value: unknown): Field {
  if (kind === '=') return [name, kind, value];
  if (kind === 'd' || kind === 'o') return [name, kind];
  const text = String(value);
  return [name, kind, text.charAt(CLOCK_AT - 1), tailOf(text)];
}

/** How many lists of a shape's own values are remembered, and how long a text in one may be. */
const MAX_LISTS = 8;
const MAX_LISTED_LENGTH = 500;

/** How many fields may follow one and be remembered, and how many are remembered in all. */
const MAX_BRANCHES = 32;
const MAX_REMEMBERED = 4_000;

/**
 * The fields of a shape up to here. Charges share few shapes, so the way along
 * their fields is remembered: writing a shape out costs more than all else of a charge.
 */
class ShapePath {
  private readonly branches: Array<{ readonly field: Field; readonly path: ShapePath }> = [];
  private text: string | null = null;
  private readonly lists: Array<readonly unknown[]> = [];

  constructor(private readonly fields: readonly Field[]) {}

  then(name: string, kind: Field[1], value: unknown): ShapePath {
    for (const { field, path } of this.branches) if (isField(field, name, kind, value)) return path;
    const field = fieldOf(name, kind, value);
    const path = new ShapePath([...this.fields, field]);
    if (this.branches.length < MAX_BRANCHES) {
      this.branches.push({ field, path });
      remembered += 1;
    }
    return path;
  }

  get shape(): string {
    this.text ??= this.fields.length === 0 ? '' : JSON.stringify(this.fields);
    return this.text;
  }

  /** The same list for the same texts: those of one machine mostly stay from hour to hour. */
  shared(own: readonly unknown[]): readonly unknown[] {
    for (const known of this.lists) if (isSameList(known, own)) return known;
    if (this.lists.length < MAX_LISTS && own.every(isShort)) this.lists.push(own);
    return own;
  }
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function isShort(value: unknown): boolean {
  return typeof value !== 'string' || value.length <= MAX_LISTED_LENGTH;
}

function isField(field: Field, name: string, kind: Field[1], value: unknown): boolean {
  if (field[0] !== name || field[1] !== kind) return false;
  switch (field[1]) {
    case '=':
      return field[2] === value;
    case 's':
    case 'e':
      return typeof value === 'string' && value[CLOCK_AT - 1] === field[2] && tailOf(value) === field[3];
    case 'd':
    case 'o':
      return true;
  }
}

let root = new ShapePath([]);
let remembered = 0;

const NOTHING: ReadonlySet<string> = new Set();
const NO_OWN: readonly unknown[] = [];

/**
 * @param extra a JSON object. Of its values null and undefined say nothing and are left out.
 * @param held names of fields that are left out as well
 */
export function packExtra(
  extra: Readonly<Record<string, unknown>>,
  { day, start, end }: ChargeFrame,
  held: ReadonlySet<string> = NOTHING,
): PackedExtra {
  if (remembered > MAX_REMEMBERED) {
    root = new ShapePath([]);
    remembered = 0;
  }
  const frame = { day, start: writeInstant(start), end: writeInstant(end) };
  let path = root;
  let own: unknown[] | null = null;
  // Faster than a list of the names, and the same: records of JSON inherit no field.
  for (const name in extra) {
    const value = extra[name];
    if (value === null || value === undefined || held.has(name)) continue;
    const kind = kindOf(value, frame);
    path = path.then(name, kind, value);
    if (kind === 'd' && typeof value === 'string') (own ??= []).push(value.slice(day.length));
    if (kind === 'o') (own ??= []).push(value);
  }
  return { shape: path.shape, own: own === null ? NO_OWN : path.shared(own) };
}

/** A shape, read from its text. */
export type Shape = readonly Field[];

export function parseShape(text: string): Shape {
  return text === '' ? [] : (JSON.parse(text) as Shape);
}

function instantText(time: number, separator: string, tail: string): string {
  const { date, clock } = writeInstant(time);
  return `${date}${separator}${clock}${tail}`;
}

/** Gives back what {@link packExtra} was given. */
export function unpackExtra(
  shape: Shape,
  own: readonly unknown[],
  frame: ChargeFrame,
): Record<string, unknown> {
  let next = 0;
  const valueOf = (field: Field): unknown => {
    switch (field[1]) {
      case '=':
        return field[2];
      case 's':
        return instantText(frame.start, field[2], field[3]);
      case 'e':
        return instantText(frame.end, field[2], field[3]);
      case 'd':
        return `${frame.day}${String(own[next++])}`;
      case 'o':
        return own[next++];
    }
  };
  // Unlike an assignment, this keeps a field named `__proto__`.
  return Object.fromEntries(shape.map((field) => [field[0], valueOf(field)]));
}
