import type { DayBar, SeriesView } from '../../shared/model';
import type { Day } from '../../shared/day';
import { dayText } from '../format';
import { useFormat } from '../formatContext';
import { dayStateText } from '../labels';
import styles from './chart.module.css';

interface Props {
  readonly days: readonly DayBar[];
  readonly series: readonly SeriesView[];
  readonly today: Day;
  readonly onOpen: (day: Day) => void;
}

/** The same days as a table: newest first, one column a series. */
export function ChartTable({ days, series, today, onOpen }: Props) {
  const { money } = useFormat();
  const shown = days.filter(({ state }) => state !== 'future' && state !== 'before').toReversed();
  return (
    <div className={styles.tableFrame} tabIndex={0} role="region" aria-label="Table of days">
      <table className={styles.table}>
        <caption className="visually-hidden">Spend by UTC day</caption>
        <thead>
          <tr>
            <th scope="col">Day (UTC)</th>
            <th scope="col">State</th>
            <th scope="col" className={styles.figure}>
              Total
            </th>
            {series.map(({ key, name }) => (
              <th key={key} scope="col" className={styles.figure} title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((bar) => (
            <tr key={bar.day}>
              <th scope="row">
                <button type="button" className={styles.dayLink} onClick={() => onOpen(bar.day)}>
                  {dayText(bar.day, today)}
                </button>
              </th>
              <td>{dayStateText(bar.state, (bar.usd ?? 0n) !== 0n)}</td>
              <td className={styles.figure}>{bar.usd === null ? '—' : money(bar.usd)}</td>
              {series.map(({ key }) => {
                const part = bar.split.find((entry) => entry.key === key);
                return (
                  <td key={key} className={styles.figure}>
                    {part === undefined ? (bar.usd === null ? '—' : '') : money(part.usd)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
