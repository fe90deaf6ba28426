import type { MeterDay } from './day-summary.js';
import type { Database } from './driver.js';

/**
 * The sums that questions are answered from: by scope, resource and meter
 * (`daily`), and by resource, by meter and as a whole for each connection and
 * day. What a changed day's charges bear on is added up again from them, never
 * adjusted, in the transaction that changed them; the integrity check compares them.
 */

const SUMMARIES = [
  {
    table: 'resource_day',
    columns: 'connection_n, resource_id, day',
    filled: 'native, usd',
    sums: 'sum(native), sum(usd)',
    key: 'AND resource_id IN (SELECT value FROM json_each(?4))',
    isByResource: true,
  },
  {
    table: 'meter_day',
    columns: 'connection_n, meter_id, day',
    filled: 'native, usd',
    sums: 'sum(native), sum(usd)',
    key: 'AND meter_id IN (SELECT id FROM meter WHERE connection_n = ?1)',
    isByResource: false,
  },
  {
    table: 'day_total',
    columns: 'connection_n, day',
    filled: 'native, usd, charges',
    sums: 'sum(native), sum(usd), sum(charges)',
    key: '',
    isByResource: false,
  },
] as const;

/** What a scope's charges of one day add up to; without any where none is left. */
export interface SummedDay {
  readonly day: bigint;
  readonly meters: readonly MeterDay[];
}

/**
 * Writes a scope's own sums of these days; {@link sumUp} those of its connection.
 *
 * @returns the resources that have other sums now
 */
export function replaceDaily(
  db: Database,
  connection: bigint,
  scope: bigint,
  days: readonly SummedDay[],
): ReadonlySet<number> {
  const resources = new Set<number>();
  for (const { day, meters } of days) {
    const replaced = db.all<{ resource_id: bigint }>(
      'DELETE FROM daily WHERE connection_n = ? AND day = ? AND scope_id = ? RETURNING resource_id',
      connection,
      day,
      scope,
    );
    for (const { resource_id } of replaced) resources.add(Number(resource_id));
    for (const { resource } of meters) resources.add(resource);
  }
  db.insert({
    into: 'INSERT INTO daily (connection_n, scope_id, day, resource_id, meter_id, native, usd, charges)',
    shared: [connection, scope],
    rows: days.flatMap(({ day, meters }) => meters.map((sums) => ({ day, ...sums }))),
    columns: 6,
    bind: (params, row) => {
      params.push(row.day, row.resource, row.meter, row.native, row.usd, row.charges);
    },
  });
  return resources;
}

/**
 * Adds up all scopes' sums of these days, in any order.
 *
 * @param resources whose sums have changed; those of the others stay as they are
 */
export function sumUp(
  db: Database,
  connection: bigint,
  days: readonly bigint[],
  resources: ReadonlySet<number>,
): void {
  const changed = JSON.stringify([...resources]);
  for (const { from, to } of stretches(days)) {
    for (const { table, columns, filled, sums, key, isByResource } of SUMMARIES) {
      const params = isByResource ? [connection, from, to, changed] : [connection, from, to];
      // The key comes before the day: without it a connection's whole history would be walked.
      db.run(`DELETE FROM ${table} WHERE connection_n = ?1 ${key} AND day BETWEEN ?2 AND ?3`, ...params);
      db.run(
        `INSERT INTO ${table} (${columns}, ${filled}) SELECT ${columns}, ${sums} FROM daily
         WHERE connection_n = ?1 AND day BETWEEN ?2 AND ?3 ${isByResource ? key : ''} GROUP BY ${columns}`,
        ...params,
      );
    }
  }
}

/** Days that follow each other as one. */
function stretches(days: readonly bigint[]): Array<{ from: bigint; to: bigint }> {
  const found: Array<{ from: bigint; to: bigint }> = [];
  for (const day of [...days].sort((a, b) => Number(a - b))) {
    const last = found.at(-1);
    if (last !== undefined && day - last.to <= 1n) last.to = day;
    else found.push({ from: day, to: day });
  }
  return found;
}

export function dropRollup(db: Database, connection: bigint): void {
  db.run('DELETE FROM daily WHERE connection_n = ?', connection);
  for (const { table } of SUMMARIES) db.run(`DELETE FROM ${table} WHERE connection_n = ?`, connection);
}
