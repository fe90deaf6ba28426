import { dayFromNumber } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import type { Database } from './driver.js';
import { readSum, withSums } from './long-sums.js';
import { askedConnections, bounds } from './questions.js';
import type { AskedConnection } from './questions.js';
import { resourceKey } from './resource-key.js';
import type { Ledger, RollupKey } from './types.js';

/** What a few resources or meters cost, named by their keys. */

export function splitPart(db: Database): Pick<Ledger, 'daySplit' | 'keySums'> {
  return {
    daySplit(question, by, keys) {
      const sums = new Sums();
      for (const connection of askedConnections(db, question)) {
        const rows = db.bulk<[day: number, name: string, usd: string]>(
          'day, name, CAST(usd AS TEXT)',
          `(${ROWS_OF[by]})`,
          null,
          connection.n,
          ...bounds(question),
          namesIn(keys, by, connection),
        );
        for (const [day, name, usd] of rows) sums.add(day, keyOf(name, by, connection), BigInt(usd));
      }
      return sums.inDayOrder();
    },
    keySums(question, by, keys) {
      const sums = new Map<string, Nanos>();
      for (const connection of askedConnections(db, question)) {
        const rows = withSums((sumOf) =>
          db.bulk<[name: string, usd: string]>(
            'name, usd',
            `(SELECT name, ${sumOf('usd')} AS usd FROM (${ROWS_OF[by]}) GROUP BY name)`,
            null,
            connection.n,
            ...bounds(question),
            namesIn(keys, by, connection),
          ),
        );
        for (const [name, usd] of rows) {
          const key = keyOf(name, by, connection);
          sums.set(key, nanos((sums.get(key) ?? 0n) + readSum(usd)));
        }
      }
      return sums;
    },
  };
}

/**
 * The rollup's rows of named resources or meters. Few are ever named, so each
 * one's stretch of the rollup is looked up, and no other row is read.
 */
function rowsOf(by: RollupKey, column: string): string {
  return `WITH named AS MATERIALIZED (
      SELECT id, ${column} AS name FROM ${by}
      WHERE connection_n = ?1 AND ${column} IN (SELECT value FROM json_each(?4))
    )
    SELECT d.day, named.name, d.usd
    FROM named CROSS JOIN ${by}_day d
      ON d.connection_n = ?1 AND d.${by}_id = named.id AND d.day BETWEEN ?2 AND ?3`;
}

const ROWS_OF = { resource: rowsOf('resource', 'vendor_id'), meter: rowsOf('meter', 'meter') } as const;

/** As JSON, what the connection calls the resources or meters that keys name. */
function namesIn(keys: readonly string[], by: RollupKey, connection: AskedConnection): string {
  if (by === 'meter') return JSON.stringify(keys);
  const own = resourceKey(connection.id, '');
  return JSON.stringify(keys.filter((key) => key.startsWith(own)).map((key) => key.slice(own.length)));
}

function keyOf(name: string, by: RollupKey, connection: AskedConnection): string {
  return by === 'meter' ? name : resourceKey(connection.id, name);
}

/** Adds up, by day and key, what several connections or meters of one name say. */
class Sums {
  private readonly byDay = new Map<number, Map<string, bigint>>();

  add(day: number, key: string, usd: bigint): void {
    let sums = this.byDay.get(day);
    if (sums === undefined) this.byDay.set(day, (sums = new Map<string, bigint>()));
    sums.set(key, (sums.get(key) ?? 0n) + usd);
  }

  inDayOrder(): Array<{ day: Day; key: string; usd: Nanos }> {
    return [...this.byDay]
      .sort(([a], [b]) => a - b)
      .flatMap(([number, sums]) => {
        const day = dayFromNumber(number);
        return [...sums].map(([key, usd]) => ({ day, key, usd: nanos(usd) }));
      });
  }
}
