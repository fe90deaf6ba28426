import { useState } from 'react';

import type { SecretStoreState } from '../../shared/model';
import { bridge } from '../bridge';
import { Action } from '../ui/Controls';
import { Group } from './Group';
import styles from './settings.module.css';

interface Props {
  readonly version: string;
  readonly secretStore: SecretStoreState;
}

const KEYS: Readonly<Record<SecretStoreState, string>> = {
  keychain: 'Keys are in this computer’s keychain.',
  'session-only': 'Keys are in memory until Cost Tray quits.',
  memory: 'The keys of these samples are in memory only.',
  denied: 'The keychain refuses access: a key is in memory until Cost Tray quits.',
};

/** Version and the diagnostics, which never bear a key. */
export function About({ version, secretStore }: Props) {
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
        Talks to Phala and ClickHouse only; no account, no telemetry. {KEYS[secretStore]}
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
