import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';

import type { DayBar, SeriesView } from '../../shared/model';
import type { Day } from '../../shared/day';
import { dayText } from '../format';
import { useFormat } from '../formatContext';
import { barStateText } from '../labels';
import styles from './chart.module.css';

interface Props {
  readonly days: readonly DayBar[];
  readonly series: readonly SeriesView[];
  readonly today: Day;
  readonly onOpen: (day: Day) => void;
}

const ROW_PX = 30;
/** A month of days is always there whole; of a longer period only the rows in sight and near. */
const OVERSCAN = 31;

/** Holds the place of rows that are not there. */
function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  return height <= 0 ? null : (
    <tr aria-hidden="true">
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  );
}

/** The same days as a table: newest first, one column a series. */
export function ChartTable({ days, series, today, onOpen }: Props) {
  const { money } = useFormat();
  const shown = days.filter(({ state }) => state !== 'future' && state !== 'before').toReversed();
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => shown[index]?.day ?? index,
    overscan: OVERSCAN,
  });
  const items = virtual.getVirtualItems();
  const columns = 3 + series.length;
  return (
    <div ref={frame} className={styles.tableFrame} tabIndex={0} role="region" aria-label="Table of days">
      <table className={styles.table} aria-rowcount={shown.length + 1}>
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
          <Gap height={items[0]?.start ?? 0} columns={columns} />
          {items.map(({ index }) => {
            const bar = shown[index];
            return bar === undefined ? null : (
              <tr key={bar.day} ref={virtual.measureElement} data-index={index} aria-rowindex={index + 2}>
                <th scope="row">
                  <button type="button" className={styles.dayLink} onClick={() => onOpen(bar.day)}>
                    {dayText(bar.day, today)}
                  </button>
                </th>
                <td>{barStateText(bar)}</td>
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
            );
          })}
          <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} columns={columns} />
        </tbody>
      </table>
    </div>
  );
}
