import { useId } from 'react';

import type { DayBar, Forecast, SeriesView, SplitBy } from '../../shared/model';
import { futureHeight, isThin, lengthOfAmount, lookOf, stackPaths } from './layout';
import type { Band } from './layout';
import { seriesColour } from './palette';
import { Texture, textureStyle } from './Texture';
import styles from './chart.module.css';

interface Props {
  readonly days: readonly DayBar[];
  readonly series: readonly SeriesView[];
  readonly splitBy: SplitBy;
  readonly forecast: Forecast | null;
  readonly bands: readonly Band[];
  readonly max: bigint;
  readonly height: number;
}

const OUTLINE_PX = 22;

interface SignProps {
  readonly bar: DayBar;
  readonly band: Band;
  readonly height: number;
  /** How high the day's known part stands, in px. */
  readonly known: number;
  /** How high a day to come stands, in px; 0 without a forecast. */
  readonly ahead: number;
}

/** What a day bears that has no stack of its own, or, where a part of it is not read, above its stack. */
function DaySign({ bar, band, height, known, ahead }: SignProps) {
  const { x, width } = band;
  switch (lookOf(bar)) {
    case 'unknown':
      return isThin(band) ? (
        <rect className={styles.unknownThin} x={x} y={height - 3} width={Math.max(width, 0.75)} height={3} />
      ) : (
        <rect
          className={styles.unknown}
          x={x + 0.5}
          y={Math.max(0, height - known - OUTLINE_PX)}
          width={width - 1}
          height={Math.min(height - known, OUTLINE_PX) - 0.5}
          rx={1}
        />
      );
    case 'open':
      return <line className={styles.notReported} x1={x} x2={x + width} y1={height - 1} y2={height - 1} />;
    case 'zero':
      return <rect className={styles.zero} x={x} y={height - 2} width={width} height={2} />;
    case 'future':
      return ahead === 0 ? null : (
        <rect
          className={styles.future}
          x={x + 0.5}
          y={height - ahead + 0.5}
          width={Math.max(0.5, width - 1)}
          height={ahead - 0.5}
        />
      );
    case 'blank':
    case 'solid':
    case 'hatched':
      return null;
  }
}

/** The daily stacks: settled solid, provisional hatched, unknown outlined, the days to come faint. */
export function Bars({ days, series, splitBy, forecast, bands, max, height }: Props) {
  const id = useId();
  const keys = series.map(({ key }) => key);
  const paths = stackPaths({ days, keys, bands, max, height });
  const ahead = forecast === null ? 0 : Math.max(2, futureHeight(days, forecast, max, height));
  return (
    <>
      <defs>
        {series.map((one, index) => (
          <pattern
            key={one.key}
            id={`${id}-${index}`}
            width="4"
            height="4"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="4" height="4" fill={seriesColour(one, index, splitBy)} opacity="0.28" />
            <rect width="1.6" height="4" fill={seriesColour(one, index, splitBy)} />
          </pattern>
        ))}
        {series.map((one, index) => (
          <Texture
            key={one.key}
            id={`${id}-${index}-plain`}
            index={index}
            colour={seriesColour(one, index, splitBy)}
          />
        ))}
      </defs>
      {series.map((one, index) => (
        <g key={one.key}>
          <path
            className={styles.textured}
            style={textureStyle(`${id}-${index}-plain`)}
            d={paths.solid[index]}
            fill={seriesColour(one, index, splitBy)}
          />
          <path d={paths.hatched[index]} fill={`url(#${id}-${index})`} />
        </g>
      ))}
      {days.map((bar, index) => {
        const band = bands[index];
        if (band === undefined) return null;
        const known = lengthOfAmount(bar.usd ?? 0n, max, height);
        return <DaySign key={bar.day} bar={bar} band={band} height={height} known={known} ahead={ahead} />;
      })}
    </>
  );
}
