import clsx from 'clsx';
import { Button } from 'react-aria-components';

import type { Overview } from '../../shared/model';
import { ageInWords } from '../../shared/policy/status-line';
import type { Settings } from '../../shared/settings';
import { durationText } from '../format';
import { countedConnections, isOnlyHistory } from '../labels';
import { open, refresh } from '../store';
import { IconButton } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import { useNow } from '../useNow';
import styles from './overview.module.css';

interface Props {
  readonly overview: Overview;
  readonly cadenceMinutes: Settings['cadenceMinutes'];
}

/** "2 min ago", or null before anything was read. */
function ageText(asOf: number | null, now: number): string | null {
  if (asOf === null) return null;
  return now - asOf < 60_000 ? 'just now' : `${ageInWords(now - asOf)} ago`;
}

function nextText({ nextPollAt, syncing }: Overview, manual: boolean, now: number): string | null {
  if (syncing) return 'reading…';
  if (nextPollAt === null) return manual ? 'by hand' : null;
  return nextPollAt <= now ? 'next is due' : `next in ${durationText(nextPollAt - now)}`;
}

/** When it was read and when it is read next. */
function Freshness({ overview, cadenceMinutes }: Props) {
  const now = useNow(30_000);
  const age = ageText(overview.asOf, now);
  const next = nextText(overview, cadenceMinutes === 0, now);
  if (isOnlyHistory(overview.connections))
    return (
      <>
        <span>Nothing left to refresh</span>
        <span>Connect an account</span>
      </>
    );
  return (
    <>
      {age === null ? (
        <span>{isOnlyHistory(countedConnections(overview)) ? 'Kept history' : 'Not updated yet'}</span>
      ) : (
        <span>
          <span className={styles.updated}>Updated </span>
          {age}
        </span>
      )}
      {next !== null && <span>{next}</span>}
    </>
  );
}

/** The refresh button, with how fresh the numbers are. Then export and settings. */
export function Foot({ overview, cadenceMinutes }: Props) {
  const onlyHistory = isOnlyHistory(overview.connections);
  return (
    <footer className={styles.foot}>
      <Button className={clsx(styles.refresh)} onPress={() => refresh()}>
        <span className={clsx(overview.syncing && styles.turning, styles.refreshIcon)}>
          <Icon name={onlyHistory ? 'plus' : 'refresh'} />
        </span>
        {!onlyHistory && <span className="visually-hidden">Refresh. </span>}
        <span className={styles.freshness}>
          <Freshness overview={overview} cadenceMinutes={cadenceMinutes} />
        </span>
      </Button>
      <span className={styles.footActions}>
        <IconButton icon="export" label="Export" onPress={() => open({ name: 'export' })} />
        <IconButton icon="settings" label="Settings" onPress={() => open({ name: 'settings' })} />
      </span>
    </footer>
  );
}
