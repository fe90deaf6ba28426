import { useState } from 'react';

import { PROVIDER_IDS } from '../../shared/model';
import type { AppState } from '../../shared/model';
import { bridge } from '../bridge';
import { open } from '../store';
import { Action, IconButton } from '../ui/Controls';
import { Notice } from '../ui/Notice';
import { KeychainNotice } from './KeychainNotice';
import { ProviderCard } from './ProviderCard';
import styles from './connect.module.css';

/** Nothing is connected: what this is, what key it needs, and a look without one. */
export function FirstRun({ app }: { readonly app: AppState }) {
  const [error, setError] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const startDemo = (): void => {
    setStarting(true);
    bridge.call('startDemo', undefined).then(
      (outcome) => {
        setStarting(false);
        setError(outcome.ok ? null : outcome.message);
      },
      () => setStarting(false),
    );
  };
  return (
    <div className={styles.first}>
      <header className={styles.firstHead}>
        <h1 className={styles.firstTitle}>Cost Tray</h1>
        <IconButton icon="settings" label="Settings" onPress={() => open({ name: 'settings' })} />
      </header>
      <p className={styles.what}>
        Shows what Phala Cloud and ClickHouse Cloud cost you, day by day. It reads their billing and nothing
        else; your keys stay on this computer.
      </p>
      {app.ledgerNotice !== null && <Notice level="warning">{app.ledgerNotice}</Notice>}
      <KeychainNotice state={app.secretStore} />
      <div className={styles.cards}>
        {PROVIDER_IDS.map((id) => (
          <ProviderCard key={id} provider={id} onChoose={() => open({ name: 'connect', provider: id })} />
        ))}
      </div>
      {error !== null && (
        <Notice level="error" alert>
          {error}
        </Notice>
      )}
      <div className={styles.demo}>
        <Action onPress={startDemo} disabled={starting}>
          {starting ? 'Preparing samples…' : 'Look around with sample data'}
        </Action>
      </div>
    </div>
  );
}
