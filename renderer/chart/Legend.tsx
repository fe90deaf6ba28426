import { useId } from 'react';

import type { DayBar, SeriesView, SplitBy } from '../../shared/model';
import { nanos } from '../../shared/money';
import type { Nanos } from '../../shared/money';
import { useFormat } from '../formatContext';
import { seriesColour } from './palette';
import { Texture, textureStyle } from './Texture';
import styles from './chart.module.css';

interface Props {
  readonly series: readonly SeriesView[];
  readonly splitBy: SplitBy;
  /** The day under the pointer, or the period's only one: its split stands in place of the period's. */
  readonly day: DayBar | null;
}

/** Of a day that is known whole, what is not in its split is nothing. */
function amountOf({ split, state }: DayBar, series: string): Nanos | null {
  const usd = split.find(({ key }) => key === series)?.usd;
  if (usd !== undefined) return usd;
  return state === 'settled' || state === 'zero' || state === 'provisional' ? nanos(0n) : null;
}

/** Names, colours and amounts of the series, in the order in which they are stacked. */
export function Legend({ series, splitBy, day }: Props) {
  const { money } = useFormat();
  const id = useId();
  return (
    <ul className={styles.legend} aria-label={day === null ? 'Split of the period' : 'Split of the day'}>
      {series.map((one, index) => {
        const usd = day === null ? one.usd : amountOf(day, one.key);
        // A day's amount takes no more room than the period's, so that no name is broken otherwise under the pointer.
        const room = money(one.usd, { tight: true }).length;
        const shape = one.provider === 'phala' ? 4 : 1;
        return (
          <li key={one.key} className={styles.legendItem}>
            <svg className={styles.swatch} viewBox="0 0 8 8" aria-hidden="true">
              <Texture id={`${id}-${index}`} index={index} colour={seriesColour(one, index, splitBy)} />
              <rect
                className={styles.textured}
                style={textureStyle(`${id}-${index}`)}
                width="8"
                height="8"
                rx={shape}
                fill={seriesColour(one, index, splitBy)}
              />
            </svg>
            <span className={styles.legendName} title={one.name}>
              {one.name}
            </span>
            <span className={styles.legendAmount} style={{ minInlineSize: `${room}ch` }}>
              {usd === null ? '—' : money(usd, { tight: true })}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
