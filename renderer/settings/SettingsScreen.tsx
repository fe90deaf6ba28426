import { useState } from 'react';

import type { AppState } from '../../shared/model';
import type { SettingsPatch } from '../../shared/settings';
import { bridge, failure } from '../bridge';
import { Notice } from '../ui/Notice';
import { Screen } from '../ui/Screen';
import { About } from './About';
import { Budget } from './Budget';
import { Connections } from './Connections';
import { Data } from './Data';
import { General } from './General';
import styles from './settings.module.css';

/** Everything a user can set. A change is kept at once; there is no "save". */
export function SettingsScreen({ app }: { readonly app: AppState }) {
  const [error, setError] = useState<string | null>(null);
  const change = (patch: SettingsPatch): void => {
    bridge.call('setSettings', patch).then(
      (outcome) => setError(failure(outcome)),
      () => setError('Cost Tray did not answer. Try again.'),
    );
  };
  return (
    <Screen title="Settings">
      <div className={styles.settings}>
        {error !== null && (
          <Notice level="error" alert>
            {error}
          </Notice>
        )}
        <Connections app={app} />
        <Budget settings={app.settings} onChange={change} />
        <General settings={app.settings} onChange={change} />
        <Data app={app} onChange={change} />
        <About version={app.about.version} secretStore={app.secretStore} />
      </div>
    </Screen>
  );
}
