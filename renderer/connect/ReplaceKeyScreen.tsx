import { useState } from 'react';

import type { Credential } from '../../shared/ipc';
import type { AppState } from '../../shared/model';
import { bridge } from '../bridge';
import { back, home } from '../store';
import { Action } from '../ui/Controls';
import { Notice } from '../ui/Notice';
import { Screen } from '../ui/Screen';
import { KeyForm } from './KeyForm';
import { KeychainNotice } from './KeychainNotice';
import { SampleNotice } from './SampleNotice';
import styles from './connect.module.css';

/** Another key of the same account; the history stays. */
export function ReplaceKeyScreen({ app, id }: { readonly app: AppState; readonly id: string }) {
  const [warning, setWarning] = useState<string | null>(null);
  const connection = app.overview.connections.find((one) => one.id === id);
  const submit = async (credential: Credential): Promise<string | null> => {
    const outcome = await bridge.call('replaceKey', { connection: id, credential });
    if (!outcome.ok) return outcome.message;
    if (outcome.value.warning === null) back();
    else setWarning(outcome.value.warning);
    return null;
  };
  return (
    <Screen title="Replace the key">
      {app.demo ? (
        <SampleNotice app={app}>Sample data take no keys.</SampleNotice>
      ) : connection === undefined ? (
        <Notice level="notice">This connection is gone.</Notice>
      ) : (
        <div className={styles.cards}>
          <p className={styles.for}>
            For {connection.name}. Use a key of the same account,{' '}
            {connection.accountName ?? connection.account}; its history stays.
          </p>
          <KeychainNotice state={app.secretStore} />
          {connection.faultMessage !== null && <Notice level="warning">{connection.faultMessage}</Notice>}
          {warning === null ? (
            <KeyForm
              provider={connection.provider}
              submit="Test and replace"
              named={false}
              autoFocus
              onSubmit={submit}
            />
          ) : (
            <div className={styles.done}>
              <Notice level="warning" alert>
                {warning}
              </Notice>
              <Action kind="primary" onPress={home}>
                Show the spend
              </Action>
            </div>
          )}
        </div>
      )}
    </Screen>
  );
}
