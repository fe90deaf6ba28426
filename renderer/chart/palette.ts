import type { Overview, ProviderId, SeriesView, SplitBy } from '../../shared/model';

/** None is a provider's: a resource's colour says which resource, its mark's shape which provider. */
const SERIES = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'] as const;
const OTHER = 'var(--series-other)';

/** The colour of a series: its provider's where the split is by provider, else the palette in order. */
export function seriesColour(series: SeriesView, index: number, by: SplitBy): string {
  if (series.key === 'other') return OTHER;
  if (by === 'provider' && series.provider !== null) return `var(--${series.provider})`;
  return `var(${SERIES[index % SERIES.length] ?? '--series-other'})`;
}

/** The colour of a row: that of its part of the bars where the chart is split by the same, else its provider's. */
export function rowColour(
  row: { readonly key: string; readonly provider: ProviderId | null },
  { series, view, breakdown }: Pick<Overview, 'series' | 'view' | 'breakdown'>,
): string {
  if (view.splitBy === breakdown.by) {
    const index = series.findIndex(({ key }) => key === row.key);
    const own = series[index];
    return own === undefined ? OTHER : seriesColour(own, index, view.splitBy);
  }
  return row.provider === null ? OTHER : `var(--${row.provider})`;
}
