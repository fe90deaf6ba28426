import { parseDate } from '@internationalized/date';
import clsx from 'clsx';
import {
  Button,
  DateInput,
  DateRangePicker,
  DateSegment,
  Dialog,
  Group,
  Label,
  Popover,
  RangeCalendar,
} from 'react-aria-components';

import type { Day, DayRange } from '../../shared/day';
import { Icon } from '../ui/Icon';
import { CalendarBody, fromRange, toRange } from '../ui/RangeCalendar';
import styles from './export.module.css';

interface Props {
  readonly value: DayRange;
  readonly last: Day;
  readonly onChange: (range: DayRange) => void;
}

/** First and last day, typed or picked from a calendar. */
export function RangeFields({ value, last, onChange }: Props) {
  return (
    <DateRangePicker
      className={clsx(styles.range)}
      value={fromRange(value)}
      maxValue={parseDate(last)}
      onChange={(range) => {
        if (range !== null && range.start.compare(range.end) <= 0) onChange(toRange(range));
      }}
    >
      <Label>First and last day (UTC)</Label>
      <Group className={clsx(styles.rangeGroup)}>
        <DateInput slot="start" className={clsx(styles.dateInput)}>
          {(segment) => <DateSegment segment={segment} className={clsx(styles.dateSegment)} />}
        </DateInput>
        <span aria-hidden="true">–</span>
        <DateInput slot="end" className={clsx(styles.dateInput)}>
          {(segment) => <DateSegment segment={segment} className={clsx(styles.dateSegment)} />}
        </DateInput>
        <Button className={clsx(styles.calendarButton)}>
          <Icon name="calendar" />
        </Button>
      </Group>
      <Popover className={clsx(styles.popover)}>
        <Dialog>
          <RangeCalendar className={clsx(styles.calendar)}>
            <CalendarBody />
          </RangeCalendar>
        </Dialog>
      </Popover>
    </DateRangePicker>
  );
}
