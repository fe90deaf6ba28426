import { dayFromNumber, dayNumber } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { convert, nanos, NANOS_PER_UNIT } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import type { Database } from './driver.js';
import type { Rate } from './types.js';

/** What a native unit is worth in USD, from which day on. */

/** In order of their first day. */
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
export function rateOn(rates: readonly Rate[], day: Day): Nanos {
  const valid = rates.filter((rate) => rate.from <= day).at(-1) ?? rates[0];
  return valid?.usdPerUnit ?? nanos(NANOS_PER_UNIT);
}

/** How a day's charges are converted: each once, half-even. */
export function toUsdOn(rates: readonly Rate[], day: Day): (amount: bigint) => Nanos {
  const usdPerUnit = rateOn(rates, day);
  return (amount) => convert(nanos(amount), usdPerUnit);
}

export function writeRate(db: Database, connection: bigint, { from, usdPerUnit }: Rate): void {
  db.run(
    'INSERT OR REPLACE INTO rate (connection_n, from_day, usd_per_unit) VALUES (?, ?, ?)',
    connection,
    dayNumber(from),
    usdPerUnit,
  );
}
