import clsx from 'clsx';
import { useState } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';

import type { ConnectionView } from '../../shared/model';
import { bridge, failure } from '../bridge';
import { Confirm } from '../ui/Confirm';
import { Notice } from '../ui/Notice';
import styles from './settings.module.css';

interface Props {
  readonly connection: ConnectionView;
  readonly onClose: () => void;
}

/** Removes a connection, and asks about its history; of one removed before, only the history is left. */
export function RemoveDialog({ connection, onClose }: Props) {
  const { id, name, removed } = connection;
  const [history, setHistory] = useState<'keep' | 'forget'>(removed ? 'forget' : 'keep');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const remove = (): void => {
    setBusy(true);
    const call = removed
      ? bridge.call('forgetHistory', { connection: id })
      : bridge.call('disconnect', { connection: id, forget: history === 'forget' });
    call.then(
      (outcome) => {
        setBusy(false);
        if (outcome.ok) onClose();
        else setError(failure(outcome));
      },
      () => {
        setBusy(false);
        setError('Cost Tray did not answer. Try again.');
      },
    );
  };
  return (
    <Confirm
      title={removed ? `Delete the history of ${name}?` : `Remove ${name}?`}
      confirm={
        removed ? 'Delete history' : history === 'forget' ? 'Remove with history' : 'Remove, keep history'
      }
      onConfirm={remove}
      onClose={onClose}
      busy={busy}
    >
      {removed ? (
        <p className={styles.wrap}>Its charges leave every period and export. This cannot be undone.</p>
      ) : (
        <>
          <p className={styles.wrap}>Its key is deleted from this computer. What about its history?</p>
          <RadioGroup
            aria-label="History"
            className={clsx(styles.radios)}
            value={history}
            onChange={(value) => setHistory(value === 'forget' ? 'forget' : 'keep')}
          >
            <Radio value="keep" className={clsx(styles.radio)}>
              <span className={styles.dot} />
              <span>
                Keep it
                <span className={styles.note}>
                  It still counts in past periods, and rejoins if you connect again.
                </span>
              </span>
            </Radio>
            <Radio value="forget" className={clsx(styles.radio)}>
              <span className={styles.dot} />
              <span>
                Delete it
                <span className={styles.note}>
                  Its charges leave every period and export. This cannot be undone.
                </span>
              </span>
            </Radio>
          </RadioGroup>
        </>
      )}
      {error !== null && (
        <Notice level="error" alert>
          {error}
        </Notice>
      )}
    </Confirm>
  );
}
