import { addDays, addMonths, type Day } from '../../shared/day.js';
import { uuid } from './random.js';

export type EntityKind = 'datawarehouse' | 'service' | 'clickpipe';

export interface DemoEntity {
  readonly index: number;
  readonly kind: EntityKind;
  readonly id: string;
  readonly name: string;
  readonly warehouse: string;
  readonly service: string | null;
  /** Nanos of CHC for a usual day, by metric. */
  readonly daily: Readonly<Record<string, number>>;
  readonly from: Day;
  /** The first day it is gone. */
  readonly to: Day | null;
  /** Its compute rises and falls with the week, and may spike. */
  readonly busy: boolean;
  readonly discount: string;
}

/** Nanos. */
const CHC = 1_000_000_000;

/** What the demo's ClickHouse organization runs. @param epoch the first day of the month of `since` */
export function estate(seed: number, since: Day, epoch: Day): DemoEntity[] {
  const found: DemoEntity[] = [];
  const add = (
    kind: EntityKind,
    name: string,
    parent: DemoEntity | null,
    daily: Readonly<Record<string, number>>,
    more: Partial<Pick<DemoEntity, 'from' | 'to' | 'busy' | 'discount'>> = {},
  ): DemoEntity => {
    const index = found.length;
    const id = uuid(seed, 305, index);
    const entity: DemoEntity = {
      index,
      kind,
      id,
      name,
      warehouse: parent?.warehouse ?? id,
      service: kind === 'datawarehouse' ? null : kind === 'service' ? id : (parent?.id ?? null),
      daily,
      from: since,
      to: null,
      busy: kind === 'service',
      discount: '1',
      ...more,
    };
    found.push(entity);
    return entity;
  };
  const production = add('datawarehouse', 'production', null, {
    storageCHC: 2.1 * CHC,
    backupCHC: 0.62 * CHC,
  });
  const primary = add('service', 'events-primary', production, {
    computeCHC: 13.8 * CHC,
    publicDataTransferCHC: 0.24 * CHC,
    interRegionTier1DataTransferCHC: 0.035 * CHC,
  });
  add('service', 'events-readers', production, { computeCHC: 6.9 * CHC, publicDataTransferCHC: 0.41 * CHC });
  add('service', 'dashboards', production, { computeCHC: 4.7 * CHC, publicDataTransferCHC: 0.09 * CHC });
  add('clickpipe', 'orders-kafka', primary, { computeCHC: 0.96 * CHC, dataTransferCHC: 0.31 * CHC });
  add(
    'clickpipe',
    'crm-postgres-cdc',
    primary,
    { computeCHC: 0.48 * CHC, dataTransferCHC: 0.17 * CHC, initialLoadCHC: 4.5 * CHC },
    { from: addDays(addMonths(epoch, 4), 4) },
  );
  const staging = add(
    'datawarehouse',
    'staging',
    null,
    { storageCHC: 0.36 * CHC, backupCHC: 0.08 * CHC },
    { discount: '0.9' },
  );
  add(
    'service',
    'staging',
    staging,
    { computeCHC: 2.2 * CHC, publicDataTransferCHC: 0 },
    { discount: '0.9' },
  );
  add(
    'service',
    'migration',
    staging,
    { computeCHC: 3.1 * CHC, interRegionTier2DataTransferCHC: 0.3 * CHC },
    { to: addDays(addMonths(epoch, 5), 11) },
  );
  return found;
}
