import { area, line } from 'd3-shape';

import type { DayBar, Forecast } from '../../shared/model';
import { lengthOfAmount, lookOf } from './layout';
import type { Band } from './layout';
import styles from './chart.module.css';

interface Props {
  readonly days: readonly DayBar[];
  readonly bands: readonly Band[];
  readonly max: bigint;
  readonly height: number;
  readonly width: number;
  /** Null outside the running month. */
  readonly forecast: Forecast | null;
  readonly budget: bigint | null;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The running total as a line, on to the forecast and its band, against the budget. */
export function Cumulative({ days, bands, max, height, width, forecast, budget }: Props) {
  const centre = (index: number): number => {
    const band = bands[index];
    return band === undefined ? 0 : band.x + band.width / 2;
  };
  const level = (amount: bigint): number => height - lengthOfAmount(amount, max, height);
  const points: Point[] = days.flatMap(({ cumulative, state }, index) =>
    cumulative === null || state === 'before' ? [] : [{ x: centre(index), y: level(cumulative) }],
  );
  const path = line<Point>(
    ({ x }) => x,
    ({ y }) => y,
  );
  const fill = area<Point>()
    .x(({ x }) => x)
    .y0(height)
    .y1(({ y }) => y);
  const newest = points.at(-1);
  const end = centre(days.length - 1);
  return (
    <>
      <path className={styles.totalArea} d={fill(points) ?? undefined} />
      {forecast !== null && newest !== undefined && (
        <>
          <polygon
            className={styles.band}
            points={`${newest.x},${newest.y} ${end},${level(forecast.high)} ${end},${level(forecast.low)}`}
          />
          <line className={styles.ahead} x1={newest.x} y1={newest.y} x2={end} y2={level(forecast.monthEnd)} />
          <circle className={styles.aheadEnd} cx={end} cy={level(forecast.monthEnd)} r={3} />
        </>
      )}
      <path className={styles.totalLine} d={path(points) ?? undefined} />
      {newest !== undefined && <circle className={styles.newest} cx={newest.x} cy={newest.y} r={3} />}
      {days.map((bar, index) =>
        lookOf(bar) === 'unknown' ? (
          <rect
            key={bar.day}
            className={styles.unknown}
            x={centre(index) - 2.5}
            y={height - 6}
            width={5}
            height={5.5}
          />
        ) : null,
      )}
      {budget !== null && (
        <line className={styles.budget} x1={0} x2={width} y1={level(budget)} y2={level(budget)} />
      )}
    </>
  );
}
