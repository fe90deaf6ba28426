import { useId, useState } from 'react';
import type { FormEvent } from 'react';

import type { Credential } from '../../shared/ipc';
import { PROVIDER_NAMES } from '../../shared/model';
import type { ProviderId } from '../../shared/model';
import { bridge, send } from '../bridge';
import { Action, Entry } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import { Notice } from '../ui/Notice';
import { KEY_GUIDES } from './guides';
import styles from './connect.module.css';

interface Props {
  readonly provider: ProviderId;
  readonly submit: string;
  /** Asks for a name as well: for a new connection. */
  readonly named: boolean;
  readonly autoFocus?: boolean;
  /** Sends the key to main. Gives what went wrong in one sentence, or null. */
  readonly onSubmit: (credential: Credential, name: string | null) => Promise<string | null>;
}

function credentialOf(provider: ProviderId, keyId: string, secret: string): Credential {
  return provider === 'phala'
    ? { provider, apiKey: secret.trim() }
    : { provider, keyId: keyId.trim(), keySecret: secret.trim() };
}

/**
 * Takes a key once. It lives in these fields alone, goes to main, and the
 * fields are emptied whatever the answer.
 */
export function KeyForm({ provider, submit, named, autoFocus = false, onSubmit }: Props) {
  const guide = KEY_GUIDES[provider];
  const heading = useId();
  const [name, setName] = useState('');
  const [keyId, setKeyId] = useState('');
  const [secret, setSecret] = useState('');
  const [testing, setTesting] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const complete = secret.trim() !== '' && (provider === 'phala' || keyId.trim() !== '');

  const onForm = (event: FormEvent): void => {
    event.preventDefault();
    if (!complete || testing) return;
    const credential = credentialOf(provider, keyId, secret);
    setSecret('');
    setKeyId('');
    setError(null);
    setTesting(true);
    onSubmit(credential, name.trim() === '' ? null : name.trim()).then(
      (problem) => {
        setTesting(false);
        setError(problem);
      },
      () => {
        setTesting(false);
        setError('Cost Tray did not answer. Try again.');
      },
    );
  };

  return (
    <form className={styles.form} aria-labelledby={heading} onSubmit={onForm}>
      <h2 id={heading} className={styles.title}>
        {named ? 'Connect' : 'A new key for'} {PROVIDER_NAMES[provider]} Cloud
      </h2>
      <div className={styles.guide}>
        <p>{guide.make}</p>
        <p>{guide.permission}</p>
        <Action kind="link" onPress={() => send(bridge.call('openLink', { link: guide.link }))}>
          {guide.linkText} <Icon name="outward" />
        </Action>
      </div>
      {provider === 'clickhouse' && (
        <Entry label="Key id" value={keyId} onChange={setKeyId} autoFocus={autoFocus} maxLength={4096} />
      )}
      <Entry
        label={provider === 'phala' ? 'API token' : 'Key secret'}
        value={secret}
        onChange={setSecret}
        secret
        maxLength={4096}
        autoFocus={autoFocus && provider === 'phala'}
        {...(provider === 'phala' ? { placeholder: 'phak_…' } : {})}
      />
      {named && (
        <Entry
          label="Name (optional)"
          value={name}
          onChange={setName}
          maxLength={60}
          placeholder="as the vendor names it"
        />
      )}
      {error !== null && (
        <Notice level="error" alert>
          {error}
        </Notice>
      )}
      <div className={styles.submit}>
        <Action kind="primary" type="submit" disabled={!complete || testing}>
          {testing ? 'Testing the key…' : submit}
        </Action>
      </div>
    </form>
  );
}
