/** The month's one budget: total, in USD, for the calendar month (UTC). */
import type { BudgetView, PeriodAmount } from '../model.js';
import { nanos } from '../money.js';
import type { Nanos } from '../money.js';

/** A share is told to a millionth. */
const SHARE_STEPS = 1_000_000n;

/**
 * @param limit nanos of USD; null without a budget
 * @returns null without a budget, or while nothing is known of the month
 */
export function budgetView(limit: Nanos | null, monthToDate: PeriodAmount): BudgetView | null {
  if (limit === null || monthToDate.known === 'none') return null;
  const spent = monthToDate.usd;
  const over = spent > limit;
  return {
    limit,
    spent,
    share: shareOf(spent, limit),
    over,
    excess: nanos(over ? spent - limit : 0n),
  };
}

/** A budget of 0 is full with the first charge; refunds do not make a share negative. */
function shareOf(spent: Nanos, limit: Nanos): number {
  if (spent <= 0n) return 0;
  if (limit <= 0n) return 1;
  return Number((spent * SHARE_STEPS) / limit) / Number(SHARE_STEPS);
}
