import { useState } from 'react';

import type { AppState } from '../../shared/model';
import { bridge } from '../bridge';
import { Action } from '../ui/Controls';
import { Notice } from '../ui/Notice';

interface Props {
  readonly app: Pick<AppState, 'leadsBack'>;
  /** What is a sample here. */
  readonly children: string;
}

/** That something is a sample, and how to come to the own accounts from there. */
export function SampleNotice({ app, children }: Props) {
  const [leaving, setLeaving] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const leave = (): void => {
    setLeaving(true);
    bridge.call('leaveDemo', undefined).then(
      (outcome) => {
        setLeaving(false);
        setError(outcome.ok ? null : outcome.message);
      },
      () => setLeaving(false),
    );
  };
  return (
    <Notice level="notice">
      {children}{' '}
      {app.leadsBack ? (
        <Action kind="link" onPress={leave} disabled={leaving}>
          Use my own accounts
        </Action>
      ) : (
        'For your own accounts, start Cost Tray without --demo.'
      )}
      {error !== null && <p role="alert">{error}</p>}
    </Notice>
  );
}
