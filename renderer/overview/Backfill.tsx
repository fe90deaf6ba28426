import type { ConnectionView, SyncProgress } from '../../shared/model';
import { bridge, send } from '../bridge';
import { countdownText, dayText } from '../format';
import { useFormat } from '../formatContext';
import { phaseText } from '../labels';
import { useStore } from '../store';
import { Action } from '../ui/Controls';
import { Progress } from '../ui/Notice';
import { useNow } from '../useNow';
import styles from './overview.module.css';

/** An ordinary poll reads a few weeks at most; more than this many scope-days is a backfill. */
const BACKFILL_FROM = 93;
const MOST_SHOWN = 3;

function isBackfill({ lastSuccess, progress }: ConnectionView): boolean {
  return progress !== null && (lastSuccess === null || progress.total > BACKFILL_FROM);
}

function Line({
  connection,
  progress,
}: {
  readonly connection: ConnectionView;
  readonly progress: SyncProgress;
}) {
  const format = useFormat();
  const today = useStore((store) => store.app?.overview.today ?? null);
  const now = useNow(progress.waitUntil === null ? 60_000 : 1000);
  const share = progress.total === 0 ? null : progress.done / progress.total;
  const words = [phaseText(progress.phase)];
  if (progress.waitUntil !== null) words.push(`goes on in ${countdownText(progress.waitUntil - now)}`);
  if (progress.reachedBackTo !== null && today !== null)
    words.push(`back to ${dayText(progress.reachedBackTo, today)}`);
  return (
    <li className={styles.backfillLine}>
      <div className={styles.backfillText}>
        <span className={styles.backfillName}>{connection.name}</span>
        {share !== null && <span>{format.share(share)}</span>}
        <Action kind="link" onPress={() => send(bridge.call('cancelSync', { connection: connection.id }))}>
          Stop
        </Action>
      </div>
      <Progress label={`Reading the history of ${connection.name}`} share={share} />
      <p className={styles.backfillWords}>{words.join(' · ')}</p>
    </li>
  );
}

/** How far the history has been read; the numbers above stand already. */
export function Backfill({ connections }: { readonly connections: readonly ConnectionView[] }) {
  const reading = connections.filter(isBackfill);
  if (reading.length === 0) return null;
  const more = reading.length - MOST_SHOWN;
  return (
    <section className={styles.backfill} aria-label="History being read">
      <ul>
        {reading
          .slice(0, MOST_SHOWN)
          .map((connection) =>
            connection.progress === null ? null : (
              <Line key={connection.id} connection={connection} progress={connection.progress} />
            ),
          )}
      </ul>
      {more > 0 && <p className={styles.label}>and {more} more</p>}
    </section>
  );
}
