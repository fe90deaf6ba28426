import type { PeriodAmount } from '../../shared/model.js';
import { ZERO, convert, formatDecimal, sum } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { isUnreported } from '../../shared/policy/period-amount.js';
import { isStale } from '../../shared/policy/staleness.js';
import type { Status } from '../core/status.js';
import { EXIT } from './commands.js';
import { oneLine } from './output.js';
import { isRead } from './status-document.js';
import { dollars, minutes } from './status-text.js';

type Verdict = 'under' | 'over' | 'cannot know';

/**
 * What is known may already be over; only "under" needs every ended day read, and
 * that lately: the amount lacks what was charged since. A day that is not reported
 * yet counts as today does, with what is known so far: the newest days are often
 * late, and a check that cannot know then would never hold. But where nothing is
 * reported at all there is no amount to be under a limit. What a connection cost
 * from its removal on is not followed, the rest of that day included.
 */
function verdict(period: PeriodAmount, limit: Nanos, whole: boolean): Verdict {
  if (period.known !== 'none' && period.usd > limit) return 'over';
  return whole ? 'under' : 'cannot know';
}

/**
 * Why the data are too old for "under", in words: nobody reads them any more, or which
 * connection's are the oldest; null where they are not. Its state says less: one that
 * failed or is being read may have been read a minute ago or a year.
 */
function outdated({ connections, cadenceMinutes, now }: Status): string | null {
  const own = connections.filter(({ removed }) => !removed);
  if (own.length === 0) return 'nothing is connected';
  const [oldest] = own
    .filter(({ lastSuccess }) => lastSuccess === null || isStale(lastSuccess, cadenceMinutes, now))
    .sort((a, b) => (a.lastSuccess ?? 0) - (b.lastSuccess ?? 0));
  if (oldest === undefined) return null;
  const name = oneLine(oldest.name);
  return oldest.lastSuccess === null
    ? `${name} has not been read whole yet`
    : `data of ${name} are as of ${minutes(oldest.lastSuccess)}`;
}

/**
 * What vendors reported beyond what is stored, in USD: with it an amount may be over.
 * Of which days it is their totals do not tell.
 */
function reportedBeyond({ connections }: Status): Nanos {
  return sum(
    connections.map(({ removed, reconciliation, usdPerUnit }) => {
      if (removed || reconciliation === null || reconciliation.rounding) return ZERO;
      return reconciliation.difference > 0n ? convert(reconciliation.difference, usdPerUnit) : ZERO;
    }),
  );
}

/** How two amounts are written: exactly, where rounding would make them look the same. */
function tellApart(one: Nanos, other: Nanos): (amount: Nanos) => string {
  const looksSame = one !== other && dollars(one) === dollars(other);
  return looksSame ? (amount) => `$${formatDecimal(amount)}` : dollars;
}

function nothing(period: PeriodAmount): string {
  return isUnreported(period) ? 'nothing reported yet' : 'nothing known';
}

/** Which limits hold, a line each, and the exit status: any over 1, else any unknown 3, else 0. */
export function checkLimits(
  input: Status,
  limits: { readonly monthOver: Nanos | null; readonly todayOver: Nanos | null },
): { readonly text: string; readonly status: number } {
  const { monthToDate, today } = input.periods;
  const old = outdated(input);
  const beyond = reportedBeyond(input);
  const verdicts: Verdict[] = [];
  const lines: string[] = [];
  const compare = (label: string, period: PeriodAmount, limit: Nanos | null, whole: boolean): void => {
    if (limit === null) return;
    const isDisputed = period.usd + beyond > limit;
    const found = verdict(period, limit, whole && old === null && !isDisputed);
    const amount = tellApart(period.usd, limit);
    const spent = period.known === 'none' ? nothing(period) : amount(period.usd);
    verdicts.push(found);
    const reason = old ?? (isDisputed ? `vendors reported ${dollars(beyond)} more than is stored` : null);
    const why = found === 'cannot know' && reason !== null ? `, ${reason}` : '';
    lines.push(`${label}: ${spent}, limit ${amount(limit)}: ${found}${why}\n`);
  };
  compare('Month to date', monthToDate, limits.monthOver, isRead(monthToDate, input.now, input.leftDays));
  // Of today alone, a connection that has not read it leaves everything open.
  compare('Today', today, limits.todayOver, isRead(today, input.now) && today.unknownDays.length === 0);
  const status = verdicts.includes('over')
    ? EXIT.over
    : verdicts.includes('cannot know')
      ? EXIT.cannotKnow
      : EXIT.done;
  return { text: lines.join(''), status };
}
