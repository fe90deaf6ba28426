import { parseDate } from '@internationalized/date';
import clsx from 'clsx';
import { useState } from 'react';
import { DateField, DateInput, DateSegment, Label } from 'react-aria-components';

import { day, firstOfMonth } from '../../shared/day';
import type { Day } from '../../shared/day';
import { formatDecimal } from '../../shared/money';
import type { ConnectionView } from '../../shared/model';
import { bridge, failure } from '../bridge';
import { parseAmountText } from '../format';
import { useFormat } from '../formatContext';
import { Action, Entry } from '../ui/Controls';
import styles from './settings.module.css';

interface Props {
  readonly connection: ConnectionView;
  readonly today: Day;
  readonly onDone: () => void;
}

/** What one ClickHouse Credit costs, from a day on; days before keep their rate. */
export function RateForm({ connection, today, onDone }: Props) {
  const { locale } = useFormat();
  const [text, setText] = useState(formatDecimal(connection.usdPerUnit));
  const [from, setFrom] = useState<Day>(firstOfMonth(today));
  const [error, setError] = useState<string | null>(null);
  const save = (): void => {
    const usdPerUnit = parseAmountText(text, locale) ?? parseAmountText(text, 'en-US');
    if (usdPerUnit === null) {
      setError('Write an amount such as 0.85.');
      return;
    }
    bridge.call('setRate', { connection: connection.id, usdPerUnit, from }).then(
      (outcome) => (outcome.ok ? onDone() : setError(failure(outcome))),
      () => setError('Cost Tray did not answer. Try again.'),
    );
  };
  return (
    <form
      className={styles.form}
      aria-label="Rate for ClickHouse Credits"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Entry
        label="USD for 1 CHC"
        value={text}
        onChange={setText}
        decimal
        autoFocus
        error={error}
        note="1 at list price; less under a commitment. Closed months keep the rate they had."
      />
      <DateField
        className={clsx(styles.dateField)}
        value={parseDate(from)}
        maxValue={parseDate(today)}
        onChange={(value) => {
          if (value !== null) setFrom(day(value.toString()));
        }}
      >
        <Label>First day it holds (UTC)</Label>
        <DateInput className={clsx(styles.dateInput)}>
          {(segment) => <DateSegment segment={segment} className={clsx(styles.dateSegment)} />}
        </DateInput>
      </DateField>
      <div className={styles.actions}>
        <Action onPress={onDone}>Cancel</Action>
        <Action kind="primary" type="submit">
          Set rate
        </Action>
      </div>
    </form>
  );
}
