import { randomBytes } from 'node:crypto';
import { day } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { Fault } from '../../shared/faults.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { ProviderId, Reconciliation, Unit } from '../../shared/model.js';
import { nanos, NANOS_PER_UNIT } from '../../shared/money.js';
import { dayColumn, dayOrNull, jsonColumn, jsonOrNull, numberOrNull } from './columns.js';
import type { Database } from './driver.js';
import { writeRate } from './rates.js';
import { dropRollup } from './rollup.js';
import type { Connection, Ledger, NewConnection } from './types.js';

/** Connections, and what of the account and its last sync is kept with them. */

/** The first day of a connection's first rate: older than any charge. */
export const EARLIEST_DAY: Day = day('1970-01-01');

interface ConnectionRow {
  readonly n: bigint;
  readonly id: string;
  readonly provider: ProviderId;
  readonly account: string;
  readonly account_name: string | null;
  readonly name: string;
  readonly unit: Unit;
  readonly origin: string;
  readonly created_at: bigint;
  readonly removed_at: bigint | null;
  readonly account_created_day: bigint | null;
  readonly billing_anchor: bigint | null;
  readonly credit_left: bigint | null;
  readonly epoch: bigint;
  readonly last_attempt: bigint | null;
  readonly last_success: bigint | null;
  readonly fault: string | null;
  readonly reconciliation: string | null;
  readonly memo: string;
  readonly listed_at: bigint | null;
  readonly deep_read_at: bigint | null;
}

function connectionFrom(row: ConnectionRow): Connection {
  return {
    id: row.id,
    provider: row.provider,
    account: row.account,
    accountName: row.account_name,
    name: row.name,
    unit: row.unit,
    origin: row.origin,
    createdAt: Number(row.created_at),
    removedAt: numberOrNull(row.removed_at),
    accountCreatedDay: dayOrNull(row.account_created_day),
    billingAnchor: dayOrNull(row.billing_anchor),
    creditLeft: row.credit_left === null ? null : nanos(row.credit_left),
    epoch: Number(row.epoch),
    lastAttempt: numberOrNull(row.last_attempt),
    lastSuccess: numberOrNull(row.last_success),
    fault: jsonOrNull<Fault>(row.fault),
    reconciliation: jsonOrNull<Reconciliation>(row.reconciliation),
    memo: jsonOrNull<Record<string, unknown>>(row.memo) ?? {},
    listedAt: numberOrNull(row.listed_at),
    deepReadAt: numberOrNull(row.deep_read_at),
  };
}

/** The connection's row number. @throws FaultError `internal` for an unknown id */
export function connectionNumber(db: Database, id: string): bigint {
  const row = db.first<{ n: bigint }>('SELECT n FROM connection WHERE id = ?', id);
  if (row === null) throw new FaultError('internal', `there is no connection ${id}`);
  return row.n;
}

type ConnectionPart = Pick<
  Ledger,
  | 'connections'
  | 'connection'
  | 'connectionByAccount'
  | 'addConnection'
  | 'rejoinConnection'
  | 'renameConnection'
  | 'removeConnection'
  | 'adoptAccount'
  | 'updateAccount'
  | 'recordAttempt'
  | 'recordSync'
  | 'recordDeepRead'
>;

