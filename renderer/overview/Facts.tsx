import type { ReactNode } from 'react';

import { lastOfMonth } from '../../shared/day';
import type { Forecast, Overview } from '../../shared/model';
import { isUnreported } from '../../shared/policy/period-amount';
import { dayText, listText } from '../format';
import { useFormat } from '../formatContext';
import { countedConnections, trueForecast } from '../labels';
import styles from './overview.module.css';

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly note: ReactNode;
}

function Fact({ name, value, note }: FactProps) {
  return (
    <div className={styles.fact}>
      <dt className={styles.factName}>{name}</dt>
      <dd className={styles.factValue}>{value}</dd>
      <dd className={styles.factNote}>{note}</dd>
    </div>
  );
}

/** Which connections a trend leaves out. */
function leftOut({ runRate }: Overview, forecast: Forecast | null): string | null {
  const noHistory = forecast?.withoutHistory ?? [];
  const noRate = runRate?.missing ?? [];
  const parts = [
    ...(noRate.length > 0 ? [`Run rate without ${listText(noRate)}: not enough data`] : []),
    ...(noHistory.length > 0
      ? [`Forecast counts only what is spent so far for ${listText(noHistory)}: not enough history`]
      : []),
  ];
  return parts.length === 0 ? null : parts.join(' · ');
}

/** What a run rate is made of: a vendor that reports hours counts with the last 24, one that reports days with a day. */
function runRateNote(overview: Overview): string {
  if (overview.runRate === null) return 'no recent data';
  const followed = countedConnections(overview).filter(({ removed }) => !removed);
  const providers = new Set(followed.map(({ provider }) => provider));
  if (providers.size > 1) return 'per day';
  return providers.has('phala') ? 'latest 24 h' : 'last full day';
}

/** Today so far, run rate, forecast. */
export function Facts({ overview }: { readonly overview: Overview }) {
  const { todaySoFar, runRate, today, dayEndsAt } = overview;
  const { money, band, clock, share } = useFormat();
  const forecast = trueForecast(overview);
  const tight = { tight: true };
  const omitted = leftOut(overview, forecast);
  return (
    <section aria-label="Facts">
      <dl className={styles.facts}>
        <Fact
          name="Today so far"
          value={todaySoFar.known === 'none' ? '—' : money(todaySoFar.usd, tight)}
          note={isUnreported(todaySoFar) ? 'not reported yet' : `UTC day ends ${clock(dayEndsAt, dayEndsAt)}`}
        />
        <Fact
          name="Run rate"
          value={runRate === null ? '—' : money(runRate.perDay, tight)}
          note={runRateNote(overview)}
        />
        <Fact
          name={`Forecast ${dayText(lastOfMonth(today), today)}`}
          value={forecast === null ? '—' : money(forecast.monthEnd, tight)}
          note={
            forecast === null ? (
              'not enough history'
            ) : (
              <>
                <span className={styles.nowrap}>{share(0.8)}:</span>{' '}
                <span className={styles.nowrap}>{band(forecast.low, forecast.high)}</span>
              </>
            )
          }
        />
      </dl>
      {omitted !== null && <p className={styles.omitted}>{omitted}</p>}
    </section>
  );
}
