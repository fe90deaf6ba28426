import clsx from 'clsx';
import { Button } from 'react-aria-components';

import type { Overview } from '../../shared/model';
import type { Settings } from '../../shared/settings';
import { durationText } from '../format';
import { open, refresh } from '../store';
import { IconButton } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import { useNow } from '../useNow';
import styles from './overview.module.css';

interface Props {
  readonly overview: Overview;
  readonly cadenceMinutes: Settings['cadenceMinutes'];
}

function freshness({ asOf, nextPollAt, syncing }: Overview, manual: boolean, now: number): string {
  const age =
    asOf === null
      ? 'Not updated yet'
      : now - asOf < 60_000
        ? 'Updated just now'
        : `Updated ${durationText(now - asOf)} ago`;
  if (syncing) return asOf === null ? 'Reading…' : `${age} · reading…`;
  if (nextPollAt === null) return manual ? `${age} · by hand` : age;
  return nextPollAt <= now ? `${age} · next is due` : `${age} · next in ${durationText(nextPollAt - now)}`;
}

/** When it was read and when it is read next: the refresh button. Then export and settings. */
export function Foot({ overview, cadenceMinutes }: Props) {
  const now = useNow(30_000);
  return (
    <footer className={styles.foot}>
      <Button className={clsx(styles.refresh)} onPress={() => refresh()}>
        <span className={clsx(overview.syncing && styles.turning, styles.refreshIcon)}>
          <Icon name="refresh" />
        </span>
        <span className="visually-hidden">Refresh. </span>
        <span>{freshness(overview, cadenceMinutes === 0, now)}</span>
      </Button>
      <span className={styles.footActions}>
        <IconButton icon="export" label="Export" onPress={() => open({ name: 'export' })} />
        <IconButton icon="settings" label="Settings" onPress={() => open({ name: 'settings' })} />
      </span>
    </footer>
  );
}
