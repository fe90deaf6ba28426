import type { SettlePolicy } from '../providers/adapter.js';
import { DAY_MS, dayNumber } from '../../shared/day.js';
import { absolute, nanos, NANOS_PER_UNIT } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { convertRows, rateStretches, ratesOf } from './conversion.js';
import { REPORTING_DELAY_MS } from './day-state.js';
import type { Database } from './driver.js';
import type { SeenNames } from './names.js';
import { rebuildRollup } from './rollup.js';
import type { StagedSize, Staging } from './staging.js';
import { answeredDays, insertFresh, prepareLacking, prepareTarget, storedDays } from './target.js';
import type { WindowPlace } from './target.js';
import type { CommitOptions, CommitResult, Rate } from './types.js';

/** The one transaction in which a window's rows, coverage, rollup and revisions are written. */

/** The connection of a scope, or null where either is gone. */
function connectionOf(
  db: Database,
  scope: bigint,
): { n: bigint; epoch: bigint; removed_at: bigint | null } | null {
  return db.first(
    `SELECT c.n, c.epoch, c.removed_at FROM scope s JOIN connection c ON c.n = s.connection_n WHERE s.id = ?`,
    scope,
  );
}

/** See {@link import('./types.js').WindowWriter.missing}. */
export function countMissing(
  db: Database,
  place: WindowPlace,
  staging: Staging,
  names: SeenNames,
): { lacking: number; emptiesScope: boolean } {
  const connection = connectionOf(db, place.scope);
  // In a backfill nothing is stored of most days, so nothing of them can be missing.
  const before = storedDays(db, place);
  if (connection === null || before.length === 0) return { lacking: 0, emptiesScope: false };
  const stored = db.read(() => {
    names.resolve(db, connection.n);
    return staging.differing(place.scope, before);
  });
  // A poll mostly finds again what is known.
  if (stored.length === 0) return { lacking: 0, emptiesScope: false };
  staging.putInTable(stored);
  return db.read(() => {
    prepareLacking(db, place, stored);
    const lacking = db.integer('SELECT count(*) AS value FROM gone');
    return {
      lacking: Number(lacking),
      emptiesScope: lacking > 0n && staging.isEmpty(),
    };
  });
}

/** Σ of what stands on the window's days beside what was answered for them: charges that were kept. */
function keptSum(db: Database, { scope, from, to }: WindowPlace, answered: Nanos): Nanos {
  const stored = db.integer(
    'SELECT coalesce(sum(amount), 0) AS value FROM charge WHERE scope_id = ? AND day BETWEEN ? AND ?',
    scope,
    from,
    to,
  );
  return nanos(stored - answered);
}

export function commitWindow(
  db: Database,
  place: WindowPlace,
  staging: Staging,
  names: SeenNames,
  options: CommitOptions,
): CommitResult {
  return db.write(() => {
    const connection = connectionOf(db, place.scope);
    if (connection === null || connection.removed_at !== null || Number(connection.epoch) !== options.epoch) {
      return { kind: 'dropped' };
    }
    names.store(db, connection.n);
    names.resolve(db, connection.n);
    const answered = { whole: staging.size(null), inside: staging.size(place) };
    const { fresh, known } = answeredDays(db, place, staging.heldDays());
    const compared = staging.differing(place.scope, known);
    const unchanged = new Set(known.filter((day) => !compared.includes(day)));
    staging.copyHeld(compared);
    prepareTarget(db, place, {
      compared,
      stored: storedDays(db, place).filter((day) => !unchanged.has(day)),
      mayDelete: options.mayDelete && sumsAgree(answered, options.reported),
    });

    const changed = [...fresh, ...changedDays(db)].sort((a, b) => Number(a - b));
    const settledBefore = settledSums(db, place, changed);
    const counts = writeCharges(db, connection.n, place, staging, fresh);
    for (const { from, to } of stretches(changed)) rebuildRollup(db, connection.n, place.scope, from, to);
    cover(db, place, options, changed);
    return {
      kind: 'committed',
      ...counts,
      revisedDays: revise(db, place, options.readAt, settledBefore),
      kept: keptSum(db, place, answered.inside.sum),
    };
  });
}

