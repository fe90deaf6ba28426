import { useState } from 'react';

import type { Settings, SettingsPatch } from '../../shared/settings';
import { amountText, readAmount } from '../amountText';
import type { AmountField } from '../amountText';
import { useFormat } from '../formatContext';
import { Action, Entry } from '../ui/Controls';
import { Group } from './Group';
import styles from './settings.module.css';

interface Props {
  readonly settings: Settings;
  readonly onChange: (patch: SettingsPatch) => void;
}

const BUDGET: AmountField = { example: '2500.50', wholeDigits: 9 };

/** One budget for the month, in USD, over all connections. */
export function Budget({ settings, onChange }: Props) {
  const format = useFormat();
  const [text, setText] = useState<string | null>(null);
  const kept = settings.budgetUsd === null ? '' : amountText(settings.budgetUsd, format.locale);
  const shown = text ?? (kept !== '' && settings.hideAmounts ? '•••' : kept);
  const read = text === null || text.trim() === '' ? null : readAmount(text, BUDGET, format);
  const typed = read?.ok === true ? amountText(read.decimal, format.locale) : '';
  const dirty = text !== null && read?.ok !== false && typed !== kept;
  return (
    <Group title="Budget">
      <form
        className={styles.form}
        aria-label="Budget"
        onSubmit={(event) => {
          event.preventDefault();
          if (!dirty) return;
          onChange({ budgetUsd: read?.ok === true ? read.decimal : null });
          setText(null);
        }}
      >
        <div className={styles.inline}>
          <Entry
            label="For the month, in USD"
            value={shown}
            onChange={setText}
            decimal
            placeholder="none"
            error={read?.ok === false ? read.problem : null}
            note={
              read?.ok === true
                ? `${format.exact(read.amount)} a month`
                : 'Over all connections. Empty: no budget.'
            }
          />
          <Action type="submit" disabled={!dirty}>
            Set
          </Action>
        </div>
      </form>
    </Group>
  );
}
