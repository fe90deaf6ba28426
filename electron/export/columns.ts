import type { StoredCharge } from '../ledger/types.js';
import type { ProviderId } from '../../shared/model.js';
import { formatDecimal } from '../../shared/money.js';
import { vendorId } from '../providers/qualified-id.js';

/**
 * The columns of the profiles plain and spreadsheet, in this order:
 * 1. {@link BASE_COLUMNS};
 * 2. {@link HELD_COLUMNS}: fields of the vendors' own that the ledger keeps in
 *    columns, always there, empty where the vendor has no such field;
 * 3. the rest of what the vendors said about any charge of the exported days:
 *    known names first ({@link KNOWN_FIELDS}), then others by code unit.
 * So the same data give the same header. A field of the same name at both
 * vendors shares a column; one named like a column of 1 or 2 becomes `vendor_<name>`.
 */
export const BASE_COLUMNS = [
  'day',
  'start',
  'end',
  'provider',
  'connection',
  'group_id',
  'group',
  'resource_id',
  'resource',
  'kind',
  'meter',
  'vendor_meter',
  'amount',
  'unit',
  'usd_per_unit',
  'amount_usd',
  'settled',
] as const;

/** In the order of the vendors' own records. */
export const KNOWN_FIELDS: readonly string[] = [
  'instance_id',
  'project_id',
  'team_id',
  'timestamp',
  'billing_start',
  'billing_end',
  'billing_hour',
  'billing_day',
  'duration_minutes',
  'details',
  'dataWarehouseId',
  'serviceId',
  'entityId',
  'entityName',
  'totalCHC',
  'discount',
];

/** An instant, in milliseconds since 1970. */
export interface Instant {
  readonly instant: number;
}

/** An exact decimal as text, never guarded against formulas. */
export interface Decimal {
  readonly decimal: string;
}

export type Cell = string | boolean | null | Instant | Decimal;

/** Fields of the vendors' own that the ledger keeps in columns of other names. */
const HELD_FIELDS: Readonly<Record<ProviderId, Readonly<Record<string, (charge: StoredCharge) => Cell>>>> = {
  phala: {
    billing_key: (charge) => charge.key,
    event_type: (charge) => charge.variant,
  },
  clickhouse: {
    entityType: (charge) => charge.key,
    organizationTier: (charge) => charge.variant,
    locked: (charge) => charge.locked,
  },
};

export const HELD_COLUMNS: readonly string[] = Object.values(HELD_FIELDS).flatMap(Object.keys);

export interface Columns {
  readonly header: readonly string[];
  /** Where each of the vendor's remaining fields stands. */
  readonly fields: ReadonlyMap<string, number>;
}

function rank(field: string): number {
  const place = KNOWN_FIELDS.indexOf(field);
  return place === -1 ? KNOWN_FIELDS.length : place;
}

/** @param fields names of the vendors' remaining fields, in any order, repeats allowed */
export function columnsFor(fields: Iterable<string>): Columns {
  const header: string[] = [...BASE_COLUMNS, ...HELD_COLUMNS];
  const places = new Map<string, number>();
  const ordered = [...new Set(fields)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const taken = new Set([...header, ...ordered]);
  for (const field of ordered) {
    let name = field;
    if (header.includes(name)) {
      name = `vendor_${name}`;
      while (taken.has(name)) name = `vendor_${name}`;
      taken.add(name);
    }
    places.set(field, header.length);
    header.push(name);
  }
  return { header, fields: places };
}

/** A remaining field's value: text as it came, null as nothing, lists and objects as JSON. */
function fieldCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return { decimal: String(value) };
  return JSON.stringify(value);
}

function heldCells(charge: StoredCharge): Cell[] {
  const held = HELD_FIELDS[charge.provider];
  return HELD_COLUMNS.map((column) => held[column]?.(charge) ?? null);
}

/**
 * One charge as cells in the columns' order. Null when it bears a field that
 * the columns lack: it was written after they were determined.
 */
export function cellsOf(charge: StoredCharge, columns: Columns): Cell[] | null {
  const cells: Cell[] = [
    charge.day,
    { instant: charge.start },
    { instant: charge.end },
    charge.provider,
    charge.connectionName,
    charge.group?.id ?? null,
    charge.group?.name ?? null,
    vendorId(charge.resource.id),
    charge.resource.name,
    charge.resource.kind,
    charge.meter,
    charge.vendorMeter,
    { decimal: formatDecimal(charge.amount) },
    charge.unit,
    { decimal: formatDecimal(charge.usdPerUnit) },
    { decimal: formatDecimal(charge.usd) },
    charge.settled,
    ...heldCells(charge),
  ];
  while (cells.length < columns.header.length) cells.push(null);
  for (const field of Object.keys(charge.extra)) {
    const place = columns.fields.get(field);
    if (place === undefined) return null;
    cells[place] = fieldCell(charge.extra[field]);
  }
  return cells;
}
