import {
  addDays,
  addMonths,
  DAY_MS,
  dayNumber,
  dayOf,
  eachDay,
  endOf,
  HOUR_MS,
  startOf,
  type Day,
  type DayRange,
} from '../../shared/day.js';
import { estate, type DemoEntity } from './clickhouse-estate.js';
import { hash, uuid } from './random.js';

/** One usage record before it is written as JSON; amounts in nanos of CHC. */
export interface CostRecord {
  readonly day: Day;
  readonly entity: DemoEntity;
  readonly tier: 'BASIC' | 'SCALE';
  readonly metrics: ReadonlyMap<string, number>;
  readonly locked: boolean;
}

export const SPIKE_FACTOR = 9;
/** An organization's days become immutable this long after their end; measured by others, not documented. */
export const LOCK_AFTER_MS = 11 * DAY_MS;
/** Today's hours show up this long after they end. */
const LAG_MS = HOUR_MS;

/** Usage cost of the demo's ClickHouse organization: a pure function of seed, entity and day, bounded by the clock. */
export class ClickHouseData {
  readonly entities: readonly DemoEntity[];
  readonly organization: { readonly id: string; readonly name: string; readonly createdAt: number };
  /** On this day the plan was upgraded: each entity has one record of either tier. */
  readonly upgradeDay: Day;

  constructor(
    private readonly seed: number,
    since: Day,
    epoch: Day,
    private readonly now: () => number,
  ) {
    this.organization = {
      id: uuid(seed, 300),
      name: 'Lighthouse Analytics',
      createdAt: startOf(since) + 5_412_000,
    };
    this.upgradeDay = addDays(addMonths(epoch, 6), 13);
    this.entities = estate(seed, since, epoch);
  }

  /** Every record of the days, as the vendor would give them now. */
  *records(range: DayRange): Generator<CostRecord> {
    for (const day of eachDay(range)) {
      const hours = this.hoursReported(day);
      if (hours === 0) continue;
      const locked = this.now() >= endOf(day) + LOCK_AFTER_MS;
      for (const entity of this.entities) {
        if (day < entity.from || (entity.to !== null && day >= entity.to)) continue;
        const metrics = this.metrics(entity, day, hours);
        if (day === this.upgradeDay) {
          const before = new Map([...metrics].map(([key, nanos]) => [key, Math.floor((nanos * 10) / 24)]));
          const after = new Map([...metrics].map(([key, nanos]) => [key, nanos - (before.get(key) ?? 0)]));
          yield { day, entity, tier: 'BASIC', metrics: before, locked };
          yield { day, entity, tier: 'SCALE', metrics: after, locked };
        } else {
          yield { day, entity, tier: day < this.upgradeDay ? 'BASIC' : 'SCALE', metrics, locked };
        }
      }
    }
  }

  /**
   * The one service and working day of a calendar month that cost
   * {@link SPIKE_FACTOR} times the usual. Only services at the full price: the
   * small ones would not be noticed.
   */
  spike(month: number): { readonly day: Day; readonly entity: DemoEntity } {
    const services = this.entities.filter(
      ({ busy, to, discount }) => busy && to === null && discount === '1',
    );
    const entity = services[hash(this.seed, 301, month) % services.length];
    if (entity === undefined) throw new RangeError('no service to spike');
    const first = dayOf(Date.UTC(Math.floor(month / 12), month % 12, 1));
    const day = addDays(first, 9 + (hash(this.seed, 302, month) % 10));
    return { day: isWeekend(day) ? addDays(day, 2) : day, entity };
  }

  /** Half a year at the usual size, half a year a step higher, changing on the 8th. */
  isStepUp(day: Day): boolean {
    const month = monthIndex(day) - (day.slice(8) < '08' ? 1 : 0);
    return Math.floor(month / 6) % 2 === 1;
  }

  private hoursReported(day: Day): number {
    return Math.min(24, Math.max(0, Math.floor((this.now() - LAG_MS - startOf(day)) / HOUR_MS)));
  }

  private metrics(entity: DemoEntity, day: Day, hours: number): Map<string, number> {
    const found = new Map<string, number>();
    Object.entries(entity.daily).forEach(([metric, usual], number) => {
      if (metric === 'initialLoadCHC') {
        // The first load lasts two days; a resync comes once in a hundred days.
        const loads = day < addDays(entity.from, 2) || hash(this.seed, 303, dayNumber(day)) % 100 === 0;
        if (!loads) return;
      }
      const whole = this.wholeDay(entity, day, metric, usual, number);
      const share =
        metric === 'storageCHC' || metric === 'backupCHC' ? 1000 : this.permilleKnown(entity, day);
      found.set(metric, Math.floor((Math.floor((whole * share) / 1000) * hours) / 24));
    });
    return found;
  }

  private wholeDay(entity: DemoEntity, day: Day, metric: string, usual: number, number: number): number {
    const date = dayNumber(day);
    const dice = hash(this.seed, 310 + entity.index, date, number);
    // Storage drifts slowly; work scatters by an eighth either way.
    const noise = metric === 'storageCHC' ? 970 + (date % 61) : 875 + (dice % 251);
    let nanos = Math.floor((usual * noise) / 1000) + (dice % 997);
    if (!entity.busy || metric !== 'computeCHC') return nanos;
    if (isWeekend(day)) nanos = Math.floor((nanos * 55) / 100);
    if (this.isStepUp(day)) nanos = Math.floor((nanos * 135) / 100);
    const spike = this.spike(monthIndex(day));
    return spike.day === day && spike.entity === entity ? nanos * SPIKE_FACTOR : nanos;
  }

  /** Unlocked days still grow a little: how much of the day, in thousandths, is known at its age. */
  private permilleKnown(entity: DemoEntity, day: Day): number {
    const age = this.now() - endOf(day);
    const dice = hash(this.seed, 304, entity.index, dayNumber(day));
    if (age < DAY_MS) return 985 + (dice % 8);
    if (age < 2 * DAY_MS) return 994 + (dice % 4);
    if (age < 8 * DAY_MS && dice % 5 === 0) return 998;
    return 1000;
  }
}

function isWeekend(day: Day): boolean {
  const weekday = new Date(startOf(day)).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** Calendar months since year 0. */
export function monthIndex(day: Day): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
}
