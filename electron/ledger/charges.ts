import { dayFromNumber, dayNumber, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import { convert, nanos } from '../../shared/money.js';
import { compareTexts, identityOf } from './day-charges.js';
import type { DayCharge } from './day-charges.js';
import { readDay } from './day-text.js';
import { Database } from './driver.js';
import { parseShape, unpackExtra } from './extra.js';
import type { Shape } from './extra.js';
import { OWN_GROUP } from '../providers/own-group.js';
import { askedConnections } from './questions.js';
import type { AskedConnection } from './questions.js';
import { rateOn, ratesOf } from './rates.js';
import type { Question, Rate, StoredCharge } from './types.js';

/** Charges one by one, for exports and the day view. */

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
    const asked = new Map(
      connections.map((connection) => [connection.n, new StoredConnection(db, connection)]),
    );
    for (const { day, connection } of daysWithCharges(db, connections, question)) {
      yield* asked.get(connection.n)?.chargesOn(day) ?? [];
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

/** A charge on its way out, with what tells its place among others. */
interface PlacedCharge {
  readonly charge: DayCharge;
  readonly scope: string;
  readonly settled: boolean;
  readonly ordinal: number;
}

interface NamedResource {
  readonly resource: StoredCharge['resource'];
  /** Where it was seen last. */
  readonly group: StoredCharge['group'];
}

type NamedMeter = Pick<StoredCharge, 'meter' | 'vendorMeter' | 'variant'>;

/** One connection's charges, by the names that stand in tables of their own: they are few and read once. */
class StoredConnection {
  private readonly rates: readonly Rate[];
  private readonly resources: ReadonlyMap<number, NamedResource>;
  private readonly meters: ReadonlyMap<number, NamedMeter>;
  /** By the vendor's id. */
  private readonly groups: ReadonlyMap<string, StoredCharge['group']>;
  private readonly shapes = new Map<number, Shape>();

  constructor(
    private readonly db: Database,
    private readonly connection: AskedConnection,
  ) {
    this.rates = ratesOf(db, connection.n);
    this.resources = resourcesOf(db, connection.n);
    this.meters = metersOf(db, connection.n);
    this.groups = groupsOf(db, connection.n);
  }

  *chargesOn(day: Day): Generator<StoredCharge, void> {
    const { connection } = this;
    const usdPerUnit = rateOn(this.rates, day);
    for (const { charge, scope, settled, ordinal } of this.placedOn(day)) {
      const [key, resourceRow, meterRow, shape, offset, duration, written, locked, own] = charge;
      const { resource, group } = found(this.resources, resourceRow);
      const start = startOf(day) + offset;
      const end = start + duration;
      const amount = nanos(BigInt(written));
      const { [OWN_GROUP]: ownGroup, ...extra } = unpackExtra(this.shape(shape), own, { day, start, end });
      yield {
        connection: connection.id,
        connectionName: connection.name,
        provider: connection.provider,
        scopeKey: scope,
        day,
        start,
        end,
        key,
        ordinal,
        resource,
        group: this.groupOf(scope, ownGroup, group),
        ...found(this.meters, meterRow),
        amount,
        unit: connection.unit,
        usdPerUnit,
        usd: convert(amount, usdPerUnit),
        locked: locked === 1,
        settled,
        extra,
      };
    }
  }

  /**
   * A scope that is a group itself is what its charges belong to, wherever the resource
   * went since.
   *
   * @param own as a charge bears it under {@link OWN_GROUP}
   * @param last where the resource was seen last
   */
  private groupOf(scope: string, own: unknown, last: StoredCharge['group']): StoredCharge['group'] {
    const byScope = this.groups.get(scope);
    if (byScope !== undefined) return byScope;
    if (typeof own !== 'string') return last;
    return own === '' ? null : (this.groups.get(own) ?? { id: own, name: null });
  }

  /** In the order of resource, key, ordinal, meter and scope. */
  private placedOn(day: Day): PlacedCharge[] {
    const scopes = this.db.all<{ key: string; text: string; settled: bigint }>(
      `SELECT s.key, d.text, coalesce(v.settled, 0) AS settled
       FROM scope s CROSS JOIN day_charges d ON d.scope_id = s.id AND d.day = ?2
       LEFT JOIN covered v ON v.scope_id = s.id AND v.day = d.day
       WHERE s.connection_n = ?1`,
      this.connection.n,
      dayNumber(day),
    );
    return scopes
      .flatMap(({ key, text, settled }) => placed(readDay(text), key, settled === 1n))
      .sort((a, b) => this.compare(a, b));
  }

  private compare(a: PlacedCharge, b: PlacedCharge): number {
    const meterOf = ({ charge }: PlacedCharge): NamedMeter => found(this.meters, charge[2]);
    const resourceOf = ({ charge }: PlacedCharge): string => found(this.resources, charge[1]).resource.id;
    return (
      compareTexts(resourceOf(a), resourceOf(b)) ||
      compareTexts(a.charge[0], b.charge[0]) ||
      a.ordinal - b.ordinal ||
      compareTexts(meterOf(a).vendorMeter, meterOf(b).vendorMeter) ||
      compareTexts(meterOf(a).variant, meterOf(b).variant) ||
      compareTexts(a.scope, b.scope)
    );
  }

  private shape(id: number): Shape {
    let shape = this.shapes.get(id);
    if (shape === undefined) {
      const text = this.db.first<{ text: string }>('SELECT text FROM shape WHERE id = ?', id)?.text ?? '';
      this.shapes.set(id, (shape = parseShape(text)));
    }
    return shape;
  }
}

function placed(charges: readonly DayCharge[], scope: string, settled: boolean): PlacedCharge[] {
  const passed = new Map<string, number>();
  return charges.map((charge) => {
    const identity = identityOf(charge);
    const ordinal = passed.get(identity) ?? 0;
    passed.set(identity, ordinal + 1);
    return { charge, scope, settled, ordinal };
  });
}

function found<Value>(names: ReadonlyMap<number, Value>, row: number): Value {
  const name = names.get(row);
  if (name === undefined) throw new FaultError('ledger', `row ${row} of its names is missing`);
  return name;
}

function resourcesOf(db: Database, connection: bigint): Map<number, NamedResource> {
  const rows = db.bulk<
    [
      row: number,
      id: string,
      name: string | null,
      kind: string,
      group: string | null,
      groupName: string | null,
    ]
  >(
    'r.id, r.vendor_id, coalesce(r.listed_name, r.name), coalesce(r.listed_kind, r.kind), g.vendor_id, g.name',
    'resource r LEFT JOIN grp g ON g.id = r.group_id WHERE r.connection_n = ?',
    null,
    connection,
  );
  return new Map(
    rows.map(([row, id, name, kind, group, groupName]) => [
      row,
      { resource: { id, name, kind }, group: group === null ? null : { id: group, name: groupName } },
    ]),
  );
}

function groupsOf(db: Database, connection: bigint): Map<string, StoredCharge['group']> {
  const rows = db.bulk<[id: string, name: string | null]>(
    'vendor_id, name',
    'grp WHERE connection_n = ?',
    null,
    connection,
  );
  return new Map(rows.map(([id, name]) => [id, { id, name }]));
}

function metersOf(db: Database, connection: bigint): Map<number, NamedMeter> {
  const rows = db.bulk<[row: number, meter: string, vendorMeter: string, variant: string]>(
    'id, meter, vendor_meter, variant',
    'meter WHERE connection_n = ?',
    null,
    connection,
  );
  return new Map(rows.map(([row, meter, vendorMeter, variant]) => [row, { meter, vendorMeter, variant }]));
}
