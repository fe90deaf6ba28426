import type { SeriesView, SplitBy } from '../../shared/model';

const REST = [
  '--phala',
  '--clickhouse',
  '--series-2',
  '--series-3',
  '--series-4',
  '--series-5',
  '--series-6',
] as const;

/** The colour of a series: its provider's hue where the split is by provider, else the palette in order. */
export function seriesColour(series: SeriesView, index: number, by: SplitBy): string {
  if (series.key === 'other') return 'var(--series-other)';
  if (by === 'provider' && series.provider !== null) return `var(--${series.provider})`;
  return `var(${REST[index % REST.length] ?? '--series-other'})`;
}
