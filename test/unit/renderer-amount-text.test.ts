import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { amountText, readAmount } from '../../renderer/amountText.js';
import { createFormat } from '../../renderer/format.js';
import type { Format } from '../../renderer/format.js';
import { formatDecimal, nanos } from '../../shared/money.js';

const FIELD = { example: '2500.50', wholeDigits: 9 };
const LOCALES = ['en-US', 'de-DE', 'en-GB', 'fr-FR', 'de-CH', 'en-IN', 'de-AT', 'fr-CH', 'es-ES', 'ar-EG'];

const formats = new Map(LOCALES.map((locale) => [locale, createFormat({ locale, hideAmounts: false })]));

function formatOf(locale: string): Format {
  const format = formats.get(locale);
  if (format === undefined) throw new Error(`no format for ${locale}`);
  return format;
}

function read(text: string, locale: string): string | null {
  const found = readAmount(text, FIELD, formatOf(locale));
  return found.ok ? found.decimal : null;
}

function problem(text: string, locale: string, wholeDigits = 9): string | null {
  const found = readAmount(text, { ...FIELD, wholeDigits }, formatOf(locale));
  return found.ok ? null : found.problem;
}

describe('what a user types', () => {
  it.each([
    ['2,500.50', 'en-US', '2500.50'],
    ['$2500', 'en-US', '2500'],
    ['$ 2500.', 'en-US', '2500'],
    ['.85', 'en-US', '0.85'],
    ['0001,5', 'de-DE', '1.5'],
    ['2.500,50', 'de-DE', '2500.50'],
    ['2500,5 $', 'de-DE', '2500.5'],
    ['1 234,5', 'fr-FR', '1234.5'],
    ["1'234.5", 'de-CH', '1234.5'],
    ['1’234.5', 'de-CH', '1234.5'],
    ['12,34,567', 'en-IN', '1234567'],
    ['1,234,567', 'en-IN', '1234567'],
    // Both readings are amounts: the locale's counts.
    ['1.234', 'de-DE', '1234'],
    ['1,234', 'en-US', '1234'],
    ['1.234', 'en-US', '1.234'],
  ])('is read: %s in %s', (text, locale, decimal) => {
    expect(read(text, locale)).toBe(decimal);
  });

  it.each([
    ['0,85', 'en-US'],
    ['1.234,5', 'en-US'],
    ['3.000,50', 'en-US'],
    ['2,5000', 'en-US'],
    ['1,23,456', 'en-US'],
    ['1.5,000', 'en-US'],
    ['1,234 567', 'en-US'],
    ['1 234', 'en-US'],
    ['0.125', 'de-DE'],
    ['2500.50', 'de-DE'],
    ['1,234.56', 'de-DE'],
    ['2 500,50', 'de-DE'],
    ['2500,50', 'de-CH'],
    ['', 'en-US'],
    ['.', 'en-US'],
    ['-5', 'en-US'],
    ['1e5', 'en-US'],
    ['much', 'en-US'],
  ])('is refused: %s in %s', (text, locale) => {
    expect(read(text, locale)).toBeNull();
  });

  it('is refused with how to write it, in the user’s own format', () => {
    expect(problem('0,85', 'en-US')).toBe('Write an amount such as 2500.50.');
    expect(problem('0.85', 'de-DE')).toBe('Write an amount such as 2500,50.');
    expect(problem('0.1234567891', 'en-US')).toBe('Write at most 9 decimals, such as 2500.50.');
  });

  it('is refused where it is more than main takes', () => {
    expect(problem('999,999,999.999999999', 'en-US')).toBeNull();
    expect(problem('1000000000', 'en-US')).toBe('Write an amount below $1,000,000,000.00.');
    expect(problem('9'.repeat(60), 'en-US')).toBe('Write an amount below $1,000,000,000.00.');
    expect(problem('1000000', 'en-US', 6)).toBe('Write an amount below $1,000,000.00.');
  });
});

const amounts = fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n });

describe.each(LOCALES)('an amount in %s', (locale) => {
  const decimals = (places: number) =>
    ({ minimumFractionDigits: Math.min(places, 2), maximumFractionDigits: places }) as const;
  const written = (decimal: string, options: Intl.NumberFormatOptions): string =>
    new Intl.NumberFormat(locale, { numberingSystem: 'latn', ...options }).format(decimal as `${number}`);

  it('is itself again, from the field and as money', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        const decimal = formatDecimal(amount);
        const money = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
        const texts = [amountText(decimal, locale)];
        // Arabic sets letters and marks beside the amount, which nobody types.
        if (locale !== 'ar-EG') texts.push(written(decimal, { ...money, ...decimals(9) }));
        for (const text of texts) {
          expect(readAmount(text, FIELD, formatOf(locale))).toMatchObject({
            ok: true,
            amount: nanos(amount),
          });
        }
      }),
    );
  });

  it('is read of no text that the locale writes of another', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789', ...'.,', ..." '’"), maxLength: 14 });
    const parts = new Intl.NumberFormat(locale, {
      numberingSystem: 'latn',
      style: 'currency',
      currency: 'USD',
    }).formatToParts(1_234_567.5);
    const sign = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
    const same = (one: string): string => one.replace(/\s/g, ' ').replaceAll('’', "'");
    fc.assert(
      fc.property(text, (typed) => {
        const decimal = read(typed, locale);
        if (decimal === null) return;
        // What is left without the locale's own groups is the amount, digit by digit.
        const bare = same(typed.trim())
          .replaceAll(same(sign('group')), '')
          .replace(sign('decimal'), '.');
        expect(Number(bare)).toBe(Number(decimal));
        expect(bare).toMatch(/^\d*\.?\d*$/);
      }),
      { numRuns: 2000 },
    );
  });
});
