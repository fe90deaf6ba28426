import type { RefObject } from 'react';

import type { DayLine } from '../../shared/model';
import { useFormat } from '../formatContext';
import { ProviderMark } from '../ui/Mark';
import { useRowsInSight } from '../useRowsInSight';
import styles from './day.module.css';

interface Props {
  readonly lines: readonly DayLine[];
  readonly scroller: RefObject<HTMLElement | null>;
}

const NAME_PX = 28;
/** What stands beneath the name: the detail, and each meter. */
const UNDER_PX = 17;

/** The day's charges by resource, each with its meters. Only the lines in sight exist, however many there are. */
export function DayLines({ lines, scroller }: Props) {
  const { money } = useFormat();
  const { list, style, shown } = useRowsInSight({
    rows: lines,
    keyOf: ({ resourceKey }) => resourceKey,
    heightOf: ({ detail, meters }) => NAME_PX + UNDER_PX * (meters.length + (detail === null ? 0 : 1)),
    scroller,
  });
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>By resource</h2>
      <ul ref={list} className={styles.lines} style={style}>
        {shown.map(({ row: line, key, item }) => (
          <li key={key} className={styles.resource} {...item}>
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
