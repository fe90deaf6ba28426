import { DAY_MS, dayFromNumber, dayNumber, earlier, eachDay } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import { connectionNumber } from './connections.js';
import { dayOrNull } from './columns.js';
import { dayState } from './day-state.js';
import type { Database } from './driver.js';
import { askedConnections } from './questions.js';
import type { AskedConnection } from './questions.js';
import type { DayKnowledge, Ledger, Question } from './types.js';

/** Which days are known, asked of one scope or of whole connections. */

/** Days on which a scope could bear a charge that can still be asked for; day numbers. */
interface Expectation {
  readonly scope: bigint;
  readonly first: number;
  readonly last: number;
  /** The vendor no longer knows it: what was read of it will never be read again. */
  readonly ended: boolean;
}

/** Beyond any day, on either side. */
const NO_LIMIT = 10_000_000;

type CoveragePart = Pick<
  Ledger,
  'covered' | 'forgetFuture' | 'dayStates' | 'knownDays' | 'firstChargeDay' | 'lastChargeDay'
>;

export function coveragePart(db: Database): CoveragePart {
  return {
    covered: (scope, range) =>
      db
        .all<{
          day: bigint;
          read_at: bigint;
          charges: bigint;
          settled: bigint;
          doubted_at: bigint | null;
        }>(
          `SELECT day, read_at, charges, settled, doubted_at FROM covered
           WHERE scope_id = ? AND day BETWEEN ? AND ? ORDER BY day`,
          scope,
          dayNumber(range.from),
          dayNumber(range.to),
        )
        .map((row) => ({
          day: dayFromNumber(Number(row.day)),
          readAt: Number(row.read_at),
          charges: Number(row.charges),
          settled: row.settled === 1n,
          ...(row.doubted_at === null ? {} : { doubtedAt: Number(row.doubted_at) }),
        })),
    forgetFuture: (connection, now) =>
      db.write(() => {
        const number = connectionNumber(db, connection);
        db.run(
          `DELETE FROM covered WHERE read_at > ?
             AND scope_id IN (SELECT id FROM scope WHERE connection_n = ?)`,
          now,
          number,
        );
        db.run(
          `UPDATE covered SET doubted_at = ?1 WHERE doubted_at > ?1
             AND scope_id IN (SELECT id FROM scope WHERE connection_n = ?2)`,
          now,
          number,
        );
        db.run('UPDATE scope SET audited_at = ? WHERE audited_at > ? AND connection_n = ?', now, now, number);
      }),
    dayStates: (question, today) =>
      askedConnections(db, question).flatMap((connection) => connectionDays(db, connection, question, today)),
    knownDays: (connection) => knownDays(db, connectionNumber(db, connection)),
    firstChargeDay: (connection) => firstChargeDay(db, connectionNumber(db, connection)),
    lastChargeDay: (connection) => {
      const row = db.first<{ day: bigint | null }>(
        'SELECT max(day) AS day FROM day_total WHERE connection_n = ?',
        connectionNumber(db, connection),
      );
      return dayOrNull(row?.day ?? null);
    },
  };
}

function firstChargeDay(db: Database, connection: bigint): Day | null {
  const row = db.first<{ day: bigint | null }>(
    'SELECT min(day) AS day FROM day_total WHERE connection_n = ?',
    connection,
  );
  return dayOrNull(row?.day ?? null);
}

/** Looked up scope by scope, so that no day between is read. */
function knownDays(db: Database, connection: bigint): DayRange | null {
  const row = db.first<{ first: bigint | null; last: bigint | null }>(
    `SELECT min(first) AS first, max(last) AS last FROM (
       SELECT (SELECT min(day) FROM covered WHERE scope_id = s.id) AS first,
         (SELECT max(day) FROM covered WHERE scope_id = s.id) AS last
       FROM scope s WHERE connection_n = ?1
       UNION ALL
       SELECT (SELECT min(day) FROM day_total WHERE connection_n = ?1),
         (SELECT max(day) FROM day_total WHERE connection_n = ?1)
     )`,
    connection,
  );
  const from = dayOrNull(row?.first ?? null);
  const to = dayOrNull(row?.last ?? null);
  return from === null || to === null ? null : { from, to };
}

