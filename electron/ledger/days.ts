import { dayFromNumber } from '../../shared/day.js';
import type { DayCharge } from './day-charges.js';
import { summariseDay } from './day-summary.js';
import type { SpentStretch } from './day-summary.js';
import { readDay, writeDay } from './day-text.js';
import type { Database } from './driver.js';
import { ratesOf, toUsdOn } from './rates.js';
import { replaceDaily, sumUp } from './rollup.js';
import type { SummedDay } from './rollup.js';

/** Days of charges in their table, with every sum that is made of them. */

/** All charges of a scope's day, in their order. */
export interface WholeDay {
  readonly day: bigint;
  readonly charges: readonly DayCharge[];
}

/** As `writeDay` made it, also where nothing is stored. */
export function textOf(db: Database, scope: bigint, day: bigint): string {
  const stored = db.first<{ text: string }>(
    'SELECT text FROM day_charges WHERE scope_id = ? AND day = ?',
    scope,
    day,
  );
  return stored?.text ?? writeDay([]);
}

/** Replaces what is stored of these days, one after another, within the caller's transaction. */
export function storeDays(db: Database, connection: bigint, scope: bigint, days: Iterable<WholeDay>): void {
  const rates = ratesOf(db, connection);
  const summed: SummedDay[] = [];
  for (const { day, charges } of days) {
    const summary = summariseDay(charges, toUsdOn(rates, dayFromNumber(Number(day))));
    if (charges.length === 0) {
      db.run('DELETE FROM day_charges WHERE scope_id = ? AND day = ?', scope, day);
    } else {
      db.run(
        `INSERT OR REPLACE INTO day_charges (scope_id, day, charges, native, all_locked, stretches, text)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        scope,
        day,
        charges.length,
        summary.native,
        summary.allLocked ? 1 : 0,
        JSON.stringify(summary.stretches),
        writeDay(charges),
      );
    }
    storeLongStretches(db, scope, day, summary.longStretches);
    summed.push({ day, meters: summary.meters });
  }
  const resources = replaceDaily(db, connection, scope, summed);
  sumUp(
    db,
    connection,
    summed.map(({ day }) => day),
    resources,
  );
}

/**
 * They have a table of their own: one that began months ago may last until now, and
 * so far back nobody could look through the days' other stretches.
 */
export function storeLongStretches(
  db: Database,
  scope: bigint,
  day: bigint,
  stretches: readonly SpentStretch[],
): void {
  db.run('DELETE FROM long_stretch WHERE scope_id = ? AND day = ?', scope, day);
  db.insert({
    into: 'INSERT INTO long_stretch (scope_id, day, start, duration, usd)',
    shared: [scope, day],
    rows: stretches,
    columns: 3,
    bind: (params, [start, duration, usd]) => params.push(start, duration, BigInt(usd)),
  });
}

/** Makes other charges of stored ones, a scope's days one after another. */
export function rewriteDays(
  db: Database,
  connection: bigint,
  places: ReadonlyArray<{ readonly scope: bigint; readonly day: bigint }>,
  rewrite: (charges: readonly DayCharge[]) => readonly DayCharge[],
): void {
  const scopes = new Set(places.map(({ scope }) => scope));
  for (const scope of scopes) storeDays(db, connection, scope, rewritten(scope));

  function* rewritten(scope: bigint): Generator<WholeDay, void> {
    for (const { scope: own, day } of places) {
      if (own === scope) yield { day, charges: rewrite(readDay(textOf(db, scope, day))) };
    }
  }
}
