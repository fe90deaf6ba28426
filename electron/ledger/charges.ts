import { dayFromNumber, dayNumber, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { nanos, NANOS_PER_UNIT } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { ratesOf } from './conversion.js';
import { Database } from './driver.js';
import { parseShape, unpackExtra } from './extra.js';
import type { Shape } from './extra.js';
import { askedConnections } from './questions.js';
import type { AskedConnection } from './questions.js';
import type { Question, Rate, StoredCharge } from './types.js';

/** Charges one by one, for exports and the day view. */

/** The columns of {@link COLUMNS}; amounts as text. */
type ChargeRow = readonly [
  scope: string,
  key: string,
  ordinal: number,
  start: number,
  duration: number,
  resource: string,
  resourceName: string | null,
  resourceKind: string,
  group: string | null,
  groupName: string | null,
  meter: string,
  vendorMeter: string,
  variant: string,
  amount: string,
  usd: string,
  locked: number,
  settled: number,
  shape: number,
  own: string,
];

const COLUMNS = `s.key, c.key, c.ordinal, c.start, c.duration, r.vendor_id,
  coalesce(r.listed_name, r.name), coalesce(r.listed_kind, r.kind), g.vendor_id, g.name,
  m.meter, m.vendor_meter, m.variant, CAST(c.amount AS TEXT), CAST(coalesce(c.usd, c.amount) AS TEXT),
  c.locked, coalesce(v.settled, 0), c.shape_id, c.own`;

/**
 * Streams what one moment of the ledger holds: a connection of its own keeps a
 * read snapshot from the first row on, so a sync that writes meanwhile neither
 * waits nor shows. One day of one connection is in memory at a time. The
 * snapshot is let go when the iteration ends, also by `return` or an error.
 */
export function* streamCharges(file: string, question: Question): Generator<StoredCharge, void> {
  const db = new Database(file);
  try {
    db.exec('BEGIN');
    const connections = askedConnections(db, question);
    const shapes = new Shapes(db);
    const rates = new Map(connections.map((asked) => [asked.n, ratesOf(db, asked.n)]));
    for (const { day, connection } of daysWithCharges(db, connections, question)) {
      const usdPerUnit = rateOn(rates.get(connection.n) ?? [], day);
      yield* chargesOfDay(db, { connection, day, usdPerUnit, shapes });
    }
  } finally {
    db.close();
  }
}

function daysWithCharges(
  db: Database,
  connections: readonly AskedConnection[],
  { range }: Question,
): Array<{ day: Day; connection: AskedConnection }> {
  return connections
    .flatMap((connection) =>
      db
        .all<{ day: bigint }>(
          'SELECT day FROM day_total WHERE connection_n = ? AND day BETWEEN ? AND ?',
          connection.n,
          dayNumber(range.from),
          dayNumber(range.to),
        )
        .map((row) => ({ day: dayFromNumber(Number(row.day)), connection })),
    )
    .sort((a, b) => (a.day === b.day ? Number(a.connection.n - b.connection.n) : a.day < b.day ? -1 : 1));
}

function rateOn(rates: readonly Rate[], day: Day): Nanos {
  const valid = rates.filter((rate) => rate.from <= day).at(-1) ?? rates[0];
  return valid?.usdPerUnit ?? nanos(NANOS_PER_UNIT);
}

function* chargesOfDay(
  db: Database,
  {
    connection,
    day,
    usdPerUnit,
    shapes,
  }: {
    readonly connection: AskedConnection;
    readonly day: Day;
    readonly usdPerUnit: Nanos;
    readonly shapes: Shapes;
  },
): Generator<StoredCharge, void> {
  const rows = db.bulk<ChargeRow>(
    COLUMNS,
    `scope s
     CROSS JOIN charge c ON c.scope_id = s.id AND c.day = ?2
     JOIN resource r ON r.id = c.resource_id
     LEFT JOIN grp g ON g.id = r.group_id
     JOIN meter m ON m.id = c.meter_id
     LEFT JOIN covered v ON v.scope_id = s.id AND v.day = c.day
     WHERE s.connection_n = ?1`,
    'r.vendor_id, c.key, c.ordinal, m.vendor_meter, m.variant, s.key',
    connection.n,
    dayNumber(day),
  );
  for (const row of rows) {
    const start = startOf(day) + row[3];
    const end = start + row[4];
    yield {
      connection: connection.id,
      connectionName: connection.name,
      provider: connection.provider,
      scopeKey: row[0],
      day,
      start,
      end,
      key: row[1],
      ordinal: row[2],
      resource: { id: row[5], name: row[6], kind: row[7] },
      group: row[8] === null ? null : { id: row[8], name: row[9] },
      meter: row[10],
      vendorMeter: row[11],
      variant: row[12],
      amount: nanos(BigInt(row[13])),
      unit: connection.unit,
      usdPerUnit,
      usd: nanos(BigInt(row[14])),
      locked: row[15] === 1,
      settled: row[16] === 1,
      extra: unpackExtra(shapes.get(row[17]), row[18], { day, start, end }),
    };
  }
}

/** Shapes are few and read once. */
class Shapes {
  private readonly parsed = new Map<number, Shape>();

  constructor(private readonly db: Database) {}

  get(id: number): Shape {
    const known = this.parsed.get(id);
    if (known !== undefined) return known;
    const text = this.db.first<{ text: string }>('SELECT text FROM shape WHERE id = ?', id)?.text ?? '';
    const shape = parseShape(text);
    this.parsed.set(id, shape);
    return shape;
  }
}
