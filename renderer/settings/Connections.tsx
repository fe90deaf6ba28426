import type { AppState } from '../../shared/model';
import { SampleNotice } from '../connect/SampleNotice';
import { open } from '../store';
import { Action } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import { ConnectionCard } from './ConnectionCard';
import { Group } from './Group';
import styles from './settings.module.css';

export function Connections({ app }: { readonly app: AppState }) {
  const { connections, today } = app.overview;
  return (
    <Group
      title="Connections"
      aside={
        <Action onPress={() => open({ name: 'connect', provider: null })}>
          <Icon name="plus" /> Add
        </Action>
      }
    >
      {app.demo && <SampleNotice app={app}>These accounts are samples.</SampleNotice>}
      {connections.length === 0 ? (
        <p className={styles.note}>None yet.</p>
      ) : (
        <ul className={styles.cards}>
          {connections.map((connection) => (
            <li key={connection.id}>
              <ConnectionCard connection={connection} today={today} />
            </li>
          ))}
        </ul>
      )}
    </Group>
  );
}
