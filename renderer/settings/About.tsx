import { useState } from 'react';

import { bridge } from '../bridge';
import { Action } from '../ui/Controls';
import { Group } from './Group';
import styles from './settings.module.css';

/** Version and the diagnostics, which never bear a key. */
export function About({ version }: { readonly version: string }) {
  const [answer, setAnswer] = useState<string | null>(null);
  const copy = (): void => {
    bridge.call('copyDiagnostics', undefined).then(
      (outcome) => setAnswer(outcome.ok ? 'Copied. No key is in it.' : outcome.message),
      () => setAnswer('Cost Tray did not answer. Try again.'),
    );
  };
  return (
    <Group title="About">
      <p>Cost Tray {version}</p>
      <p className={styles.note}>
        Talks to Phala and ClickHouse only; no account, no telemetry. Keys are in this computer’s keychain.
      </p>
      <div className={styles.pair}>
        <Action onPress={copy}>Copy redacted diagnostics</Action>
        <span className={styles.note} role="status">
          {answer}
        </span>
      </div>
    </Group>
  );
}
