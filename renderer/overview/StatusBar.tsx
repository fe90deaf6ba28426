import clsx from 'clsx';

import type { ConnectionView, Overview, StatusLevel, StatusLine } from '../../shared/model';
import { bridge, send } from '../bridge';
import { countdownText } from '../format';
import { BILLING_LINKS, KEY_LINKS } from '../labels';
import { open, refresh } from '../store';
import { Action } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import type { IconName } from '../ui/Icon';
import { SampleBadge } from '../ui/Notice';
import { useNow } from '../useNow';
import styles from './overview.module.css';

const ICONS: Readonly<Record<StatusLevel, IconName>> = {
  ok: 'check',
  busy: 'clock',
  notice: 'notice',
  warning: 'warning',
  error: 'error',
};

function Countdown({ until }: { readonly until: number }) {
  const now = useNow(1000);
  const left = until - now;
  return <span className={styles.countdown}>next try {left > 0 ? `in ${countdownText(left)}` : 'now'}</span>;
}

/** Does what the status line's link says. */
function remedy(line: StatusLine, connections: readonly ConnectionView[]): void {
  const connection = connections.find(({ id }) => id === line.connection);
  switch (line.action?.remedy) {
    case 'replace-key':
      if (connection === undefined) open({ name: 'settings' });
      else open({ name: 'replace-key', connection: connection.id });
      break;
    case 'open-vendor':
      if (connection === undefined) break;
      send(
        bridge.call('openLink', {
          link: (connection.fault?.kind === 'permission' ? KEY_LINKS : BILLING_LINKS)[connection.provider],
        }),
      );
      break;
    case 'refresh':
      refresh(line.connection);
      break;
    case 'open-settings':
      open({ name: 'settings' });
      break;
    case 'none':
    case undefined:
      break;
  }
}

/** The worst state in words, with its remedy. */
export function StatusBar({ overview, demo }: { readonly overview: Overview; readonly demo: boolean }) {
  const { status, connections } = overview;
  return (
    <header className={styles.status}>
      <span className={clsx(styles.statusIcon, styles[status.level])}>
        <Icon name={ICONS[status.level]} />
      </span>
      <p className={styles.statusText} role="status">
        {status.text}
      </p>
      {status.until !== null && <Countdown until={status.until} />}
      {status.action !== null && status.action.remedy !== 'none' && (
        <span className={styles.remedy}>
          <Action kind="link" onPress={() => remedy(status, connections)}>
            {status.action.label}
          </Action>
        </span>
      )}
      {demo && (
        <span className={styles.sample}>
          <SampleBadge />
        </span>
      )}
    </header>
  );
}
