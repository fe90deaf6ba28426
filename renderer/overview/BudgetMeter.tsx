import clsx from 'clsx';

import type { BudgetView, Forecast } from '../../shared/model';
import { lengthOfAmount } from '../chart/layout';
import { useFormat } from '../formatContext';
import styles from './overview.module.css';

interface Props {
  readonly budget: BudgetView;
  readonly forecast: Forecast | null;
  /** What it measures, where the number above it is of other days or connections; else null. */
  readonly scope: string | null;
}

/** The month's spend against its limit, a line across; a mark above shows where the forecast ends. */
export function BudgetMeter({ budget, forecast, scope }: Props) {
  const { money, share } = useFormat();
  const end = forecast?.monthEnd ?? 0n;
  const widest = [budget.limit, budget.spent, end].reduce((max, value) => (value > max ? value : max));
  const place = (amount: bigint): string => `${lengthOfAmount(amount, widest, 100)}%`;
  const { excess } = budget;
  const within = budget.over ? budget.limit : budget.spent;
  const beyond = end > budget.limit;
  const part = `${share(budget.share)} of ${money(budget.limit, { tight: true })}`;
  const words = scope === null ? part : `${scope} ${part}`;
  return (
    <section className={styles.budget} aria-label="Budget">
      <div
        className={styles.meter}
        role="meter"
        aria-label="Month’s budget spent"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round(budget.share * 100))}
        aria-valuetext={`${words} budget`}
      >
        <span className={clsx(styles.spent, budget.over && styles.full)} style={{ width: place(within) }} />
        {budget.over && (
          <span className={styles.excess} style={{ left: place(budget.limit), width: place(excess) }} />
        )}
        <span className={styles.limit} style={{ left: place(budget.limit) }} />
        {end > 0n && <span className={styles.forecastMark} style={{ left: place(end) }} />}
      </div>
      <p className={styles.budgetText}>
        <span className={clsx(budget.over && styles.overText)}>
          {budget.over ? `Over budget · ${words}` : `${words} budget`}
        </span>
        {budget.over && <span className={styles.overText}>{`${money(excess, { tight: true })} over`}</span>}
        {!budget.over && end > 0n && (
          <span className={clsx(styles.forecastWords, styles.quiet, beyond && styles.beyond)}>
            <span className={styles.forecastSign} aria-hidden="true" />
            {beyond ? 'forecast ends above it' : 'forecast ends within it'}
          </span>
        )}
      </p>
    </section>
  );
}
