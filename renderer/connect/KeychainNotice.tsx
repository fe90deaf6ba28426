import type { SecretStoreState } from '../../shared/model';
import { Notice } from '../ui/Notice';

/** Where a key would go, when that is not the keychain. */
export function KeychainNotice({ state }: { readonly state: SecretStoreState }) {
  switch (state) {
    case 'keychain':
    case 'memory':
      return null;
    case 'session-only':
      return (
        <Notice level="warning">
          This computer has no keychain service. A key is kept in memory until Cost Tray quits; start a Secret
          Service such as gnome-keyring to keep it.
        </Notice>
      );
    case 'denied':
      return (
        <Notice level="error">
          The keychain refused access, so no key can be kept. Allow Cost Tray in its prompt, then try again.
        </Notice>
      );
  }
}
