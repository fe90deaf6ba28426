import { dayOf, endOf, HOUR_MS, startOf, type Day, type DayRange } from '../../shared/day.js';
import type { ProviderId } from '../../shared/model.js';
import { nanos, ZERO, type Nanos } from '../../shared/money.js';
import { monthIndex, type ClickHouseData } from './clickhouse-data.js';
import type { PhalaData } from './phala-data.js';
import { billingKey, dayOfHour, EVENT_TYPES, span, USAGE_TYPES } from './phala-rows.js';

/** One charge as the servers mean it, before any JSON. ClickHouse charges of nothing are left out. */
export interface TrueCharge {
  readonly provider: ProviderId;
  /** Phala: the app's id. ClickHouse: the organization's. */
  readonly scope: string;
  readonly key: string;
  readonly day: Day;
  /** Milliseconds since 1970; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The id that the record bears. */
  readonly resource: string;
  /** The id under which the vendor's lists name it. */
  readonly canonical: string;
  readonly name: string;
  readonly group: string;
  readonly groupName: string | null;
  /** The vendor's word. */
  readonly meter: string;
  readonly variant: string;
  readonly amount: Nanos;
  readonly locked: boolean;
}

/** The sum of one day, resource and meter. */
export interface TrueLine {
  readonly provider: ProviderId;
  readonly day: Day;
  readonly resource: string;
  readonly name: string;
  readonly meter: string;
  readonly amount: Nanos;
  /** How many charges. */
  readonly charges: number;
}

/** What happens in the data that a reader should notice. */
export interface TrueFeatures {
  /** One service's compute is nine times the usual. */
  readonly spikes: ReadonlyArray<{ readonly day: Day; readonly resource: string; readonly name: string }>;
  /** First days of the half years in which every service costs a step more. */
  readonly stepsUp: readonly Day[];
  /** $84 each. */
  readonly upfront: ReadonlyArray<{ readonly day: Day; readonly resource: string; readonly name: string }>;
  /** Stopped, and still paying for its disk. */
  readonly stopped: ReadonlyArray<{ readonly since: Day; readonly resource: string; readonly name: string }>;
}

/**
 * What the servers serve by now, to the nano: computed from the same integers
 * as the answers, never from their text. Amounts are in each vendor's unit.
 */
export class DemoTruth {
  constructor(
    readonly firstDay: Day,
    private readonly now: () => number,
    private readonly phala: PhalaData,
    private readonly clickhouse: ClickHouseData,
  ) {}

  *charges(provider: ProviderId, range: DayRange): Generator<TrueCharge> {
    switch (provider) {
      case 'phala':
        yield* this.phalaCharges(range);
        break;
      case 'clickhouse':
        yield* this.clickhouseCharges(range);
        break;
    }
  }

  lines(provider: ProviderId, range: DayRange): TrueLine[] {
    const found = new Map<string, { charge: TrueCharge; amount: bigint; charges: number }>();
    for (const charge of this.charges(provider, range)) {
      const key = `${charge.day} ${charge.resource} ${charge.meter}`;
      const line = found.get(key);
      if (line === undefined) found.set(key, { charge, amount: charge.amount, charges: 1 });
      else {
        line.amount += charge.amount;
        line.charges += 1;
      }
    }
    return [...found.values()].map(({ charge, amount, charges }) => ({
      provider,
      day: charge.day,
      resource: charge.resource,
      name: charge.name,
      meter: charge.meter,
      amount: nanos(amount),
      charges,
    }));
  }

  /** Days without a charge are not in it. */
  byDay(provider: ProviderId, range: DayRange): Map<Day, Nanos> {
    const found = new Map<Day, Nanos>();
    for (const { day, amount } of this.charges(provider, range)) {
      found.set(day, nanos((found.get(day) ?? ZERO) + amount));
    }
    return found;
  }

  total(provider: ProviderId, range: DayRange): Nanos {
    let total = 0n;
    for (const { amount } of this.charges(provider, range)) total += amount;
    return nanos(total);
  }

  count(provider: ProviderId, range: DayRange): number {
    let count = 0;
    const charges = this.charges(provider, range);
    while (charges.next().done !== true) count += 1;
    return count;
  }

  /** From the account's first day to today. */
  whole(): DayRange {
    return { from: this.firstDay, to: dayOf(this.now()) };
  }

  features(): TrueFeatures {
    const { from, to } = this.whole();
    const within = ({ day }: { readonly day: Day }): boolean => day >= from && day <= to;
    const spikes = [];
    const stepsUp: Day[] = [];
    for (let month = monthIndex(from); month <= monthIndex(to); month += 1) {
      const spike = this.clickhouse.spike(month);
      spikes.push({ day: spike.day, resource: spike.entity.id, name: spike.entity.name });
      const before = dayOf(Date.UTC(Math.floor(month / 12), month % 12, 7));
      const after = dayOf(endOf(before));
      if (!this.clickhouse.isStepUp(before) && this.clickhouse.isStepUp(after)) stepsUp.push(after);
    }
    const upfront = [];
    const stopped = [];
    for (const { source } of this.phala.rows({ from, to })) {
      if (source.kind !== 'prepaid') continue;
      upfront.push({ day: dayOfHour(source.hour), resource: source.cvm.rowId, name: source.cvm.name });
    }
    for (const cvm of this.phala.apps.flatMap((app) => app.cvms)) {
      const since = cvm.stoppedFrom * HOUR_MS;
      if (since > this.now()) continue;
      stopped.push({ since: dayOf(since), resource: cvm.rowId, name: cvm.name });
    }
    return {
      spikes: spikes.filter(within),
      stepsUp: stepsUp.filter((day) => within({ day })),
      upfront,
      stopped,
    };
  }

  private *phalaCharges(range: DayRange): Generator<TrueCharge> {
    for (const { app, source } of this.phala.rows(range)) {
      const { cvm, kind } = source;
      const { start, end } = span(source);
      yield {
        provider: 'phala',
        scope: app.appId,
        key: billingKey(source),
        day: dayOfHour(source.hour),
        start,
        end,
        resource: cvm.rowId,
        canonical: cvm.uuid,
        name: cvm.name,
        group: app.appId,
        groupName: app.name,
        meter: USAGE_TYPES[kind],
        variant: EVENT_TYPES[kind],
        amount: nanos(BigInt(this.phala.price(source).nanos)),
        locked: false,
      };
    }
  }

  private *clickhouseCharges(range: DayRange): Generator<TrueCharge> {
    const { organization, entities } = this.clickhouse;
    const names = new Map(entities.map(({ id, name }) => [id, name]));
    for (const { day, entity, tier, metrics, locked } of this.clickhouse.records(range)) {
      for (const [meter, amount] of metrics) {
        if (amount === 0) continue;
        yield {
          provider: 'clickhouse',
          scope: organization.id,
          key: entity.kind,
          day,
          start: startOf(day),
          end: endOf(day),
          resource: entity.id,
          canonical: entity.id,
          name: entity.name,
          group: entity.warehouse,
          groupName: names.get(entity.warehouse) ?? null,
          meter,
          variant: tier,
          amount: nanos(BigInt(amount)),
          locked,
        };
      }
    }
  }
}
