import { useState } from 'react';

import type { AppState } from '../../shared/model';
import type { SettingsPatch } from '../../shared/settings';
import { bridge, failure } from '../bridge';
import { useFormat } from '../formatContext';
import { Action, Choice } from '../ui/Controls';
import { Confirm } from '../ui/Confirm';
import { Notice } from '../ui/Notice';
import { Group } from './Group';
import styles from './settings.module.css';

interface Props {
  readonly app: AppState;
  readonly onChange: (patch: SettingsPatch) => void;
}

const DEPTHS = [1, 3, 6, 13, 24, 36];

function DeleteAll({ onClose }: { readonly onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const remove = (): void => {
    setBusy(true);
    bridge.call('deleteAll', undefined).then(
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
    <Confirm title="Delete everything?" confirm="Delete all" onConfirm={remove} onClose={onClose} busy={busy}>
      <p>This deletes from this computer, for good:</p>
      <ul className={styles.deleted}>
        <li>the ledger, with all history</li>
        <li>the settings and the log</li>
        <li>the keychain entries with your keys</li>
        <li>the browser files of this window</li>
      </ul>
      <p>Nothing changes at Phala or ClickHouse. Cost Tray quits then.</p>
      {error !== null && (
        <Notice level="error" alert>
          {error}
        </Notice>
      )}
    </Confirm>
  );
}

/** What is kept on this computer, how far back, and how to be rid of it. */
export function Data({ app, onChange }: Props) {
  const { bytes } = useFormat();
  const [deleting, setDeleting] = useState(false);
  const { about, settings } = app;
  const depths = DEPTHS.includes(settings.historyMonths) ? DEPTHS : [settings.historyMonths, ...DEPTHS];
  return (
    <Group title="Data">
      <dl className={styles.facts}>
        <dt>Ledger</dt>
        <dd>{bytes(about.ledgerBytes)}</dd>
        <dt>Folder</dt>
        <dd className={styles.path}>{about.dataFolder}</dd>
      </dl>
      <Choice
        label="History to read"
        options={depths.map((months) => ({
          id: String(months),
          label: months === 1 ? '1 month' : `${months} months`,
        }))}
        value={String(settings.historyMonths)}
        onChange={(id) => onChange({ historyMonths: Number(id) })}
      />
      <div className={styles.actions}>
        <Action kind="danger" onPress={() => setDeleting(true)}>
          Delete all…
        </Action>
      </div>
      {deleting && <DeleteAll onClose={() => setDeleting(false)} />}
    </Group>
  );
}
