import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';

import type { Day } from '../../shared/day';
import type { DayBar, Overview, SplitBy } from '../../shared/model';
import { SPLITS } from '../../shared/choices';
import { SPLIT_NAMES, barStateText } from '../labels';
import { dayText, listText, weekdayText } from '../format';
import { useFormat } from '../formatContext';
import { open, setView, useStore } from '../store';
import { Segmented } from '../ui/Segmented';
import { Choice } from '../ui/Controls';
import { useWidth } from '../useWidth';
import { ChartTable } from './ChartTable';
import { CumulativeKey } from './CumulativeKey';
import { DailyKey } from './DailyKey';
import { Legend } from './Legend';
import { Plot } from './Plot';
import { plotGeometry } from './geometry';
import { bandAt } from './layout';
import styles from './chart.module.css';

type Mode = 'daily' | 'cumulative' | 'table';

const MODES = [
  { id: 'daily', label: 'Daily' },
  { id: 'cumulative', label: 'Cumulative' },
  { id: 'table', label: 'Table' },
] as const;

/** Where an arrow key leads from a day. */
function step(key: string, from: number, count: number): number | null {
  const last = count - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key === 'ArrowLeft' || key === 'ArrowDown') return Math.max(0, from - 1);
  if (key === 'ArrowRight' || key === 'ArrowUp') return Math.min(last, from + 1);
  if (key === 'PageUp') return Math.max(0, from - 7);
  if (key === 'PageDown') return Math.min(last, from + 7);
  return null;
}

function opens(bar: DayBar): boolean {
  return bar.state !== 'future' && bar.state !== 'before';
}

