import { fromColumns, inOrder } from './day-charges.js';
import type { ChargeColumns } from './day-charges.js';
import { summariseDay } from './day-summary.js';
import { readDay, writeDay } from './day-text.js';
import { storeLongStretches, textOf } from './days.js';
import type { Database } from './driver.js';
import { ratesOf, toUsdOn } from './rates.js';
import { dayFromNumber } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import { qualifiedId } from '../providers/qualified-id.js';

/**
 * The ledger's schema as a list of forward-only migrations: the file's
 * `user_version` is how many of them it has had. Days are numbers since
 * 1970-01-01, instants milliseconds, amounts nanos.
 */

function createLedger(db: Database): void {
  db.exec(`
    CREATE TABLE connection (
      n INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      provider TEXT NOT NULL,
      account TEXT NOT NULL,
      account_name TEXT,
      name TEXT NOT NULL,
      unit TEXT NOT NULL,
      origin TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      removed_at INTEGER,
      account_created_day INTEGER,
      billing_anchor INTEGER,
      credit_left INTEGER,
      epoch INTEGER NOT NULL DEFAULT 1,
      last_attempt INTEGER,
      last_success INTEGER,
      fault TEXT,
      reconciliation TEXT,
      memo TEXT NOT NULL DEFAULT '{}',
      listed_at INTEGER,
      deep_read_at INTEGER,
      UNIQUE (provider, account)
    ) STRICT;

    CREATE TABLE rate (
      connection_n INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
      from_day INTEGER NOT NULL,
      usd_per_unit INTEGER NOT NULL,
      PRIMARY KEY (connection_n, from_day)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE scope (
      id INTEGER PRIMARY KEY,
      connection_n INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
      key TEXT NOT NULL,
      name TEXT,
      created_day INTEGER,
      dormant INTEGER NOT NULL DEFAULT 0,
      gone_at INTEGER,
      ended_at INTEGER,
      audited_at INTEGER,
      UNIQUE (connection_n, key)
    ) STRICT;

    CREATE TABLE grp (
      id INTEGER PRIMARY KEY,
      connection_n INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
      vendor_id TEXT NOT NULL,
      name TEXT,
      seen_at INTEGER NOT NULL,
      UNIQUE (connection_n, vendor_id)
    ) STRICT;

    CREATE TABLE resource (
      id INTEGER PRIMARY KEY,
      connection_n INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
      vendor_id TEXT NOT NULL,
      name TEXT,
      kind TEXT NOT NULL,
      group_id INTEGER REFERENCES grp,
      seen_at INTEGER NOT NULL,
      listed_name TEXT,
      listed_kind TEXT,
      stopped INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX resource_connection ON resource (connection_n);
    CREATE INDEX resource_group ON resource (group_id);

    CREATE TABLE resource_alias (
      connection_n INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
      alias TEXT NOT NULL,
      resource_id INTEGER NOT NULL REFERENCES resource ON DELETE CASCADE,
      place INTEGER NOT NULL,
      PRIMARY KEY (connection_n, alias)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX resource_alias_resource ON resource_alias (resource_id, place);

    CREATE TABLE meter (
      id INTEGER PRIMARY KEY,
      connection_n INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
      vendor_meter TEXT NOT NULL,
      variant TEXT NOT NULL,
      meter TEXT NOT NULL,
      UNIQUE (connection_n, vendor_meter, variant)
    ) STRICT;

    CREATE TABLE shape (
      id INTEGER PRIMARY KEY,
      connection_n INTEGER NOT NULL REFERENCES connection ON DELETE CASCADE,
      text TEXT NOT NULL,
      UNIQUE (connection_n, text)
    ) STRICT;

    CREATE TABLE charge (
      scope_id INTEGER NOT NULL,
      day INTEGER NOT NULL,
      key TEXT NOT NULL,
      resource_id INTEGER NOT NULL,
      meter_id INTEGER NOT NULL,
      ordinal INTEGER NOT NULL,
      start INTEGER NOT NULL,
      duration INTEGER NOT NULL,
      amount INTEGER NOT NULL,
      usd INTEGER,
      locked INTEGER NOT NULL,
      shape_id INTEGER NOT NULL,
      own TEXT NOT NULL,
      PRIMARY KEY (scope_id, day, key, resource_id, meter_id, ordinal)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE covered (
      scope_id INTEGER NOT NULL REFERENCES scope ON DELETE CASCADE,
      day INTEGER NOT NULL,
      read_at INTEGER NOT NULL,
      charges INTEGER NOT NULL,
      settled INTEGER NOT NULL,
      PRIMARY KEY (scope_id, day)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE daily (
      connection_n INTEGER NOT NULL,
      day INTEGER NOT NULL,
      scope_id INTEGER NOT NULL,
      resource_id INTEGER NOT NULL,
      meter_id INTEGER NOT NULL,
      native INTEGER NOT NULL,
      usd INTEGER NOT NULL,
      charges INTEGER NOT NULL,
      PRIMARY KEY (connection_n, day, scope_id, resource_id, meter_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE resource_day (
      connection_n INTEGER NOT NULL,
      day INTEGER NOT NULL,
      resource_id INTEGER NOT NULL,
      native INTEGER NOT NULL,
      usd INTEGER NOT NULL,
      PRIMARY KEY (connection_n, day, resource_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE meter_day (
      connection_n INTEGER NOT NULL,
      day INTEGER NOT NULL,
      meter_id INTEGER NOT NULL,
      native INTEGER NOT NULL,
      usd INTEGER NOT NULL,
      PRIMARY KEY (connection_n, day, meter_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE day_total (
      connection_n INTEGER NOT NULL,
      day INTEGER NOT NULL,
      native INTEGER NOT NULL,
      usd INTEGER NOT NULL,
      charges INTEGER NOT NULL,
      PRIMARY KEY (connection_n, day)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE revision (
      id INTEGER PRIMARY KEY,
      scope_id INTEGER NOT NULL REFERENCES scope ON DELETE CASCADE,
      day INTEGER NOT NULL,
      at INTEGER NOT NULL,
      before INTEGER NOT NULL,
      after INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX revision_scope ON revision (scope_id, day);

    CREATE TABLE lease (
      connection_n INTEGER PRIMARY KEY REFERENCES connection ON DELETE CASCADE,
      owner TEXT NOT NULL,
      token TEXT NOT NULL,
      heartbeat INTEGER NOT NULL,
      progress TEXT
    ) STRICT;
  `);
}

