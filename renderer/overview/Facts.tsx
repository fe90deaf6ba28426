import type { ReactNode } from 'react';

import { lastOfMonth } from '../../shared/day';
import type { Overview } from '../../shared/model';
import { dayText, listText } from '../format';
import { useFormat } from '../formatContext';
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
function leftOut(overview: Overview): string | null {
  const noHistory = overview.forecast?.withoutHistory ?? [];
  const noRate = overview.runRate?.missing ?? [];
  if (noHistory.length > 0)
    return `Forecast counts only what is spent so far for ${listText(noHistory)}: not enough history`;
  return noRate.length > 0 ? `Run rate without ${listText(noRate)}: not enough data` : null;
}

/** Today so far, run rate, forecast. */
export function Facts({ overview }: { readonly overview: Overview }) {
  const { todaySoFar, runRate, forecast, today, dayEndsAt } = overview;
  const { money, clock } = useFormat();
  const tight = { tight: true };
  const omitted = leftOut(overview);
  return (
    <section aria-label="Facts">
      <dl className={styles.facts}>
        <Fact
          name="Today so far"
          value={todaySoFar.known === 'none' ? '—' : money(todaySoFar.usd, tight)}
          note={`${todaySoFar.known === 'none' ? 'not reported; ' : ''}UTC day ends ${clock(dayEndsAt, dayEndsAt)}`}
        />
        <Fact
          name="Run rate"
          value={runRate === null ? '—' : money(runRate.perDay, tight)}
          note={runRate === null ? 'not enough data' : 'per day'}
        />
        <Fact
          name={`Forecast ${dayText(lastOfMonth(today), today)}`}
          value={forecast === null ? '—' : money(forecast.monthEnd, tight)}
          note={
            forecast === null ? (
              'not enough history'
            ) : (
              <>
                <span className={styles.nowrap}>80%:</span> {money(forecast.low, tight)}–
                {money(forecast.high, tight)}
              </>
            )
          }
        />
      </dl>
      {omitted !== null && <p className={styles.omitted}>{omitted}</p>}
    </section>
  );
}
