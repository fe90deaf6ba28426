/**
 * From amounts to pixels. Amounts stay integers up to the ratio that becomes a
 * length; nothing in here is ever shown as a number.
 */
import { scaleBand, scaleLinear } from 'd3-scale';

import type { DayBar, DayState, Forecast } from '../../shared/model';
import { NANOS_PER_UNIT } from '../../shared/money';

const PRECISION = 1_000_000n;

/** `amount / max` as a share of `length` px; 0 for what is not positive. */
export function lengthOfAmount(amount: bigint, max: bigint, length: number): number {
  if (max <= 0n || amount <= 0n) return 0;
  return (Number((amount * PRECISION) / max) / Number(PRECISION)) * length;
}

/** A round upper end of the scale and the ticks below it, in nanos. */
export function niceScale(
  max: bigint,
  count: number,
): { readonly max: bigint; readonly ticks: readonly bigint[] } {
  if (max <= 0n) return { max: NANOS_PER_UNIT, ticks: [] };
  const scale = scaleLinear([0, Number(max)], [0, 1]).nice(count);
  const [, top = Number(max)] = scale.domain();
  const ticks = scale.ticks(count).filter((tick) => tick > 0);
  return { max: BigInt(Math.round(top)), ticks: ticks.map((tick) => BigInt(Math.round(tick))) };
}

export interface Band {
  /** Left edge and width of the bar, in px. */
  readonly x: number;
  readonly width: number;
}

/** Too narrow to be outlined. */
export function isThin({ width }: Band): boolean {
  return width < 3;
}

/** Where each day's bar stands in `width` px. Many days stand close, one day does not fill the plot. */
export function layoutBands(count: number, width: number): readonly Band[] {
  const gap = count > 120 ? 0 : count > 45 ? 0.15 : 0.28;
  const scale = scaleBand(
    Array.from({ length: count }, (_, index) => index),
    [0, Math.max(0, width)],
  )
    .paddingInner(gap)
    .paddingOuter(gap / 2);
  const widest = 28;
  const bandWidth = scale.bandwidth();
  const inset = Math.max(0, (bandWidth - widest) / 2);
  return Array.from({ length: count }, (_, index) => ({
    x: (scale(index) ?? 0) + inset,
    width: Math.min(bandWidth, widest),
  }));
}

/** Which day stands at `x` px, for a pointer. */
export function bandAt(x: number, count: number, width: number): number | null {
  if (count === 0 || width <= 0 || x < 0 || x > width) return null;
  return Math.min(count - 1, Math.floor((x / width) * count));
}

/** How a day is drawn. */
export type DayLook = 'blank' | 'unknown' | 'open' | 'hatched' | 'solid' | 'zero' | 'future';

export function lookOf(bar: { readonly state: DayState; readonly usd: bigint | null }): DayLook {
  switch (bar.state) {
    case 'before':
      return 'blank';
    case 'unknown':
      return 'unknown';
    case 'future':
      return 'future';
    case 'zero':
      return 'zero';
    case 'open':
      return bar.usd === null || bar.usd === 0n ? 'open' : 'hatched';
    case 'provisional':
      return bar.usd === 0n ? 'zero' : 'hatched';
    case 'settled':
      return bar.usd === 0n ? 'zero' : 'solid';
  }
}

export interface StackPaths {
  /** One path a series, in the order of the keys: SVG path data, empty where there is nothing. */
  readonly solid: readonly string[];
  readonly hatched: readonly string[];
}

interface StackInput {
  readonly days: readonly DayBar[];
  readonly keys: readonly string[];
  readonly bands: readonly Band[];
  readonly max: bigint;
  readonly height: number;
}

function rectangle(x: number, y: number, width: number, height: number): string {
  const n = (value: number): string => String(Math.round(value * 100) / 100);
  return `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`;
}

/**
 * Stacks each day's split from the baseline up. One path holds all days of a
 * series, so that 13 months cost a dozen elements and not thousands. A day
 * worth anything is at least one px high.
 */
export function stackPaths({ days, keys, bands, max, height }: StackInput): StackPaths {
  const solid = keys.map(() => '');
  const hatched = keys.map(() => '');
  days.forEach((bar, index) => {
    const band = bands[index];
    const look = lookOf(bar);
    if (band === undefined || (look !== 'solid' && look !== 'hatched' && look !== 'unknown')) return;
    let top = height;
    for (const { key, usd } of bar.split) {
      const place = keys.indexOf(key);
      const tall = lengthOfAmount(usd, max, height);
      if (place < 0 || tall <= 0) continue;
      const drawn = top === height ? Math.max(1, tall) : tall;
      top -= drawn;
      const seam = top + drawn < height && drawn > 2 && band.width > 3 ? 0.75 : 0;
      const path = rectangle(band.x, top, band.width, drawn - seam);
      if (look === 'solid') solid[place] += path;
      else hatched[place] += path;
    }
  });
  return { solid, hatched };
}

/** The largest day, for the scale. */
export function largestDay(days: readonly DayBar[]): bigint {
  return days.reduce((max, { usd }) => (usd !== null && usd > max ? usd : max), 0n);
}

/** How high each of the days to come stands: what the forecast expects of one. */
export function futureHeight(
  days: readonly DayBar[],
  forecast: Forecast | null,
  max: bigint,
  height: number,
): number {
  if (forecast === null || !days.some(({ state }) => state === 'future')) return 0;
  return Math.min(height, lengthOfAmount(forecast.perDay, max, height));
}

/** Days from one label to the next: single days, then weeks. */
const LABEL_STEPS = [1, 2, 3, 7, 14, 28, 56, 91, 182, 364];

/**
 * Which days bear a label: every so many days as fit at `labelWidth` px each, counted from the last day where that
 * is today, else from the first.
 */
export function labelledDays(
  count: number,
  width: number,
  labelWidth: number,
  fromLast: boolean,
): readonly number[] {
  const most = Math.max(1, Math.floor(width / labelWidth));
  const step = LABEL_STEPS.find((days) => Math.ceil(count / days) <= most) ?? Math.max(1, count);
  const places = Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
  return fromLast ? places.map((place) => count - 1 - place).reverse() : places;
}