/** When a reading made a day doubtful, null where none did: see `cover`. */
function addDoubt(db: Database): void {
  db.exec('ALTER TABLE covered ADD COLUMN doubted_at INTEGER');
}

/** A period's sum of one resource or meter then is one stretch of its table, however many others there are. */
function sortSumsByKey(db: Database): void {
  for (const of of ['resource', 'meter']) {
    db.exec(`
      ALTER TABLE ${of}_day RENAME TO ${of}_day_by_day;
      CREATE TABLE ${of}_day (
        connection_n INTEGER NOT NULL,
        ${of}_id INTEGER NOT NULL,
        day INTEGER NOT NULL,
        native INTEGER NOT NULL,
        usd INTEGER NOT NULL,
        PRIMARY KEY (connection_n, ${of}_id, day)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO ${of}_day (connection_n, ${of}_id, day, native, usd)
        SELECT connection_n, ${of}_id, day, native, usd FROM ${of}_day_by_day;
      DROP TABLE ${of}_day_by_day;
    `);
  }
  db.exec('CREATE INDEX IF NOT EXISTS resource_vendor ON resource (connection_n, vendor_id)');
}

/**
 * A row a charge cost more than all else that is done to store a window. So the
 * charges of a scope's day become one text, as `day-text.ts` writes it. A
 * charge repeats nothing that is held elsewhere: its USD follow from the rate,
 * and the vendor's remaining fields are a `shape` shared by many charges plus
 * what differs. That keeps one near 70 bytes.
 */
function keepDaysWhole(db: Database): void {
  db.exec(`
    CREATE TABLE day_charges (
      scope_id INTEGER NOT NULL,
      day INTEGER NOT NULL,
      charges INTEGER NOT NULL,
      native INTEGER NOT NULL,
      all_locked INTEGER NOT NULL,
      stretches TEXT NOT NULL,
      text TEXT NOT NULL,
      PRIMARY KEY (scope_id, day)
    ) STRICT;
  `);
  const days = db.all<{ scope: bigint; day: bigint }>('SELECT DISTINCT scope_id AS scope, day FROM charge');
  for (const { scope, day } of days) keepDayWhole(db, scope, day);
  db.exec('DROP TABLE charge');
}

