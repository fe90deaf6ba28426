import type { Database } from './driver.js';

/**
 * The sums that questions are answered from: by scope, resource and meter
 * (`daily`), and by resource, by meter and as a whole for each connection and
 * day. They are made again from the charges of the days that changed, in the
 * transaction that changed them, so they cannot drift from them.
 */

const SUMMARIES = [
  {
    table: 'resource_day',
    columns: 'connection_n, resource_id, day',
    filled: 'native, usd',
    sums: 'sum(native), sum(usd)',
    key: 'AND resource_id IN (SELECT id FROM resource WHERE connection_n = ?1)',
  },
  {
    table: 'meter_day',
    columns: 'connection_n, meter_id, day',
    filled: 'native, usd',
    sums: 'sum(native), sum(usd)',
    key: 'AND meter_id IN (SELECT id FROM meter WHERE connection_n = ?1)',
  },
  {
    table: 'day_total',
    columns: 'connection_n, day',
    filled: 'native, usd, charges',
    sums: 'sum(native), sum(usd), sum(charges)',
    key: '',
  },
] as const;

/** @param scope the one whose charges changed, or null for all of the connection's */
export function rebuildRollup(
  db: Database,
  connection: bigint,
  scope: bigint | null,
  from: bigint,
  to: bigint,
): void {
  const days = [connection, from, to] as const;
  const one = scope === null ? '' : 'AND scope_id = ?';
  const whose = scope === null ? [] : [scope];
  db.run(`DELETE FROM daily WHERE connection_n = ? AND day BETWEEN ? AND ? ${one}`, ...days, ...whose);
  db.run(
    `INSERT INTO daily (connection_n, day, scope_id, resource_id, meter_id, native, usd, charges)
     SELECT ?, day, scope_id, resource_id, meter_id, sum(amount), sum(coalesce(usd, amount)), count(*)
     FROM charge
     WHERE scope_id IN (SELECT id FROM scope WHERE connection_n = ?) AND day BETWEEN ? AND ? ${one}
     GROUP BY day, scope_id, resource_id, meter_id`,
    connection,
    ...days,
    ...whose,
  );
  for (const { table, columns, filled, sums, key } of SUMMARIES) {
    // The key comes before the day: without it a connection's whole history would be walked.
    db.run(`DELETE FROM ${table} WHERE connection_n = ?1 ${key} AND day BETWEEN ?2 AND ?3`, ...days);
    db.run(
      `INSERT INTO ${table} (${columns}, ${filled}) SELECT ${columns}, ${sums} FROM daily
       WHERE connection_n = ? AND day BETWEEN ? AND ? GROUP BY ${columns}`,
      ...days,
    );
  }
}

export function dropRollup(db: Database, connection: bigint): void {
  db.run('DELETE FROM daily WHERE connection_n = ?', connection);
  for (const { table } of SUMMARIES) db.run(`DELETE FROM ${table} WHERE connection_n = ?`, connection);
}
