import type { ResourceListing, ScopeListing } from '../providers/adapter.js';
import { connectionNumber } from './connections.js';
import { dayColumn, dayOrNull, numberOrNull } from './columns.js';
import { joinResource } from './day-charges.js';
import { rewriteDays } from './days.js';
import type { Database } from './driver.js';
import { insertResource } from './names.js';
import type { Ledger, Scope } from './types.js';

/** Scopes, and the names that the vendor's lists give to resources. */

interface ScopeRow {
  readonly id: bigint;
  readonly connection: string;
  readonly key: string;
  readonly name: string | null;
  readonly created_day: bigint | null;
  readonly dormant: bigint;
  readonly gone_at: bigint | null;
  readonly ended_at: bigint | null;
  readonly audited_at: bigint | null;
  readonly last_charge_day: bigint | null;
}

function scopeFrom(row: ScopeRow): Scope {
  return {
    id: Number(row.id),
    connection: row.connection,
    key: row.key,
    name: row.name,
    createdDay: dayOrNull(row.created_day),
    dormant: row.dormant === 1n,
    goneAt: numberOrNull(row.gone_at),
    endedAt: numberOrNull(row.ended_at),
    lastChargeDay: dayOrNull(row.last_charge_day),
    auditedAt: numberOrNull(row.audited_at),
  };
}

type ScopePart = Pick<
  Ledger,
  'scopes' | 'goneScopes' | 'recordListing' | 'resources' | 'endScope' | 'recordAudit'
>;

export function scopePart(db: Database): ScopePart {
  return {
    scopes: (connection) =>
      db
        .all<ScopeRow>(
          `SELECT s.*, c.id AS connection,
             (SELECT max(day) FROM day_charges WHERE scope_id = s.id) AS last_charge_day
           FROM scope s JOIN connection c ON c.n = s.connection_n WHERE c.id = ? ORDER BY s.id`,
          connection,
        )
        .map(scopeFrom),
    goneScopes: (connection) =>
      db
        .all<{ name: string }>(
          `SELECT coalesce(name, key) AS name FROM scope
           WHERE connection_n = ? AND (gone_at IS NOT NULL OR ended_at IS NOT NULL) ORDER BY id`,
          connectionNumber(db, connection),
        )
        .map(({ name }) => name),
    recordListing(connection, scopes, resources, now) {
      db.write(() => {
        const n = connectionNumber(db, connection);
        listScopes(db, n, scopes, now);
        for (const resource of resources) listResource(db, n, resource);
        db.run('UPDATE connection SET listed_at = ? WHERE n = ?', now, n);
      });
    },
    resources: (connection) => listedResources(db, connectionNumber(db, connection)),
    endScope: (scope, now) =>
      void db.run(
        'UPDATE scope SET ended_at = coalesce(ended_at, ?1), gone_at = coalesce(gone_at, ?1) WHERE id = ?2',
        now,
        scope,
      ),
    recordAudit: (scope, now) => void db.run('UPDATE scope SET audited_at = ? WHERE id = ?', now, scope),
  };
}

function listScopes(db: Database, connection: bigint, scopes: readonly ScopeListing[], now: number): void {
  for (const scope of scopes) {
    db.run(
      `INSERT INTO scope (connection_n, key, name, created_day, dormant) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET name = coalesce(excluded.name, name),
         created_day = coalesce(excluded.created_day, created_day), dormant = excluded.dormant,
         gone_at = NULL, ended_at = NULL`,
      connection,
      scope.key,
      scope.name,
      dayColumn(scope.createdDay),
      scope.dormant ? 1 : 0,
    );
  }
  db.run(
    `UPDATE scope SET gone_at = ? WHERE connection_n = ? AND gone_at IS NULL
       AND key NOT IN (SELECT value FROM json_each(?))`,
    now,
    connection,
    JSON.stringify(scopes.map((scope) => scope.key)),
  );
}

/** The listing's name wins over a charge's. Charges stored under another of its ids join it. */
function listResource(db: Database, connection: bigint, listing: ResourceListing): void {
  const [first] = listing.ids;
  if (first === undefined) return;
  const rowOf = (alias: string): bigint | null =>
    db.first<{ id: bigint }>(
      'SELECT resource_id AS id FROM resource_alias WHERE connection_n = ? AND alias = ?',
      connection,
      alias,
    )?.id ?? null;
  const known = listing.ids.map(rowOf).find((row) => row !== null);
  const resource =
    rowOf(first) ??
    known ??
    insertResource(db, connection, { id: first, name: null, kind: listing.kind, seenAt: 0, group: null });
  listing.ids.forEach((alias, place) => {
    const other = rowOf(alias);
    db.run(
      'INSERT OR REPLACE INTO resource_alias (connection_n, alias, resource_id, place) VALUES (?, ?, ?, ?)',
      connection,
      alias,
      resource,
      place,
    );
    if (other !== null && other !== resource) joinResources(db, connection, other, resource);
  });
  db.run(
    `UPDATE resource SET vendor_id = ?, listed_name = coalesce(?, listed_name), listed_kind = ?, stopped = ?
     WHERE id = ?`,
    first,
    listing.name,
    listing.kind,
    listing.stopped ? 1 : 0,
    resource,
  );
}

/**
 * Two rows turn out to be one resource. A charge that both bear under one
 * identity keeps its place and its row: nothing is lost, nothing counts twice anew.
 */
function joinResources(db: Database, connection: bigint, from: bigint, to: bigint): void {
  const days = db.all<{ scope: bigint; day: bigint }>(
    'SELECT DISTINCT scope_id AS scope, day FROM daily WHERE connection_n = ? AND resource_id = ?',
    connection,
    from,
  );
  rewriteDays(db, connection, days, (charges) => joinResource(charges, Number(from), Number(to)));
  db.run(
    'DELETE FROM resource WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM daily WHERE connection_n = ?2 AND resource_id = ?1)',
    from,
    connection,
  );
}

/** Resources that any listing has named: those deleted since keep their names. */
function listedResources(db: Database, connection: bigint): Map<string, ResourceListing> {
  const rows = db.all<{ alias: string; id: bigint; name: string | null; kind: string; stopped: bigint }>(
    `SELECT a.alias, r.id, r.listed_name AS name, r.listed_kind AS kind, r.stopped
     FROM resource r JOIN resource_alias a ON a.resource_id = r.id
     WHERE r.connection_n = ? AND r.listed_kind IS NOT NULL ORDER BY r.id, a.place, a.alias`,
    connection,
  );
  const ids = new Map<bigint, string[]>();
  for (const row of rows) ids.set(row.id, [...(ids.get(row.id) ?? []), row.alias]);
  return new Map(
    rows.map((row) => [
      row.alias,
      { ids: ids.get(row.id) ?? [], name: row.name, kind: row.kind, stopped: row.stopped === 1n },
    ]),
  );
}
