import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  absolute,
  AMOUNT_TEXT,
  convert,
  divideHalfEven,
  formatDecimal,
  isRounding,
  MAX_RECORD_NANOS,
  nanos,
  NotMoneyError,
  parseNanos,
  roundingOf,
  sum,
} from '../../shared/money.js';

/** Expected values: Python's decimal, quantized to a whole nano with ROUND_HALF_EVEN. */
const PARSED: ReadonlyArray<readonly [string, bigint]> = [
  ['0', 0n],
  ['-0', 0n],
  ['+5', 5000000000n],
  ['.5', 500000000n],
  ['5.', 5000000000n],
  ['0.0000000005', 0n],
  ['0.0000000015', 2n],
  ['0.0000000025', 2n],
  ['-0.0000000005', 0n],
  ['-0.0000000015', -2n],
  ['0.00000000050000000000000000000000001', 1n],
  ['0.00000000049999999999999999999999999', 0n],
  ['1e-9', 1n],
  ['5e-10', 0n],
  ['1.5E-9', 2n],
  ['2.5e-9', 2n],
  ['1e-400', 0n],
  ['9e-10', 1n],
  ['4.9e-11', 0n],
  ['1e9', 1000000000000000000n],
  ['1e+9', 1000000000000000000n],
  ['12345e4', 123450000000000000n],
  ['0012.500', 12500000000n],
  ['1234567890.1234567890123456e-3', 1234567890123457n],
  ['3.1415926535897932384626433', 3141592654n],
  ['999999999.9999999994', 999999999999999999n],
  ['999999999.9999999995', 1000000000000000000n],
  ['0.1234567895', 123456790n],
  ['0.1234567885', 123456788n],
  ['1000000000', 1000000000000000000n],
  ['84', 84000000000n],
  ['0.000139', 139000n],
  ['-1234567.89', -1234567890000000n],
  ['1.0000000000000000000000001', 1000000000n],
  [' 12.5 ', 12500000000n],
];

describe('parseNanos', () => {
  it.each(PARSED)('reads %s', (text, expected) => {
    expect(parseNanos(text)).toBe(expected);
  });

  it.each(['0', '5', '0.000000001', '999999999.999999999'])('reads %s, which a person may write', (text) => {
    expect(text).toMatch(AMOUNT_TEXT);
    expect(formatDecimal(parseNanos(text))).toBe(text);
  });

  it.each([
    [0.1 + 0.2, 300000000n],
    [1e-7, 100n],
    [1.5e-9, 2n],
    [-0, 0n],
    [1e9, 1000000000000000000n],
    [123456.789, 123456789000000n],
  ])('reads the number %d from its shortest text', (value, expected) => {
    expect(parseNanos(value)).toBe(expected);
  });

  it.each([
    NaN,
    Infinity,
    -Infinity,
    1e21,
    1000000000.5,
    '',
    ' ',
    '.',
    '-',
    'e5',
    '1e',
    '1e5.5',
    '1e99999',
    '1,000',
    '1_000',
    '0x10',
    '$5',
    '1 2',
    'free',
    'NaN',
    '1234567890123456789012345',
    '1000000000.000000001',
    '-1000000000.000000001',
    null,
    undefined,
    true,
    {},
    [1],
    5n,
  ])('refuses %s', (value) => {
    expect(() => parseNanos(value)).toThrow(NotMoneyError);
  });

  it('names what it found, shortened', () => {
    const error = new NotMoneyError('9'.repeat(500));
    expect(error.value.length).toBeLessThanOrEqual(40);
    expect(error.message).toContain('is not an amount of money');
  });

  const amount = fc.bigInt({ min: -MAX_RECORD_NANOS, max: MAX_RECORD_NANOS });

  it('reads back what formatDecimal writes', () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(parseNanos(formatDecimal(value))).toBe(value);
      }),
    );
  });

  it('reads a number as its text, however many digits it has', () => {
    const numbers = fc.oneof(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }).map((value) => Number(value) / 1e9),
      fc.integer({ min: -1_000, max: 1_000 }).map((steps) => 1e6 + steps * 2 ** -33),
    );
    fc.assert(
      fc.property(numbers, (value) => {
        expect(parseNanos(value)).toBe(parseNanos(String(value)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('agrees with digits put together another way', () => {
    const digits = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.bigInt({ min: 0n, max: 999_999_999n }),
        fc.array(digits, { minLength: 9, maxLength: 9 }),
        fc.integer({ min: -9, max: 9 }),
        (negative, whole, fraction, exponent) => {
          // Written with an exponent that the moved point takes back.
          const all = `${whole}${fraction.join('')}`.padStart(20, '0');
          const point = all.length - 9 - exponent;
          const text = `${negative ? '-' : ''}${all.slice(0, point)}.${all.slice(point)}e${exponent}`;
          const magnitude = whole * 1_000_000_000n + BigInt(fraction.join(''));
          expect(parseNanos(text)).toBe(negative ? -magnitude : magnitude);
        },
      ),
    );
  });

  it('never is more than half a nano away, whatever lies beyond the ninth place', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
        fc.bigInt({ min: 0n, max: 10n ** 16n - 1n }),
        (whole, beyond) => {
          const tail = beyond.toString().padStart(16, '0');
          const text = `${whole}.${tail}e-9`;
          const exact = whole * 10n ** 16n + (whole < 0n ? -beyond : beyond);
          const parsed = parseNanos(text) * 10n ** 16n;
          const distance = absolute(parsed - exact);
          expect(distance <= 5n * 10n ** 15n).toBe(true);
        },
      ),
    );
  });
});

