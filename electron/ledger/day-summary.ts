import { DAY_MS } from '../../shared/day.js';
import type { DayCharge } from './day-charges.js';

/** What questions ask of a day: numbers that stand beside its charges. */

/** What a resource's meter cost on a day. */
export interface MeterDay {
  readonly resource: number;
  readonly meter: number;
  native: bigint;
  usd: bigint;
  charges: number;
}

/** A stretch of a day, in ms from its 00:00, and the USD of all charges that span just this. */
export type SpentStretch = readonly [start: number, duration: number, usd: string];

/** What is told of a day's charges beside them. */
export interface DaySummary {
  readonly charges: number;
  readonly native: bigint;
  readonly allLocked: boolean;
  readonly meters: readonly MeterDay[];
  /** Of charges shorter than a day. */
  readonly stretches: readonly SpentStretch[];
  /** Of all others, such as a machine paid for 24 h ahead. */
  readonly longStretches: readonly SpentStretch[];
}

/** @param toUsd of an amount, by the rate of the day */
export function summariseDay(charges: readonly DayCharge[], toUsd: (amount: bigint) => bigint): DaySummary {
  const meters = new Map<number, Map<number, MeterDay>>();
  const stretches = new Map<number, Map<number, bigint>>();
  let native = 0n;
  let allLocked = true;
  for (const [, resource, meter, , start, duration, written, locked] of charges) {
    const amount = BigInt(written);
    const usd = toUsd(amount);
    native += amount;
    if (locked === 0) allLocked = false;
    const known = meters.get(resource)?.get(meter);
    if (known === undefined)
      inner(meters, resource).set(meter, { resource, meter, native: amount, usd, charges: 1 });
    else {
      known.native += amount;
      known.usd += usd;
      known.charges += 1;
    }
    const durations = inner(stretches, start);
    durations.set(duration, (durations.get(duration) ?? 0n) + usd);
  }
  const spent = [...stretches].flatMap(([start, durations]) =>
    [...durations].map(([duration, usd]) => [start, duration, usd.toString()] as const),
  );
  return {
    charges: charges.length,
    native,
    allLocked,
    meters: [...meters.values()].flatMap((own) => [...own.values()]),
    stretches: spent.filter(([, duration]) => duration < DAY_MS),
    longStretches: spent.filter(([, duration]) => duration >= DAY_MS),
  };
}

function inner<Value>(maps: Map<number, Map<number, Value>>, key: number): Map<number, Value> {
  let map = maps.get(key);
  if (map === undefined) maps.set(key, (map = new Map<number, Value>()));
  return map;
}
