import clsx from 'clsx';
import { useId } from 'react';

import type { Day, DayRange } from '../../shared/day';
import type { BreakdownBy, BreakdownRow } from '../../shared/model';
import { useFormat } from '../formatContext';
import { Icon } from '../ui/Icon';
import { ProviderMark } from '../ui/Mark';
import { RowDetail } from './RowDetail';
import styles from './breakdown.module.css';

interface Props {
  readonly row: BreakdownRow;
  readonly by: BreakdownBy;
  readonly colour: string;
  /** Changes when main has other numbers. */
  readonly version: number;
  readonly today: Day;
  readonly range: DayRange;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** One resource, meter or connection: name, amount, share, change; it opens to its meters and days. */
export function Row({ row, by, colour, version, today, range, isOpen, onToggle }: Props) {
  const format = useFormat();
  const id = useId();
  const width = `${Math.min(100, Math.max(0, (row.share ?? 0) * 100))}%`;
  const under = [
    row.detail,
    row.native === null ? null : format.native(row.native.amount, row.native.unit),
  ].filter((text) => text !== null);
  return (
    <>
      <button
        type="button"
        className={styles.row}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={onToggle}
      >
        <span className={styles.line}>
          {row.provider !== null && (
            <span className={styles.besideName}>
              <ProviderMark provider={row.provider} colour={colour} />
            </span>
          )}
          <span className={styles.name} title={row.name}>
            {row.name}
          </span>
          <span className={styles.amount}>{format.money(row.usd)}</span>
          <span className={clsx(styles.chevron, isOpen && styles.turned)}>
            <Icon name="next" />
          </span>
        </span>
        <span className={styles.under}>
          <span className={styles.detail}>{under.join(' · ')}</span>
          {row.share !== null && (
            <span className={styles.figure} title="Share of the total">
              {format.share(row.share)}
              <span className="visually-hidden"> of the total</span>
            </span>
          )}
          <span className={styles.delta}>
            {row.change !== null && (
              <span title="Change on the stretch before, complete days only">
                {format.change(row.change)}
                <span className="visually-hidden"> on the stretch before</span>
              </span>
            )}
          </span>
        </span>
        {row.notes.map((note) => (
          <span key={note} className={styles.note}>
            <Icon name="notice" />
            {note}
          </span>
        ))}
        <span className={styles.track} aria-hidden="true">
          <span className={styles.fill} style={{ width, background: colour }} />
        </span>
      </button>
      <div id={id}>
        {isOpen && <RowDetail rowKey={row.key} by={by} version={version} today={today} range={range} />}
      </div>
    </>
  );
}
