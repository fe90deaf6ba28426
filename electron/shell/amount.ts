import { NANOS_PER_UNIT, absolute, formatDecimal } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';

const TIGHT_FROM = 10_000n * NANOS_PER_UNIT;
/** $0.0001, the smallest amount that 4 decimals can tell. */
const SMALLEST = 100_000n;
/** What 4 decimals would round up to 1.0000. */
const ROUNDS_TO_ONE = NANOS_PER_UNIT - SMALLEST / 2n;

/**
 * An amount of USD for menus and tooltips: 2 decimals from $1, 4 below, and
 * none from $10,000 in tight places. Printed from its exact decimal text, never
 * from a float; a true zero is "$0.00", what 4 decimals cannot tell "<$0.0001".
 */
export function formatUsd(amount: Nanos, locale: string | undefined, tight = false): string {
  const size = absolute(amount);
  if (size > 0n && size < SMALLEST)
    return `${amount < 0n ? '−' : ''}<${dollars(locale, 4).format(decimal(SMALLEST))}`;
  const whole = size === 0n || size >= ROUNDS_TO_ONE;
  const digits = !whole ? 4 : tight && size >= TIGHT_FROM ? 0 : 2;
  return dollars(locale, digits).format(decimal(amount));
}

function decimal(amount: bigint): `${number}` {
  return formatDecimal(amount) as `${number}`;
}

function dollars(locale: string | undefined, digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** An instant as the local clock shows it, with the date where it was not today. */
export function formatClock(
  time: number,
  now: number,
  locale: string | undefined,
  timeZone?: string,
): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const dayName = new Intl.DateTimeFormat(locale, { ...zone, dateStyle: 'medium' });
  const clock = new Intl.DateTimeFormat(locale, { ...zone, timeStyle: 'short' });
  const sameDay = dayName.format(time) === dayName.format(now);
  return sameDay ? clock.format(time) : `${dayName.format(time)}, ${clock.format(time)}`;
}
