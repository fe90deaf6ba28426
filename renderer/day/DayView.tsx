import { useRef } from 'react';
import type { RefObject } from 'react';

import type { Day } from '../../shared/day';
import type { DayDetail, Overview } from '../../shared/model';
import { weekdayText } from '../format';
import { useFormat } from '../formatContext';
import { detailStateText, readingText } from '../labels';
import { open } from '../store';
import { useAnswer } from '../useAnswer';
import { useNow } from '../useNow';
import { IconButton } from '../ui/Controls';
import { Notice } from '../ui/Notice';
import { Screen } from '../ui/Screen';
import { Hours } from './Hours';
import { DayLines } from './DayLines';
import styles from './day.module.css';

interface TurnProps {
  /** Null at the end of what is known; undefined while the answer is under way, when the button keeps its focus. */
  readonly day: Day | null | undefined;
  readonly step: 'previous' | 'next';
  readonly today: Day;
}

function Turn({ day, step, today }: TurnProps) {
  const name = step === 'previous' ? 'Previous day' : 'Next day';
  return (
    <IconButton
      icon={step === 'previous' ? 'back' : 'next'}
      label={day ? `${name}, ${weekdayText(day, today)}` : name}
      disabled={day === null}
      onPress={() => {
        if (day) open({ name: 'day', day });
      }}
    />
  );
}

function Revisions({ detail, now }: { readonly detail: DayDetail; readonly now: number }) {
  const { money, clock } = useFormat();
  if (detail.revisions.length === 0) return null;
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>Revised since it settled</h2>
      <ul>
        {detail.revisions.map(({ connection, at, before, after }) => (
          <li key={`${connection} ${at}`} className={styles.revision}>
            <span className={styles.name}>{connection}</span>
            <span className={styles.figure}>
              {money(before)} → {money(after)}
            </span>
            <span className={styles.quiet}>{clock(at, now)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ContentsProps {
  readonly detail: DayDetail;
  readonly overview: Overview;
  readonly scroller: RefObject<HTMLElement | null>;
}

function Contents({ detail, overview, scroller }: ContentsProps) {
  const { money, clock } = useFormat();
  const now = useNow(60_000);
  const today = detail.day === overview.today;
  const readings = detail.connections.map(({ readAt }) => readAt).filter((at) => at !== null);
  const facts = [
    today ? 'today so far' : detailStateText(detail),
    ...(readings.length === 0 ? [] : [`as of ${clock(Math.min(...readings), now)}`]),
    ...(today ? [`the UTC day ends ${clock(overview.dayEndsAt, overview.dayEndsAt)}`] : []),
    ...(detail.lines.some(({ provider }) => provider === 'clickhouse')
      ? ['ClickHouse before tax and support']
      : []),
  ];
  return (
    <>
      <section aria-label="Total" className={styles.total}>
        <p className={styles.number}>{detail.usd === null ? '—' : money(detail.usd)}</p>
        <p className={styles.quiet}>{facts.join(' · ')}</p>
      </section>
      {detail.hours !== null && <Hours hours={detail.hours} />}
      {detail.meters.length > 0 && (
        <section className={styles.section}>
          <h2 className={styles.heading}>By meter</h2>
          <dl>
            {detail.meters.map(({ meter, usd }) => (
              <div key={meter} className={styles.pair}>
                <dt>{meter}</dt>
                <dd className={styles.figure}>{money(usd)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {detail.lines.length > 0 && <DayLines lines={detail.lines} scroller={scroller} />}
      <Revisions detail={detail} now={now} />
      <section className={styles.section}>
        <h2 className={styles.heading}>Last read</h2>
        <ul>
          {detail.connections.map((reading) => (
            <li key={reading.id} className={styles.pair}>
              <span className={styles.name}>{reading.name}</span>
              <span className={styles.quiet}>
                {readingText(reading)}
                {reading.readAt !== null && ` · ${clock(reading.readAt, now)}`}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

/** One UTC day: its charges by meter and resource, Phala's hours, and what was revised. */
export function DayView({ day, overview }: { readonly day: Day; readonly overview: Overview }) {
  const answer = useAnswer('dayDetail', { day }, overview.generatedAt);
  const detail = answer?.ok === true ? answer.value : null;
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <Screen
      scroller={scroller}
      title={`${weekdayText(day, overview.today)} UTC`}
      aside={
        <span className={styles.turns}>
          <Turn day={detail?.previous} step="previous" today={overview.today} />
          <Turn day={detail?.next} step="next" today={overview.today} />
        </span>
      }
    >
      {answer === null && <p className={styles.quiet}>Reading the ledger…</p>}
      {answer?.ok === false && <Notice level="error">{answer.message}</Notice>}
      {detail !== null && <Contents detail={detail} overview={overview} scroller={scroller} />}
    </Screen>
  );
}
