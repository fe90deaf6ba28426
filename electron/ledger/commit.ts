import type { SettlePolicy } from '../providers/adapter.js';
import { DAY_MS, dayFromNumber, dayNumber } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import { isRounding, nanos } from '../../shared/money.js';
import { countLacking, mergeDay } from './day-charges.js';
import type { DayCharge, DayRule, MergedDay } from './day-charges.js';
import { REPORTING_DELAY_MS } from './day-state.js';
import { readDay, writeDay } from './day-text.js';
import { storeDays, textOf } from './days.js';
import type { WholeDay } from './days.js';
import type { Database } from './driver.js';
import type { RowIds, SeenNames } from './names.js';
import type { StagedSize, Staging } from './staging.js';
import type { CommitOptions, CommitResult, KeptSum } from './types.js';

/** The one transaction in which a window's charges, coverage, rollup and revisions are written. */

export interface WindowPlace {
  readonly scope: bigint;
  /** Day numbers of the window, both included. */
  readonly from: bigint;
  readonly to: bigint;
}

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
  return db.read(() => {
    const connection = connectionOf(db, place.scope);
    const days = touchedDays(db, place, []);
    // In a backfill nothing is stored of most days, so nothing of them can be missing.
    if (connection === null || days.length === 0) return { lacking: 0, emptiesScope: false };
    const rowIds = names.rowIds(db, connection.n);
    let lacking = 0;
    for (const day of days) {
      const answered = chargesOn(staging, rowIds, day.day, rowOrNone);
      if (keepsAll(day, answered)) continue;
      const stored = textOf(db, place.scope, day.day);
      // A poll mostly finds again what is known.
      if (writeDay(answered) !== stored) lacking += countLacking(readDay(stored), answered);
    }
    return { lacking, emptiesScope: lacking > 0 && staging.isEmpty() };
  });
}

/**
 * A staged day by the ledger's own names.
 *
 * @param rowOf the row of a name, undefined where it has none
 */
function chargesOn(
  staging: Staging,
  { resources, meters, shapes }: RowIds,
  day: bigint,
  rowOf: (row: number | undefined) => number,
): DayCharge[] {
  return staging
    .chargesOn(Number(day))
    .map(([key, resource, meter, shape, start, duration, amount, locked, own]) => [
      key,
      rowOf(resources[resource]),
      rowOf(meters[meter]),
      rowOf(shapes[shape]),
      start,
      duration,
      amount,
      locked,
      own,
    ]);
}

/** Before a commit a name may be new: no stored charge bears it. */
function rowOrNone(row: number | undefined): number {
  return row ?? 0;
}

/** A commit has stored all names first. */
function storedRow(row: number | undefined): number {
  if (row === undefined) throw new FaultError('ledger', 'a name was not found again');
  return row;
}

/** A day of the window or of the answer, as it is stored. */
interface TouchedDay {
  readonly day: bigint;
  readonly settled: boolean;
  /** Null where nothing is stored. */
  readonly native: bigint | null;
}

/** A settled day answered with nothing keeps its charges. */
function keepsAll({ settled }: TouchedDay, answered: readonly DayCharge[]): boolean {
  return settled && answered.length === 0;
}

/** What stands on the window's days beside what was answered for them. */
function keptSums(db: Database, { scope, from, to }: WindowPlace, staging: Staging): KeptSum[] {
  const answered = staging.sums();
  const oldest = Math.min(...answered.keys());
  return db
    .all<{ day: bigint; native: bigint }>(
      'SELECT day, native FROM day_charges WHERE scope_id = ? AND day BETWEEN ? AND ? ORDER BY day',
      scope,
      from,
      to,
    )
    .map(({ day, native }) => ({
      day: dayFromNumber(Number(day)),
      amount: nanos(native - (answered.get(Number(day)) ?? 0n)),
      maybeForgotten: Number(day) < oldest,
    }))
    .filter(({ amount }) => amount !== 0n);
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
    const answered = { whole: staging.size(null), inside: staging.size(place) };
    const mayDelete = options.mayDelete && sumsAgree(answered, options);
    const changed: ChangedDay[] = [];
    const merged = mergedDays(db, place, staging, {
      rowIds: names.rowIds(db, connection.n),
      mayDelete,
      note: (change) => changed.push(change),
    });
    storeDays(db, connection.n, place.scope, merged);
    cover(db, place, options, changed);
    const total = (count: 'inserted' | 'updated' | 'deleted'): number =>
      changed.reduce((sum, change) => sum + change[count], 0);
    return {
      kind: 'committed',
      inserted: total('inserted'),
      updated: total('updated'),
      deleted: total('deleted'),
      revisedDays: revise(db, place.scope, options.readAt, changed),
      kept: keptSums(db, place, staging),
    };
  });
}

/**
 * Nothing is deleted while what was read and the vendor's own total differ by
 * more than rounding. Whether that total counts the margin's days is the vendor's
 * affair, so either sum may agree.
 */
function sumsAgree(
  { whole, inside }: Readonly<Record<'whole' | 'inside', StagedSize>>,
  { reported, roundedBy }: CommitOptions,
): boolean {
  if (reported === null) return true;
  return [whole, inside].some(({ sum }) => isRounding(reported - sum, whole.rows, roundedBy));
}

