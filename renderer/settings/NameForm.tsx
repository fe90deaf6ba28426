import { useState } from 'react';

import { bridge, failure } from '../bridge';
import { Action, Entry } from '../ui/Controls';
import styles from './settings.module.css';

interface Props {
  readonly id: string;
  readonly name: string;
  readonly onDone: () => void;
}

export function NameForm({ id, name, onDone }: Props) {
  const [value, setValue] = useState(name);
  const [error, setError] = useState<string | null>(null);
  const save = (): void => {
    bridge.call('rename', { connection: id, name: value.trim() }).then(
      (outcome) => (outcome.ok ? onDone() : setError(failure(outcome))),
      () => setError('Cost Tray did not answer. Try again.'),
    );
  };
  return (
    <form
      className={styles.form}
      aria-label="Rename the connection"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== '') save();
      }}
    >
      <Entry label="Name" value={value} onChange={setValue} maxLength={60} error={error} autoFocus />
      <div className={styles.actions}>
        <Action onPress={onDone}>Cancel</Action>
        <Action kind="primary" type="submit" disabled={value.trim() === ''}>
          Rename
        </Action>
      </div>
    </form>
  );
}
