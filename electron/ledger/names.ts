import type { Charge } from '../providers/adapter.js';
import type { Database } from './driver.js';

/**
 * What the charges of one window say of resources, groups, meters and the
 * shapes of their remaining fields. Staged charges bear numbers in their place,
 * given here; a commit stores the names and asks which row each number means.
 */

interface SeenResource {
  readonly number: number;
  readonly id: string;
  name: string | null;
  kind: string;
  group: Charge['group'];
  /** Start of the charge that bears the name, so that a backfill's old name never wins. */
  seenAt: number;
}

interface SeenMeter {
  readonly number: number;
  readonly vendorMeter: string;
  readonly variant: string;
  meter: string;
}

export interface NameNumbers {
  readonly resource: number;
  readonly meter: number;
  readonly shape: number;
}

/** The ledger's rows of names, by their number. */
export interface RowIds {
  readonly resources: readonly number[];
  readonly meters: readonly number[];
  readonly shapes: readonly number[];
}

export class SeenNames {
  private readonly resources = new Map<string, SeenResource>();
  /** By the vendor's meter, then by variant. */
  private readonly meters = new Map<string, Map<string, SeenMeter>>();
  private readonly shapes = new Map<string, number>();
  private readonly identities: { resources: string[]; meters: string[] } = { resources: [], meters: [] };
  private readonly shapeTexts: string[] = [];

  note(charge: Charge, shape: string): NameNumbers {
    let number = this.shapes.get(shape);
    if (number === undefined) {
      number = this.shapeTexts.push(shape) - 1;
      this.shapes.set(shape, number);
    }
    return { resource: this.noteResource(charge), meter: this.noteMeter(charge), shape: number };
  }

  /** What the numbers stand for, as the vendor names it. */
  identity(resource: number, meter: number): readonly [resource: string, meter: string] {
    return [this.identities.resources[resource] ?? '', this.identities.meters[meter] ?? ''];
  }

  shapeText(shape: number): string {
    return this.shapeTexts[shape] ?? '';
  }

  clear(): void {
    this.shapeTexts.length = 0;
    this.resources.clear();
    this.meters.clear();
    this.shapes.clear();
    this.identities.resources.length = 0;
    this.identities.meters.length = 0;
  }

  /** Writes all names into their tables; within the transaction of the charges that bear them. */
  store(db: Database, connection: bigint): void {
    for (const resource of this.resources.values()) storeResource(db, connection, resource);
    for (const { vendorMeter, variant, meter } of this.seenMeters()) {
      db.run(
        `INSERT INTO meter (connection_n, vendor_meter, variant, meter) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET meter = excluded.meter WHERE meter <> excluded.meter`,
        connection,
        vendorMeter,
        variant,
        meter,
      );
    }
    db.run(
      'INSERT OR IGNORE INTO shape (connection_n, text) SELECT ?, value FROM json_each(?)',
      connection,
      JSON.stringify([...this.shapes.keys()]),
    );
  }

  /**
   * The rows of those names that the ledger knows. CROSS JOIN: each name is looked
   * up by key, where the planner would walk the whole table for it.
   */
  rowIds(db: Database, connection: bigint): RowIds {
    const idsOf = (names: readonly unknown[], source: string): number[] => {
      const ids: number[] = [];
      const rows = db.bulk<[number, number]>(
        'value->>0, row',
        `(SELECT value, ${source})`,
        null,
        JSON.stringify(names),
        connection,
      );
      for (const [number, row] of rows) ids[number] = row;
      return ids;
    };
    return {
      resources: idsOf(
        [...this.resources.values()].map(({ number, id }) => [number, id]),
        `a.resource_id AS row FROM json_each(?)
         CROSS JOIN resource_alias a ON a.connection_n = ? AND a.alias = value->>1`,
      ),
      meters: idsOf(
        this.seenMeters().map(({ number, vendorMeter, variant }) => [number, vendorMeter, variant]),
        `m.id AS row FROM json_each(?)
         CROSS JOIN meter m ON m.connection_n = ? AND m.vendor_meter = value->>1 AND m.variant = value->>2`,
      ),
      shapes: idsOf(
        [...this.shapes].map(([text, number]) => [number, text]),
        's.id AS row FROM json_each(?) CROSS JOIN shape s ON s.connection_n = ? AND s.text = value->>1',
      ),
    };
  }

