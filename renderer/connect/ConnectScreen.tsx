import { useState } from 'react';

import type { Credential } from '../../shared/ipc';
import { PROVIDER_IDS } from '../../shared/model';
import type { AppState, ProviderId } from '../../shared/model';
import { bridge } from '../bridge';
import { home, open } from '../store';
import { Action } from '../ui/Controls';
import { Notice } from '../ui/Notice';
import { Screen } from '../ui/Screen';
import { KeyForm } from './KeyForm';
import { KeychainNotice } from './KeychainNotice';
import { ProviderCard } from './ProviderCard';
import { SampleNotice } from './SampleNotice';
import styles from './connect.module.css';

interface Props {
  readonly app: AppState;
  readonly provider: ProviderId | null;
}

/** What is to be said of an account that was connected before; null of a new one. */
function knownBefore({ replaced, rejoined }: { replaced: boolean; rejoined: boolean }): string | null {
  if (rejoined) return 'Connected again, with the history that was kept.';
  return replaced ? 'This account was connected already: its key is replaced.' : null;
}

/** Adds a connection: choose the provider, paste the key, done. */
export function ConnectScreen({ app, provider }: Props) {
  const [done, setDone] = useState<string | null>(null);
  const submit = async (credential: Credential, name: string | null): Promise<string | null> => {
    const outcome = await bridge.call('connect', { name, credential });
    if (!outcome.ok) return outcome.message;
    const { warning } = outcome.value;
    const known = knownBefore(outcome.value);
    if (warning === null && known === null) home();
    else setDone([known ?? 'Connected.', warning].filter(Boolean).join(' '));
    return null;
  };
  if (app.demo)
    return (
      <Screen title="Add a connection">
        <SampleNotice app={app}>Sample data take no keys.</SampleNotice>
      </Screen>
    );
  return (
    <Screen title="Add a connection">
      <KeychainNotice state={app.secretStore} />
      {done !== null ? (
        <div className={styles.done}>
          <Notice level="notice" alert>
            {done}
          </Notice>
          <Action kind="primary" onPress={home}>
            Show the spend
          </Action>
        </div>
      ) : provider === null ? (
        <div className={styles.cards}>
          {PROVIDER_IDS.map((id) => (
            <ProviderCard key={id} provider={id} onChoose={() => open({ name: 'connect', provider: id })} />
          ))}
        </div>
      ) : (
        <KeyForm provider={provider} submit="Test and connect" named autoFocus onSubmit={submit} />
      )}
    </Screen>
  );
}