/**
 * Nothing is deleted while what was read and the vendor's own total differ by
 * more than rounding, at most 1 nano a term. Whether that total counts the
 * margin's days is the vendor's affair, so either sum may agree.
 */
function sumsAgree(
  { whole, inside }: Readonly<Record<'whole' | 'inside', StagedSize>>,
  reported: Nanos | null,
): boolean {
  if (reported === null) return true;
  const rounding = BigInt(whole.rows);
  return [whole, inside].some(({ sum }) => absolute(reported - sum) <= rounding);
}

/** What those of the changed days counted that are settled now. */
function settledSums(db: Database, place: WindowPlace, changed: readonly bigint[]): Map<bigint, bigint> {
  const sums = new Map<bigint, bigint>();
  for (const day of changed) {
    const settled = db.integer(
      'SELECT settled AS value FROM covered WHERE scope_id = ? AND day = ?',
      place.scope,
      day,
    );
    if (settled === 1n) sums.set(day, daySum(db, place.scope, day));
  }
  return sums;
}

function daySum(db: Database, scope: bigint, day: bigint): bigint {
  return db.integer('SELECT sum(amount) AS value FROM charge WHERE scope_id = ? AND day = ?', scope, day);
}

function changedDays(db: Database): bigint[] {
  return db
    .all<{ day: bigint }>('SELECT day FROM target WHERE fate > 0 UNION SELECT day FROM gone ORDER BY day')
    .map((row) => row.day);
}

/** Days in order, those that follow each other as one. */
function stretches(days: readonly bigint[]): Array<{ from: bigint; to: bigint }> {
  const found: Array<{ from: bigint; to: bigint }> = [];
  for (const day of days) {
    const last = found.at(-1);
    if (last !== undefined && day - last.to <= 1n) last.to = day;
    else found.push({ from: day, to: day });
  }
  return found;
}

function writeCharges(
  db: Database,
  connection: bigint,
  place: WindowPlace,
  staging: Staging,
  fresh: readonly bigint[],
): { inserted: number; updated: number; deleted: number } {
  const rates = ratesOf(db, connection);
  const compared = writeCompared(db, rates, place);
  const inserted = insertFresh(db, place, fresh) + staging.insertHeld(place.scope, fresh);
  for (const { from, to } of stretches(fresh)) {
    for (const stretch of rateStretches(rates, from, to)) {
      // Nothing was converted there before.
      if (stretch.usdPerUnit === NANOS_PER_UNIT) continue;
      const params = [place.scope, stretch.from, stretch.to];
      convertRows(db, 'charge', 'scope_id = ? AND day BETWEEN ? AND ?', params, stretch.usdPerUnit);
    }
  }
  return { ...compared, inserted: compared.inserted + inserted };
}

function writeCompared(
  db: Database,
  rates: readonly Rate[],
  place: WindowPlace,
): { inserted: number; updated: number; deleted: number } {
  const days = changedDays(db);
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return { inserted: 0, updated: 0, deleted: 0 };
  for (const { from, to, usdPerUnit } of rateStretches(rates, first, last)) {
    convertRows(db, 'target', 'fate > 0 AND day BETWEEN ? AND ?', [from, to], usdPerUnit);
  }
  const count = (fate: number): number =>
    Number(db.integer('SELECT count(*) AS value FROM target WHERE fate = ?', fate));
  const inserted = count(1);
  const updated = count(2);
  const deleted = Number(db.integer('SELECT count(*) AS value FROM gone'));
  if (deleted > 0) {
    db.run(
      `DELETE FROM charge WHERE scope_id = ? AND (day, key, resource_id, meter_id, ordinal) IN (
         SELECT day, key, resource_id, meter_id, ordinal FROM gone)`,
      place.scope,
    );
  }
  db.run(
    `INSERT OR REPLACE INTO charge
       (scope_id, day, key, resource_id, meter_id, ordinal, start, duration, amount, usd, locked, shape_id, own)
     SELECT ?, day, key, resource_id, meter_id, ordinal, start, duration, amount, usd, locked, shape_id, own
     FROM target WHERE fate > 0`,
    place.scope,
  );
  return { inserted, updated, deleted };
}

