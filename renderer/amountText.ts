/**
 * Amounts in fields, written and read in the user's own number format. A text
 * stands for one amount or for none: it is never tried in another format too.
 */
import { parseNanos } from '../shared/money';
import type { Nanos } from '../shared/money';
import type { Format } from './format';

const MOST_DECIMALS = 9;

/** What a field takes. */
export interface AmountField {
  /** What a sentence shows as an example, as decimal text. */
  readonly example: string;
  /** How many digits may stand before the decimal separator. */
  readonly wholeDigits: number;
}

export type ReadAmount =
  | {
      readonly ok: true;
      /** As decimal text, for main. */
      readonly decimal: string;
      readonly amount: Nanos;
    }
  | {
      readonly ok: false;
      /** What to write instead, in one sentence. */
      readonly problem: string;
    };

/** As the locale writes money, which in some is not as it writes numbers; in Latin digits, which every keyboard has. */
function partsOf(value: string, locale: string, fractionDigits: number): Intl.NumberFormatPart[] {
  return new Intl.NumberFormat(locale, {
    numberingSystem: 'latn',
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: fractionDigits,
    maximumFractionDigits: MOST_DECIMALS,
  }).formatToParts(value as `${number}`);
}

/** An amount as a field shows it: without groups, which would be in the way of whoever adds a digit. */
export function amountText(decimal: string, locale: string): string {
  return partsOf(decimal, locale, decimal.includes('.') ? 2 : 0)
    .filter(({ type }) => type === 'integer' || type === 'decimal' || type === 'fraction')
    .map(({ value }) => value)
    .join('');
}

/** The digits of a number in groups of three, or of the locale's own lengths; null where they stand otherwise. */
function ungrouped(text: string, parts: readonly Intl.NumberFormatPart[]): string | null {
  const group = parts.find(({ type }) => type === 'group')?.value;
  const lengths = parts.filter(({ type }) => type === 'integer').map(({ value }) => value.length);
  if (group === undefined) return null;
  // Intl's spaces and apostrophes are others than those of a keyboard.
  const sign = /\s/.test(group) ? String.raw`\s` : /['’]/.test(group) ? `['’]` : `[${group}]`;
  const stands = [3, lengths.at(-2) ?? 3].some((length) =>
    // No group begins with 0: "0.125" is not how a German writes 125.
    new RegExp(
      String.raw`^[1-9]\d{0,${length - 1}}(${sign}\d{${length}})*${sign}\d{${lengths.at(-1) ?? 3}}$`,
    ).test(text),
  );
  return stands ? text.replace(/\D/g, '') : null;
}

/** What was typed, read as the format's locale writes amounts. */
export function readAmount(text: string, field: AmountField, { locale, exact }: Format): ReadAmount {
  const parts = partsOf('1234567890.5', locale, 1);
  const point = parts.find(({ type }) => type === 'decimal')?.value ?? '.';
  const bare = text.trim().replace(/^\$\s*|\s*\$$/g, '');
  const [before = '', fraction = '', ...more] = bare.split(point);
  const digits = /^\d*$/.test(before) ? before : ungrouped(before, parts);
  const example = amountText(field.example, locale);
  if (digits === null || !/^\d*$/.test(fraction) || digits + fraction === '' || more.length > 0)
    return { ok: false, problem: `Write an amount such as ${example}.` };
  if (fraction.length > MOST_DECIMALS)
    return { ok: false, problem: `Write at most ${MOST_DECIMALS} decimals, such as ${example}.` };
  const whole = digits.replace(/^0+(?=\d)/, '').padStart(1, '0');
  if (whole.length > field.wholeDigits) {
    const limit = exact(parseNanos(`1e${field.wholeDigits}`));
    return { ok: false, problem: `Write an amount below ${limit}.` };
  }
  const decimal = fraction === '' ? whole : `${whole}.${fraction}`;
  return { ok: true, decimal, amount: parseNanos(decimal) };
}
