import { useId } from 'react';
import type { ReactNode } from 'react';

import type { DayBar } from '../../shared/model';
import { dayStateText, gapText } from '../labels';
import type { Geometry } from './geometry';
import { isThin, lookOf } from './layout';
import type { DayLook } from './layout';
import styles from './chart.module.css';

function Hatching() {
  const id = useId();
  return (
    <>
      <clipPath id={id}>
        <rect width="8" height="10" />
      </clipPath>
      <g className={styles.hatching} clipPath={`url(#${id})`}>
        {[1, 6.5, 12, 17.5].map((at) => (
          <line key={at} x1={at - 10} x2={at} y1={10} y2={0} />
        ))}
      </g>
    </>
  );
}

interface Sign {
  readonly look: DayLook;
  readonly words: string;
  readonly sample: ReactNode;
}

/** What those bars stand for that are no settled amount: the ones there are among these days, in the table's words. */
export function DailyKey({
  days,
  bands,
  forecast,
}: Pick<Geometry, 'bands' | 'forecast'> & { readonly days: readonly DayBar[] }) {
  const looks = new Set(days.map(lookOf));
  const unknown = bands.some(isThin) ? (
    <rect className={styles.unknownThin} y="7" width="8" height="3" />
  ) : (
    <rect className={styles.unknown} x="0.5" y="0.5" width="7" height="9" rx="1" />
  );
  const signs: readonly Sign[] = [
    { look: 'hatched', words: dayStateText('provisional'), sample: <Hatching /> },
    { look: 'unknown', words: gapText(days), sample: unknown },
    {
      look: 'open',
      words: dayStateText('open'),
      sample: <line className={styles.notReported} x2="8" y1="9" y2="9" />,
    },
    {
      look: 'future',
      words: 'forecast',
      sample: <rect className={styles.future} x="0.5" y="0.5" width="7" height="9" />,
    },
  ];
  // Without a forecast there is nothing to see of the days to come.
  const shown = signs.filter(({ look }) => looks.has(look) && (look !== 'future' || forecast !== null));
  if (shown.length === 0) return null;
  return (
    <ul className={styles.signs} aria-label="Signs of the chart">
      {shown.map(({ look, words, sample }) => (
        <li key={look} className={styles.sign}>
          <svg className={styles.signSample} viewBox="0 0 8 10" aria-hidden="true">
            {sample}
          </svg>
          {words}
        </li>
      ))}
    </ul>
  );
}
