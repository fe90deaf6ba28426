import type { DayRange } from '../../shared/day.js';
import type { ClickHouseData, CostRecord } from './clickhouse-data.js';
import { notACost, revised, writtenCost, writtenTotal } from './costs.js';
import type { ContentFaults } from './faults.js';
import { hash, hashText, shuffled } from './random.js';

const RECASED: Readonly<Record<string, string>> = {
  datawarehouse: 'DataWarehouse',
  service: 'SERVICE',
  clickpipe: 'ClickPipe',
};

const ALL_METRICS = [
  'storageCHC',
  'backupCHC',
  'computeCHC',
  'dataTransferCHC',
  'initialLoadCHC',
  'publicDataTransferCHC',
  'interRegionTier1DataTransferCHC',
  'interRegionTier2DataTransferCHC',
  'interRegionTier3DataTransferCHC',
  'interRegionTier4DataTransferCHC',
] as const;

/** The result of usageCost for the days, unordered. Null: an organization without usage. */
export function usageCost(
  data: ClickHouseData,
  range: DayRange | null,
  faults: ContentFaults,
): Record<string, unknown> {
  const records = range === null || faults.has('nothing') ? [] : served(data, range, faults);
  const order = shuffled(records.length, hashText(`${range?.from} ${range?.to}`));
  const costs: Record<string, unknown>[] = [];
  let total = 0n;
  let refund = faults.has('negative');
  for (let i = 0; i < records.length; i += 1) {
    const record = records[order(i)];
    if (record === undefined) continue;
    const written = writtenRecord(record, refund, faults);
    if (written.sum > 0n) refund = false;
    total += written.sum;
    costs.push(written.json);
  }
  const broken = faults.get('cost');
  const victim = costs[Math.min(broken?.row ?? Infinity, costs.length - 1)];
  if (broken !== null && victim !== undefined) victim['totalCHC'] = notACost(broken.as);

  const result: Record<string, unknown> = { grandTotalCHC: writtenTotal(total, faults) };
  if (faults.has('extra-keys')) result['currency'] = 'CHC';
  const missing = faults.get('costs-missing');
  if (missing !== null) {
    if (missing.total === 'zero') result['grandTotalCHC'] = 0;
  } else if (faults.has('costs-object')) {
    // Old samples: one record where the list should be, so the total can only be its own.
    const only = costs[0] ?? {};
    result['costs'] = only;
    result['grandTotalCHC'] = only['totalCHC'];
  } else {
    result['costs'] = costs;
  }
  return result;
}

function served(data: ClickHouseData, range: DayRange, faults: ContentFaults): CostRecord[] {
  const records = [...data.records(range)];
  const fault = faults.get('withdrawn');
  if (fault === null) return records;
  const every = fault.every ?? 10;
  return records.filter(({ day, entity }) => hash(hashText(day), entity.index) % every !== 0);
}

function writtenRecord(
  { day, entity, tier, metrics, locked }: CostRecord,
  refund: boolean,
  faults: ContentFaults,
): { readonly json: Record<string, unknown>; readonly sum: bigint } {
  const amounts = [...metrics].map(([key, nanos]) => ({
    key,
    nanos: revised(BigInt(nanos), day, faults),
  }));
  const sum = amounts.reduce((before, { nanos }) => before + nanos, 0n);
  const first = amounts[0];
  if (refund && first !== undefined && sum > 0n) {
    amounts.push({ key: 'adjustmentCHC', nanos: -first.nanos });
    amounts[0] = { key: first.key, nanos: first.nanos * 2n };
  }
  if (faults.has('metrics-short')) amounts.shift();

  const written: Record<string, unknown> = {};
  if (faults.has('metrics-null-values')) for (const key of ALL_METRICS) written[key] = null;
  amounts.forEach(({ key, nanos }, index) => {
    // A record leaves out what costs nothing, but not always.
    if (nanos === 0n && (entity.index + index) % 2 === 0) return;
    const renamed = faults.has('unknown-metric') && index === 0 ? 'vectorIndexCHC' : key;
    const recased = faults.has('metrics-recased')
      ? renamed.charAt(0).toUpperCase() + renamed.slice(1).replace('CHC', 'Chc')
      : renamed;
    written[recased] = writtenCost(nanos, faults);
  });

  const type = faults.has('unknown-types') && entity.kind === 'clickpipe' ? 'agent' : entity.kind;
  const stays = faults.get('never-locked');
  const open = stays !== null && (stays.entity === undefined || stays.entity === entity.id);
  const json: Record<string, unknown> = {
    dataWarehouseId: entity.warehouse,
    serviceId: entity.service,
    date: day,
    entityType: faults.has('entity-recased') ? (RECASED[type] ?? type) : type,
    entityId: entity.id,
    entityName: faults.has('null-names') ? null : entity.name,
    metrics: faults.has('metrics-null') ? null : written,
    totalCHC: faults.has('totals-missing') ? undefined : writtenCost(sum, faults),
    locked: locked && !open,
    organizationTier: tier,
    discount: Number(entity.discount),
  };
  if (faults.has('extra-keys')) json['region'] = { cloud: 'aws', name: 'eu-central-1' };
  return { json, sum };
}
