import { memo, useRef } from 'react';
import type { RefObject } from 'react';

import type { AppState } from '../../shared/model';
import { Breakdown } from '../breakdown/Breakdown';
import { DailyChart } from '../chart/DailyChart';
import { budgetScope, countedConnections, isOnlyHistory, trueForecast } from '../labels';
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

/*
 * A choice shows at once in what it was made with, and a moment later main's
 * numbers come. What has no part in the choice is drawn once, for the numbers.
 */
const Status = memo(StatusBar);
const KnownFacts = memo(Facts);
const Reading = memo(Backfill);
const Chart = memo(DailyChart);
const Bottom = memo(Foot);

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
      <Status overview={overview} demo={app.demo} />
      <div ref={scroller} className={styles.scroller} tabIndex={0} role="region" aria-label="Spend">
        <div className={styles.contents}>
          <Notices app={app} />
          <Headline overview={overview} view={view} />
          {!isOnlyHistory(countedConnections(overview)) && <KnownFacts overview={overview} />}
          {overview.budget !== null && (
            <BudgetMeter
              budget={overview.budget}
              forecast={overview.view.connection === null ? trueForecast(overview) : null}
              scope={budgetScope(overview)}
            />
          )}
          <Reading connections={overview.connections} />
          <PeriodPicker
            overview={overview}
            view={view}
            picking={pickingRange}
            onPick={onPickRange}
            custom={customRange}
          />
          <Chart overview={overview} splitBy={view.splitBy} />
          <Breakdown overview={overview} view={view} scroller={scroller} />
        </div>
      </div>
      <Bottom overview={overview} cadenceMinutes={app.settings.cadenceMinutes} />
    </div>
  );
}
