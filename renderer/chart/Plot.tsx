import clsx from 'clsx';

import type { Overview, SplitBy } from '../../shared/model';
import { dayText } from '../format';
import { Bars } from './Bars';
import { Cumulative } from './Cumulative';
import { PLOT_HEIGHT, dayLabels } from './geometry';
import type { Geometry, PlotMode } from './geometry';
import { lengthOfAmount } from './layout';
import styles from './chart.module.css';

interface Props {
  readonly overview: Overview;
  readonly splitBy: SplitBy;
  readonly mode: PlotMode;
  readonly width: number;
  readonly geometry: Geometry;
  /** The day under the pointer or the keys. */
  readonly at: number | null;
}

const TOP = 6;
const AXIS = 18;
const DAY_LABEL_PX = 64;

export function Plot({ overview, splitBy, mode, width, geometry, at }: Props) {
  const { days, series, today } = overview;
  const { bands, max, ticks, width: plotWidth } = geometry;
  const height = PLOT_HEIGHT;
  const step = days.length === 0 ? 0 : plotWidth / days.length;
  const place = days.findIndex(({ day }) => day === today);
  const labels = dayLabels(days.length, plotWidth, DAY_LABEL_PX, place);
  return (
    <svg className={styles.plot} width={width} height={TOP + height + AXIS} aria-hidden="true">
      <g transform={`translate(0 ${TOP})`}>
        {at !== null && (
          <rect
            className={styles.under}
            x={at * step}
            y={-TOP}
            width={Math.max(step, 1)}
            height={height + TOP}
          />
        )}
        {ticks.map(({ amount, label }) => {
          const y = Math.round(height - lengthOfAmount(amount, max, height)) + 0.5;
          return (
            <g key={String(amount)}>
              <line className={styles.gridline} x1={0} x2={plotWidth} y1={y} y2={y} />
              <text className={styles.axisText} x={plotWidth + 6} y={y + 3.5}>
                {label}
              </text>
            </g>
          );
        })}
        {mode === 'daily' ? (
          <Bars
            days={days}
            series={series}
            splitBy={splitBy}
            forecast={geometry.forecast}
            bands={bands}
            max={max}
            height={height}
          />
        ) : (
          <Cumulative
            days={days}
            bands={bands}
            max={max}
            height={height}
            width={plotWidth}
            forecast={geometry.forecast}
            budget={geometry.budget}
          />
        )}
        <line className={styles.baseline} x1={0} x2={plotWidth} y1={height + 0.5} y2={height + 0.5} />
        {labels.map((index) => {
          const bar = days[index];
          const band = bands[index];
          if (bar === undefined || band === undefined) return null;
          const centre = band.x + band.width / 2;
          // At the edges a label stands inside the plot.
          const anchor =
            centre < DAY_LABEL_PX / 2 ? 'start' : centre > plotWidth - DAY_LABEL_PX / 2 ? 'end' : 'middle';
          const x = anchor === 'start' ? band.x : anchor === 'end' ? band.x + band.width : centre;
          return (
            <text
              key={bar.day}
              className={clsx(styles.axisText, bar.day === today && styles.todayText)}
              x={x}
              y={height + 14}
              textAnchor={anchor}
            >
              {dayText(bar.day, today)}
            </text>
          );
        })}
      </g>
    </svg>
  );
}