function connectionDays(
  db: Database,
  connection: AskedConnection,
  { range }: Question,
  today: Day,
): DayKnowledge[] {
  const days = eachDay({ from: range.from, to: earlier(range.to, today) });
  const first = dayNumber(range.from);
  const last = dayNumber(range.to);
  const expectations = expectationsOf(db, connection);
  const readings = readingsOf(db, expectations, first, last);
  const sums = new Map(
    db
      .bulk<[day: number, native: string, charges: number]>(
        'day, CAST(native AS TEXT), charges',
        'day_total WHERE connection_n = ? AND day BETWEEN ? AND ?',
        null,
        connection.n,
        first,
        last,
      )
      .map(([day, native, charges]) => [day, { native: BigInt(native), charges }]),
  );
  const firstCharge = firstChargeDay(db, connection.n);
  const createdDay = connection.accountCreatedDay ?? oldestScope(expectations);
  return days.map((day, index) => {
    const number = first + index;
    const reading = readings.get(number);
    const sum = sums.get(number);
    let expected = 0;
    let asked = 0;
    for (const scope of expectations) {
      if (number < scope.first || scope.last < number) continue;
      expected += 1;
      if (!scope.ended) asked += 1;
    }
    const state = dayState({
      day,
      today,
      expected,
      expectedRead: reading?.expectedRead ?? 0,
      read: reading?.read ?? 0,
      allSettled: reading?.settled ?? true,
      oldestUnsettled: reading?.unsettledAt ?? null,
      charges: sum?.charges ?? 0,
      sum: sum?.native ?? 0n,
      firstChargeDay: firstCharge,
      createdDay,
      listedAt: connection.listedAt,
      removedAt: connection.removedAt,
    });
    const readAt = state === 'unknown' ? null : (reading?.readAt ?? null);
    const lacking = asked - (reading?.askedRead ?? 0);
    return { connection: connection.id, day, state, lacking, readAt };
  });
}

/**
 * A scope is expected from its creation on: to no end while it is listed, to the
 * day it went from the list, and where the vendor no longer knows it to the last
 * day that was read. Older days it was never read for stay expected: they are
 * not known and never will be.
 */
function expectationsOf(db: Database, connection: AskedConnection): Expectation[] {
  const rows = db.all<{
    id: bigint;
    created_day: bigint | null;
    gone_at: bigint | null;
    ended_at: bigint | null;
    last_read: bigint | null;
  }>(
    `SELECT id, created_day, gone_at, ended_at,
       iif(ended_at IS NULL, NULL, (SELECT max(day) FROM covered WHERE scope_id = scope.id)) AS last_read
     FROM scope WHERE connection_n = ?`,
    connection.n,
  );
  const accountDay = connection.accountCreatedDay;
  const oldest = accountDay === null ? -NO_LIMIT : dayNumber(accountDay);
  return rows.map((row) => {
    const first = Math.max(oldest, row.created_day === null ? -NO_LIMIT : Number(row.created_day));
    if (row.ended_at !== null) {
      const last = row.last_read === null ? -NO_LIMIT : Number(row.last_read);
      return { scope: row.id, first, last, ended: true };
    }
    const last = row.gone_at === null ? NO_LIMIT : Math.floor(Number(row.gone_at) / DAY_MS);
    return { scope: row.id, first, last, ended: false };
  });
}

function oldestScope(expectations: readonly Expectation[]): Day | null {
  const oldest = Math.min(NO_LIMIT, ...expectations.map((scope) => scope.first));
  return Math.abs(oldest) === NO_LIMIT ? null : dayFromNumber(oldest);
}

interface Reading {
  readonly read: number;
  readonly expectedRead: number;
  /** As `expectedRead`, of the scopes that can still be asked. */
  readonly askedRead: number;
  readonly settled: boolean;
  readonly readAt: number;
  readonly unsettledAt: number | null;
}

/**
 * The scopes' readings by day number, added up. A day that was read before its end
 * was read in part, and is not known once it has ended.
 */
function readingsOf(
  db: Database,
  expectations: readonly Expectation[],
  first: number,
  last: number,
): Map<number, Reading> {
  const scopes = expectations.map(({ scope, first, last, ended }) => [
    Number(scope),
    first,
    last,
    ended ? 1 : 0,
  ]);
  const rows = db.bulk<
    [
      day: number,
      read: number,
      expectedRead: number,
      askedRead: number,
      settled: number,
      readAt: number,
      unsettledAt: number | null,
    ]
  >(
    'day, read, expected_read, asked_read, settled, read_at, unsettled_at',
    `(
       WITH asked AS MATERIALIZED (
         SELECT value->>0 AS id, value->>1 AS first, value->>2 AS last, value->>3 AS ended FROM json_each(?)
       )
       SELECT c.day, count(*) AS read,
         sum(c.day BETWEEN asked.first AND asked.last
           AND (c.settled OR asked.ended OR c.read_at >= (c.day + 1) * ${DAY_MS})) AS expected_read,
         sum(NOT asked.ended AND c.day BETWEEN asked.first AND asked.last
           AND (c.settled OR c.read_at >= (c.day + 1) * ${DAY_MS})) AS asked_read,
         min(c.settled) AS settled, min(c.read_at) AS read_at,
         min(iif(c.settled = 0, c.read_at, NULL)) AS unsettled_at
       FROM asked CROSS JOIN covered c ON c.scope_id = asked.id AND c.day BETWEEN ? AND ?
       GROUP BY c.day
     )`,
    null,
    JSON.stringify(scopes),
    first,
    last,
  );
  return new Map(
    rows.map(([day, read, expectedRead, askedRead, settled, readAt, unsettledAt]) => [
      day,
      { read, expectedRead, askedRead, settled: settled === 1, readAt, unsettledAt },
    ]),
  );
}
