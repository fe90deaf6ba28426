/**
 * Exact money: integer billionths ("nanos") of a unit, in BigInt from the first
 * parse to the last print. A unit is US dollars or ClickHouse Credits (CHC).
 */

declare const nanosBrand: unique symbol;

/** An amount in billionths of its unit. */
export type Nanos = bigint & { readonly [nanosBrand]: true };

export const NANOS_PER_UNIT = 1_000_000_000n;

/**
 * The largest amount one record may bear. Sums are made in SQLite's 64-bit
 * integers (9.2 billion units); one record above a billion is not money but a
 * fault of the answer.
 */
export const MAX_RECORD_NANOS = 1_000_000_000n * NANOS_PER_UNIT;

/**
 * An amount as a person or this program writes it: no sign, no exponent, and never
 * more than {@link MAX_RECORD_NANOS}.
 */
export const AMOUNT_TEXT = /^\d{1,9}(\.\d{1,9})?$/;

/** Of so many decimal digits, no two numbers are the same double. */
const DISTINCT_NANOS = 1e15;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** A value that cannot be an amount of money. `value` is what was found, shortened. */
export class NotMoneyError extends Error {
  readonly value: string;

  constructor(value: unknown) {
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
    const short = text.length > 40 ? `${text.slice(0, 37)}…` : text;
    super(`${short} is not an amount of money`);
    this.name = 'NotMoneyError';
    this.value = short;
  }
}

/** Marks a BigInt as an amount in nanos. */
export function nanos(value: bigint): Nanos {
  return value as Nanos;
}

export const ZERO: Nanos = nanos(0n);

/** `numerator / denominator` rounded half to even. `denominator` must be positive. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  let quotient = numerator / denominator;
  let remainder = numerator % denominator;
  if (remainder < 0n) {
    remainder += denominator;
    quotient -= 1n;
  }
  const twice = remainder * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n !== 0n)) quotient += 1n;
  return quotient;
}

/**
 * Reads an amount from a JSON number or a decimal string, exact to the nano and
 * rounded half to even beyond it. A number is read from its shortest decimal
 * text, which is what the vendor printed.
 *
 * @throws NotMoneyError for NaN, infinities, words, empty text, and amounts
 *   above {@link MAX_RECORD_NANOS}.
 */
export function parseNanos(value: unknown): Nanos {
  if (typeof value !== 'number' && typeof value !== 'string') throw new NotMoneyError(value);
  if (typeof value === 'number') {
    const whole = Math.round(value * 1e9);
    // The one decimal of 15 digits at most that this double stands for: its text need not be taken apart.
    if (Math.abs(whole) < DISTINCT_NANOS && whole / 1e9 === value) return nanos(BigInt(whole));
  }
  const text = typeof value === 'number' ? String(value) : value.trim();
  const match = DECIMAL.exec(text);
  if (!match) throw new NotMoneyError(value);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  if (digits === '') throw new NotMoneyError(value);
  const shift = Number(exponent) - fraction.length + 9;
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return ZERO;
  if (significant.length + shift > 19) throw new NotMoneyError(value);
  // So far below a nano that no digit of it can reach the rounding place.
  if (significant.length + shift < -1) return ZERO;
  const magnitude =
    shift >= 0
      ? BigInt(significant) * 10n ** BigInt(shift)
      : divideHalfEven(BigInt(significant), 10n ** BigInt(-shift));
  if (magnitude > MAX_RECORD_NANOS) throw new NotMoneyError(value);
  return nanos(sign === '-' ? -magnitude : magnitude);
}

/** Cents: amounts are hardly rounded to less, and a last 0 is lost in a JSON number. */
const LEAST_PLACES = 2;

/**
 * By how much a total may be off by its own rounding: half of the last decimal
 * place that it is written with, of two at least.
 *
 * @param total as {@link parseNanos} reads it
 */
export function roundingOf(total: unknown): Nanos {
  const [, , , fraction = '', exponent = '0'] = DECIMAL.exec(String(total).trim()) ?? [];
  const places = Math.max(LEAST_PLACES, fraction.length - Number(exponent));
  return nanos(places > 9 ? 0n : 10n ** BigInt(9 - places) / 2n);
}

/**
 * Whether a total and the sum of its terms differ by rounding only: at most 1 nano
 * a term, or what the total itself was rounded by.
 */
export function isRounding(difference: bigint, terms: number, roundedBy: bigint = 0n): boolean {
  const size = absolute(difference);
  return size <= BigInt(terms) || size <= roundedBy;
}

/** The exact decimal text of an amount: no exponent, no `+`, at most 9 places, `0` for nothing. */
export function formatDecimal(amount: bigint): string {
  const negative = amount < 0n;
  const digits = (negative ? -amount : amount).toString().padStart(10, '0');
  const whole = digits.slice(0, -9);
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * Converts a native amount at a rate, half-even to the nano.
 *
 * @param amount nanos of the native unit
 * @param rate nanos of USD for one native unit
 */
export function convert(amount: Nanos, rate: Nanos): Nanos {
  return rate === NANOS_PER_UNIT ? amount : nanos(divideHalfEven(amount * rate, NANOS_PER_UNIT));
}

/** Sum of amounts of one unit. */
export function sum(amounts: Iterable<bigint>): Nanos {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return nanos(total);
}

export function absolute(amount: bigint): Nanos {
  return nanos(amount < 0n ? -amount : amount);
}
