import type { Day } from '../../shared/day';
import type { ResourceDetail } from '../../shared/model';
import { layoutBands, lengthOfAmount, lookOf } from '../chart/layout';
import { rangeText } from '../format';
import { useFormat } from '../formatContext';
import { useWidth } from '../useWidth';
import styles from './breakdown.module.css';

const HEIGHT = 32;

interface Props {
  readonly days: ResourceDetail['days'];
  readonly today: Day;
}

/** A row's days, small: the same looks as in the chart above. */
export function MiniBars({ days, today }: Props) {
  const [frame, width] = useWidth();
  const { money } = useFormat();
  const max = days.reduce((top, { usd }) => (usd !== null && usd > top ? usd : top), 0n);
  const bands = layoutBands(days.length, width);
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const text = `Per day, ${rangeText({ from: first.day, to: last.day }, today)} UTC · largest ${money(max)}`;
  return (
    <figure>
      <figcaption className={styles.span}>{text}</figcaption>
      <div ref={frame} className={styles.mini} role="img" aria-label={text}>
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <line className={styles.baseline} x1={0} x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
          {days.map((bar, index) => {
            const band = bands[index];
            const look = lookOf(bar);
            if (band === undefined || look === 'blank' || look === 'future') return null;
            if (look === 'unknown' || look === 'open') {
              return (
                <rect
                  key={bar.day}
                  className={styles.missing}
                  x={band.x + 0.5}
                  y={HEIGHT - 8}
                  width={Math.max(0.5, band.width - 1)}
                  height={7.5}
                />
              );
            }
            const tall = look === 'zero' ? 1 : Math.max(1, lengthOfAmount(bar.usd ?? 0n, max, HEIGHT - 2));
            return (
              <rect
                key={bar.day}
                className={look === 'hatched' ? styles.soft : styles.bar}
                x={band.x}
                y={HEIGHT - tall}
                width={band.width}
                height={tall}
              />
            );
          })}
        </svg>
      </div>
    </figure>
  );
}
