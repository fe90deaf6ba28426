import { DAY_MS, dayNumber, HOUR_MS } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { connectionNumber } from './connections.js';
import type { Database } from './driver.js';
import { askedConnections } from './questions.js';
import type { Ledger } from './types.js';

/** A day's money by hours, for charges that say more than their day. */

/** Start and end in milliseconds of one clock, `end` exclusive. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly usd: bigint;
}

/** How many days a charge may begin before the day it bears or end after it, for a scan's bounds. */
const REACH_DAYS = 1;

/**
 * The part of a charge that falls before `until`, the charge spread evenly over
 * its duration. Rounded down in magnitude, so that parts of one charge taken as
 * differences of this add up to the whole: the last one has the remainder.
 */
export function spentBefore(charge: Stretch, until: number): bigint {
  if (until >= charge.end) return charge.usd;
  if (until <= charge.start) return 0n;
  return (charge.usd * BigInt(until - charge.start)) / BigInt(charge.end - charge.start);
}

/**
 * Spreads charges over the 24 hours from `dayStart`. What a charge has outside
 * of them counts in the nearest hour, since the vendor counts it to this day.
 *
 * @returns 24 sums that add up to the charges' sum
 */
export function spreadOverHours(charges: Iterable<Stretch>, dayStart: number): bigint[] {
  const hours = Array.from({ length: 24 }, () => 0n);
  const hourOf = (time: number): number => Math.min(23, Math.max(0, Math.floor((time - dayStart) / HOUR_MS)));
  for (const charge of charges) {
    const first = hourOf(charge.start);
    const last = Math.max(first, hourOf(charge.end - 1));
    let before = 0n;
    for (let hour = first; hour <= last; hour += 1) {
      const until = hour === last ? charge.end : dayStart + (hour + 1) * HOUR_MS;
      const spent = hour === last ? charge.usd : spentBefore(charge, until);
      hours[hour] = (hours[hour] ?? 0n) + spent - before;
      before = spent;
    }
  }
  return hours;
}

/** Day number, offset of the start from 00:00, duration, USD. */
type StretchRow = readonly [day: number, start: number, duration: number, usd: string];

const COLUMNS = 'day, start, duration, CAST(coalesce(usd, amount) AS TEXT)';

function stretchOf([day, offset, duration, usd]: StretchRow): Stretch {
  const start = day * DAY_MS + offset;
  return { start, end: start + duration, usd: BigInt(usd) };
}

const SCOPES = 'scope_id IN (SELECT id FROM scope WHERE connection_n = ?)';

export function hourPart(db: Database): Pick<Ledger, 'hours' | 'lastDayByHour'> {
  return {
    hours(question) {
      const hours = Array.from({ length: 24 }, () => 0n);
      let found = false;
      for (const connection of askedConnections(db, question)) {
        const rows = db.bulk<StretchRow>(
          COLUMNS,
          `charge WHERE ${SCOPES} AND day BETWEEN ? AND ? AND duration < ?`,
          null,
          connection.n,
          dayNumber(question.range.from),
          dayNumber(question.range.to),
          DAY_MS,
        );
        for (const row of rows) {
          found = true;
          const dayStart = row[0] * DAY_MS;
          spreadOverHours([stretchOf(row)], dayStart).forEach((usd, hour) => {
            hours[hour] = (hours[hour] ?? 0n) + usd;
          });
        }
      }
      return found ? hours.map(nanos) : null;
    },
    lastDayByHour: (connection) => lastDayByHour(db, connectionNumber(db, connection)),
  };
}

function lastDayByHour(db: Database, connection: bigint): { until: number; usd: Nanos } | null {
  const newest = db.first<{ day: bigint | null }>(
    'SELECT max(day) AS day FROM day_total WHERE connection_n = ?',
    connection,
  )?.day;
  if (newest === undefined || newest === null) return null;
  const start = `day * ${DAY_MS} + start`;
  const charges = `charge WHERE ${SCOPES} AND day BETWEEN ? AND ? AND duration < ${DAY_MS}`;
  const last = db.first<{ until: bigint | null }>(
    `SELECT max(${start} + duration) AS until FROM ${charges}`,
    connection,
    newest - BigInt(REACH_DAYS),
    newest,
  )?.until;
  if (last === undefined || last === null) return null;
  const until = Number(last);
  const from = until - DAY_MS;
  // Most lie inside whole and are added up where they are; only those across the border are spread.
  const found = db.first<{ inside: bigint | null; across: string }>(
    `SELECT sum(usd) FILTER (WHERE start >= ?) AS inside,
       json_group_array(json_array(start, finish, CAST(usd AS TEXT))) FILTER (WHERE start < ? AND finish > ?) AS across
     FROM (
       SELECT ${start} AS start, ${start} + duration AS finish, coalesce(usd, amount) AS usd FROM ${charges}
     )`,
    from,
    from,
    from,
    connection,
    Math.floor(from / DAY_MS) - REACH_DAYS,
    newest,
  );
  let usd = found?.inside ?? 0n;
  for (const [began, end, whole] of JSON.parse(found?.across ?? '[]') as Array<[number, number, string]>) {
    const charge = { start: began, end, usd: BigInt(whole) };
    usd += charge.usd - spentBefore(charge, from);
  }
  return { until, usd: nanos(usd) };
}
