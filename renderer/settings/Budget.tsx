import { useState } from 'react';

import { parseNanos } from '../../shared/money';
import type { Settings, SettingsPatch } from '../../shared/settings';
import { parseAmountText } from '../format';
import { useFormat } from '../formatContext';
import { Action, Entry } from '../ui/Controls';
import { Group } from './Group';
import styles from './settings.module.css';

interface Props {
  readonly settings: Settings;
  readonly onChange: (patch: SettingsPatch) => void;
}

/** One budget for the month, in USD, over all connections. */
export function Budget({ settings, onChange }: Props) {
  const { locale, money } = useFormat();
  const [text, setText] = useState<string | null>(null);
  const kept = settings.budgetUsd;
  const shown = text ?? (kept === null ? '' : settings.hideAmounts ? '•••' : kept);
  const typed = text === null || text.trim() === '' ? null : parseAmountText(text, locale);
  const wrong = text !== null && text.trim() !== '' && typed === null;
  const dirty = text !== null && !wrong && typed !== kept;
  return (
    <Group title="Budget">
      <form
        className={styles.form}
        aria-label="Budget"
        onSubmit={(event) => {
          event.preventDefault();
          if (!dirty) return;
          onChange({ budgetUsd: typed });
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
            error={wrong ? 'Write an amount such as 2500.' : null}
            note={
              typed === null
                ? 'Over all connections. Empty: no budget.'
                : `${money(parseNanos(typed))} a month`
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
