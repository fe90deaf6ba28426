import { dayNumber } from '../../shared/day.js';
import { connectionNumber } from './connections.js';
import { convertRows, rateStretches, ratesOf } from './conversion.js';
import type { Database } from './driver.js';
import { rebuildRollup } from './rollup.js';
import type { Ledger } from './types.js';

/** Rates: what a native unit is worth in USD, from which day on. */

/** Newer than any day the ledger can hold. */
const LAST_DAY_NUMBER = 1_000_000n;

export function ratePart(db: Database): Pick<Ledger, 'rates' | 'setRate'> {
  return {
    rates: (id) => ratesOf(db, connectionNumber(db, id)),
    setRate(id, rate) {
      db.write(() => {
        const n = connectionNumber(db, id);
        db.run(
          'INSERT OR REPLACE INTO rate (connection_n, from_day, usd_per_unit) VALUES (?, ?, ?)',
          n,
          dayNumber(rate.from),
          rate.usdPerUnit,
        );
        const stretch = rateStretches(ratesOf(db, n), BigInt(dayNumber(rate.from)), LAST_DAY_NUMBER)[0];
        if (stretch === undefined) return;
        convertRows(
          db,
          'charge',
          'scope_id IN (SELECT id FROM scope WHERE connection_n = ?) AND day BETWEEN ? AND ?',
          [n, stretch.from, stretch.to],
          stretch.usdPerUnit,
        );
        rebuildRollup(db, n, null, stretch.from, stretch.to);
      });
    },
  };
}
