import { parseDate } from '@internationalized/date';
import type { DateValue } from '@internationalized/date';
import clsx from 'clsx';
import {
  Button,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  Heading,
  RangeCalendar as AriaRangeCalendar,
} from 'react-aria-components';

import { day } from '../../shared/day';
import type { DayRange } from '../../shared/day';
import { Icon } from './Icon';
import styles from './calendar.module.css';

export function toRange(value: { start: DateValue; end: DateValue }): DayRange {
  return { from: day(value.start.toString()), to: day(value.end.toString()) };
}

export function fromRange(range: DayRange) {
  return { start: parseDate(range.from), end: parseDate(range.to) };
}

/** The calendar's grid, for the picker of a period and the fields of the export alike. */
export function CalendarBody() {
  return (
    <>
      <header className={styles.head}>
        <Button slot="previous" className={clsx(styles.turn)}>
          <Icon name="back" />
        </Button>
        <Heading className={clsx(styles.title)} />
        <Button slot="next" className={clsx(styles.turn)}>
          <Icon name="next" />
        </Button>
      </header>
      <CalendarGrid className={clsx(styles.grid)}>
        <CalendarGridHeader>
          {(name) => <CalendarHeaderCell className={clsx(styles.weekday)}>{name}</CalendarHeaderCell>}
        </CalendarGridHeader>
        <CalendarGridBody>
          {(date) => <CalendarCell date={date} className={clsx(styles.cell)} />}
        </CalendarGridBody>
      </CalendarGrid>
    </>
  );
}

interface Props {
  readonly value: DayRange | null;
  readonly last: DayRange['to'];
  readonly onChange: (range: DayRange) => void;
}

/** Picks a stretch of UTC days, none after `last`. */
export function RangeCalendar({ value, last, onChange }: Props) {
  return (
    <AriaRangeCalendar
      aria-label="Custom range, UTC days"
      className={clsx(styles.calendar)}
      defaultValue={value === null ? null : fromRange(value)}
      defaultFocusedValue={parseDate(value?.to ?? last)}
      maxValue={parseDate(last)}
      onChange={(range) => onChange(toRange(range))}
      autoFocus
    >
      <CalendarBody />
    </AriaRangeCalendar>
  );
}
