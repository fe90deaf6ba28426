import { useRef } from 'react';
import type { RefObject } from 'react';

import type { AppState } from '../../shared/model';
import { Breakdown } from '../breakdown/Breakdown';
import { DailyChart } from '../chart/DailyChart';
import { trueForecast } from '../labels';
import { useStore } from '../store';
import { Backfill } from './Backfill';
import { BudgetMeter } from './BudgetMeter';
import { Facts } from './Facts';
import { Foot } from './Foot';
import { Headline } from './Headline';
import { Notices } from './Notices';
import { PeriodPicker } from './PeriodPicker';
import { StatusBar } from './StatusBar';
import styles from './overview.module.css';

interface Props {
  readonly app: AppState;
  readonly pickingRange: boolean;
  readonly onPickRange: (picking: boolean) => void;
  readonly customRange: RefObject<HTMLButtonElement | null>;
}

/** The popover at a glance: one number, whether it is fine, where it comes from. */
export function OverviewScreen({ app, pickingRange, onPickRange, customRange }: Props) {
  const { overview } = app;
  const view = useStore((store) => store.chosen) ?? overview.view;
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <div className={styles.overview}>
      <h1 className="visually-hidden">Cost Tray</h1>
      <StatusBar overview={overview} demo={app.demo} />
      <div ref={scroller} className={styles.scroller} tabIndex={0} role="region" aria-label="Spend">
        <div className={styles.contents}>
          <Notices app={app} />
          <Headline overview={overview} view={view} />
          <Facts overview={overview} />
          {overview.budget !== null && (
            <BudgetMeter
              budget={overview.budget}
              forecast={overview.view.connection === null ? trueForecast(overview) : null}
            />
          )}
          <Backfill connections={overview.connections} />
          <PeriodPicker
            overview={overview}
            view={view}
            picking={pickingRange}
            onPick={onPickRange}
            custom={customRange}
          />
          <DailyChart overview={overview} splitBy={view.splitBy} />
          <Breakdown overview={overview} view={view} scroller={scroller} />
        </div>
      </div>
      <Foot overview={overview} cadenceMinutes={app.settings.cadenceMinutes} />
    </div>
  );
}
