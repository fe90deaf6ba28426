import clsx from 'clsx';
import type { RefObject } from 'react';
import { Dialog, Popover } from 'react-aria-components';

import type { Overview, ViewChoice } from '../../shared/model';
import type { PeriodId } from '../../shared/period';
import { hasBillingPeriod } from '../labels';
import { setView } from '../store';
import { Icon } from '../ui/Icon';
import { RangeCalendar } from '../ui/RangeCalendar';
import { Segmented } from '../ui/Segmented';
import type { Segment } from '../ui/Segmented';
import styles from './overview.module.css';

/** How far the calendar keeps from the window's edges: at 200 % zoom it needs nearly all of its width. */
const CALENDAR_MARGIN_PX = 4;

interface Props {
  readonly overview: Overview;
  readonly view: ViewChoice;
  readonly picking: boolean;
  readonly onPick: (picking: boolean) => void;
  /** The button of a custom range, to which the calendar belongs. */
  readonly custom: RefObject<HTMLButtonElement | null>;
}

/** Today to custom, on the keys 1 to 7. A billing period is offered where the one connection chosen has one. */
export function PeriodPicker({ overview, view, picking, onPick, custom }: Props) {
  const billing: Segment<PeriodId> = { id: 'billingPeriod', label: 'Billing', name: 'Billing period' };
  const segments: ReadonlyArray<Segment<PeriodId>> = [
    { id: 'today', label: 'Today' },
    { id: 'last7Days', label: '7 d', name: '7 days' },
    { id: 'last30Days', label: '30 d', name: '30 days' },
    { id: 'monthToDate', label: 'Month', name: 'Month to date' },
    { id: 'lastMonth', label: 'Last month' },
    {
      id: 'custom',
      label: <Icon name="calendar" />,
      name: 'Custom range',
      ref: custom,
      onPress: () => onPick(true),
    },
    ...(hasBillingPeriod(overview, view) ? [billing] : []),
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
        containerPadding={CALENDAR_MARGIN_PX}
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
