import { dayNumber } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { connectionNumber } from './connections.js';
import { rewriteDays } from './days.js';
import type { Database } from './driver.js';
import { ratesOf, writeRate } from './rates.js';
import type { Ledger } from './types.js';

/** Newer than any day the ledger can hold. */
const LAST_DAY_NUMBER = 1_000_000;

export function ratePart(db: Database): Pick<Ledger, 'rates' | 'setRate'> {
  return {
    rates: (id) => ratesOf(db, connectionNumber(db, id)),
    setRate(id, rate) {
      db.write(() => {
        const n = connectionNumber(db, id);
        writeRate(db, n, rate);
        const next = ratesOf(db, n).find(({ from }) => from > rate.from);
        convertAgain(db, n, rate.from, next?.from ?? null);
      });
    },
  };
}

/** @param until the first day that is left as it is */
function convertAgain(db: Database, connection: bigint, from: Day, until: Day | null): void {
  const days = db.all<{ scope: bigint; day: bigint }>(
    `SELECT scope_id AS scope, day FROM day_charges
     WHERE scope_id IN (SELECT id FROM scope WHERE connection_n = ?) AND day >= ? AND day < ?`,
    connection,
    dayNumber(from),
    until === null ? LAST_DAY_NUMBER : dayNumber(until),
  );
  rewriteDays(db, connection, days, (charges) => charges);
}
