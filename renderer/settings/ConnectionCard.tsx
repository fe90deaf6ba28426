import clsx from 'clsx';
import { useState } from 'react';

import type { Day } from '../../shared/day';
import { PROVIDER_NAMES } from '../../shared/model';
import type { ConnectionView } from '../../shared/model';
import { dayText } from '../format';
import { useFormat } from '../formatContext';
import { CONNECTION_STATES } from '../labels';
import { open } from '../store';
import { useNow } from '../useNow';
import { Action } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import { ProviderMark } from '../ui/Mark';
import { Notice } from '../ui/Notice';
import { NameForm } from './NameForm';
import { RateForm } from './RateForm';
import { RemoveDialog } from './RemoveDialog';
import styles from './settings.module.css';

interface Props {
  readonly connection: ConnectionView;
  readonly today: Day;
}

type Editing = 'name' | 'rate' | 'remove' | null;

function Facts({ connection, today }: Props) {
  const { native, clock, exact } = useFormat();
  const now = useNow(60_000);
  const { lastSuccess, dataThrough, creditLeft, unit, usdPerUnit, rateSince, reconciliation } = connection;
  return (
    <dl className={styles.facts}>
      <dt>Account</dt>
      <dd className={styles.wrap}>{connection.accountName ?? connection.account}</dd>
      <dt>Last read</dt>
      <dd>
        {lastSuccess === null ? 'not yet' : clock(lastSuccess, now)}
        {dataThrough !== null && `, data through ${dayText(dataThrough, today)} UTC`}
      </dd>
      {creditLeft !== null && (
        <>
          <dt>Credit left</dt>
          <dd>{native(creditLeft, unit)}</dd>
        </>
      )}
      {unit === 'CHC' && (
        <>
          <dt>Rate</dt>
          <dd>
            1 CHC = {exact(usdPerUnit)}
            {usdPerUnit === 1_000_000_000n && ', list price'}
            {rateSince !== null && ` since ${dayText(rateSince, today)}`}; before tax and support
          </dd>
        </>
      )}
      {reconciliation !== null && reconciliation.difference !== 0n && (
        <>
          <dt>Difference</dt>
          <dd>
            {native(reconciliation.difference, reconciliation.unit)} against the vendor’s total of{' '}
            {native(reconciliation.reported, reconciliation.unit)}
          </dd>
        </>
      )}
    </dl>
  );
}

/** One connection: its state, its last error in full, and what can be done with it. */
export function ConnectionCard({ connection, today }: Props) {
  const [isOpen, setOpen] = useState(connection.fault !== null);
  const [editing, setEditing] = useState<Editing>(null);
  const { id, name, provider, state, removed, faultMessage, notes, sessionOnly, unit } = connection;
  const stop = (): void => setEditing(null);
  return (
    <div className={styles.card}>
      <button
        type="button"
        className={styles.cardHead}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <ProviderMark provider={provider} />
        <span className={styles.cardName} title={name}>
          {name}
        </span>
        <span
          className={clsx(
            styles.state,
            state === 'failed' && styles.failed,
            state === 'stale' && styles.stale,
          )}
        >
          {removed ? 'Removed, history kept' : CONNECTION_STATES[state]}
        </span>
        <span className={clsx(styles.chevron, isOpen && styles.turned)}>
          <Icon name="next" />
        </span>
      </button>
      {isOpen && (
        <div className={styles.cardBody}>
          <p className={styles.note}>{PROVIDER_NAMES[provider]} Cloud</p>
          {faultMessage !== null && <Notice level="error">{faultMessage}</Notice>}
          {sessionOnly && (
            <Notice level="warning">
              The key is kept in memory only, until Cost Tray quits. To keep it, start a Secret Service such
              as gnome-keyring and replace the key.
            </Notice>
          )}
          <Facts connection={connection} today={today} />
          {notes.map((note) => (
            <p key={note} className={styles.note}>
              {note}
            </p>
          ))}
          {editing === 'name' && <NameForm id={id} name={name} onDone={stop} />}
          {editing === 'rate' && <RateForm connection={connection} today={today} onDone={stop} />}
          {(editing === null || editing === 'remove') && (
            <div className={styles.actions}>
              {!removed && <Action onPress={() => setEditing('name')}>Rename</Action>}
              {!removed && (
                <Action onPress={() => open({ name: 'replace-key', connection: id })}>Replace key</Action>
              )}
              {unit === 'CHC' && <Action onPress={() => setEditing('rate')}>Set rate</Action>}
              <Action kind="danger" onPress={() => setEditing('remove')}>
                {removed ? 'Delete history' : 'Remove'}
              </Action>
            </div>
          )}
        </div>
      )}
      {editing === 'remove' && <RemoveDialog connection={connection} onClose={stop} />}
    </div>
  );
}
