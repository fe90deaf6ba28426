import { dayFromNumber, dayNumber } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import type { ProviderId, Unit } from '../../shared/model.js';
import { nanos } from '../../shared/money.js';
import { dayOrNull, numberOrNull } from './columns.js';
import type { Database } from './driver.js';
import { readSum, withSums } from './long-sums.js';
import type { SumOf } from './long-sums.js';
import { resourceKey } from './resource-key.js';
import type { Ledger, MeterSum, Question, ResourceSum, RollupKey } from './types.js';

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

/** As day numbers. */
export function bounds({ range }: Question): [number, number] {
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

/** Its sums as {@link readSum} reads them. */
interface MeterRow {
  readonly meter: string;
  readonly native: string;
  readonly usd: string;
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
        native: nanos((known?.native ?? 0n) + readSum(row.native)),
        usd: nanos((known?.usd ?? 0n) + readSum(row.usd)),
      });
    }
  }
  return [...merged.values()].sort((a, b) =>
    a.usd > b.usd ? -1 : a.usd < b.usd ? 1 : a.meter < b.meter ? -1 : 1,
  );
}

type QuestionPart = Pick<
  Ledger,
  | ('daySums' | 'resourceSums' | 'meterSums' | 'resourceMeters' | 'revisions' | 'countCharges')
  | 'metersByResource'
>;

export function questionPart(db: Database): QuestionPart {
  return {
    daySums: (question) =>
      askedConnections(db, question).flatMap((connection) =>
        db
          .bulk<[day: number, native: string, usd: string, charges: number]>(
            'day, CAST(native AS TEXT), CAST(usd AS TEXT), charges',
            'day_total WHERE connection_n = ? AND day BETWEEN ? AND ?',
            'day',
            connection.n,
            ...bounds(question),
          )
          .map(([day, native, usd, charges]) => ({
            connection: connection.id,
            day: dayFromNumber(day),
            native: nanos(BigInt(native)),
            usd: nanos(BigInt(usd)),
            charges,
          })),
      ),
    resourceSums: (question) =>
      askedConnections(db, question).flatMap((asked) => resourceSums(db, asked, question)),
    meterSums: (question) =>
      mergeMeters(
        askedConnections(db, question).map((connection) => ({
          connection,
          rows: withSums((sumOf) =>
            db.all<MeterRow>(
              `SELECT m.meter, t.native, t.usd FROM (
                 ${sumsBy('meter', sumOf)}
               ) t JOIN meter m ON m.id = t.meter_id`,
              connection.n,
              ...bounds(question),
            ),
          ),
        })),
      ),
    resourceMeters(question, key) {
      const found = findResource(db, question, key);
      if (found === null) return [];
      const rows = withSums((sumOf) =>
        db.all<MeterRow>(
          `SELECT m.meter, ${sumsOf(sumOf)}
           FROM daily d JOIN meter m ON m.id = d.meter_id
           WHERE d.connection_n = ? AND d.day BETWEEN ? AND ? AND d.resource_id = ? GROUP BY m.meter`,
          found.connection.n,
          ...bounds(question),
          found.resource,
        ),
      );
      return mergeMeters([{ connection: found.connection, rows }]);
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
    metersByResource: (question) =>
      new Map(
        askedConnections(db, question).flatMap((connection) => metersByResource(db, connection, question)),
      ),
  };
}

/** What rows `d` of the rollup add up to. */
function sumsOf(sumOf: SumOf): string {
  return `${sumOf('d.native')} AS native, ${sumOf('d.usd')} AS usd`;
}

/** A connection's sums ?1 over the days ?2 to ?3: one stretch of the rollup a resource or meter, and no sorting. */
function sumsBy(of: RollupKey, sumOf: SumOf): string {
  return `SELECT d.${of}_id, ${sumsOf(sumOf)}
    FROM ${of} o CROSS JOIN ${of}_day d
      ON d.connection_n = ?1 AND d.${of}_id = o.id AND d.day BETWEEN ?2 AND ?3
    WHERE o.connection_n = ?1 GROUP BY o.id`;
}

function resourceSums(db: Database, connection: AskedConnection, question: Question): ResourceSum[] {
  const rows = withSums((sumOf) =>
    db.bulk<
      [
        id: string,
        name: string | null,
        kind: string,
        stopped: number,
        groupId: string | null,
        groupName: string | null,
        native: string,
        usd: string,
      ]
    >(
      `r.vendor_id, coalesce(r.listed_name, r.name), coalesce(r.listed_kind, r.kind), r.stopped,
         g.vendor_id, g.name, t.native, t.usd`,
      `(
         ${sumsBy('resource', sumOf)}
       ) t JOIN resource r ON r.id = t.resource_id LEFT JOIN grp g ON g.id = r.group_id`,
      null,
      connection.n,
      ...bounds(question),
    ),
  );
  const { id: connectionId, provider, unit } = connection;
  return rows
    .map(([id, name, kind, stopped, groupId, groupName, native, usd]) => ({
      connection: connectionId,
      provider,
      unit,
      key: resourceKey(connectionId, id),
      resource: { id, name, kind, stopped: stopped === 1 },
      group: groupId === null ? null : { id: groupId, name: groupName },
      native: readSum(native),
      usd: readSum(usd),
    }))
    .sort((a, b) => (a.usd === b.usd ? (a.resource.id < b.resource.id ? -1 : 1) : a.usd > b.usd ? -1 : 1));
}

function metersByResource(
  db: Database,
  connection: AskedConnection,
  question: Question,
): Array<[key: string, meters: MeterSum[]]> {
  const rows = withSums((sumOf) =>
    db.bulk<[id: string, meter: string, native: string, usd: string]>(
      'r.vendor_id, t.meter, t.native, t.usd',
      `(
         SELECT d.resource_id, m.meter, ${sumsOf(sumOf)}
         FROM daily d JOIN meter m ON m.id = d.meter_id
         WHERE d.connection_n = ? AND d.day BETWEEN ? AND ? GROUP BY d.resource_id, m.meter
       ) t JOIN resource r ON r.id = t.resource_id`,
      null,
      connection.n,
      ...bounds(question),
    ),
  );
  const byResource = new Map<string, MeterRow[]>();
  for (const [id, meter, native, usd] of rows) {
    const known = byResource.get(id) ?? [];
    known.push({ meter, native, usd });
    byResource.set(id, known);
  }
  return [...byResource].map(([id, own]) => [
    resourceKey(connection.id, id),
    mergeMeters([{ connection, rows: own }]),
  ]);
}
