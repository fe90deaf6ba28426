import clsx from 'clsx';
import type { CSSProperties } from 'react';

import { lengthOf } from '../../shared/day';
import type { Day } from '../../shared/day';
import type { Change, ConnectionView, Gap as GapKind, Overview, ViewChoice } from '../../shared/model';
import { joinGaps } from '../../shared/policy/gaps';
import { isUnreported } from '../../shared/policy/period-amount';
import { dayText, listText, plural, rangeText } from '../format';
import { useFormat } from '../formatContext';
import { PERIOD_NAMES, countedConnections, hasBillingPeriod, historyText } from '../labels';
import { refresh, setView } from '../store';
import { Action, Choice } from '../ui/Controls';
import { Icon } from '../ui/Icon';
import { ProviderMark } from '../ui/Mark';
import { useNow } from '../useNow';
import styles from './overview.module.css';

const ALL = 'all';

function isOld(connections: readonly ConnectionView[]): boolean {
  return connections.some(({ state, removed }) => !removed && (state === 'stale' || state === 'failed'));
}

/** "Nov 9, Nov 10 and Nov 14", "12 days". */
function daysText(days: readonly Day[], today: Day): string {
  return days.length > 3
    ? plural(days.length, 'day')
    : listText(
        days.map((day) => dayText(day, today)),
        3,
      );
}

interface Gap {
  readonly text: string;
  /** What was not read can be read; what the vendor does not give, or has not reported yet, cannot. */
  readonly unread: boolean;
}

/** The days that were not read, and of which connections where others know them. */
function unreadText(overview: Overview): string {
  const { total, days, today } = overview;
  const unread = new Set(total.unknownDays);
  const [first, ...rest] = days.filter(({ day }) => unread.has(day)).map(({ unknownFor }) => unknownFor);
  const text = daysText(total.unknownDays, today);
  const sameFor = first !== undefined && rest.every((names) => names.join('\n') === first.join('\n'));
  const others = countedConnections(overview).length > (first?.length ?? 0);
  return sameFor && first.length > 0 && others ? `${listText(first)} on ${text}` : text;
}

/** Why none of the days that are not known is, where that is the same for all. */
function commonGap({ total, days }: Overview): GapKind {
  const gapOn = new Map(days.map(({ day, gap }) => [day, gap]));
  return joinGaps(total.unknownDays.map((day) => gapOn.get(day) ?? 'unread')) ?? 'unread';
}

/** Which days are missing from a number, and why; null where none is. */
function gapOf(overview: Overview): Gap | null {
  const { total, today } = overview;
  if (total.known !== 'part') return null;
  if (total.unknownDays.length > 0) {
    const text = unreadText(overview);
    switch (commonGap(overview)) {
      case 'unread':
        return { text: `Without ${text}: not read yet`, unread: true };
      case 'in-part':
        return { text: `${text}: read only in part`, unread: true };
      case 'cut-short':
        return { text: `${text}: read only in part before it was removed`, unread: false };
      case 'refused':
        return { text: `Without ${text}: not given by the vendor`, unread: false };
    }
  }
  return { text: `Without ${daysText(total.unreportedDays, today)}: not reported yet`, unread: false };
}

/** The days before that the change is against; fewer than it spans where some are not known. */
function comparedText({ range, days }: Change, today: Day): string {
  const text = rangeText(range, today);
  return days < lengthOf(range) ? `${plural(days, 'day')} of ${text}` : text;
}

/** Why the days are fewer than those shown: today is not over, and others may not be known. */
function comparedNote({ days }: Change): string {
  return `Only complete days are compared: ${plural(days, 'day')} of either stretch.`;
}

/** What ClickHouse's amounts leave out, and the rate they were converted at. */
function clickhouseNote(
  connections: readonly ConnectionView[],
  { total, today }: Overview,
  rate: (nanos: bigint) => string,
): string | null {
  const counted = connections.filter(({ unit }) => unit === 'CHC');
  const rates = new Set(counted.map(({ usdPerUnit }) => usdPerUnit));
  const [only] = rates;
  if (only === undefined) return null;
  const price = rates.size === 1 ? `1 CHC = ${rate(only)}` : 'each CHC at its connection’s rate';
  const changes = counted.map(({ rateSince }) => rateSince).filter((day) => day !== null);
  const newest = changes
    .filter((day) => day > total.range.from)
    .sort()
    .at(-1);
  const since = newest === undefined ? '' : ` since ${dayText(newest, today)}, earlier days at the rate then`;
  return `ClickHouse before tax and support, ${price}${since}`;
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
        const lost = view.period === 'billingPeriod' && !hasBillingPeriod(overview, { connection });
        setView({ connection, period: lost ? 'monthToDate' : view.period });
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
  const history = historyText(counted, (time) => format.clock(time, now));
  const amount = total.known === 'none' ? null : format.money(total.usd);
  const gap = gapOf(overview);
  const note = clickhouseNote(counted, overview, (nanos) => format.exact(nanos));
  const parts = [PERIOD_NAMES[overview.view.period], `${rangeText(total.range, today)} UTC`];
  if (total.known !== 'none' && total.provisionalDays > 0) {
    parts.push(`${plural(total.provisionalDays, 'day')} provisional`);
  }
  if (history !== null) parts.push(history);
  if (old && asOf !== null) parts.push(`as of ${format.clock(asOf, now)}`);
  return (
    <section className={styles.headline} aria-label="Total">
      <div className={styles.over}>
        <ConnectionPicker overview={overview} view={view} />
        {change !== null && (
          <span className={styles.change} title={comparedNote(change)}>
            {format.change(change.ratio)}{' '}
            <span className={styles.quiet}>on {comparedText(change, today)}</span>
          </span>
        )}
        {change !== null && <span className="visually-hidden">{comparedNote(change)}</span>}
      </div>
      <p
        className={clsx(
          styles.number,
          (old || history !== null) && styles.old,
          amount === null && styles.none,
        )}
        style={{ '--characters': amount?.length ?? 1 } as CSSProperties}
      >
        {amount ?? (
          <>
            —
            <span className={styles.noneText}>
              Nothing {isUnreported(total) ? 'reported' : 'read'} yet for these days
            </span>
          </>
        )}
      </p>
      <p className={styles.label}>{parts.join(' · ')}</p>
      {gap !== null && (
        <p className={clsx(styles.gap, gap.unread && styles.unread)}>
          <Icon name={gap.unread ? 'warning' : 'notice'} />
          <span>
            {gap.text}{' '}
            {gap.unread && !overview.syncing && (
              <Action kind="link" onPress={() => refresh(view.connection)}>
                Read now
              </Action>
            )}
          </span>
        </p>
      )}
      {note !== null && <p className={styles.label}>{note}</p>}
    </section>
  );
}