/** The days of the window of which something is stored, and these others, in order. */
function touchedDays(
  db: Database,
  { scope, from, to }: WindowPlace,
  others: readonly number[],
): TouchedDay[] {
  return db
    .all<{ day: bigint; native: bigint | null; settled: bigint }>(
      `SELECT asked.day, d.native, EXISTS (
         SELECT 1 FROM covered v WHERE v.scope_id = ?1 AND v.day = asked.day AND v.settled = 1) AS settled
       FROM (
         SELECT day FROM day_charges WHERE scope_id = ?1 AND day BETWEEN ?2 AND ?3
         UNION SELECT value FROM json_each(?4)
       ) asked LEFT JOIN day_charges d ON d.scope_id = ?1 AND d.day = asked.day
       ORDER BY asked.day`,
      scope,
      from,
      to,
      JSON.stringify(others),
    )
    .map((row) => ({ ...row, settled: row.settled === 1n }));
}

/** What became of a day of which something else is stored now. */
interface ChangedDay extends Omit<MergedDay, 'charges'> {
  readonly day: bigint;
  readonly before: TouchedDay;
  /** How many it has now. */
  readonly charges: number;
}

/**
 * What the answer makes of the days it touches, one after another: those that
 * change, each noted. What it holds of the margin is added there, but not on a
 * settled day: that day's own audit decides.
 */
function* mergedDays(
  db: Database,
  place: WindowPlace,
  staging: Staging,
  {
    rowIds,
    mayDelete,
    note,
  }: {
    readonly rowIds: RowIds;
    readonly mayDelete: boolean;
    readonly note: (change: ChangedDay) => void;
  },
): Generator<WholeDay, void> {
  for (const before of touchedDays(db, place, staging.days())) {
    const { day } = before;
    const isInside = place.from <= day && day <= place.to;
    if (!isInside && before.settled) continue;
    const answered = chargesOn(staging, rowIds, day, storedRow);
    if (keepsAll(before, answered)) continue;
    const merged = mergeInto(db, place.scope, before, answered, isInside && mayDelete ? 'replace' : 'add');
    if (merged === null) continue;
    const { charges, ...counts } = merged;
    note({ day, before, charges: charges.length, ...counts });
    yield { day, charges };
  }
}

/** @returns null where nothing changes */
function mergeInto(
  db: Database,
  scope: bigint,
  { day, native }: TouchedDay,
  answered: readonly DayCharge[],
  rule: DayRule,
): MergedDay | null {
  if (native === null) return { charges: answered, inserted: answered.length, updated: 0, deleted: 0 };
  if (answered.length === 0 && rule === 'add') return null;
  const stored = textOf(db, scope, day);
  if (writeDay(answered) === stored) return null;
  const merged = mergeDay(readDay(stored), answered, rule);
  return merged.inserted + merged.updated + merged.deleted === 0 ? null : merged;
}

/**
 * Whether a day read whole at `readAt` counts as settled. One that is stays so as
 * it ages: a clock set back must not make it lose charges. That a record is locked
 * says nothing of records that are still to come.
 */
function isSettled(
  policy: SettlePolicy,
  day: bigint,
  readAt: number,
  charges: { readonly count: bigint; readonly allLocked: boolean },
  before: boolean,
): boolean {
  const age = readAt - (Number(day) + 1) * DAY_MS;
  const locks = policy.by === 'locks' && charges.count > 0n;
  return locks ? charges.allLocked && (before || age >= REPORTING_DELAY_MS) : before || age >= policy.afterMs;
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
function cover(
  db: Database,
  place: WindowPlace,
  options: CommitOptions,
  changed: readonly ChangedDay[],
): void {
  const today = BigInt(dayNumber(options.today));
  const readAt = Math.trunc(options.readAt);
  const stored = new Map(
    db
      .all<{ day: bigint; count: bigint; locked: bigint }>(
        `SELECT day, charges AS count, all_locked AS locked FROM day_charges
         WHERE scope_id = ? AND day BETWEEN ? AND ?`,
        place.scope,
        place.from,
        place.to,
      )
      .map((row) => [row.day, { count: row.count, allLocked: row.locked === 1n }]),
  );
  const lost = new Set(changed.filter(({ deleted }) => deleted > 0).map(({ day }) => day));
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
  for (const { day, charges } of changed) {
    if (day >= place.from && day <= place.to) continue;
    db.run('UPDATE covered SET charges = ? WHERE scope_id = ? AND day = ?', charges, place.scope, day);
  }
}

/** Keeps the old sum of each settled day whose sum is another now. @returns how many */
function revise(db: Database, scope: bigint, readAt: number, changed: readonly ChangedDay[]): number {
  let revised = 0;
  for (const { day, before } of changed) {
    if (!before.settled) continue;
    const old = before.native ?? 0n;
    const now = db.integer(
      'SELECT native AS value FROM day_charges WHERE scope_id = ? AND day = ?',
      scope,
      day,
    );
    if (now === old) continue;
    revised += 1;
    db.run(
      'INSERT INTO revision (scope_id, day, at, before, after) VALUES (?, ?, ?, ?, ?)',
      scope,
      day,
      Math.trunc(readAt),
      old,
      now,
    );
  }
  return revised;
}
