import { DAY_MS, HOUR_MS, startOf, type Day, type DayRange } from '../../shared/day.js';
import type { DemoApp, DemoCvm } from './fleet.js';
import { hash } from './random.js';

export type UsageKind = 'compute' | 'prepaid' | 'storage' | 'egress';

/** One usage row before it is written as JSON. `hour` counts from 1970. */
export interface UsageSource {
  readonly cvm: DemoCvm;
  readonly kind: UsageKind;
  readonly hour: number;
}

/** The rows of one question, by number: none is built before it is asked for. */
export interface UsageWindow {
  readonly count: number;
  at(index: number): UsageSource;
}

/** From `from` on, compute costs `permille` of what it did. */
export interface PriceChange {
  readonly from: Day;
  readonly permille: number;
}

interface Series {
  readonly cvm: DemoCvm;
  readonly kind: UsageKind;
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** $0.000139 for a GB and hour. */
const STORAGE_NANOS_PER_GB_HOUR = 139_000;
/** 24 hours of an H200, paid when it starts. */
export const H200_UPFRONT_NANOS = 84_000_000_000;
const EGRESS_EVERY_HOURS = 6;
/** Sets each kind's dice apart. */
const DICE: Readonly<Record<UsageKind, number>> = { compute: 1, prepaid: 2, storage: 3, egress: 4 };
const HOURS_PER_DAY = DAY_MS / HOUR_MS;

/** Usage of the Phala fleet: a pure function of seed, machine and hour, bounded by the clock. */
export class PhalaData {
  constructor(
    readonly apps: readonly DemoApp[],
    private readonly seed: number,
    private readonly now: () => number,
    private readonly priceChange: PriceChange | null,
  ) {}

  /** Apps created by now. */
  listed(): DemoApp[] {
    const now = this.now();
    return this.apps.filter((app) => app.createdAt <= now);
  }

  /** Rows whose hour begins within [from, to], both in milliseconds and included. */
  window(app: DemoApp, from: number, to: number): UsageWindow {
    const series = this.series(app, Math.ceil(from / HOUR_MS), Math.floor(to / HOUR_MS) + 1);
    const ends: number[] = [];
    let count = 0;
    for (const each of series) {
      count += each.count;
      ends.push(count);
    }
    return {
      count,
      at: (index) => {
        let low = 0;
        let high = ends.length - 1;
        while (low < high) {
          const middle = (low + high) >> 1;
          if ((ends[middle] ?? 0) > index) high = middle;
          else low = middle + 1;
        }
        const found = series[low];
        if (found === undefined || index < 0) throw new RangeError(`no usage row ${index}`);
        const within = index - ((ends[low] ?? 0) - found.count);
        return { cvm: found.cvm, kind: found.kind, hour: found.first + within * found.step };
      },
    };
  }

  /** Every row of every app that bears a day of the range. */
  *rows(range: DayRange): Generator<{ readonly app: DemoApp; readonly source: UsageSource }> {
    const from = startOf(range.from) / HOUR_MS;
    const to = startOf(range.to) / HOUR_MS + HOURS_PER_DAY;
    for (const app of this.apps) {
      for (const { cvm, kind, first, step, count } of this.series(app, from, to)) {
        for (let i = 0; i < count; i += 1) yield { app, source: { cvm, kind, hour: first + i * step } };
      }
    }
  }

  /** What a row costs, in nanos of USD, and how many minutes it is for. */
  price({ cvm, kind, hour }: UsageSource): { readonly nanos: number; readonly minutes: number } {
    const dice = hash(this.seed, cvm.index, hour, DICE[kind]);
    switch (kind) {
      case 'prepaid':
        return { nanos: this.repriced(H200_UPFRONT_NANOS, hour), minutes: 1440 };
      case 'storage':
        return { nanos: dice % 1499 === 0 ? 0 : cvm.diskGb * STORAGE_NANOS_PER_GB_HOUR, minutes: 60 };
      case 'egress':
        // Now and then next to nothing: 2e-7, or nothing at all.
        return { nanos: dice % 7 === 0 ? 200 : (dice % 900) * 1000, minutes: 60 };
      case 'compute': {
        // Some hours are free, some are broken off by a restart.
        if (dice % 997 === 0) return { nanos: 0, minutes: 60 };
        const price = this.repriced(cvm.price, hour);
        if (dice % 211 !== 1) return { nanos: price, minutes: 60 };
        const minutes = 1 + ((dice >>> 8) % 59);
        return { nanos: Math.round((price * minutes) / 60), minutes };
      }
    }
  }

  /** The hours at which the H200 was started: twice in every calendar month, the second time after a restart. */
  prepaidHours(cvm: DemoCvm, from: number, to: number): number[] {
    const hours: number[] = [];
    const first = new Date(from * HOUR_MS);
    let month = first.getUTCFullYear() * 12 + first.getUTCMonth();
    for (;;) {
      const begin = Date.UTC(Math.floor(month / 12), month % 12, 1) / HOUR_MS;
      if (begin >= to) return hours;
      const started = begin + (3 + (hash(this.seed, 201, month) % 5)) * HOURS_PER_DAY + 13;
      const again = started + (3 + (hash(this.seed, 202, month) % 3)) * HOURS_PER_DAY - 4;
      hours.push(...[started, again].filter((hour) => hour >= Math.max(from, cvm.from) && hour < to));
      month += 1;
    }
  }

  isRunning(cvm: DemoCvm): boolean {
    const hour = Math.floor(this.now() / HOUR_MS);
    if (hour >= cvm.stoppedFrom || hour >= cvm.to) return false;
    return !cvm.prepaid || this.prepaidHours(cvm, hour - HOURS_PER_DAY + 1, hour + 1).length > 0;
  }

  private repriced(nanos: number, hour: number): number {
    const change = this.priceChange;
    if (change === null || hour < startOf(change.from) / HOUR_MS) return nanos;
    return Math.round((nanos * change.permille) / 1000);
  }

  /** Runs of equally spaced rows within the hours [from, to), as far as they are reported by now. */
  private series(app: DemoApp, from: number, to: number): Series[] {
    const found: Series[] = [];
    const add = (cvm: DemoCvm, kind: UsageKind, begin: number, end: number, step = 1): void => {
      const first = begin + ((step - (begin % step)) % step);
      const count = Math.ceil((end - first) / step);
      if (count > 0) found.push({ cvm, kind, first, step, count });
    };
    for (const cvm of app.cvms) {
      const begin = Math.max(from, cvm.from);
      const end = Math.min(to, cvm.to, Math.floor((this.now() - cvm.lag) / HOUR_MS));
      const running = Math.min(end, cvm.stoppedFrom);
      add(cvm, 'storage', begin, end);
      if (cvm.prepaid) {
        for (const hour of this.prepaidHours(cvm, begin, end)) add(cvm, 'prepaid', hour, hour + 1);
      } else {
        add(cvm, 'compute', begin, running);
        add(cvm, 'egress', begin, running, EGRESS_EVERY_HOURS);
      }
    }
    return found;
  }
}