function keepDayWhole(db: Database, scope: bigint, day: bigint): void {
  // USD are null where they equal the amount.
  const rows = db.bulk<readonly [...ChargeColumns, usd: string | null]>(
    `key, resource_id, meter_id, shape_id, start, duration, CAST(amount AS TEXT), locked,
     iif(own = '', '[]', own), CAST(usd AS TEXT)`,
    'charge WHERE scope_id = ? AND day = ?',
    'ordinal',
    scope,
    day,
  );
  const usd = new Map<bigint, bigint>();
  const charges = rows.map(([key, resource, meter, shape, start, duration, amount, locked, own, inUsd]) => {
    usd.set(BigInt(amount), BigInt(inUsd ?? amount));
    return fromColumns([key, resource, meter, shape, start, duration, amount, locked, own]);
  });
  // The rate of a day converts an amount the same wherever it stands.
  const { native, allLocked, stretches } = summariseDay(charges, (amount) => usd.get(amount) ?? amount);
  db.run(
    `INSERT INTO day_charges (scope_id, day, charges, native, all_locked, stretches, text)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    scope,
    day,
    charges.length,
    native,
    allLocked ? 1 : 0,
    JSON.stringify(stretches),
    writeDay(inOrder(charges)),
  );
}

/** Charges of a day or longer, spread over the time they are for: the run rate counts them. */
function keepLongStretches(db: Database): void {
  db.exec(`
    CREATE TABLE long_stretch (
      scope_id INTEGER NOT NULL,
      day INTEGER NOT NULL,
      start INTEGER NOT NULL,
      duration INTEGER NOT NULL,
      usd INTEGER NOT NULL,
      PRIMARY KEY (scope_id, day, start, duration)
    ) STRICT, WITHOUT ROWID;
  `);
  const scopes = db.all<{ scope: bigint; connection: bigint }>(
    'SELECT id AS scope, connection_n AS connection FROM scope',
  );
  for (const { scope, connection } of scopes) {
    const rates = ratesOf(db, connection);
    for (const { day } of db.all<{ day: bigint }>('SELECT day FROM day_charges WHERE scope_id = ?', scope)) {
      const toUsd = toUsdOn(rates, dayFromNumber(Number(day)));
      const { longStretches } = summariseDay(readDay(textOf(db, scope, day)), toUsd);
      storeLongStretches(db, scope, day, longStretches);
    }
  }
}

/** A ClickHouse id is one of its type, which is made a part of it: see `qualified-id.ts`. */
function tellTypesApart(db: Database): void {
  const resources = db.all<{ id: bigint; own: string; kind: string }>(
    `SELECT r.id, r.vendor_id AS own, r.kind FROM resource r JOIN connection c ON c.n = r.connection_n
     WHERE c.provider = 'clickhouse' AND r.kind <> 'Service'`,
  );
  for (const { id, own, kind } of resources) {
    const qualified = qualifiedId(own, kind.toLowerCase().replace(/[^a-z]/g, ''));
    db.run('UPDATE resource SET vendor_id = ? WHERE id = ?', qualified, id);
    db.run('UPDATE resource_alias SET alias = ? WHERE resource_id = ?', qualified, id);
  }
}

const MIGRATIONS: ReadonlyArray<(db: Database) => void> = [
  createLedger,
  addDoubt,
  sortSumsByKey,
  keepDaysWhole,
  keepLongStretches,
  tellTypesApart,
];

/** The `user_version` of a ledger that this program writes. */
export const LEDGER_VERSION = MIGRATIONS.length;

/** "CTL1": tells a ledger from any other SQLite file. */
const APPLICATION_ID = 0x43544c31;

/** A sound file that is not for this program: it is left as it is. */
export class ForeignLedgerError extends FaultError {
  constructor(
    detail: string,
    /** In place of the remedies for a file that cannot be written. */
    readonly remedy: string,
  ) {
    super('ledger', detail);
  }
}

function newerLedger(version: number): FaultError {
  return new ForeignLedgerError(
    `a newer Cost Tray wrote it (version ${version}, this one reads ${LEDGER_VERSION}); it was left untouched`,
    'Install the newer Cost Tray, or move the file away to start afresh.',
  );
}

function versionOf(db: Database): number {
  return Number(db.first<{ user_version: bigint }>('PRAGMA user_version')?.user_version ?? 0n);
}

/**
 * Only reads.
 *
 * @throws ForeignLedgerError for a file of a newer version and for a database that is no ledger
 */
export function refuseForeign(db: Database): void {
  const version = versionOf(db);
  if (version > LEDGER_VERSION) throw newerLedger(version);
  if (version === 0 && db.integer('SELECT count(*) AS value FROM sqlite_schema') > 0n) {
    throw new ForeignLedgerError(
      'it is a database of another program; it was left untouched',
      'Move the file away, or name another folder in COST_TRAY_HOME.',
    );
  }
}

/** Brings a file to {@link LEDGER_VERSION}, in one transaction. @throws as {@link refuseForeign} */
export function migrate(db: Database): void {
  if (versionOf(db) === LEDGER_VERSION) return;
  db.write(() => {
    // Another process may have done it while this one waited for the lock.
    refuseForeign(db);
    for (const migration of MIGRATIONS.slice(versionOf(db))) migration(db);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${LEDGER_VERSION}`);
  });
}
