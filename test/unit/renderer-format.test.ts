import { describe, expect, it } from 'vitest';

import { day } from '../../shared/day.js';
import {
  countdownText,
  createFormat,
  dayText,
  durationText,
  listText,
  rangeText,
  usableLocale,
  weekdayText,
} from '../../renderer/format.js';

const TODAY = day('2026-11-22');
const english = createFormat({ locale: 'en-US', hideAmounts: false });
const german = createFormat({ locale: 'de-DE', hideAmounts: false });
const japanese = createFormat({ locale: 'ja-JP', hideAmounts: false });

/** Intl sets no-break spaces, which look like spaces. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ');
}

describe('money', () => {
  it.each([
    [0n, '$0.00'],
    [1n, '<$0.0001'],
    [99_999n, '<$0.0001'],
    [100_000n, '$0.0001'],
    [300_000n, '$0.0003'],
    [-1n, '−<$0.0001'],
    [125_000_000n, '$0.1250'],
    [999_949_999n, '$0.9999'],
    // Rounds up to a dollar, so it is written as one.
    [999_950_000n, '$1.00'],
    [1_000_000_000n, '$1.00'],
    [-2_500_000_000n, '-$2.50'],
    [1_234_567_890_000_000n, '$1,234,567.89'],
    [9_999_990_000_000n, '$9,999.99'],
  ])('writes %s nanos as %s', (amount, text) => {
    expect(english.money(amount)).toBe(text);
  });

  it('is exact where a float is not', () => {
    // 2^53 + 1 dollars and a cent: a double has neither the last dollar nor the cent.
    expect(english.money(9_007_199_254_740_993_010_000_000n)).toBe('$9,007,199,254,740,993.01');
  });

  it('drops decimals from $10,000 in tight places only', () => {
    expect(english.money(9_999_990_000_000n, { tight: true })).toBe('$9,999.99');
    expect(english.money(10_000_990_000_000n, { tight: true })).toBe('$10,001');
    expect(english.money(300_000n, { tight: true })).toBe('$0.0003');
  });

  it.each([
    [1_712_810_000_000n, 1_758_070_000_000n, '$1,712–$1,759'],
    [1_712_000_000_000n, 1_758_000_000_000n, '$1,712–$1,758'],
    [998_990_000_000n, 1_000_010_000_000n, '$998–$1,001'],
    [-1_500_500_000_000n, -10_500_000_000n, '-$1,501–-$10'],
    [340_000n, 2_000_000_000_000n, '$0–$2,000'],
    // A dollar is much of less than that.
    [123_450_000_000n, 999_990_000_000n, '$123.45–$999.99'],
    [0n, 12_300_000n, '$0.00–$0.0123'],
  ])('writes a band of %s to %s nanos as %s, which holds it', (low, high, text) => {
    expect(english.band(low, high)).toBe(text);
  });

  it('writes in the reader’s format', () => {
    expect(plain(german.money(1_234_567_890_000_000n))).toBe('1.234.567,89 $');
    expect(japanese.money(1_234_567_890_000_000n)).toBe('$1,234,567.89');
  });

  it('keeps the vendor’s unit', () => {
    expect(english.native(412_500_000_000n, 'CHC')).toBe('412.50 CHC');
    expect(english.native(412_500_000_000n, 'USD')).toBe('$412.50');
    expect(english.exact(850_000_000n)).toBe('$0.85');
    expect(english.exact(912_345_678n)).toBe('$0.912345678');
  });

  it('shows no digit of a hidden amount', () => {
    const hidden = createFormat({ locale: 'en-US', hideAmounts: true });
    const shown = [
      hidden.money(1n),
      hidden.money(0n),
      hidden.native(5_000_000_000n, 'CHC'),
      hidden.tick(20_000_000_000n),
      hidden.band(1_000_000_000n, 5_000_000_000_000n),
    ];
    expect(shown).toEqual(['•••', '•••', '••• CHC', '', '•••–•••']);
  });
});

describe('shares and changes', () => {
  it('never rounds a share to nothing', () => {
    expect([english.share(0), english.share(0.001), english.share(0.346)]).toEqual(['0%', '<1%', '35%']);
  });

  it('signs a change', () => {
    expect([english.change(0.124), english.change(-0.03), english.change(0)]).toEqual(['+12%', '-3%', '0%']);
  });
});

describe('days and times', () => {
  it('names days, with the year where it is another', () => {
    expect(dayText(day('2026-11-04'), TODAY)).toBe('Nov 4');
    expect(dayText(day('2025-11-04'), TODAY)).toBe('Nov 4, 2025');
    expect(weekdayText(day('2026-11-22'), TODAY)).toBe('Sun, Nov 22');
    expect(weekdayText(day('1970-01-01'), TODAY)).toBe('Thu, Jan 1, 1970');
  });

  it.each([
    ['2026-11-01', '2026-11-22', 'Nov 1–22'],
    ['2026-11-22', '2026-11-22', 'Nov 22'],
    ['2026-10-24', '2026-11-22', 'Oct 24 – Nov 22'],
    ['2025-11-01', '2025-11-30', 'Nov 1–30, 2025'],
    ['2025-12-28', '2026-01-03', 'Dec 28, 2025 – Jan 3, 2026'],
  ])('names %s to %s', (from, to, text) => {
    expect(rangeText({ from: day(from), to: day(to) }, TODAY)).toBe(text);
  });

  it('gives durations in their largest unit', () => {
    expect(
      [45_000, 59_600, 780_000, 3 * 3_600_000, 47 * 3_600_000, 50 * 3_600_000].map(durationText),
    ).toEqual(['45 s', '1 min', '13 min', '3 h', '47 h', '2 d']);
    expect(durationText(-5000)).toBe('0 s');
  });

  it('counts down', () => {
    expect([187_000, 3_729_000, 400, -10].map(countdownText)).toEqual(['3:07', '1:02:09', '0:01', '0:00']);
  });

  it('names the day of a time that is not today', () => {
    const noon = new Date(2026, 10, 22, 12, 0).getTime();
    const twoDaysBefore = new Date(2026, 10, 20, 8, 5).getTime();
    const clock = createFormat({ locale: 'en-GB', hideAmounts: false }).clock;
    expect(clock(noon, noon)).toBe('12:00');
    expect(clock(twoDaysBefore, noon)).toBe('Nov 20, 08:05');
    expect(clock(new Date(2025, 10, 20, 8, 5).getTime(), noon)).toBe('Nov 20, 2025, 08:05');
  });
});

it('falls back from a tag that is none', () => {
  expect(usableLocale('no_such!tag')).toBe(usableLocale(null));
});

it('shortens lists', () => {
  expect([listText([]), listText(['a']), listText(['a', 'b']), listText(['a', 'b', 'c', 'd'])]).toEqual([
    '',
    'a',
    'a and b',
    'a, b and 2 more',
  ]);
});
