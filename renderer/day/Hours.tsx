import type { DayHours } from '../../shared/model';
import { layoutBands, lengthOfAmount } from '../chart/layout';
import { useFormat } from '../formatContext';
import { useWidth } from '../useWidth';
import styles from './day.module.css';

const HEIGHT = 56;

/** Phala's charges by hour of the UTC day. */
export function Hours({ hours }: { readonly hours: DayHours }) {
  const [frame, width] = useWidth();
  const { money } = useFormat();
  const { byHour, longer } = hours;
  const max = byHour.reduce((top, value) => (value > top ? value : top), 0n);
  const bands = layoutBands(byHour.length, width);
  const spoken = byHour.map((usd, hour) => `${hour} h ${money(usd)}`).join(', ');
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>
        Phala by hour, UTC <span className={styles.quiet}>· largest {money(max)}</span>
      </h2>
      <div ref={frame} className={styles.hours} role="img" aria-label={spoken}>
        <svg width={width} height={HEIGHT + 16} aria-hidden="true">
          {byHour.map((usd, hour) => {
            const band = bands[hour];
            if (band === undefined) return null;
            const tall = usd > 0n ? Math.max(1, lengthOfAmount(usd, max, HEIGHT)) : 0;
            return (
              <rect
                key={hour}
                className={styles.hour}
                x={band.x}
                y={HEIGHT - tall}
                width={band.width}
                height={tall}
              >
                <title>{`${hour}:00 ${money(usd)}`}</title>
              </rect>
            );
          })}
          <line className={styles.baseline} x1={0} x2={width} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
          {[0, 6, 12, 18].map((hour) => (
            <text key={hour} className={styles.axisText} x={bands[hour]?.x ?? 0} y={HEIGHT + 13}>
              {`${String(hour).padStart(2, '0')}:00`}
            </text>
          ))}
        </svg>
      </div>
      {longer !== 0n && (
        <p className={styles.quiet}>and {money(longer)} charged for a day or longer, which no hour holds</p>
      )}
    </section>
  );
}
