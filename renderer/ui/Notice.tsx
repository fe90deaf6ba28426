import clsx from 'clsx';
import type { ReactNode } from 'react';

import { Icon } from './Icon';
import styles from './ui.module.css';

export function SampleBadge() {
  return <span className={styles.badge}>Sample data</span>;
}

interface NoticeProps {
  readonly level: 'notice' | 'warning' | 'error';
  readonly children: ReactNode;
  /** Spoken at once: for what the user just did. */
  readonly alert?: boolean;
}

/** A sentence that stays until its reason is gone. */
export function Notice({ level, children, alert = false }: NoticeProps) {
  return (
    <div className={clsx(styles.notice, styles[level])} {...(alert ? { role: 'alert' } : {})}>
      <Icon name={level} />
      <div className={styles.noticeText}>{children}</div>
    </div>
  );
}

/** A bar of progress with its words. `share` null: how much there is to do is not known yet. */
export function Progress({ label, share }: { readonly label: string; readonly share: number | null }) {
  const percent = share === null ? null : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': percent })}
    >
      <div
        className={clsx(styles.progressFill, percent === null && styles.progressUnknown)}
        {...(percent === null ? {} : { style: { width: `${percent}%` } })}
      />
    </div>
  );
}
