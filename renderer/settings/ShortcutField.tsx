import clsx from 'clsx';
import { useState } from 'react';

import { Action } from '../ui/Controls';
import { acceleratorOf } from './accelerator';
import styles from './settings.module.css';

interface Props {
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
}

/** Takes the next key combination as the shortcut that opens the popover anywhere. */
export function ShortcutField({ value, onChange }: Props) {
  const [recording, setRecording] = useState(false);
  const words = recording ? 'Press the keys…' : (value?.replaceAll('+', ' + ') ?? 'None');
  return (
    <div className={styles.pair}>
      <span id="shortcut-label">Shortcut to open</span>
      <span className={styles.actions}>
        {value !== null && !recording && <Action onPress={() => onChange(null)}>Clear</Action>}
        <button
          type="button"
          className={clsx(styles.keys, recording && styles.recording)}
          aria-label={`Shortcut to open: ${words}. ${recording ? '' : 'Press to record another.'}`}
          data-records-keys={recording ? '' : undefined}
          onClick={() => setRecording(true)}
          onBlur={() => setRecording(false)}
          onKeyDown={(event) => {
            if (!recording || event.key === 'Tab') return;
            event.preventDefault();
            event.stopPropagation();
            if (event.key === 'Escape') {
              setRecording(false);
              return;
            }
            const accelerator = acceleratorOf(event);
            if (accelerator === null) return;
            setRecording(false);
            onChange(accelerator);
          }}
        >
          {words}
        </button>
      </span>
    </div>
  );
}