  private noteResource({ resource, group, start }: Charge): number {
    // A charge without a name says nothing that a named one does not.
    const seenAt = resource.name === null ? 0 : Math.trunc(start);
    const known = this.resources.get(resource.id);
    if (known === undefined) {
      const number = this.identities.resources.push(resource.id) - 1;
      const { id, name, kind } = resource;
      this.resources.set(id, { number, id, name, kind, group, seenAt });
      return number;
    }
    if (known.seenAt <= seenAt) {
      known.name = resource.name;
      known.kind = resource.kind;
      known.group = group;
      known.seenAt = seenAt;
    }
    return known.number;
  }

  private noteMeter({ vendorMeter, variant, meter }: Charge): number {
    let variants = this.meters.get(vendorMeter);
    if (variants === undefined) this.meters.set(vendorMeter, (variants = new Map<string, SeenMeter>()));
    const known = variants.get(variant);
    if (known !== undefined) {
      known.meter = meter;
      return known.number;
    }
    const number = this.identities.meters.push(JSON.stringify([vendorMeter, variant])) - 1;
    variants.set(variant, { number, vendorMeter, variant, meter });
    return number;
  }

  private seenMeters(): SeenMeter[] {
    return [...this.meters.values()].flatMap((variants) => [...variants.values()]);
  }
}

function storeGroup(db: Database, connection: bigint, seen: SeenResource): bigint | null {
  if (seen.group === null) return null;
  const { id, name } = seen.group;
  db.run(
    `INSERT INTO grp (connection_n, vendor_id, name, seen_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at
     WHERE excluded.name IS NOT NULL AND excluded.seen_at >= seen_at AND name IS NOT excluded.name`,
    connection,
    id,
    name,
    name === null ? 0 : seen.seenAt,
  );
  return db.integer('SELECT id AS value FROM grp WHERE connection_n = ? AND vendor_id = ?', connection, id);
}

function storeResource(db: Database, connection: bigint, seen: SeenResource): void {
  const group = storeGroup(db, connection, seen);
  const known = db.first<{ id: bigint }>(
    'SELECT resource_id AS id FROM resource_alias WHERE connection_n = ? AND alias = ?',
    connection,
    seen.id,
  );
  if (known === null) {
    insertResource(db, connection, { ...seen, group });
    return;
  }
  db.run(
    `UPDATE resource SET name = coalesce(?1, name), kind = ?2, group_id = coalesce(?3, group_id), seen_at = ?4
     WHERE id = ?5 AND seen_at <= ?4
       AND (name IS NOT coalesce(?1, name) OR kind <> ?2 OR group_id IS NOT coalesce(?3, group_id))`,
    seen.name,
    seen.kind,
    group,
    seen.seenAt,
    known.id,
  );
}

/** Adds a resource under its first id. @returns its row */
export function insertResource(
  db: Database,
  connection: bigint,
  resource: Pick<SeenResource, 'id' | 'name' | 'kind' | 'seenAt'> & { readonly group: bigint | null },
): bigint {
  db.run(
    'INSERT INTO resource (connection_n, vendor_id, name, kind, group_id, seen_at) VALUES (?, ?, ?, ?, ?, ?)',
    connection,
    resource.id,
    resource.name,
    resource.kind,
    resource.group,
    resource.seenAt,
  );
  const row = db.integer('SELECT last_insert_rowid() AS value');
  db.run(
    'INSERT INTO resource_alias (connection_n, alias, resource_id, place) VALUES (?, ?, ?, 0)',
    connection,
    resource.id,
    row,
  );
  return row;
}
