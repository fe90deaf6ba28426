/** From ClickHouse Cloud's cost records to charges. */
import { contains, endOf, startOf } from '../../../shared/day.js';
import type { Day, DayRange } from '../../../shared/day.js';
import { FaultError } from '../../../shared/faults.js';
import { ZERO, absolute, nanos, sum } from '../../../shared/money.js';
import type { Nanos } from '../../../shared/money.js';
import type { Charge, ChargedResource } from '../adapter.js';
import { OWN_GROUP } from '../own-group.js';
import { qualifiedId } from '../qualified-id.js';
import { dayOfText, isObject, numberOf, remaining, requiredNanos, textOf } from '../wire.js';
import type { WireObject } from '../wire.js';

/** A metric's key without its case, underscores and dashes, which do not count. */
function plainKey(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Known metrics by their plain key: the key as documented, and the meter. */
const METRICS: ReadonlyMap<string, { readonly key: string; readonly meter: string }> = new Map(
  [
    ['storageCHC', 'Storage'],
    ['backupCHC', 'Backup'],
    ['computeCHC', 'Compute'],
    ['dataTransferCHC', 'Data transfer'],
    ['publicDataTransferCHC', 'Data transfer'],
    ['initialLoadCHC', 'Initial load'],
    ['interRegionTier1DataTransferCHC', 'Inter-region transfer'],
    ['interRegionTier2DataTransferCHC', 'Inter-region transfer'],
    ['interRegionTier3DataTransferCHC', 'Inter-region transfer'],
    ['interRegionTier4DataTransferCHC', 'Inter-region transfer'],
  ].map(([key = '', meter = '']) => [plainKey(key), { key, meter }]),
);

const REMAINDER = { key: 'totalCHC', meter: 'Other' };

/** Stands for a type that is missing. */
const NO_TYPE = 'entity';
const WAREHOUSE = 'Data warehouse';
const SERVICE = 'service';

const KINDS: ReadonlyMap<string, string> = new Map([
  ['datawarehouse', WAREHOUSE],
  [SERVICE, 'Service'],
  ['clickpipe', 'ClickPipe'],
]);

/**
 * Every record of an answer as charges: one a metric that is not zero, and the
 * rest of the record's total as meter "Other".
 *
 * @param window the days asked for
 * @throws FaultError format, naming the record (counted from 1) and its field
 */
export function chargesOf(records: readonly WireObject[], window: DayRange): Charge[] {
  const warehouses = warehouseNames(records);
  const repeated = repeatedIdentities(records);
  return records.flatMap((record, index) => {
    const charges = chargesOfRecord(record, `record ${index + 1}`, window, warehouses);
    if (!repeated.has(identityOf(record))) return charges;
    // Else two records that differ in one metric would seem to say the others twice.
    const { metrics, totalCHC } = record;
    return charges.map((charge) => ({ ...charge, extra: { ...charge.extra, metrics, totalCHC } }));
  });
}

/** What the vendor's records are told apart by, as text. */
function identityOf({ date, entityType, entityId, organizationTier }: WireObject): string {
  return JSON.stringify([date, entityType, entityId, organizationTier]);
}

function repeatedIdentities(records: readonly WireObject[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const record of records) {
    const identity = identityOf(record);
    if (seen.has(identity)) repeated.add(identity);
    seen.add(identity);
  }
  return repeated;
}

function chargesOfRecord(
  record: WireObject,
  place: string,
  window: DayRange,
  warehouses: ReadonlyMap<string, string>,
): Charge[] {
  const day = dayWithin(record, place, window);
  const resource = resourceOf(record, place);
  const warehouse = textOf(record.dataWarehouseId);
  const tier = textOf(record.organizationTier);
  const metrics = metricsOf(record, place);
  const common = {
    key: (textOf(record.entityType) ?? NO_TYPE).toLowerCase(),
    day,
    start: startOf(day),
    end: endOf(day),
    resource,
    group: warehouse === null ? null : { id: warehouse, name: warehouses.get(warehouse) ?? null },
    variant: tier ?? '',
    locked: record.locked === true || record.locked === 'true',
    extra: { ...metrics.other, ...extraOf(record), [OWN_GROUP]: warehouse ?? '' },
  };
  const charges = metrics.amounts.map(({ key, meter, amount }) => ({
    ...common,
    meter,
    vendorMeter: key,
    amount,
  }));
  const rest = remainder(record, place, metrics.amounts);
  // A record of nothing still says whether its day is locked.
  if (rest !== 0n || charges.length === 0) {
    charges.push({ ...common, meter: REMAINDER.meter, vendorMeter: REMAINDER.key, amount: rest });
  }
  return charges;
}

/** @throws FaultError format: a record of another day would belong to no window that was read whole */
function dayWithin(record: WireObject, place: string, window: DayRange): Day {
  const day = dayOfText(record.date);
  if (day === null) throw new FaultError('format', `date of ${place} is not a day`);
  if (!contains(window, day))
    throw new FaultError('format', `${place} bears ${day}, which was not asked for`);
  return day;
}

/** An id is one of its type: a data warehouse and a service may share it, and are two. */
function resourceOf(record: WireObject, place: string): ChargedResource {
  const id = entityOf(record);
  if (id === null) throw new FaultError('format', `entityId of ${place} is missing`);
  const type = plainType(record);
  return {
    id: type === SERVICE ? id : qualifiedId(id, type),
    name: textOf(record.entityName),
    kind: kindOf(record),
  };
}

function entityOf({ entityId, serviceId, dataWarehouseId }: WireObject): string | null {
  return textOf(entityId) ?? textOf(serviceId) ?? textOf(dataWarehouseId);
}

/** A type's case, spaces and underscores do not count. */
function plainType({ entityType }: WireObject): string {
  return (textOf(entityType) ?? NO_TYPE).toLowerCase().replace(/[^a-z]/g, '');
}

/** In the field's words. */
function kindOf(record: WireObject): string {
  return KINDS.get(plainType(record)) ?? textOf(record.entityType) ?? NO_TYPE;
}

/** An unknown metric's own name, without its unit. */
function meterOf(name: string): string {
  return name.replace(/[^a-z0-9]*CHC$/i, '') || name;
}

interface MetricAmount {
  readonly key: string;
  readonly meter: string;
  readonly amount: Nanos;
}

/** A record's amounts other than zero, one a meter key; `other` is what its metrics hold beside credits. */
function metricsOf(
  record: WireObject,
  place: string,
): { readonly amounts: readonly MetricAmount[]; readonly other: Record<string, unknown> } {
  const metrics = record.metrics ?? {};
  if (!isObject(metrics)) throw new FaultError('format', `metrics of ${place} is not an object`);
  const amounts = new Map<string, MetricAmount>();
  const credits: string[] = [];
  for (const [name, value] of Object.entries(metrics)) {
    if (value === null || value === undefined || !/CHC$/i.test(name)) continue;
    credits.push(name);
    const { key, meter } = METRICS.get(plainKey(name)) ?? { key: name, meter: meterOf(name) };
    const before = amounts.get(key)?.amount ?? ZERO;
    const amount = nanos(before + requiredNanos(value, () => `${name} of ${place}`));
    amounts.set(key, { key, meter, amount });
  }
  return {
    amounts: [...amounts.values()].filter(({ amount }) => amount !== 0n),
    other: remaining(metrics, credits),
  };
}

/** What a record's total holds beyond its metrics; at most a nano a term is rounding. */
function remainder(record: WireObject, place: string, amounts: readonly MetricAmount[]): Nanos {
  if (record.totalCHC === null || record.totalCHC === undefined) return ZERO;
  const total = requiredNanos(record.totalCHC, () => `totalCHC of ${place}`);
  const rest = nanos(total - sum(amounts.map(({ amount }) => amount)));
  return absolute(rest) <= BigInt(amounts.length) ? ZERO : rest;
}

const HELD = [
  'date',
  'dataWarehouseId',
  'entityType',
  'entityId',
  'entityName',
  'metrics',
  'totalCHC',
  'locked',
  'organizationTier',
];

/** `discount` is kept where it is not 1, and never applied: what it means is not documented. */
function extraOf(record: WireObject): Record<string, unknown> {
  const held = [...HELD];
  if (record.serviceId === entityOf(record)) held.push('serviceId');
  if (numberOf(record.discount) === 1) held.push('discount');
  return remaining(record, held);
}

/** The names of the data warehouses that an answer holds, by id. */
function warehouseNames(records: readonly WireObject[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const record of records) {
    const id = textOf(record.entityId);
    const name = textOf(record.entityName);
    if (id !== null && name !== null && kindOf(record) === WAREHOUSE) names.set(id, name);
  }
  return names;
}
