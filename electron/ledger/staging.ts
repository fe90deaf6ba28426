import { createHash } from 'node:crypto';
import type { Page } from '../providers/adapter.js';
import { dayNumber, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import { compareCharges, fromColumns, inOrder, writtenAmount } from './day-charges.js';
import type { ChargeColumns, DayCharge } from './day-charges.js';
import type { Database, Param } from './driver.js';
import { packExtra } from './extra.js';
import { readSum, withSums } from './long-sums.js';
import type { SeenNames } from './names.js';
import type { StagedPage, StagedSummary } from './types.js';

/**
 * Where pages wait for their commit: the first in memory, more in temporary
 * tables, kept in a file by `temp_store`, so that no window of many pages is held
 * in memory and a process that dies leaves nothing. Several writers share the
 * tables, told apart by a number.
 */

/** Resource, meter and shape are the numbers of {@link SeenNames}. */
const IDENTITY = 'day, key, resource, meter';
/** What follows the day is in the order of {@link DayCharge}. */
const ROW = 'day, key, resource, meter, shape, start, duration, amount, locked, own';
const COLUMN_COUNT = 10;

const COLUMNS = `
  day INTEGER NOT NULL, key TEXT NOT NULL, resource INTEGER NOT NULL, meter INTEGER NOT NULL,
  shape INTEGER NOT NULL, start INTEGER NOT NULL, duration INTEGER NOT NULL, amount INTEGER NOT NULL,
  locked INTEGER NOT NULL, own TEXT NOT NULL`;

/**
 * A number of 128 bits per identity; the digest is their sum, which no order of
 * rows changes and which is computed row by row.
 */
const DIGEST_MODULUS = 1n << 128n;

/** Creates this connection's tables. A row's whole content is its key, so an exact repetition collapses. */
export function createStaging(db: Database): void {
  db.exec(`
    CREATE TEMP TABLE incoming (${COLUMNS}, PRIMARY KEY (${ROW})) WITHOUT ROWID;
    CREATE TEMP TABLE staged (writer INTEGER NOT NULL, ${COLUMNS}, PRIMARY KEY (writer, ${ROW})) WITHOUT ROWID;
    CREATE TEMP TABLE answered_again (
      day INTEGER, key TEXT, resource INTEGER, meter INTEGER, fresh INTEGER, PRIMARY KEY (${IDENTITY})
    ) WITHOUT ROWID;
  `);
}

/** Resource, meter and shape are the numbers of {@link SeenNames}. */
interface StagedDay {
  readonly charges: readonly DayCharge[];
  /** In nanos of the native unit. */
  readonly sum: bigint;
}

/** By day number. */
type StagedDays = ReadonlyMap<number, StagedDay>;

const NONE: StagedDays = new Map();

/** A number of charges and their sum, in the native unit. */
export type StagedSize = Omit<StagedSummary, 'digest'>;

/** Day numbers, both included. */
interface Stretch {
  readonly from: bigint;
  readonly to: bigint;
}

/** What one writer was given. A window's first page is mostly its only one: it is held in memory. */
export class Staging {
  private held = NONE;

  constructor(
    private readonly db: Database,
    private readonly writer: number,
    private readonly names: SeenNames,
  ) {}

  /**
   * Adds one page. Rows of one identity with other content are separate charges
   * within a page. Between pages the later answer for an identity wins, unless it
   * says nothing that was not said before: pages may overlap.
   */
  stage(page: Page): StagedPage {
    const days = daysOf(page, this.names);
    const rows = sizeOf(days, null).rows;
    if (this.isEmpty()) {
      this.held = this.withoutRepetition(days);
      return { rows, fresh: sizeOf(this.held, null).rows };
    }
    this.putInTable();
    return this.db.read(() => {
      insertCharges(this.db, 'incoming', '', days, []);
      const fresh = mergeIncoming(this.db, this.writer);
      this.db.run('DELETE FROM incoming');
      return { rows, fresh };
    });
  }

  isEmpty(): boolean {
    return (
      this.held.size === 0 &&
      this.db.first('SELECT 1 FROM staged WHERE writer = ? LIMIT 1', this.writer) === null
    );
  }

  /** Day numbers, in order. */
  days(): number[] {
    const tabled = this.db.all<{ day: bigint }>(
      'SELECT DISTINCT day FROM staged WHERE writer = ?',
      this.writer,
    );
    return [...this.held.keys(), ...tabled.map(({ day }) => Number(day))].sort((a, b) => a - b);
  }

  /** The charges of one day in their order, their names by the numbers of {@link SeenNames}. */
  chargesOn(day: number): readonly DayCharge[] {
    if (this.held.size > 0) return this.held.get(day)?.charges ?? [];
    const staged = this.db
      .bulk<ChargeColumns>(CHARGE_COLUMNS, 'staged WHERE writer = ? AND day = ?', null, this.writer, day)
      .map(fromColumns);
    return inOrder(staged, this.words);
  }

  /** Σ of each day, by its number. */
  sums(): ReadonlyMap<number, bigint> {
    if (this.held.size > 0) return new Map([...this.held].map(([day, { sum }]) => [day, sum]));
    const tabled = this.db.all<{ day: bigint; sum: bigint }>(
      'SELECT day, sum(amount) AS sum FROM staged WHERE writer = ? GROUP BY day',
      this.writer,
    );
    return new Map(tabled.map(({ day, sum }) => [Number(day), sum]));
  }

  /** Of some days or all. */
  size(days: Stretch | null): StagedSize {
    if (this.held.size > 0) return sizeOf(this.held, days);
    const [filter, ...params] =
      days === null ? ['', this.writer] : ['AND day BETWEEN ? AND ?', this.writer, days.from, days.to];
    const tabled = withSums((sumOf) =>
      this.db.first<{ rows: bigint; sum: string | null }>(
        `SELECT count(*) AS rows, ${sumOf('amount')} AS sum FROM staged WHERE writer = ? ${filter}`,
        ...params,
      ),
    );
    return { rows: Number(tabled?.rows ?? 0n), sum: readSum(tabled?.sum ?? '0') };
  }

  /** All of it, with a digest of the keys. */
  summarise(): StagedSummary {
    this.putInTable();
    return { ...this.size(null), digest: digestOf(this.db, this.writer, this.names) };
  }

  clear(): void {
    this.held = NONE;
    this.names.clear();
    this.db.run('DELETE FROM staged WHERE writer = ?', this.writer);
  }

  /** What is left to tell charges apart by where all else is alike. */
  private readonly words = ([, resource, meter, shape, , , , , own]: DayCharge): string =>
    JSON.stringify([this.names.shapeText(shape), own, ...this.names.identity(resource, meter)]);

  /** In order, in which what is just the same follows each other. */
  private withoutRepetition(days: StagedDays): StagedDays {
    const found = new Map<number, StagedDay>();
    for (const [number, { charges, sum }] of days) {
      const ordered = inOrder(charges, this.words);
      const different = ordered.filter((charge, index) => {
        const before = ordered[index - 1];
        return before === undefined || compareCharges(before, charge, this.words) !== 0;
      });
      const repeated = different.length < ordered.length;
      found.set(number, { charges: different, sum: repeated ? sumOf(different) : sum });
    }
    return found;
  }

  private putInTable(): void {
    if (this.held.size === 0) return;
    this.db.read(() => insertCharges(this.db, 'staged', 'writer, ', this.held, [this.writer]));
    this.held = NONE;
  }
}

function sumOf(charges: readonly DayCharge[]): bigint {
  return charges.reduce((sum, charge) => sum + BigInt(charge[6]), 0n);
}

function sizeOf(staged: StagedDays, days: Stretch | null): StagedSize {
  let rows = 0;
  let sum = 0n;
  for (const [day, own] of staged) {
    if (days !== null && (day < Number(days.from) || day > Number(days.to))) continue;
    rows += own.charges.length;
    sum += own.sum;
  }
  return { rows, sum: nanos(sum) };
}

function daysOf(page: Page, names: SeenNames): StagedDays {
  const days = new Map<Day, { number: number; start: number; charges: DayCharge[]; sum: bigint }>();
  for (const charge of page.charges) {
    let day = days.get(charge.day);
    if (day === undefined) {
      day = { number: dayNumber(charge.day), start: startOf(charge.day), charges: [], sum: 0n };
      days.set(charge.day, day);
    }
    const start = Math.trunc(charge.start);
    const end = Math.max(start, Math.trunc(charge.end));
    const { shape, own } = packExtra(charge.extra, { day: charge.day, start, end }, charge.held);
    const name = names.note(charge, shape);
    day.charges.push([
      charge.key,
      name.resource,
      name.meter,
      name.shape,
      start - day.start,
      end - start,
      writtenAmount(charge.amount),
      charge.locked ? 1 : 0,
      own,
    ]);
    day.sum += charge.amount;
  }
  return new Map([...days.values()].map(({ number, charges, sum }) => [number, { charges, sum }]));
}

const CHARGE_COLUMNS = 'key, resource, meter, shape, start, duration, CAST(amount AS TEXT), locked, own';

/** An exact repetition is left out. */
function insertCharges(
  db: Database,
  table: 'incoming' | 'staged',
  sharedColumns: string,
  days: StagedDays,
  shared: readonly Param[],
): void {
  for (const [day, { charges }] of days) {
    db.insert({
      into: `INSERT OR IGNORE INTO ${table} (${sharedColumns}${ROW})`,
      shared,
      rows: charges,
      columns: COLUMN_COUNT,
      bind: (params, [key, resource, meter, shape, start, duration, amount, locked, own]) => {
        params.push(day, key, resource, meter, shape, start, duration, BigInt(amount), locked);
        params.push(JSON.stringify(own));
      },
    });
  }
}

/** @returns how many rows of `incoming` had not been staged before */
function mergeIncoming(db: Database, writer: number): number {
  db.run('DELETE FROM answered_again');
  db.run(
    `INSERT INTO answered_again (${IDENTITY}, fresh)
     SELECT ${IDENTITY}, count(*) FROM incoming i WHERE NOT EXISTS (
       SELECT 1 FROM staged s WHERE s.writer = ? AND s.day = i.day AND s.key = i.key
         AND s.resource = i.resource AND s.meter = i.meter AND s.start = i.start
         AND s.duration = i.duration AND s.amount = i.amount AND s.locked = i.locked
         AND s.shape = i.shape AND s.own = i.own)
     GROUP BY ${IDENTITY}`,
    writer,
  );
  const fresh = db.integer('SELECT sum(fresh) AS value FROM answered_again');
  if (fresh === 0n) return 0;
  db.run(
    `DELETE FROM staged WHERE writer = ? AND (${IDENTITY}) IN (SELECT ${IDENTITY} FROM answered_again)`,
    writer,
  );
  db.run(
    `INSERT INTO staged (writer, ${ROW}) SELECT ?, ${ROW} FROM incoming
     WHERE (${IDENTITY}) IN (SELECT ${IDENTITY} FROM answered_again)`,
    writer,
  );
  return Number(fresh);
}

/** Of the keys of what is in the table, whatever their order. */
function digestOf(db: Database, writer: number, names: SeenNames): string {
  const rows = db.each<{ day: bigint; key: string; resource: bigint; meter: bigint; count: bigint }>(
    `SELECT ${IDENTITY}, count(*) AS count FROM staged WHERE writer = ? GROUP BY ${IDENTITY}`,
    writer,
  );
  let digest = 0n;
  for (const row of rows) {
    const identity = names.identity(Number(row.resource), Number(row.meter));
    const hash = createHash('sha256').update(
      JSON.stringify([Number(row.day), row.key, ...identity, Number(row.count)]),
    );
    digest = (digest + BigInt(`0x${hash.digest('hex').slice(0, 32)}`)) % DIGEST_MODULUS;
  }
  return digest.toString(16).padStart(32, '0');
}
