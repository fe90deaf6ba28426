import { dayFromNumber, dayNumber } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import type { ProviderId, Unit } from '../../shared/model.js';
import { nanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { dayOrNull, numberOrNull } from './columns.js';
import type { Database } from './driver.js';
import type { Ledger, MeterSum, Question } from './types.js';

/** Questions answered from the rollup, one connection after another along its key. */

export interface AskedConnection {
  readonly n: bigint;
  readonly id: string;
  readonly name: string;
  readonly provider: ProviderId;
  readonly unit: Unit;
  readonly accountCreatedDay: Day | null;
  readonly listedAt: number | null;
  readonly removedAt: number | null;
}

/** The connections a question is about, in the order they were added. */
export function askedConnections(db: Database, question: Question): AskedConnection[] {
  const rows = db.all<{
    n: bigint;
    id: string;
    name: string;
    provider: ProviderId;
    unit: Unit;
    account_created_day: bigint | null;
    listed_at: bigint | null;
    removed_at: bigint | null;
  }>(
    'SELECT n, id, name, provider, unit, account_created_day, listed_at, removed_at FROM connection ORDER BY n',
  );
  return rows
    .filter((row) => question.connections === null || question.connections.includes(row.id))
    .map((row) => ({
      n: row.n,
      id: row.id,
      name: row.name,
      provider: row.provider,
      unit: row.unit,
      accountCreatedDay: dayOrNull(row.account_created_day),
      listedAt: numberOrNull(row.listed_at),
      removedAt: numberOrNull(row.removed_at),
    }));
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

/** `key` of a resource: connection, slash, vendor's id. Connections' ids bear no slash. */
function resourceKey(connection: string, vendorId: string): string {
  return `${connection}/${vendorId}`;
}

function bounds({ range }: Question): [number, number] {
  return [dayNumber(range.from), dayNumber(range.to)];
}

/** The connection and resource row a key names, if the question is about it. */
function findResource(
  db: Database,
  question: Question,
  key: string,
): { connection: AskedConnection; resource: bigint } | null {
  const slash = key.indexOf('/');
  const connection = askedConnections(db, question).find((asked) => asked.id === key.slice(0, slash));
  if (connection === undefined) return null;
  const row = db.first<{ id: bigint }>(
    'SELECT id FROM resource WHERE connection_n = ? AND vendor_id = ?',
    connection.n,
    key.slice(slash + 1),
  );
  return row === null ? null : { connection, resource: row.id };
}

interface MeterRow {
  readonly meter: string;
  readonly native: bigint;
  readonly usd: bigint;
}

/** Meters of the same name, provider and unit as one, largest USD first. */
function mergeMeters(
  parts: ReadonlyArray<{ connection: AskedConnection; rows: readonly MeterRow[] }>,
): MeterSum[] {
  const merged = new Map<string, MeterSum>();
  for (const { connection, rows } of parts) {
    for (const row of rows) {
      const { provider, unit } = connection;
      const id = JSON.stringify([provider, unit, row.meter]);
      const known = merged.get(id);
      merged.set(id, {
        meter: row.meter,
        provider,
        unit,
        native: nanos((known?.native ?? 0n) + row.native),
        usd: nanos((known?.usd ?? 0n) + row.usd),
      });
    }
  }
  return [...merged.values()].sort((a, b) =>
    a.usd > b.usd ? -1 : a.usd < b.usd ? 1 : a.meter < b.meter ? -1 : 1,
  );
}

type QuestionPart = Pick<
  Ledger,
  | 'daySums'
  | 'resourceSums'
  | 'meterSums'
  | 'daySplit'
  | 'resourceMeters'
  | 'resourceDays'
  | 'meterDays'
  | 'revisions'
  | 'countCharges'
>;

export function questionPart(db: Database): QuestionPart {
  return {
    daySums: (question) =>
      askedConnections(db, question).flatMap((connection) =>
        db
          .all<{ day: bigint; native: bigint; usd: bigint; charges: bigint }>(
            `SELECT day, native, usd, charges FROM day_total
             WHERE connection_n = ? AND day BETWEEN ? AND ? ORDER BY day`,
            connection.n,
            ...bounds(question),
          )
          .map((row) => ({
            connection: connection.id,
            day: dayFromNumber(Number(row.day)),
            native: nanos(row.native),
            usd: nanos(row.usd),
            charges: Number(row.charges),
          })),
      ),
    resourceSums: (question) =>
      askedConnections(db, question).flatMap((asked) => resourceSums(db, asked, question)),
    meterSums: (question) =>
      mergeMeters(
        askedConnections(db, question).map((connection) => ({
          connection,
          rows: db.all<MeterRow>(
            `SELECT m.meter, t.native, t.usd FROM (
               SELECT meter_id, sum(native) AS native, sum(usd) AS usd FROM meter_day
               WHERE connection_n = ? AND day BETWEEN ? AND ? GROUP BY meter_id
             ) t JOIN meter m ON m.id = t.meter_id`,
            connection.n,
            ...bounds(question),
          ),
        })),
      ),
    daySplit(question, by) {
      const sums = new Sums();
      for (const connection of askedConnections(db, question)) {
        const names = by === 'resource' ? resourceKeys(db, connection) : meterNames(db, connection);
        const rows = db.bulk<[day: number, id: number, usd: string]>(
          `day, ${by}_id, CAST(usd AS TEXT)`,
          `${by}_day WHERE connection_n = ? AND day BETWEEN ? AND ?`,
          null,
          connection.n,
          ...bounds(question),
        );
        for (const [day, id, usd] of rows) sums.add(day, names.get(id) ?? '', BigInt(usd));
      }
      return sums.inDayOrder();
    },
    resourceMeters(question, key) {
      const found = findResource(db, question, key);
      if (found === null) return [];
      const rows = db.all<MeterRow>(
        `SELECT m.meter, sum(d.native) AS native, sum(d.usd) AS usd
         FROM daily d JOIN meter m ON m.id = d.meter_id
         WHERE d.connection_n = ? AND d.day BETWEEN ? AND ? AND d.resource_id = ? GROUP BY m.meter`,
        found.connection.n,
        ...bounds(question),
        found.resource,
      );
      return mergeMeters([{ connection: found.connection, rows }]);
    },
    resourceDays(question, key) {
      const found = findResource(db, question, key);
      if (found === null) return [];
      const rows = db.all<{ day: bigint; usd: bigint }>(
        `SELECT day, usd FROM resource_day
         WHERE connection_n = ? AND day BETWEEN ? AND ? AND resource_id = ? ORDER BY day`,
        found.connection.n,
        ...bounds(question),
        found.resource,
      );
      return rows.map((row) => ({ day: dayFromNumber(Number(row.day)), usd: nanos(row.usd) }));
    },
    meterDays(question, meter) {
      const sums = new Sums();
      for (const connection of askedConnections(db, question)) {
        const rows = db.all<{ day: bigint; usd: bigint }>(
          `SELECT day, sum(usd) AS usd FROM daily
           WHERE connection_n = ?1 AND day BETWEEN ?2 AND ?3
             AND meter_id IN (SELECT id FROM meter WHERE connection_n = ?1 AND meter = ?4) GROUP BY day`,
          connection.n,
          ...bounds(question),
          meter,
        );
        for (const row of rows) sums.add(Number(row.day), meter, row.usd);
      }
      return sums.inDayOrder().map(({ day, usd }) => ({ day, usd }));
    },
    revisions: (question) =>
      askedConnections(db, question).flatMap((connection) =>
        db
          .all<{ key: string; day: bigint; at: bigint; before: bigint; after: bigint }>(
            `SELECT s.key, r.day, r.at, r.before, r.after FROM scope s JOIN revision r ON r.scope_id = s.id
             WHERE s.connection_n = ? AND r.day BETWEEN ? AND ? ORDER BY r.day, r.id`,
            connection.n,
            ...bounds(question),
          )
          .map((row) => ({
            connection: connection.id,
            scopeKey: row.key,
            day: dayFromNumber(Number(row.day)),
            at: Number(row.at),
            before: nanos(row.before),
            after: nanos(row.after),
          })),
      ),
    countCharges: (question) =>
      askedConnections(db, question).reduce(
        (count, connection) =>
          count +
          Number(
            db.integer(
              'SELECT sum(charges) AS value FROM day_total WHERE connection_n = ? AND day BETWEEN ? AND ?',
              connection.n,
              ...bounds(question),
            ),
          ),
        0,
      ),
  };
}

function resourceSums(
  db: Database,
  connection: AskedConnection,
  question: Question,
): ReturnType<Ledger['resourceSums']> {
  const rows = db.all<{
    id: string;
    name: string | null;
    kind: string;
    stopped: bigint;
    group_id: string | null;
    group_name: string | null;
    native: bigint;
    usd: bigint;
  }>(
    `SELECT r.vendor_id AS id, coalesce(r.listed_name, r.name) AS name, coalesce(r.listed_kind, r.kind) AS kind,
       r.stopped, g.vendor_id AS group_id, g.name AS group_name, t.native, t.usd
     FROM (
       SELECT resource_id, sum(native) AS native, sum(usd) AS usd FROM resource_day
       WHERE connection_n = ? AND day BETWEEN ? AND ? GROUP BY resource_id
     ) t JOIN resource r ON r.id = t.resource_id LEFT JOIN grp g ON g.id = r.group_id
     ORDER BY t.usd DESC, r.vendor_id`,
    connection.n,
    ...bounds(question),
  );
  return rows.map((row) => ({
    connection: connection.id,
    provider: connection.provider,
    unit: connection.unit,
    key: resourceKey(connection.id, row.id),
    resource: { id: row.id, name: row.name, kind: row.kind, stopped: row.stopped === 1n },
    group: row.group_id === null ? null : { id: row.group_id, name: row.group_name },
    native: nanos(row.native),
    usd: nanos(row.usd),
  }));
}

function resourceKeys(db: Database, connection: AskedConnection): Map<number, string> {
  const rows = db.bulk<[id: number, vendorId: string]>(
    'id, vendor_id',
    'resource WHERE connection_n = ?',
    null,
    connection.n,
  );
  return new Map(rows.map(([id, vendorId]) => [id, resourceKey(connection.id, vendorId)]));
}

function meterNames(db: Database, connection: AskedConnection): Map<number, string> {
  return new Map(
    db.bulk<[id: number, meter: string]>('id, meter', 'meter WHERE connection_n = ?', null, connection.n),
  );
}