export function connectionPart(db: Database): ConnectionPart {
  const byId = (id: string): Connection | null => {
    const row = db.first<ConnectionRow>('SELECT * FROM connection WHERE id = ?', id);
    return row === null ? null : connectionFrom(row);
  };
  const expected = (id: string): Connection => {
    const found = byId(id);
    if (found === null) throw new FaultError('internal', `there is no connection ${id}`);
    return found;
  };
  const byAccount = (provider: ProviderId, account: string): Connection | null => {
    const row = db.first<ConnectionRow>(
      'SELECT * FROM connection WHERE provider = ? AND account = ?',
      provider,
      account,
    );
    return row === null ? null : connectionFrom(row);
  };
  return {
    connections: () => db.all<ConnectionRow>('SELECT * FROM connection ORDER BY n').map(connectionFrom),
    connection: byId,
    connectionByAccount: byAccount,
    addConnection: (connection, now) =>
      db.write(() => {
        if (byAccount(connection.provider, connection.account) !== null) {
          throw new FaultError(
            'internal',
            `this ${PROVIDER_NAMES[connection.provider]} account is connected already`,
          );
        }
        const id = connection.id ?? `${connection.provider}-${randomBytes(4).toString('hex')}`;
        insertConnection(db, id, connection, now);
        return expected(id);
      }),
    rejoinConnection: (id, changes) =>
      db.write(() => {
        const known = expected(id);
        if (changes.account !== undefined && changes.account !== known.account) {
          throw new FaultError('other-account');
        }
        const next = { ...known, ...changes };
        db.run(
          `UPDATE connection SET removed_at = NULL, epoch = epoch + 1, fault = NULL, name = ?, account_name = ?,
             origin = ?, account_created_day = ?, billing_anchor = ?, credit_left = ?, memo = ? WHERE id = ?`,
          next.name,
          next.accountName,
          next.origin,
          dayColumn(next.accountCreatedDay),
          dayColumn(next.billingAnchor),
          next.creditLeft,
          jsonColumn({ ...known.memo, ...changes.memo }),
          id,
        );
        return expected(id);
      }),
    renameConnection: (id, name) => void db.run('UPDATE connection SET name = ? WHERE id = ?', name, id),
    removeConnection(id, { forget }, now) {
      if (forget) {
        forgetConnection(db, id);
        return;
      }
      db.write(() => {
        db.run('UPDATE connection SET removed_at = ?, epoch = epoch + 1, fault = NULL WHERE id = ?', now, id);
        db.run('DELETE FROM lease WHERE connection_n = ?', connectionNumber(db, id));
      });
    },
    adoptAccount: (id, account, epoch, notes) =>
      db.write(() => {
        const known = byId(id);
        if (known?.epoch !== epoch || byAccount(known.provider, account) !== null) return false;
        const memo = jsonColumn({ ...known.memo, ...notes });
        db.run('UPDATE connection SET account = ?, memo = ? WHERE id = ?', account, memo, id);
        return true;
      }),
    updateAccount: (id, account) =>
      void db.run(
        `UPDATE connection SET account_name = coalesce(?, account_name), credit_left = ?,
           account_created_day = coalesce(?, account_created_day),
           billing_anchor = coalesce(?, billing_anchor) WHERE id = ?`,
        account.name,
        account.creditLeft,
        dayColumn(account.createdDay),
        dayColumn(account.billingAnchor),
        id,
      ),
    recordAttempt: (id, now) => void db.run('UPDATE connection SET last_attempt = ? WHERE id = ?', now, id),
    // A failed sync has reconciled nothing: what the last whole one found stands.
    recordSync: (id, epoch, { at, asOf, fault, reconciliation, memo }) =>
      db.run(
        `UPDATE connection SET last_attempt = ?1, last_success = iif(?2 IS NULL, ?6, last_success), fault = ?2,
           reconciliation = iif(?2 IS NULL, ?3, coalesce(?3, reconciliation)), memo = ?4
         WHERE id = ?5 AND epoch = ?7 AND removed_at IS NULL`,
        at,
        jsonColumn(fault === null ? null : storedFault(fault)),
        jsonColumn(reconciliation),
        jsonColumn(memo),
        id,
        asOf,
        epoch,
      ) > 0,
    recordDeepRead: (id, now) => void db.run('UPDATE connection SET deep_read_at = ? WHERE id = ?', now, id),
  };
}

function insertConnection(db: Database, id: string, connection: NewConnection, now: number): void {
  db.run(
    `INSERT INTO connection (id, provider, account, account_name, name, unit, origin, created_at,
       account_created_day, billing_anchor, credit_left, memo) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    connection.provider,
    connection.account,
    connection.accountName,
    connection.name,
    connection.unit,
    connection.origin,
    now,
    dayColumn(connection.accountCreatedDay),
    dayColumn(connection.billingAnchor),
    connection.creditLeft,
    jsonColumn(connection.memo ?? {}),
  );
  const n = connectionNumber(db, id);
  const first = { from: EARLIEST_DAY, usdPerUnit: nanos(NANOS_PER_UNIT) };
  for (const rate of [first, ...(connection.rates ?? [])]) writeRate(db, n, rate);
}

/** Its pages are overwritten, so that nothing of it can be read from the file either. */
function forgetConnection(db: Database, id: string): void {
  db.exec('PRAGMA secure_delete = ON');
  try {
    db.write(() => {
      const n = connectionNumber(db, id);
      for (const table of ['day_charges', 'long_stretch']) {
        db.run(`DELETE FROM ${table} WHERE scope_id IN (SELECT id FROM scope WHERE connection_n = ?)`, n);
      }
      dropRollup(db, n);
      db.run('DELETE FROM resource WHERE connection_n = ?', n);
      db.run('DELETE FROM connection WHERE n = ?', n);
    });
  } finally {
    db.exec('PRAGMA secure_delete = OFF');
  }
  // The write-ahead log still holds pages; where another process reads, its own checkpoint follows.
  db.all('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** A fault may be an error with a stack: only what it says is kept. */
function storedFault({ kind, detail, retryAt, isPartial }: Fault): Fault {
  return { kind, detail, retryAt, ...(isPartial === true ? { isPartial } : {}) };
}
