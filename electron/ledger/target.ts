import type { Database } from './driver.js';

/**
 * What a window would make of the charges that are stored on its days, worked
 * out in temporary tables before anything is written: `target` holds what shall
 * be stored there, each row with its fate (0 stored so already, 1 new, 2 stored
 * with other content), `gone` the stored charges that shall go. Days without a
 * stored charge have nothing to compare with and take the short way,
 * {@link insertFresh}.
 *
 * Temporary tables have no statistics, and without any SQLite may walk a scope's
 * whole history to find the few rows of a window. `CROSS JOIN` and a `+` before
 * a column of `target` keep it to looking charges up by their key.
 */

export interface WindowPlace {
  readonly writer: number;
  readonly scope: bigint;
  /** Day numbers of the window, both included. */
  readonly from: bigint;
  readonly to: bigint;
}

/** Day numbers in order. */
export interface AnsweredDays {
  /** Nothing is stored of them. */
  readonly fresh: readonly bigint[];
  /** Something is stored of them. */
  readonly known: readonly bigint[];
}

const IDENTITY = 'day, key, resource_id, meter_id';

export function createTarget(db: Database): void {
  db.exec(`
    CREATE TEMP TABLE target (
      day INTEGER, key TEXT, resource_id INTEGER, meter_id INTEGER, ordinal INTEGER,
      start INTEGER, duration INTEGER, amount INTEGER, usd INTEGER, locked INTEGER,
      shape_id INTEGER, own TEXT, fate INTEGER NOT NULL DEFAULT 1,
      PRIMARY KEY (${IDENTITY}, ordinal)
    ) WITHOUT ROWID;
    CREATE TEMP TABLE gone (
      day INTEGER, key TEXT, resource_id INTEGER, meter_id INTEGER, ordinal INTEGER,
      PRIMARY KEY (${IDENTITY}, ordinal)
    ) WITHOUT ROWID;
    CREATE TEMP TABLE unchanged (
      day INTEGER, key TEXT, resource_id INTEGER, meter_id INTEGER, PRIMARY KEY (${IDENTITY})
    ) WITHOUT ROWID;
  `);
}

/**
 * The days that staged rows bear. Rows of the margin on a settled day stay out: that day's own audit decides.
 *
 * @param held day numbers of rows that are not in the table
 */
export function answeredDays(
  db: Database,
  { writer, scope, from, to }: WindowPlace,
  held: readonly number[],
): AnsweredDays {
  const days = db.all<{ day: bigint; stored: bigint }>(
    `SELECT day, EXISTS (SELECT 1 FROM charge c WHERE c.scope_id = ?2 AND c.day = s.day) AS stored
     FROM (SELECT day FROM staged WHERE writer = ?1 UNION SELECT value FROM json_each(?5)) s
     WHERE day BETWEEN ?3 AND ?4 OR NOT EXISTS (
       SELECT 1 FROM covered WHERE scope_id = ?2 AND covered.day = s.day AND settled = 1)
     ORDER BY day`,
    writer,
    scope,
    from,
    to,
    JSON.stringify(held),
  );
  const where = (stored: bigint): bigint[] =>
    days.filter((row) => row.stored === stored).map(({ day }) => day);
  return { fresh: where(0n), known: where(1n) };
}

export interface Comparison {
  /** Answered days of which something else is stored. */
  readonly compared: readonly bigint[];
  /** Days of the window of which something is stored, but for those answered with just that. */
  readonly stored: readonly bigint[];
  readonly mayDelete: boolean;
}

/** The days of the window of which something is stored. */
export function storedDays(db: Database, { scope, from, to }: WindowPlace): bigint[] {
  const days: number[] = [];
  for (let day = Number(from); day <= Number(to); day += 1) days.push(day);
  return db
    .all<{ day: bigint }>(
      `SELECT value AS day FROM json_each(?)
       WHERE EXISTS (SELECT 1 FROM charge c WHERE c.scope_id = ? AND c.day = value)`,
      JSON.stringify(days),
      scope,
    )
    .map(({ day }) => day);
}

/**
 * Fills `target` and `gone` for the days that are compared, after the local
 * names were resolved. Rows whose resource or meter the ledger does not know are
 * left out: a commit has stored those names first, and what is missing can be
 * counted without them.
 */
export function prepareTarget(
  db: Database,
  place: WindowPlace,
  { compared, stored, mayDelete }: Comparison,
): void {
  fillTarget(db, place, compared);
  db.run('DELETE FROM gone');
  if (mayDelete) findLacking(db, place.scope, stored);
  mergeIdentities(db, place, mayDelete);
  db.run(
    `UPDATE target SET fate = CASE WHEN c.start = target.start AND c.duration = target.duration
         AND c.amount = target.amount AND c.locked = target.locked AND c.shape_id = target.shape_id
         AND c.own = target.own THEN 0 ELSE 2 END
     FROM charge c
     WHERE c.scope_id = ? AND c.day = +target.day AND c.key = +target.key
       AND c.resource_id = +target.resource_id AND c.meter_id = +target.meter_id
       AND c.ordinal = +target.ordinal`,
    place.scope,
  );
}

/** Fills `gone` with what these days would lose, and `target` for these days only. */
export function prepareLacking(db: Database, place: WindowPlace, stored: readonly bigint[]): void {
  fillTarget(db, place, stored);
  db.run('DELETE FROM gone');
  findLacking(db, place.scope, stored);
}

