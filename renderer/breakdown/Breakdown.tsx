import { useState } from 'react';
import type { RefObject } from 'react';

import { BREAKDOWNS } from '../../shared/choices';
import type { Overview, ViewChoice } from '../../shared/model';
import { rowColour } from '../chart/palette';
import { plural } from '../format';
import { useFormat } from '../formatContext';
import { BREAKDOWN_NAMES } from '../labels';
import { setView } from '../store';
import { Action } from '../ui/Controls';
import { Segmented } from '../ui/Segmented';
import { useRowsInSight } from '../useRowsInSight';
import { Row } from './Row';
import styles from './breakdown.module.css';

interface Props {
  readonly overview: Overview;
  readonly view: ViewChoice;
  /** What scrolls: the rows share it with all that stands above them. */
  readonly scroller: RefObject<HTMLElement | null>;
}

const ROW_PX = 43;

/** Where the money goes. Only the rows in sight exist, however many there are. */
export function Breakdown({ overview, view, scroller }: Props) {
  const { breakdown, total } = overview;
  const { rows, tail } = breakdown;
  const { money } = useFormat();
  const [opened, setOpened] = useState<string | null>(null);
  const { list, style, shown } = useRowsInSight({
    rows,
    keyOf: ({ key }) => key,
    heightOf: () => ROW_PX,
    scroller,
  });
  const splits = BREAKDOWNS.map((id) => ({ id, label: BREAKDOWN_NAMES[id] }));
  return (
    <section className={styles.breakdown} aria-label="Breakdown">
      <header className={styles.head}>
        <Segmented
          label="Break down by"
          segments={splits}
          value={view.breakdownBy}
          onChange={(breakdownBy) => setView({ breakdownBy })}
          quiet
        />
      </header>
      {rows.length === 0 && (
        <p className={styles.empty}>
          {total.known === 'none' ? 'Nothing read yet for these days.' : 'No charges in these days.'}
        </p>
      )}
      <ul ref={list} className={styles.list} style={style}>
        {shown.map(({ row, key, item }) => (
          <li key={key} className={styles.item} {...item}>
            <Row
              row={row}
              by={breakdown.by}
              colour={rowColour(row, overview)}
              version={overview.generatedAt}
              today={overview.today}
              range={total.range}
              isOpen={opened === row.key}
              onToggle={() => setOpened(opened === row.key ? null : row.key)}
            />
          </li>
        ))}
      </ul>
      {tail !== null && (
        <div className={styles.tail}>
          <Action kind="link" onPress={() => setView({ showAll: true })}>
            {plural(tail.count, 'more', 'more')} · {money(tail.usd)}
          </Action>
        </div>
      )}
      {tail === null && view.showAll && rows.length > 0 && (
        <div className={styles.tail}>
          <Action kind="link" onPress={() => setView({ showAll: false })}>
            Fold the small ones
          </Action>
        </div>
      )}
    </section>
  );
}
