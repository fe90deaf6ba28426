import { dayFromNumber, dayNumber } from '../../shared/day.js';
import { convert, nanos, NANOS_PER_UNIT } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import type { Database, Param } from './driver.js';
import type { Rate } from './types.js';

/**
 * USD of charges: each converted once, half-even, at the rate valid on its day.
 * The product of amount and rate exceeds 64 bits, so SQLite cannot do it; it is
 * done here, once for each distinct amount.
 */

const CHUNK = 10_000;

/** A stretch of days with one rate; day numbers, both ends included. */
export interface RateStretch {
  readonly from: bigint;
  readonly to: bigint;
  readonly usdPerUnit: Nanos;
}

export function createConversion(db: Database): void {
  db.exec('CREATE TEMP TABLE conversion (amount INTEGER PRIMARY KEY, usd INTEGER)');
}

export function ratesOf(db: Database, connection: bigint): Rate[] {
  const rows = db.all<{ from_day: bigint; usd_per_unit: bigint }>(
    'SELECT from_day, usd_per_unit FROM rate WHERE connection_n = ? ORDER BY from_day',
    connection,
  );
  return rows.map((row) => ({
    from: dayFromNumber(Number(row.from_day)),
    usdPerUnit: nanos(row.usd_per_unit),
  }));
}

/** @param rates in order of their first day; days before the first count as its own */
export function rateStretches(rates: readonly Rate[], from: bigint, to: bigint): RateStretch[] {
  return rates.flatMap((rate, index) => {
    const next = rates[index + 1];
    const first = BigInt(dayNumber(rate.from));
    const start = index === 0 || first < from ? from : first;
    const last = next === undefined ? to : BigInt(dayNumber(next.from)) - 1n;
    const end = last < to ? last : to;
    return start <= end ? [{ from: start, to: end, usdPerUnit: rate.usdPerUnit }] : [];
  });
}

/**
 * Sets `usd` of the rows of `table` that `filter` selects; null where it equals the amount.
 *
 * @param table with the columns `amount` and `usd`
 */
export function convertRows(
  db: Database,
  table: 'charge' | 'target',
  filter: string,
  params: readonly Param[],
  usdPerUnit: Nanos,
): void {
  if (usdPerUnit === NANOS_PER_UNIT) {
    db.run(`UPDATE ${table} SET usd = NULL WHERE usd IS NOT NULL AND ${filter}`, ...params);
    return;
  }
  db.run('DELETE FROM conversion');
  db.run(`INSERT OR IGNORE INTO conversion (amount) SELECT amount FROM ${table} WHERE ${filter}`, ...params);
  let last: bigint | null = null;
  for (;;) {
    const amounts: Array<{ amount: bigint }> = db.all(
      'SELECT amount FROM conversion WHERE ?1 IS NULL OR amount > ?1 ORDER BY amount LIMIT ?2',
      last,
      CHUNK,
    );
    last = amounts.at(-1)?.amount ?? null;
    if (last === null) break;
    const pairs = amounts.map(({ amount }) => [
      amount.toString(),
      convert(nanos(amount), usdPerUnit).toString(),
    ]);
    db.run(
      `UPDATE conversion SET usd = pair.usd FROM (
         SELECT CAST(value->>0 AS INTEGER) AS amount, CAST(value->>1 AS INTEGER) AS usd FROM json_each(?)
       ) AS pair WHERE conversion.amount = pair.amount`,
      JSON.stringify(pairs),
    );
  }
  db.run(
    `UPDATE ${table} SET usd = nullif((SELECT c.usd FROM conversion c WHERE c.amount = ${table}.amount), amount)
     WHERE ${filter}`,
    ...params,
  );
}
