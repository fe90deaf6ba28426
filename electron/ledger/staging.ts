import { createHash } from 'node:crypto';
import type { Page } from '../providers/adapter.js';
import { dayNumber, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import type { Database, Param } from './driver.js';
import { packExtra } from './extra.js';
import type { RowIds, SeenNames } from './names.js';
import type { StagedPage, StagedSummary } from './types.js';

/**
 * Where pages wait for their commit: the first in memory, more in temporary
 * tables, kept in a file by `temp_store`, so that no window of many pages is held
 * in memory and a process that dies leaves nothing. Several writers share the
 * tables, told apart by a number.
 */

/** Resource, meter and shape are the numbers of {@link SeenNames}. */
const IDENTITY = 'day, key, resource, meter';
const ROW = `${IDENTITY}, start, duration, amount, locked, shape, own`;
const COLUMN_COUNT = 10;

const COLUMNS = `
  day INTEGER NOT NULL, key TEXT NOT NULL, resource INTEGER NOT NULL, meter INTEGER NOT NULL,
  start INTEGER NOT NULL, duration INTEGER NOT NULL, amount INTEGER NOT NULL,
  locked INTEGER NOT NULL, shape INTEGER NOT NULL, own TEXT NOT NULL`;

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

/**
 * A charge on its way. `start` counts from 00:00 of its day; resource, meter and
 * shape are the numbers of {@link SeenNames}.
 */
type Row = readonly [
  day: number,
  key: string,
  resource: number,
  meter: number,
  start: number,
  duration: number,
  amount: bigint,
  locked: number,
  shape: number,
  own: string,
];

/** A number of charges and their sum, in the native unit. */
export type StagedSize = Omit<StagedSummary, 'digest'>;

/** Day numbers, both included. */
interface Stretch {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * What one writer was given. A window's first page is mostly its only one: it is
 * held in memory, and its rows of days of which nothing is stored go straight to
 * the ledger. Whatever must be compared goes through the tables.
 */
export class Staging {
  private held: readonly Row[] = [];

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
    const rows = rowsOf(page, this.names);
    if (this.isEmpty()) return { rows: rows.length, fresh: this.takeFirst(rows) };
    this.putInTable(null);
    return this.db.read(() => {
      insertRows(this.db, 'incoming', '', rows, []);
      const fresh = mergeIncoming(this.db, this.writer);
      this.db.run('DELETE FROM incoming');
      return { rows: rows.length, fresh };
    });
  }

  isEmpty(): boolean {
    return (
      this.held.length === 0 &&
      this.db.first('SELECT 1 FROM staged WHERE writer = ? LIMIT 1', this.writer) === null
    );
  }

  /**
   * Those of the days whose rows are not just what is stored of them: of the
   * others nothing needs to be compared. The local names must be resolved.
   */
  differing(scope: bigint, days: readonly bigint[]): bigint[] {
    const held = byDay(this.heldOn(days));
    if (held.size === 0) return [...days];
    const rowIds = this.names.rowIds(this.db);
    return days.filter((day) => {
      const rows = held.get(Number(day));
      return rows === undefined || !areStored(this.db, scope, day, rows, rowIds);
    });
  }

  /** Moves the held rows of these days into the table; null for all. */
  putInTable(days: readonly bigint[] | null): void {
    const asked = days === null ? null : new Set(days.map(Number));
    const moves = ([day]: Row): boolean => asked === null || asked.has(day);
    const moving = this.held.filter(moves);
    if (moving.length === 0) return;
    this.db.read(() => this.copy(moving));
    this.held = this.held.filter((row) => !moves(row));
  }

  /** Puts the held rows of these days into the table as well: for a commit, which may be rolled back. */
  copyHeld(days: readonly bigint[]): void {
    this.copy(this.heldOn(days));
  }

  /** Stores the held rows of days of which nothing is stored. @returns how many */
  insertHeld(scope: bigint, days: readonly bigint[]): number {
    const rows = this.heldOn(days);
    if (rows.length === 0) return 0;
    const rowIds = this.names.rowIds(this.db);
    return this.db.insert({
      into: 'INSERT INTO charge (scope_id, ordinal, day, key, resource_id, meter_id, start, duration, amount, locked, shape_id, own)',
      shared: [scope, 0],
      rows,
      columns: COLUMN_COUNT,
      bind: (params, row) => {
        params.push(row[0], row[1], rowIds.resources[row[2]] ?? null, rowIds.meters[row[3]] ?? null);
        params.push(row[4], row[5], row[6], row[7], rowIds.shapes[row[8]] ?? null, row[9]);
      },
    });
  }

  heldDays(): number[] {
    return [...new Set(this.held.map(([day]) => day))];
  }

  /** Of some days or all. */
  size(days: Stretch | null): StagedSize {
    const [filter, ...params] =
      days === null ? ['', this.writer] : ['AND day BETWEEN ? AND ?', this.writer, days.from, days.to];
    const tabled = this.db.first<{ rows: bigint; sum: bigint | null }>(
      `SELECT count(*) AS rows, sum(amount) AS sum FROM staged WHERE writer = ? ${filter}`,
      ...params,
    );
    let rows = Number(tabled?.rows ?? 0n);
    let sum = tabled?.sum ?? 0n;
    for (const [day, , , , , , amount] of this.held) {
      if (days !== null && !isWithin(day, days)) continue;
      rows += 1;
      sum += amount;
    }
    return { rows, sum: nanos(sum) };
  }

  /** As {@link size}, with a digest of the keys. */
  summarise(days: Stretch | null): StagedSummary {
    this.putInTable(null);
    return summarise(this.db, this.writer, this.names, days);
  }

  clear(): void {
    this.held = [];
    this.names.clear();
    this.db.run('DELETE FROM staged WHERE writer = ?', this.writer);
  }

  /** @returns how many differ from each other */
  private takeFirst(rows: readonly Row[]): number {
    const ordered = inKeyOrder(rows);
    // Where no day bears a key twice, no two rows are the same charge or share an identity.
    const repeats = ordered.some((row, index) => {
      const before = ordered[index - 1];
      return before !== undefined && before[1] === row[1] && before[0] === row[0];
    });
    if (repeats) return this.db.read(() => this.copy(rows));
    this.held = ordered;
    return rows.length;
  }

  private copy(rows: readonly Row[]): number {
    return insertRows(this.db, 'staged', 'writer, ', rows, [this.writer]);
  }

  private heldOn(days: readonly bigint[]): Row[] {
    const asked = new Set(days.map(Number));
    return this.held.filter(([day]) => asked.has(day));
  }
}

function isWithin(day: number, { from, to }: Stretch): boolean {
  return Number(from) <= day && day <= Number(to);
}

function byDay(rows: readonly Row[]): Map<number, Row[]> {
  const days = new Map<number, Row[]>();
  for (const row of rows) {
    const day = days.get(row[0]);
    if (day === undefined) days.set(row[0], [row]);
    else day.push(row);
  }
  return days;
}

/** In the order of the ledger's key: else its pages are split in their middle and stay half empty. */
function inKeyOrder(rows: readonly Row[]): Row[] {
  return [...byDay(rows)]
    .sort(([a], [b]) => a - b)
    .flatMap(([, day]) => day.sort((a, b) => (a[1] < b[1] ? -1 : a[1] === b[1] ? 0 : 1)));
}

function rowsOf(page: Page, names: SeenNames): Row[] {
  const days = new Map<Day, { readonly number: number; readonly start: number }>();
  const dayOf = (day: Day): { readonly number: number; readonly start: number } => {
    let known = days.get(day);
    if (known === undefined) days.set(day, (known = { number: dayNumber(day), start: startOf(day) }));
    return known;
  };
  const rows: Row[] = [];
  for (const charge of page.charges) {
    const { number, start: dayStart } = dayOf(charge.day);
    const start = Math.trunc(charge.start);
    const end = Math.max(start, Math.trunc(charge.end));
    const { shape, own } = packExtra(charge.extra, { day: charge.day, start, end }, charge.held);
    const name = names.note(charge, shape);
    rows.push([
      number,
      charge.key,
      name.resource,
      name.meter,
      start - dayStart,
      end - start,
      charge.amount,
      charge.locked ? 1 : 0,
      name.shape,
      own,
    ]);
  }
  return rows;
}

/** The amount as text. */
type StoredRow = readonly [
  key: string,
  resource: number,
  meter: number,
  ordinal: number,
  start: number,
  duration: number,
  amount: string,
  locked: number,
  shape: number,
  own: string,
];

/** Whether a day's rows, in the order of their keys, none of which repeats, are all that is stored of it. */
function areStored(
  db: Database,
  scope: bigint,
  day: bigint,
  rows: readonly Row[],
  { resources, meters, shapes }: RowIds,
): boolean {
  const count = db.integer('SELECT count(*) AS value FROM charge WHERE scope_id = ? AND day = ?', scope, day);
  // Only as many as the answer has are ever read.
  if (count !== BigInt(rows.length)) return false;
  const stored = db.bulk<StoredRow>(
    'key, resource_id, meter_id, ordinal, start, duration, CAST(amount AS TEXT), locked, shape_id, own',
    'charge WHERE scope_id = ? AND day = ?',
    null,
    scope,
    day,
  );
  return stored.every((before, index) => {
    const row = rows[index];
    return (
      row !== undefined &&
      before[0] === row[1] &&
      before[1] === resources[row[2]] &&
      before[2] === meters[row[3]] &&
      before[3] === 0 &&
      before[4] === row[4] &&
      before[5] === row[5] &&
      before[6] === row[6].toString() &&
      before[7] === row[7] &&
      before[8] === shapes[row[8]] &&
      before[9] === row[9]
    );
  });
}

/** An exact repetition is left out. @returns how many rows came to be */
function insertRows(
  db: Database,
  table: 'incoming' | 'staged',
  sharedColumns: string,
  rows: readonly Row[],
  shared: readonly Param[],
): number {
  return db.insert({
    into: `INSERT OR IGNORE INTO ${table} (${sharedColumns}${ROW})`,
    shared,
    rows,
    columns: COLUMN_COUNT,
    bind: (params, row) => params.push(...row),
  });
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

/** Number, sum and key digest of what is in the table, for some days or all of them. */
function summarise(db: Database, writer: number, names: SeenNames, days: Stretch | null): StagedSummary {
  const filter = days === null ? '' : 'AND day BETWEEN ? AND ?';
  const params = days === null ? [writer] : [writer, days.from, days.to];
  const rows = db.each<{ day: bigint; key: string; resource: bigint; meter: bigint; count: bigint }>(
    `SELECT ${IDENTITY}, count(*) AS count FROM staged WHERE writer = ? ${filter} GROUP BY ${IDENTITY}`,
    ...params,
  );
  let count = 0;
  let digest = 0n;
  for (const row of rows) {
    const identity = names.identity(Number(row.resource), Number(row.meter));
    const hash = createHash('sha256').update(`${row.day}\n${row.key}\n${identity}\n${row.count}`);
    digest = (digest + BigInt(`0x${hash.digest('hex').slice(0, 32)}`)) % DIGEST_MODULUS;
    count += Number(row.count);
  }
  const total = db.integer(`SELECT sum(amount) AS value FROM staged WHERE writer = ? ${filter}`, ...params);
  return { rows: count, sum: nanos(total), digest: digest.toString(16).padStart(32, '0') };
}
