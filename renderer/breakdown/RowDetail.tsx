import type { Day, DayRange } from '../../shared/day';
import type { BreakdownBy } from '../../shared/model';
import { rangeText } from '../format';
import { useFormat } from '../formatContext';
import { useAnswer } from '../useAnswer';
import { Notice } from '../ui/Notice';
import { MiniBars } from './MiniBars';
import styles from './breakdown.module.css';

interface Props {
  readonly rowKey: string;
  readonly by: BreakdownBy;
  readonly version: number;
  readonly today: Day;
  /** The days that the row's amount covers. */
  readonly range: DayRange;
}

/** A row's meters and its own small daily bars, asked of main when it opens. */
export function RowDetail({ rowKey, by, version, today, range }: Props) {
  const { money } = useFormat();
  const answer = useAnswer('resourceDetail', { key: rowKey, by }, version);
  if (answer === null) return <p className={styles.waiting}>Reading the ledger…</p>;
  if (!answer.ok) return <Notice level="error">{answer.message}</Notice>;
  const { meters, days } = answer.value;
  return (
    <div className={styles.opened}>
      <MiniBars days={days} today={today} />
      {meters.length > 0 && (
        <div>
          <p className={styles.span}>Meters, {rangeText(range, today)} UTC</p>
          <dl className={styles.meters}>
            {meters.map(({ meter, usd }) => (
              <div key={meter} className={styles.meterLine}>
                <dt>{meter}</dt>
                <dd>{money(usd)}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </div>
  );
}
