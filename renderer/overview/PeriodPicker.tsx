import clsx from 'clsx';
import { useRef } from 'react';
import { Dialog, Popover } from 'react-aria-components';

import type { Overview, ViewChoice } from '../../shared/model';
import type { PeriodId } from '../../shared/period';
import { setView } from '../store';
import { RangeCalendar } from '../ui/RangeCalendar';
import { Segmented } from '../ui/Segmented';
import type { Segment } from '../ui/Segmented';
import styles from './overview.module.css';

interface Props {
  readonly overview: Overview;
  readonly view: ViewChoice;
  readonly picking: boolean;
  readonly onPick: (picking: boolean) => void;
}

/** Today to custom, on the keys 1 to 7. A billing period is offered where one connection is chosen. */
export function PeriodPicker({ overview, view, picking, onPick }: Props) {
  const custom = useRef<HTMLButtonElement>(null);
  const billing: Segment<PeriodId> = { id: 'billingPeriod', label: 'Billing', name: 'Billing period' };
  const segments: ReadonlyArray<Segment<PeriodId>> = [
    { id: 'today', label: 'Today' },
    { id: 'last7Days', label: '7 d', name: '7 days' },
    { id: 'last30Days', label: '30 d', name: '30 days' },
    { id: 'monthToDate', label: 'Month', name: 'Month to date' },
    { id: 'lastMonth', label: 'Last month' },
    { id: 'custom', label: 'Custom', name: 'Custom range', ref: custom, onPress: () => onPick(true) },
    ...(view.connection === null ? [] : [billing]),
  ];
  return (
    <div className={styles.period}>
      <Segmented
        label="Period"
        segments={segments}
        value={view.period}
        onChange={(period) => {
          if (period !== 'custom') setView({ period });
        }}
      />
      <Popover
        className={clsx(styles.calendar)}
        triggerRef={custom}
        isOpen={picking}
        onOpenChange={onPick}
        placement="bottom end"
      >
        <Dialog aria-label="Custom range">
          <RangeCalendar
            value={view.custom ?? overview.total.range}
            last={overview.today}
            onChange={(range) => {
              setView({ period: 'custom', custom: range });
              onPick(false);
            }}
          />
        </Dialog>
      </Popover>
    </div>
  );
}
