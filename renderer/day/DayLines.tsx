import type { DayDetail } from '../../shared/model';
import { useFormat } from '../formatContext';
import { ProviderMark } from '../ui/Mark';
import styles from './day.module.css';

/** The day's charges by resource, each with its meters where it has more than one. */
export function DayLines({ lines }: { readonly lines: DayDetail['lines'] }) {
  const { money } = useFormat();
  if (lines.length === 0) return null;
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>By resource</h2>
      <ul>
        {lines.map((line) => (
          <li key={line.resourceKey} className={styles.resource}>
            <div className={styles.line}>
              <ProviderMark provider={line.provider} />
              <span className={styles.name} title={line.resource}>
                {line.resource}
              </span>
              <span className={styles.figure}>{money(line.usd)}</span>
            </div>
            {line.detail !== null && <p className={styles.detail}>{line.detail}</p>}
            {line.meters.map(({ meter, usd }) => (
              <p key={meter} className={styles.meter}>
                <span>{meter}</span>
                <span className={styles.figure}>{money(usd)}</span>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}
