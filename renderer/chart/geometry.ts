import type { Forecast, Overview } from '../../shared/model';
import { trueForecast } from '../labels';
import { largestDay, layoutBands, niceScale } from './layout';
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
