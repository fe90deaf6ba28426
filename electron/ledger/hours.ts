import { DAY_MS, HOUR_MS } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { connectionNumber } from './connections.js';
import type { SpentStretch } from './day-summary.js';
import type { Database } from './driver.js';
import { askedConnections, bounds } from './questions.js';
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
/** No charge that an adapter passes on lasts longer. */
const LONGEST_DAYS = 366 + REACH_DAYS;

/**
 * The part of a charge that falls before `until`, the charge spread evenly over
 * its duration. Rounded down in magnitude, so that parts of one charge taken as
 * differences of this add up to the whole: the last one has the remainder.
 */
export function spentBefore(charge: Stretch, until: number): bigint {
  // In this order, so that a charge without duration begins where it ends.
  if (until <= charge.start) return 0n;
  if (until >= charge.end) return charge.usd;
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

/** Stretches of charges shorter than a day, as {@link SpentStretch} of a scope's day tells them. */
function stretchesOf(
  db: Database,
  connection: bigint,
  from: number,
  to: number,
): Array<Stretch & { readonly dayStart: number }> {
  return db
    .all<{ day: bigint; stretches: string }>(
      `SELECT day, stretches FROM day_charges
       WHERE scope_id IN (SELECT id FROM scope WHERE connection_n = ?) AND day BETWEEN ? AND ?`,
      connection,
      from,
      to,
    )
    .flatMap(({ day, stretches }) => {
      const dayStart = Number(day) * DAY_MS;
      return (JSON.parse(stretches) as SpentStretch[]).map(([offset, duration, usd]) => ({
        dayStart,
        start: dayStart + offset,
        end: dayStart + offset + duration,
        usd: BigInt(usd),
      }));
    });
}

/** Stretches of the others. */
function longStretchesOf(db: Database, connection: bigint, from: number, to: number): Stretch[] {
  return db
    .all<{ day: bigint; start: bigint; duration: bigint; usd: bigint }>(
      `SELECT day, start, duration, usd FROM long_stretch
       WHERE scope_id IN (SELECT id FROM scope WHERE connection_n = ?) AND day BETWEEN ? AND ?`,
      connection,
      from,
      to,
    )
    .map(({ day, start, duration, usd }) => {
      const began = Number(day) * DAY_MS + Number(start);
      return { start: began, end: began + Number(duration), usd };
    });
}

export function hourPart(db: Database): Pick<Ledger, 'hours' | 'lastDayByHour'> {
  return {
    hours(question) {
      const [from, to] = bounds(question);
      const hours = Array.from({ length: 24 }, () => 0n);
      let longer = 0n;
      let found = false;
      for (const { n } of askedConnections(db, question)) {
        const stretches = stretchesOf(db, n, from, to);
        if (stretches.length === 0) continue;
        found = true;
        for (const stretch of stretches) {
          spreadOverHours([stretch], stretch.dayStart).forEach((usd, hour) => {
            hours[hour] = (hours[hour] ?? 0n) + usd;
          });
        }
        for (const { usd } of longStretchesOf(db, n, from, to)) longer += usd;
      }
      return found ? { byHour: hours.map(nanos), longer: nanos(longer) } : null;
    },
    lastDayByHour: (connection) => lastDayByHour(db, connectionNumber(db, connection)),
  };
}

function lastDayByHour(db: Database, connection: bigint): { until: number; usd: Nanos } | null {
  const newest = Number(
    db.first<{ day: bigint | null }>(
      'SELECT max(day) AS day FROM day_total WHERE connection_n = ?',
      connection,
    )?.day ?? -1n,
  );
  const last = stretchesOf(db, connection, newest - REACH_DAYS, newest);
  if (last.length === 0) return null;
  // What is paid ahead reports the hour in which it begins, and none that is still to come.
  const until = last.reduce(
    (latest, { start, end }) => Math.max(latest, Math.min(end, start + HOUR_MS)),
    -Infinity,
  );
  const from = until - DAY_MS;
  const spent = [
    ...stretchesOf(db, connection, Math.floor(from / DAY_MS) - REACH_DAYS, newest),
    ...longStretchesOf(db, connection, newest - LONGEST_DAYS, newest),
  ];
  const usd = spent.reduce(
    (sum, stretch) => sum + spentBefore(stretch, until) - spentBefore(stretch, from),
    0n,
  );
  return { until, usd: nanos(usd) };
}