/**
 * Whether a day read whole at `readAt` counts as settled. A day that is settled
 * by its age stays so: a clock set back must not make it lose charges.
 */
function isSettled(
  policy: SettlePolicy,
  day: bigint,
  readAt: number,
  charges: { readonly count: bigint; readonly allLocked: boolean },
  before: boolean,
): boolean {
  const oldEnough = readAt >= (Number(day) + 1) * DAY_MS + policy.afterMs;
  if (policy.by === 'locks' && charges.count > 0n) return charges.allLocked;
  return oldEnough || before;
}

/** Since when a day is doubted, as of a reading that does not doubt it itself: 48 h of agreement end it. */
function doubtLeft(doubtedAt: bigint | null, readAt: number): number | null {
  return doubtedAt !== null && readAt < Number(doubtedAt) + REPORTING_DELAY_MS ? Number(doubtedAt) : null;
}

/**
 * Marks the days of the window as read whole; of other days only the number of
 * charges changes.
 *
 * A reading that takes charges from a day may be a vendor's slip, and nothing
 * would ask for that day again once it is settled. So the day is doubted, and
 * where a day lost all it had, so is every other day that the answer leaves
 * without a charge: none of them settles before a reading 48 h later agrees.
 * A settled day stays settled, with a revision; it is read again while doubted.
 */
function cover(db: Database, place: WindowPlace, options: CommitOptions, changed: readonly bigint[]): void {
  const today = BigInt(dayNumber(options.today));
  const readAt = Math.trunc(options.readAt);
  const stored = new Map(
    db
      .all<{ day: bigint; count: bigint; locked: bigint }>(
        `SELECT day, count(*) AS count, min(locked) AS locked FROM charge
         WHERE scope_id = ? AND day BETWEEN ? AND ? GROUP BY day`,
        place.scope,
        place.from,
        place.to,
      )
      .map((row) => [row.day, { count: row.count, allLocked: row.locked === 1n }]),
  );
  const lost = new Set(db.all<{ day: bigint }>('SELECT DISTINCT day FROM gone').map((row) => row.day));
  const emptied = [...lost].some((day) => place.from <= day && day <= place.to && !stored.has(day));
  for (let day = place.from; day <= place.to && day <= today; day += 1n) {
    const charges = stored.get(day) ?? { count: 0n, allLocked: false };
    const known = db.first<{ settled: bigint; doubted_at: bigint | null }>(
      'SELECT settled, doubted_at FROM covered WHERE scope_id = ? AND day = ?',
      place.scope,
      day,
    );
    const before = known?.settled === 1n;
    const doubts = lost.has(day) || (emptied && charges.count === 0n && !before);
    const doubtedAt = doubts ? readAt : doubtLeft(known?.doubted_at ?? null, readAt);
    const settled =
      day < today &&
      (before || doubtedAt === null) &&
      isSettled(options.settle, day, options.readAt, charges, before);
    db.run(
      'INSERT OR REPLACE INTO covered (scope_id, day, read_at, charges, settled, doubted_at) VALUES (?, ?, ?, ?, ?, ?)',
      place.scope,
      day,
      readAt,
      charges.count,
      settled ? 1 : 0,
      doubtedAt,
    );
  }
  for (const day of changed) {
    if (day >= place.from && day <= place.to) continue;
    db.run(
      `UPDATE covered SET charges = (SELECT count(*) FROM charge WHERE scope_id = ?1 AND day = ?2)
       WHERE scope_id = ?1 AND day = ?2`,
      place.scope,
      day,
    );
  }
}

/** Keeps the old sum of each settled day whose sum is another now. @returns how many */
function revise(
  db: Database,
  place: WindowPlace,
  readAt: number,
  before: ReadonlyMap<bigint, bigint>,
): number {
  let revised = 0;
  for (const [day, old] of before) {
    const now = daySum(db, place.scope, day);
    if (now === old) continue;
    revised += 1;
    db.run(
      'INSERT INTO revision (scope_id, day, at, before, after) VALUES (?, ?, ?, ?, ?)',
      place.scope,
      day,
      Math.trunc(readAt),
      old,
      now,
    );
  }
  return revised;
}
