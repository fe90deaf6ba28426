import { parseDate } from '@internationalized/date';
import clsx from 'clsx';
import { useState } from 'react';
import { DateField, DateInput, DateSegment, Label } from 'react-aria-components';

import { day, firstOfMonth } from '../../shared/day';
import type { Day } from '../../shared/day';
import { formatDecimal } from '../../shared/money';
import type { ConnectionView } from '../../shared/model';
import { amountText, readAmount } from '../amountText';
import type { AmountField } from '../amountText';
import { bridge, failure } from '../bridge';
import { dayText } from '../format';
import { useFormat } from '../formatContext';
import { Action, Entry } from '../ui/Controls';
import styles from './settings.module.css';

interface Props {
  readonly connection: ConnectionView;
  readonly today: Day;
  readonly onDone: () => void;
}

const RATE: AmountField = { example: '0.85', wholeDigits: 6 };

/** Which days a rate changes, and which it does not. */
function reachText(from: Day, { rateSince }: ConnectionView, today: Day): string {
  const first = dayText(from, today);
  const next = rateSince !== null && from < rateSince ? rateSince : null;
  const until = next === null ? 'on' : `until the next rate, ${dayText(next, today)} at the latest`;
  const anew = from < firstOfMonth(today) ? '; closed months since then are converted anew' : '';
  return `from ${first} ${until}. Days before ${first} keep the rate they had${anew}.`;
}

/** What one ClickHouse Credit costs, from a day on; days before keep their rate. */
export function RateForm({ connection, today, onDone }: Props) {
  const format = useFormat();
  const [text, setText] = useState(() => amountText(formatDecimal(connection.usdPerUnit), format.locale));
  const [from, setFrom] = useState<Day>(firstOfMonth(today));
  const [error, setError] = useState<string | null>(null);
  const read = readAmount(text, RATE, format);
  const problem = read.ok || text.trim() === '' ? null : read.problem;
  const late = from > today;
  const save = (): void => {
    if (!read.ok) {
      setError(read.problem);
      return;
    }
    if (late) return;
    bridge.call('setRate', { connection: connection.id, usdPerUnit: read.decimal, from }).then(
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
        onChange={(typed) => {
          setText(typed);
          setError(null);
        }}
        decimal
        autoFocus
        error={error ?? problem}
        note="1 at list price; less under a commitment."
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
      {read.ok && (
        <p className={styles.note} role="status">
          {late
            ? 'The first day is today or one before.'
            : `1 CHC = ${format.exact(read.amount)} ${reachText(from, connection, today)}`}
        </p>
      )}
      <div className={styles.actions}>
        <Action onPress={onDone}>Cancel</Action>
        <Action kind="primary" type="submit">
          Set rate
        </Action>
      </div>
    </form>
  );
}
