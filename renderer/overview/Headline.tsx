import clsx from 'clsx';

import type { ConnectionView, Overview, PeriodAmount, ViewChoice } from '../../shared/model';
import { dayText, listText, plural, rangeText } from '../format';
import { useFormat } from '../formatContext';
import { PERIOD_NAMES, countedConnections } from '../labels';
import { setView } from '../store';
import { Choice } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import { ProviderMark } from '../ui/Mark';
import { useNow } from '../useNow';
import styles from './overview.module.css';

const ALL = 'all';

function isOld(connections: readonly ConnectionView[]): boolean {
  return connections.some(({ state, removed }) => !removed && (state === 'stale' || state === 'failed'));
}

/** Which days are missing from a number, or null where none is. */
function missing(total: PeriodAmount, today: Overview['today']): string | null {
  if (total.known !== 'part') return null;
  const days = total.unknownDays;
  if (days.length === 0) return 'partly known';
  const names =
    days.length <= 3
      ? ` (${listText(
          days.map((day) => dayText(day, today)),
          3,
        )})`
      : '';
  return `partly known: ${plural(days.length, 'day')} missing${names}`;
}

/** What ClickHouse's amounts leave out, and the rate they were converted at. */
function clickhouseNote(
  connections: readonly ConnectionView[],
  rate: (nanos: bigint) => string,
): string | null {
  const counted = connections.filter(({ unit }) => unit === 'CHC');
  const rates = new Set(counted.map(({ usdPerUnit }) => usdPerUnit));
  const [only] = rates;
  if (only === undefined) return null;
  const price = rates.size === 1 ? `1 CHC = ${rate(only)}` : 'each CHC at its connection’s rate';
  return `ClickHouse before tax and support, ${price}`;
}

function ConnectionPicker({ overview, view }: { readonly overview: Overview; readonly view: ViewChoice }) {
  const options = [
    { id: ALL, label: 'All connections' },
    ...overview.connections.map(({ id, name, provider, removed }) => ({
      id,
      label: removed ? `${name} (removed)` : name,
      mark: <ProviderMark provider={provider} />,
    })),
  ];
  return (
    <Choice
      label="Connection shown"
      showLabel={false}
      bare
      options={options}
      value={view.connection ?? ALL}
      onChange={(id) => {
        const connection = id === ALL ? null : id;
        // The total has no billing period.
        const period = connection === null && view.period === 'billingPeriod' ? 'monthToDate' : view.period;
        setView({ connection, period });
      }}
    />
  );
}

/** The number, its days, and how it stands against the stretch before. */
export function Headline({ overview, view }: { readonly overview: Overview; readonly view: ViewChoice }) {
  const { total, change, today, asOf } = overview;
  const format = useFormat();
  const now = useNow(60_000);
  const counted = countedConnections(overview);
  const old = isOld(counted);
  const gap = missing(total, today);
  const note = clickhouseNote(counted, (nanos) => format.rate(nanos));
  const parts = [PERIOD_NAMES[overview.view.period], `${rangeText(total.range, today)} UTC`];
  if (total.known !== 'none' && total.provisionalDays > 0) {
    parts.push(`${plural(total.provisionalDays, 'day')} provisional`);
  }
  if (old && asOf !== null) parts.push(`as of ${format.clock(asOf, now)}`);
  return (
    <section className={styles.headline} aria-label="Total">
      <div className={styles.over}>
        <ConnectionPicker overview={overview} view={view} />
        {change !== null && (
          <span className={styles.change}>
            {format.change(change.ratio)}{' '}
            <span className={styles.quiet}>on {rangeText(change.range, today)}</span>
          </span>
        )}
      </div>
      <p className={clsx(styles.number, old && styles.old, total.known === 'none' && styles.none)}>
        {total.known === 'none' ? (
          <>
            —<span className={styles.noneText}>Nothing read yet for these days</span>
          </>
        ) : (
          format.money(total.usd)
        )}
      </p>
      <p className={styles.label}>{parts.join(' · ')}</p>
      {gap !== null && (
        <p className={styles.gap}>
          <Icon name="warning" />
          {gap}
        </p>
      )}
      {note !== null && <p className={styles.label}>{note}</p>}
    </section>
  );
}