describe('formatDecimal', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000001'],
    [-1n, '-0.000000001'],
    [1000000000n, '1'],
    [1500000000n, '1.5'],
    [-84000000000n, '-84'],
    [123456789012345678n, '123456789.012345678'],
    [-500n, '-0.0000005'],
    [1234567890000000n, '1234567.89'],
    [10n ** 30n, '1000000000000000000000'],
  ])('writes %s nanos as %s', (value, text) => {
    expect(formatDecimal(value)).toBe(text);
  });
});

describe('divideHalfEven', () => {
  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [-1n, 3n, 0n],
    [-2n, 3n, -1n],
    [9n, 3n, 3n],
    [1n, 4n, 0n],
    [3n, 4n, 1n],
  ])('%s / %s is %s', (numerator, denominator, expected) => {
    expect(divideHalfEven(numerator, denominator)).toBe(expected);
  });

  it('takes the nearest, and of two equally near the even one', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 10n ** 30n }), (numerator, denominator) => {
        const quotient = divideHalfEven(numerator, denominator);
        const twice = absolute(2n * (quotient * denominator - numerator));
        expect(twice <= denominator).toBe(true);
        if (twice === denominator) expect(quotient % 2n).toBe(0n);
      }),
    );
  });
});

describe('convert', () => {
  /** Python's decimal again. */
  it.each([
    [1n, 500000000n, 0n],
    [3n, 500000000n, 2n],
    [5n, 500000000n, 2n],
    [-1n, 500000000n, 0n],
    [-3n, 500000000n, -2n],
    [123456789n, 1234567891n, 152415788n],
    [1000000000n, 333333333n, 333333333n],
    [7n, 142857142n, 1n],
    [-999999999n, 1000000001n, -1000000000n],
    [1000000000000000000n, 2000000000n, 2000000000000000000n],
    [12345678901n, 0n, 0n],
  ])('%s at %s is %s', (value, rate, expected) => {
    expect(convert(nanos(value), nanos(rate))).toBe(expected);
  });

  it('leaves an amount as it is at a rate of 1', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(convert(nanos(value), nanos(1_000_000_000n))).toBe(value);
      }),
    );
  });

  it('turns a refund into the exact opposite of its charge', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 0n, max: 10n ** 15n }), (value, rate) => {
        expect(convert(nanos(-value), nanos(rate)) + convert(nanos(value), nanos(rate))).toBe(0n);
      }),
    );
  });
});

it('sums and takes magnitudes', () => {
  expect(sum([])).toBe(0n);
  expect(sum([3n, -5n, 1n])).toBe(-1n);
  expect(absolute(-7n)).toBe(7n);
  expect(absolute(7n)).toBe(7n);
});

describe('the rounding of a total', () => {
  it.each([
    [0.28, '0.005'],
    ['12.30', '0.005'],
    [12, '0.005'],
    [0.2829, '0.00005'],
    ['1.000000001', '0'],
    [1.5e-7, '0.000000005'],
    ['2e3', '0.005'],
    [undefined, '0.005'],
  ])('of %s is half of its last place, of two at least', (total, within) => {
    expect(formatDecimal(roundingOf(total))).toBe(within);
  });

  it('is 1 nano a term, or what the total was rounded by', () => {
    expect([isRounding(3n, 3), isRounding(-3n, 3), isRounding(4n, 3), isRounding(-4n, 3)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([isRounding(-5n, 0, 5n), isRounding(6n, 0, 5n)]).toEqual([true, false]);
  });
});