/** The period's days: stacks, running total or table. Arrow keys walk the days, Enter opens one. */
export function DailyChart({
  overview,
  splitBy,
}: {
  readonly overview: Overview;
  readonly splitBy: SplitBy;
}) {
  const { days, series, today } = overview;
  const { money, tick } = useFormat();
  const [mode, setMode] = useState<Mode>('daily');
  const [at, setAt] = useState<number | null>(null);
  const [frame, width] = useWidth();
  /** Where it was last seen over the chart. */
  const pointer = useRef<Pick<MouseEvent, 'clientX' | 'clientY'> | null>(null);
  /** The day that was opened last, until the keys have gone on from it. */
  const looked = useRef<Day | null>(null);
  useEffect(
    () =>
      useStore.subscribe(({ screen }) => {
        if (screen.name === 'day') looked.current = screen.day;
      }),
    [],
  );
  const active = at === null ? null : (days[at] ?? null);
  const geometry = plotGeometry(overview, mode === 'cumulative' ? 'cumulative' : 'daily', width, tick);

  const first = days.find(({ state }) => state !== 'before');
  const say = (bar: DayBar): string => {
    const amount = mode === 'cumulative' ? bar.cumulative : bar.usd;
    const parts = [weekdayText(bar.day, today), amount === null ? barStateText(bar) : money(amount)];
    if (mode === 'cumulative' && first !== undefined) parts.push(`since ${dayText(first.day, today)}`);
    if (amount !== null && bar.state !== 'settled') parts.push(barStateText(bar, amount));
    if (bar.unknownFor.length > 0) parts.push(`unknown for ${listText(bar.unknownFor)}`);
    return parts.join(' · ');
  };
  const spoken = (bar: DayBar): string =>
    [
      say(bar),
      ...bar.split.map(
        ({ key, usd }) => `${series.find((one) => one.key === key)?.name ?? key} ${money(usd)}`,
      ),
    ].join(', ');
  const openDay = (bar: DayBar | null): void => {
    if (bar !== null && opens(bar)) open({ name: 'day', day: bar.day });
  };
  const under = ({ clientX, currentTarget }: MouseEvent): number | null =>
    bandAt(clientX - currentTarget.getBoundingClientRect().left, days.length, geometry.width);
  // A window that opens under a resting pointer shows its period, not the day that is beneath.
  const hasMoved = ({ clientX, clientY }: MouseEvent): boolean => {
    const before = pointer.current;
    pointer.current = { clientX, clientY };
    return before !== null && (before.clientX !== clientX || before.clientY !== clientY);
  };
  // Where the keys start: the newest day that has happened.
  const resting = Math.max(0, days.findLastIndex(opens));
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = step(event.key, at ?? resting, days.length);
    if (next !== null) setAt(next);
    else if (event.key === 'Enter' || event.key === ' ') openDay(active ?? days[resting] ?? null);
    else return;
    event.preventDefault();
  };
  const spokenBar = active ?? days[resting] ?? null;
  const highest = days.reduce<DayBar | null>(
    (top, bar) => ((bar.usd ?? 0n) > (top?.usd ?? 0n) ? bar : top),
    null,
  );
  const newest = days[resting];
  // A period of one day is drawn among the days before it, which its number does not count.
  const { from, to } = overview.total.range;
  const onlyDay = from === to ? (days.find(({ day }) => day === from) ?? null) : null;
  const atRest = (): string => {
    if (overview.total.known === 'none' || newest === undefined) return '';
    if (mode === 'cumulative') return say(newest);
    return highest === null ? 'No charges in these days' : `Highest ${say(highest)}`;
  };

  return (
    <section className={styles.chart} aria-label="Daily spend">
      <header className={styles.head}>
        <Segmented label="Chart" segments={MODES} value={mode} onChange={setMode} quiet />
        {mode !== 'cumulative' && (
          <Choice
            label="Split the days by"
            showLabel={false}
            bare
            value={splitBy}
            options={SPLITS.map((id) => ({ id, label: `by ${SPLIT_NAMES[id].toLowerCase()}` }))}
            onChange={(id) => setView({ splitBy: id })}
          />
        )}
      </header>
      {mode === 'table' ? (
        <ChartTable days={days} series={series} today={today} onOpen={(day) => open({ name: 'day', day })} />
      ) : (
        <>
          <div className={styles.said}>
            <div className={clsx(styles.atRest, active !== null && styles.gone)}>
              <p className={styles.readout}>{atRest()}</p>
              {mode === 'daily' && (
                <DailyKey days={days} bands={geometry.bands} forecast={geometry.forecast} />
              )}
            </div>
            {active !== null && <p className={styles.readout}>{say(active)}</p>}
          </div>
          <div
            ref={frame}
            className={styles.frame}
            role="slider"
            tabIndex={0}
            aria-label="Days of the chart; Enter opens the day"
            aria-valuemin={0}
            aria-valuemax={Math.max(0, days.length - 1)}
            aria-valuenow={at ?? resting}
            aria-valuetext={spokenBar === null ? 'Nothing read yet' : spoken(spokenBar)}
            onFocus={(event) => {
              const left = days.findIndex(({ day }) => day === looked.current);
              looked.current = null;
              if (event.currentTarget.matches(':focus-visible')) setAt(left === -1 ? resting : left);
            }}
            onKeyDown={onKeyDown}
            onPointerMove={(event) => {
              if (hasMoved(event)) setAt(under(event));
            }}
            onPointerLeave={() => {
              pointer.current = null;
              setAt(null);
            }}
            onBlur={() => setAt(null)}
            onClick={(event) => {
              // A tap comes without a move before it.
              const index = under(event);
              openDay(index === null ? null : (days[index] ?? null));
            }}
          >
            {width > 0 && (
              <Plot
                overview={overview}
                splitBy={splitBy}
                mode={mode}
                width={width}
                geometry={geometry}
                at={at}
              />
            )}
          </div>
          {mode === 'daily' ? (
            <Legend series={series} splitBy={splitBy} day={active ?? onlyDay} />
          ) : (
            <CumulativeKey forecast={geometry.forecast} budget={geometry.budget} />
          )}
        </>
      )}
    </section>
  );
}
