import { useFormat } from '../formatContext';
import type { Geometry } from './geometry';
import styles from './chart.module.css';

function Sample({ className }: { readonly className: string | undefined }) {
  return (
    <svg className={styles.keyLine} viewBox="0 0 20 8" aria-hidden="true">
      <line className={className} x1="0" x2="20" y1="4" y2="4" />
    </svg>
  );
}

/** What the lines of the cumulative chart are. */
export function CumulativeKey({ forecast, budget }: Pick<Geometry, 'forecast' | 'budget'>) {
  const { money } = useFormat();
  return (
    <ul className={styles.key} aria-label="Lines of the chart">
      <li className={styles.keyItem}>
        <Sample className={styles.totalLine} />
        Spend
      </li>
      {forecast !== null && (
        <li className={styles.keyItem}>
          <Sample className={styles.ahead} />
          Forecast {money(forecast.monthEnd, { tight: true })}
        </li>
      )}
      {budget !== null && (
        <li className={styles.keyItem}>
          <Sample className={styles.budget} />
          Budget {money(budget, { tight: true })}
        </li>
      )}
    </ul>
  );
}
