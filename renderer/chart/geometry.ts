import type { Forecast, Overview } from '../../shared/model';
import { trueForecast } from '../labels';
import { labelledDays, largestDay, layoutBands, niceScale } from './layout';
import type { Band } from './layout';

export const PLOT_HEIGHT = 92;
const LABEL_PX = 5.8;

export type PlotMode = 'daily' | 'cumulative';

export interface Geometry {
  /** Width of the plot in px, without the labels at its right. */
  readonly width: number;
  readonly max: bigint;
  readonly ticks: ReadonlyArray<{ readonly amount: bigint; readonly label: string }>;
  readonly bands: readonly Band[];
  /** The month's forecast and budget, where the plot is of the running month's total. */
  readonly forecast: Forecast | null;
  readonly budget: bigint | null;
}

function largest(values: readonly bigint[]): bigint {
  return values.reduce((max, value) => (value > max ? value : max), 0n);
}

/** Lays the plot out in `width` px: the scale, its labels and the days' places. */
export function plotGeometry(
  overview: Overview,
  mode: PlotMode,
  width: number,
  tick: (amount: bigint) => string,
): Geometry {
  const { days, view, budget } = overview;
  const month = view.period === 'monthToDate';
  const limit = month && view.connection === null ? (budget?.limit ?? null) : null;
  const ahead = month ? trueForecast(overview) : null;
  const top =
    mode === 'daily'
      ? largestDay(days)
      : largest([...days.map(({ cumulative }) => cumulative ?? 0n), ahead?.high ?? 0n, limit ?? 0n]);
  const scale = niceScale(top, 3);
  const ticks = scale.ticks.map((amount) => ({ amount, label: tick(amount) }));
  const gutter = Math.max(12, ...ticks.map(({ label }) => label.length * LABEL_PX + 8));
  const plotWidth = Math.max(0, width - gutter);
  return {
    width: plotWidth,
    max: scale.max,
    ticks,
    bands: layoutBands(days.length, plotWidth),
    forecast: ahead,
    budget: limit,
  };
}

/**
 * The days that bear a label, today always among them: what would stand closer to it than `labelWidth` px gives way.
 *
 * @param today where today is among the `count` days; -1 where it is not
 */
export function dayLabels(
  count: number,
  width: number,
  labelWidth: number,
  today: number,
): readonly number[] {
  const labels = labelledDays(count, width, labelWidth, today >= 0 && today === count - 1);
  if (today < 0 || labels.includes(today)) return labels;
  const apart = (labelWidth * count) / Math.max(1, width);
  return [...labels.filter((index) => Math.abs(index - today) >= apart), today].sort((a, b) => a - b);
}
