/**
 * How far the forecast is off on simulated series, beside plain linear
 * extrapolation (the month so far, divided by the time that has passed). Each
 * series is drawn from fixed seeds, so the table is the same in every run.
 */
import { addDays, day, DAY_MS, daysBetween, eachDay, HOUR_MS, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import { forecast, HISTORY_DAYS } from '../../shared/policy/forecast.js';
import type { KnownDay } from '../../shared/policy/known-days.js';

const FIRST = day('2026-11-01');
const LAST = day('2026-11-30');
const MONTH_DAYS = 30;
const SEEDS = 100;
/** Forecasts are made at this hour of the day, with today's charges reported up to it. */
const HOUR_OF_DAY = 10;

type Random = () => number;

interface Series {
  readonly name: string;
  /** Before it there is no record. */
  readonly firstDay: Day;
  /** The days of the month on which forecasts are made. */
  readonly from: number;
  readonly to: number;
  /** USD of one day. */
  readonly usd: (day: Day, random: Random) => number;
}

const LONG_AGO = addDays(FIRST, -40);

function noisy(usd: number, random: Random): number {
  return usd * (0.9 + 0.2 * random());
}

function weekday(value: Day): number {
  return new Date(startOf(value)).getUTCDay();
}

const SERIES: readonly Series[] = [
  {
    name: 'weekdays and weekends (10 : 3)',
    firstDay: LONG_AGO,
    from: 2,
    to: 28,
    usd: (value, random) => noisy(weekday(value) % 6 === 0 ? 3 : 10, random),
  },
  {
    name: 'one 9× spike on day 5',
    firstDay: LONG_AGO,
    from: 6,
    to: 28,
    usd: (value, random) => noisy(value === addDays(FIRST, 4) ? 90 : 10, random),
  },
  {
    name: 'jobs on 2 days a week',
    firstDay: LONG_AGO,
    from: 2,
    to: 28,
    usd: (value, random) => ([2, 5].includes(weekday(value)) ? noisy(20, random) : 0),
  },
  {
    name: 'a step ×16 on day 8',
    firstDay: LONG_AGO,
    from: 11,
    to: 28,
    usd: (value, random) => noisy(value < addDays(FIRST, 7) ? 1 : 16, random),
  },
  {
    name: 'an account on its 4th day (the 15th)',
    firstDay: addDays(FIRST, 11),
    from: 15,
    to: 15,
    usd: (_, random) => noisy(10, random),
  },
  {
    name: 'an account on its 4th day (the 4th)',
    firstDay: FIRST,
    from: 4,
    to: 4,
    usd: (_, random) => noisy(10, random),
  },
];

interface Errors {
  readonly ours: number[];
  readonly linear: number[];
  inside: number;
}

/** The table as Markdown: mean and 90th percentile of |forecast − truth| / truth. */
export function forecastBench(): string {
  const rows = SERIES.map((series) => {
    const errors: Errors = { ours: [], linear: [], inside: 0 };
    for (let seed = 1; seed <= SEEDS; seed += 1) measure(series, mulberry32(seed), errors);
    const [ours, linear] = [mean(errors.ours), mean(errors.linear)];
    return [
      series.name,
      `${percent(ours)} (${percent(tail(errors.ours))})`,
      `${percent(linear)} (${percent(tail(errors.linear))})`,
      (ours / linear).toFixed(2),
      percent(errors.inside / errors.ours.length),
    ].join(' | ');
  });
  return [
    '| series | forecast: mean error (90th percentile) | linear: mean error (90th percentile) | ratio | truth inside the 80 % band |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function measure(series: Series, random: Random, errors: Errors): void {
  const usd = new Map(
    eachDay({ from: series.firstDay, to: LAST }).map((value) => [value, series.usd(value, random)]),
  );
  const month = eachDay({ from: FIRST, to: LAST });
  const truth = month.reduce((total, value) => total + (usd.get(value) ?? 0), 0);
  for (let number = series.from; number <= series.to; number += 1) {
    const today = addDays(FIRST, number - 1);
    const now = startOf(today) + HOUR_OF_DAY * HOUR_MS;
    const days = eachDay({ from: addDays(FIRST, -HISTORY_DAYS), to: today }).map((value): KnownDay => {
      const amount = (usd.get(value) ?? 0) * (value === today ? HOUR_OF_DAY / 24 : 1);
      const state = value < series.firstDay ? 'before' : value === today ? 'open' : 'settled';
      return { day: value, state, usd: nanos(BigInt(Math.round(amount * 1e9))) };
    });
    const result = forecast([{ name: 'simulated', days, dataUntil: now, ended: false }], now);
    if (result === null) throw new Error('a simulated series must have a forecast');
    const soFar = days
      .filter((entry) => entry.day >= FIRST)
      .reduce((total, entry) => total + dollars(entry.usd), 0);
    const elapsed = daysBetween(FIRST, today) + (now - startOf(today)) / DAY_MS;
    errors.ours.push(Math.abs(dollars(result.monthEnd) - truth) / truth);
    errors.linear.push(Math.abs((soFar / elapsed) * MONTH_DAYS - truth) / truth);
    if (dollars(result.low) <= truth && truth <= dollars(result.high)) errors.inside += 1;
  }
}

function dollars(amount: bigint): number {
  return Number(amount) / 1e9;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** The 90th percentile. */
function tail(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.9)] ?? 0;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** A small generator of even numbers 0 ≤ x < 1 from a seed (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
