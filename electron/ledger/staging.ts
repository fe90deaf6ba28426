import { createHash } from 'node:crypto';
import type { Page } from '../providers/adapter.js';
import { dayNumber, startOf } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import type { Database, Param } from './driver.js';
import { packExtra } from './extra.js';
import type { SeenNames } from './names.js';
import type { StagedPage, StagedSummary } from './types.js';

/**
 * Where pages wait for their commit: temporary tables, kept in a file by
 * `temp_store`, so that no window is held in memory and a process that dies
 * leaves nothing. Several writers share them, told apart by a number.
 */

/** Resource, meter and shape are the numbers of {@link SeenNames}. */
const IDENTITY = 'day, key, resource, meter';
const ROW = `${IDENTITY}, start, duration, amount, locked, shape, own`;

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
 * Adds one page. Rows of one identity with other content are separate charges
 * within a page. Between pages the later answer for an identity wins, unless it
 * says nothing that was not said before: pages may overlap.
 */
export function stagePage(db: Database, writer: number, names: SeenNames, page: Page): StagedPage {
  return db.read(() => {
    const rows = page.charges.length;
    const first = db.first('SELECT 1 FROM staged WHERE writer = ? LIMIT 1', writer) === null;
    if (first) return { rows, fresh: receive(db, names, page, writer) };
    receive(db, names, page, null);
    const fresh = mergeIncoming(db, writer);
    db.run('DELETE FROM incoming');
    return { rows, fresh };
  });
}

/** Into `staged` of a writer, or for null into `incoming`. @returns how many rows came to be */
function receive(db: Database, names: SeenNames, page: Page, writer: number | null): number {
  const into = writer === null ? `incoming (${ROW})` : `staged (${ROW}, writer)`;
  const days = new Map<Day, { readonly number: number; readonly start: number }>();
  const dayOf = (day: Day): { readonly number: number; readonly start: number } => {
    const known = days.get(day) ?? { number: dayNumber(day), start: startOf(day) };
    days.set(day, known);
    return known;
  };
  const rows = page.charges.map((charge) => {
    const { number, start: dayStart } = dayOf(charge.day);
    const start = Math.trunc(charge.start);
    const end = Math.max(start, Math.trunc(charge.end));
    const { shape, own } = packExtra(charge.extra, { day: charge.day, start, end });
    const name = names.note(charge, shape);
    const row: Param[] = [
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
    ];
    if (writer !== null) row.push(writer);
    return row;
  });
  return db.insert(`INSERT OR IGNORE INTO ${into}`, rows);
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

/** Number, sum and key digest of what is staged, for some days or all of them. */
export function summarise(
  db: Database,
  writer: number,
  names: SeenNames,
  days: DayRange | null,
): StagedSummary {
  const filter = days === null ? '' : 'AND day BETWEEN ? AND ?';
  const params = days === null ? [writer] : [writer, dayNumber(days.from), dayNumber(days.to)];
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

export function sizeOfStaged(db: Database, writer: number): Omit<StagedSummary, 'digest'> {
  const size = db.first<{ rows: bigint; sum: bigint | null }>(
    'SELECT count(*) AS rows, sum(amount) AS sum FROM staged WHERE writer = ?',
    writer,
  );
  return { rows: Number(size?.rows ?? 0n), sum: nanos(size?.sum ?? 0n) };
}

export function dropStaged(db: Database, writer: number): void {
  db.run('DELETE FROM staged WHERE writer = ?', writer);
}
