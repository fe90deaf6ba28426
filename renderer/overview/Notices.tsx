import type { AppState } from '../../shared/model';
import { SampleNotice } from '../connect/SampleNotice';
import { Notice } from '../ui/Notice';
import styles from './overview.module.css';

/** What concerns the whole program and not one connection. */
export function Notices({ app }: { readonly app: AppState }) {
  const { overview, ledgerNotice, secretStore, leadsBack } = app;
  // The status line says it where nothing worse is to be said.
  const ledger = overview.status.text.startsWith(ledgerNotice ?? '') ? null : ledgerNotice;
  const denied = secretStore === 'denied';
  if (ledger === null && !denied && !leadsBack) return null;
  return (
    <div className={styles.notices}>
      {leadsBack && <SampleNotice app={app}>These accounts are samples.</SampleNotice>}
      {ledger !== null && <Notice level="warning">{ledger}</Notice>}
      {denied && (
        <Notice level="error">
          The keychain refused access. Allow Cost Tray in its prompt, then refresh; what is known stands.
        </Notice>
      )}
    </div>
  );
}