/** Stores the table's rows of days of which nothing is stored. @returns how many */
export function insertFresh(db: Database, place: WindowPlace, days: readonly bigint[]): number {
  if (days.length === 0) return 0;
  return db.run(
    `INSERT INTO charge (scope_id, ${COMPARED})
     SELECT ?3, ${resolvedRows(db, place)}`,
    place.writer,
    JSON.stringify(days.map(Number)),
    place.scope,
  );
}

const COMPARED = `${IDENTITY}, ordinal, start, duration, amount, locked, shape_id, own`;

function fillTarget(db: Database, place: WindowPlace, days: readonly bigint[]): void {
  db.run('DELETE FROM target');
  if (days.length === 0) return;
  db.run(
    `INSERT INTO target (${COMPARED}) SELECT ${resolvedRows(db, place)}`,
    place.writer,
    JSON.stringify(days.map(Number)),
  );
}

/** Staged rows of the writer ?1 on the days of the list ?2, by the ledger's names. */
function resolvedRows(db: Database, place: WindowPlace): string {
  const ordinal = mayRepeat(db, place)
    ? `row_number() OVER (
         PARTITION BY s.day, s.key, r.id, m.id
         ORDER BY s.start, s.duration, s.amount, s.locked, shape.place, s.own
       ) - 1`
    : '0';
  return `s.day, s.key, r.id, m.id, ${ordinal},
       s.start, s.duration, s.amount, s.locked, coalesce(shape.id, 0), s.own
     FROM staged s
     CROSS JOIN local_resource r ON r.number = s.resource
     CROSS JOIN local_meter m ON m.number = s.meter
     LEFT JOIN local_shape shape ON shape.number = s.shape
     WHERE s.writer = ?1 AND s.day IN (SELECT value FROM json_each(?2))`;
}

/** Whether staged rows may share an identity, so that they need ordinals: a costly sorting that is seldom needed. */
function mayRepeat(db: Database, { writer }: WindowPlace): boolean {
  const repeated = db.integer(
    `SELECT EXISTS (
       SELECT 1 FROM staged WHERE writer = ? GROUP BY day, key, resource, meter HAVING count(*) > 1
     ) OR (SELECT count(*) > count(DISTINCT id) FROM local_resource) AS value`,
    writer,
  );
  return repeated === 1n;
}

/** Charges of these days that the answer lacks. A settled day answered with nothing keeps its charges. */
function findLacking(db: Database, scope: bigint, days: readonly bigint[]): void {
  db.run(
    `INSERT INTO gone
     SELECT c.day, c.key, c.resource_id, c.meter_id, c.ordinal
     FROM json_each(?2) asked CROSS JOIN charge c ON c.scope_id = ?1 AND c.day = asked.value
     WHERE NOT EXISTS (
         SELECT 1 FROM target t WHERE t.day = c.day AND t.key = c.key AND t.resource_id = c.resource_id
           AND t.meter_id = c.meter_id AND t.ordinal = c.ordinal)
       AND (EXISTS (SELECT 1 FROM target t WHERE t.day = c.day)
         OR NOT EXISTS (SELECT 1 FROM covered WHERE scope_id = ?1 AND covered.day = c.day AND settled = 1))`,
    scope,
    JSON.stringify(days.map(Number)),
  );
}

/**
 * Days that may lose nothing: of the margin, or all where nothing may be
 * deleted. An identity answered with nothing new stays as it is; answered with
 * something new, the answer replaces all that was stored under it.
 */
function mergeIdentities(db: Database, place: WindowPlace, mayDelete: boolean): void {
  const merged = mayDelete ? 't.day NOT BETWEEN ?2 AND ?3' : '?2 <= ?3';
  const params = [place.scope, place.from, place.to] as const;
  db.run('DELETE FROM unchanged');
  db.run(
    `INSERT INTO unchanged
     SELECT t.day, t.key, t.resource_id, t.meter_id FROM target t
     LEFT JOIN charge c ON c.scope_id = ?1 AND c.day = t.day AND c.key = t.key
       AND c.resource_id = t.resource_id AND c.meter_id = t.meter_id
       AND c.start = t.start AND c.duration = t.duration AND c.amount = t.amount
       AND c.locked = t.locked AND c.shape_id = t.shape_id AND c.own = t.own
     WHERE ${merged}
     GROUP BY t.day, t.key, t.resource_id, t.meter_id
     HAVING count(*) = count(c.day)`,
    ...params,
  );
  db.run(`DELETE FROM target WHERE (${IDENTITY}) IN (SELECT ${IDENTITY} FROM unchanged)`);
  db.run(
    `INSERT INTO gone
     SELECT c.day, c.key, c.resource_id, c.meter_id, c.ordinal
     FROM (SELECT DISTINCT ${IDENTITY} FROM target t WHERE ${merged}) t
     CROSS JOIN charge c ON c.scope_id = ?1 AND c.day = t.day AND c.key = t.key
       AND c.resource_id = t.resource_id AND c.meter_id = t.meter_id
     WHERE NOT EXISTS (
       SELECT 1 FROM target u WHERE u.day = c.day AND u.key = c.key AND u.resource_id = c.resource_id
         AND u.meter_id = c.meter_id AND u.ordinal = c.ordinal)`,
    ...params,
  );
}
