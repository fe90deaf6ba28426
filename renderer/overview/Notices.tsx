import type { AppState } from '../../shared/model';
import { Notice } from '../ui/Notice';
import styles from './overview.module.css';

/** What concerns the whole program and not one connection. */
export function Notices({ app }: { readonly app: AppState }) {
  const { ledgerNotice, secretStore, demo } = app;
  const keychain = demo ? 'keychain' : secretStore;
  if (ledgerNotice === null && keychain === 'keychain') return null;
  return (
    <div className={styles.notices}>
      {ledgerNotice !== null && <Notice level="warning">{ledgerNotice}</Notice>}
      {keychain === 'session-only' && (
        <Notice level="warning">
          This computer has no keychain service: keys are kept in memory and are gone when Cost Tray quits.
        </Notice>
      )}
      {keychain === 'denied' && (
        <Notice level="error">
          The keychain refused access. Allow Cost Tray in its prompt, then refresh; what is known stands.
        </Notice>
      )}
    </div>
  );
}
