import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { addDays, day, eachDay } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import type { DayState } from '../../shared/model.js';
import { formatDecimal, parseNanos, ZERO } from '../../shared/money.js';
import { forecast, HISTORY_DAYS } from '../../shared/policy/forecast.js';
import type { ForecastInput } from '../../shared/policy/forecast.js';
import { integerSquareRoot } from '../../shared/policy/integer-root.js';
import type { KnownDay } from '../../shared/policy/known-days.js';

/**
 * The expected figures with nine places were computed apart from the code, with
 * Python's fractions, statistics.median, statistics.variance and a 60-digit
 * square root (an end of a band is the rounded forecast ± the rounded half); the
 * round ones by hand, as the comments show.
 */
function input(
  today: string,
  amounts: readonly string[],
  rest: {
    readonly name?: string;
    readonly soFar?: string;
    readonly dataUntil?: string | null;
    readonly ended?: boolean;
    /** States other than settled, by day. */
    readonly states?: Readonly<Record<string, DayState>>;
  } = {},
): ForecastInput {
  const first = addDays(day(today), -amounts.length);
  const days = amounts.map((usd, index): KnownDay => {
    const at = addDays(first, index);
    return { day: at, state: rest.states?.[at] ?? 'settled', usd: parseNanos(usd) };
  });
  const missing = eachDay({ from: addDays(day(today), -40), to: addDays(first, -1) }).map((at): KnownDay => ({
    day: at,
    state: 'before',
    usd: ZERO,
  }));
  const todays: KnownDay = {
    day: day(today),
    state: rest.states?.[today] ?? 'open',
    usd: parseNanos(rest.soFar ?? '0'),
  };
  return {
    name: rest.name ?? 'Phala',
    days: [...missing, ...days, todays],
    dataUntil: rest.dataUntil === null ? null : Date.parse(rest.dataUntil ?? `${today}T00:00:00Z`),
    ended: rest.ended ?? false,
  };
}

function repeat(usd: string, times: number): string[] {
  return Array.from({ length: times }, () => usd);
}

function figures(inputs: readonly ForecastInput[], now: string): string[] | null {
  const result = forecast(inputs, Date.parse(now));
  if (result === null) return null;
  return [result.monthEnd, result.low, result.high].map(formatDecimal);
}

const UNEVEN = ['10.01', '9.5', '11.25', '10.333333333', '90.75', '8.1', '12.000000001'];

describe('the formula', () => {
  it('adds what is spent, the rest of today and the days to come', () => {
    // 15 Nov 06:00: S = 14·10, P = 2.5, r = 10, rest = 0.75 + 15 days: 142.5 + 157.5.
    const steady = input('2026-11-15', [...repeat('8', 14), ...repeat('10', 14)], {
      soFar: '2.5',
      dataUntil: '2026-11-15T06:00:00Z',
    });
    expect(figures([steady], '2026-11-15T06:00:00Z')).toEqual(['300', '294.820475265', '305.179524735']);
  });

  it('has no band where every day costs the same', () => {
    const steady = input('2026-11-15', repeat('10', 28));
    expect(figures([steady], '2026-11-15T00:00:00Z')).toEqual(['300', '300', '300']);
  });

  it('caps a 9× spike at one and a half medians', () => {
    // m = 10, MAD = 0, cap = 15; the last 7 are 10,10,15,10,10,10,10: r = 75/7; S = 170; 21 days: 170 + 225.
    const spike = input('2026-11-10', ['10', '10', '10', '10', '90', '10', '10', '10', '10']);
    expect(figures([spike], '2026-11-10T00:00:00Z')).toEqual(['395', '385.211618316', '404.788381684']);
  });

  it('takes a level reached on three days for real', () => {
    // A step ×16: the cap is the third largest, 16. S = 6 + 128, P = 8, 15.5 days of r = 16: 142 + 248.
    const step = input('2026-11-15', [...repeat('1', 20), ...repeat('16', 8)], {
      soFar: '8',
      dataUntil: '2026-11-15T12:00:00Z',
    });
    expect(figures([step], '2026-11-15T12:00:00Z')).toEqual(['390', '355.181608801', '424.818391199']);
  });

  it('does not yet take it for real on the second day', () => {
    // 26 days of 1 and 2 of 16: m = 1, cap = 1.5. r = (5 + 3)/7; S = 12 + 32, 16 days: 44 + 128/7.
    const step = input('2026-11-15', [...repeat('1', 26), '16', '16']);
    expect(figures([step], '2026-11-15T00:00:00Z')?.[0]).toBe('62.285714286');
  });

  it('caps at three deviations where the days differ much', () => {
    // m = 8, MAD = 4, 3s = 17.7912: 60 counts as 25.7912. r = 67.7912/7; S = 102, 23 days to come.
    const wide = input('2026-11-08', ['2', '4', '6', '60', '8', '10', '12']);
    expect(figures([wide], '2026-11-08T00:00:00Z')?.[0]).toBe('324.742514286');
  });

  it('never promises less than what is spent', () => {
    // Nothing for a week after a varied one: r = 0, and the band has a half of its own.
    const quiet = input('2026-11-15', ['5', '7', '6', '8', ...repeat('0', 7)]);
    const result = figures([quiet], '2026-11-15T00:00:00Z');
    expect(result?.slice(0, 2)).toEqual(['26', '26']);
    expect(Number(result?.[2])).toBeGreaterThan(30);
  });

  it('keeps jobs on some days, whose median is 0', () => {
    // Cap = third largest = 5 (of 5, 7, 5).
    const jobs = input('2026-11-12', ['0', '0', '5', '0', '0', '0', '7', '0', '0', '5', '0'], {
      dataUntil: '2026-11-12T03:00:00Z',
    });
    expect(figures([jobs], '2026-11-12T03:00:00Z')).toEqual(['43.964285714', '30.960336596', '56.968234832']);
  });

  it('is exact with uneven amounts and part of an hour', () => {
    const uneven = input('2026-11-08', UNEVEN, { soFar: '3.141592653', dataUntil: '2026-11-08T07:30:00Z' });
    expect(figures([uneven], '2026-11-08T09:00:00Z')).toEqual([
      '403.653497416',
      '389.25434792',
      '418.052646912',
    ]);
  });
});

describe('several connections', () => {
  const first = input('2026-11-08', UNEVEN, { soFar: '3.141592653', dataUntil: '2026-11-08T07:30:00Z' });
  const second = input('2026-11-08', ['1', '2', '3', '4'], {
    name: 'ClickHouse',
    soFar: '0.25',
    dataUntil: '2026-11-08T02:00:00Z',
  });
  const short = input('2026-11-08', ['4', '5'], { name: 'New', soFar: '1' });
  const now = '2026-11-08T09:00:00Z';

  it('are added, their bands in quadrature', () => {
    expect(figures([first, second], now)).toEqual(['471.195164083', '454.761362751', '487.628965415']);
    const both = forecast([first, second], Date.parse(now));
    const alone = [first, second].map((one) => forecast([one], Date.parse(now)));
    expect(both?.monthEnd).toBe((alone[0]?.monthEnd ?? 0n) + (alone[1]?.monthEnd ?? 0n));
  });

  it('with fewer than 3 days add what they have and are named', () => {
    const without = forecast([first, second], Date.parse(now));
    const result = forecast([first, second, short], Date.parse(now));
    expect(result?.monthEnd).toBe((without?.monthEnd ?? 0n) + 10_000_000_000n);
    expect(result?.low).toBe((without?.low ?? 0n) + 10_000_000_000n);
    expect(result?.withoutHistory).toEqual(['New']);
  });

  it('all without history: what is spent, and nothing guessed', () => {
    expect(forecast([short], Date.parse(now))).toEqual({
      monthEnd: 10_000_000_000n,
      low: 10_000_000_000n,
      high: 10_000_000_000n,
      perDay: 0n,
      withoutHistory: ['New'],
    });
  });

  it('expect of a whole day what their rates add up to, however much of today is left', () => {
    const both = [
      input('2026-11-08', repeat('10', 7)),
      input('2026-11-08', repeat('4', 7), { name: 'Other' }),
    ];
    for (const hour of ['01', '23'])
      expect(forecast(both, Date.parse(`2026-11-08T${hour}:00:00Z`))?.perDay).toBe(14_000_000_000n);
    const ended = input('2026-11-08', repeat('10', 7), { ended: true });
    expect(forecast([ended], Date.parse(now))?.perDay).toBe(0n);
  });

  it('that were removed cost nothing more and are not named', () => {
    const removed = input('2026-11-08', repeat('10', 7), { ended: true });
    expect(figures([removed], now)).toEqual(['70', '70', '70']);
    expect(forecast([removed], Date.parse(now))?.withoutHistory).toEqual([]);
  });
});

describe('what is not known', () => {
  it('is estimated for unknown and unreported days, never taken for 0', () => {
    // Nov 1–9 at 10, the 4th unknown, the 9th open: S = 70, U = 20 + 2, today whole: 70 + 23·10.
    const gaps = input('2026-11-10', repeat('10', 9), {
      states: { '2026-11-04': 'unknown', '2026-11-09': 'open' },
    });
    expect(figures([gaps], '2026-11-10T00:00:00Z')).toEqual(['300', '300', '300']);
  });

  it('is at least what such days have been charged so far', () => {
    // Six days of 1, and 500 of one that was read in part: S = 6 and 24 days at 1 would be 30.
    const part = input('2026-11-08', ['1', '1', '1', '500', '1', '1', '1'], {
      states: { '2026-11-04': 'unknown' },
    });
    expect(figures([part], '2026-11-08T00:00:00Z')).toEqual(['506', '506', '506']);
    expect(figures([{ ...part, ended: true }], '2026-11-08T00:00:00Z')).toEqual(['506', '506', '506']);
  });

  it('is the same for days that are not in the list', () => {
    const all = input('2026-11-10', repeat('10', 9));
    const some = { ...all, days: all.days.filter((one) => one.day !== '2026-11-04') };
    expect(figures([some], '2026-11-10T00:00:00Z')).toEqual(['300', '300', '300']);
  });

  it('leaves days before the first charge out of everything', () => {
    // First charge on the 12th: 3 days of 10, then 16 more: 30 + 160, not 30 + 160 + 110.
    const young = input('2026-11-15', repeat('10', 3));
    expect(figures([young], '2026-11-15T00:00:00Z')).toEqual(['190', '190', '190']);
  });

  it('looks back 28 days and no further', () => {
    // 3 days a month ago do not count as history on the 30th day after.
    const old = input('2026-11-30', repeat('10', 31));
    const days = old.days.map((one): KnownDay =>
      one.day >= '2026-11-02' && one.day < '2026-11-30' ? { ...one, state: 'unknown' } : one,
    );
    expect(forecast([{ ...old, days }], Date.parse('2026-11-30T00:00:00Z'))?.withoutHistory).toEqual([
      'Phala',
    ]);
  });

  it('is null where nothing is known at all', () => {
    const unread = input('2026-11-10', repeat('0', 9), {
      states: Object.fromEntries(
        eachDay({ from: day('2026-11-01'), to: day('2026-11-10') }).map((at): [Day, DayState] => [
          at,
          'unknown',
        ]),
      ),
    });
    expect(forecast([unread], Date.parse('2026-11-10T00:00:00Z'))).toBeNull();
    expect(forecast([], Date.parse('2026-11-10T00:00:00Z'))).toBeNull();
  });

  it('is a true 0 where every day is', () => {
    expect(figures([input('2026-11-10', repeat('0', 9))], '2026-11-10T12:00:00Z')).toEqual(['0', '0', '0']);
  });
});

describe('the edges of the clock', () => {
  const steady = (today: string, dataUntil: string | null): ForecastInput =>
    input(today, repeat('24', 28), { soFar: '6', dataUntil });

  it.each([
    // 6 so far and 18 of the 24 to come, 15 more days, 14 behind: 30 · 24.
    ['reached to 06:00', '2026-11-15T06:00:00Z', '720'],
    // Data that reach only to yesterday: the whole day is expected beside what is there.
    ['not reached', '2026-11-14T20:00:00Z', '726'],
    ['not read', null, '726'],
    // Data said to reach beyond the clock count to the clock, 18:00: 6 + 6.
    ['beyond the clock', '2026-11-15T23:00:00Z', '708'],
  ])('today %s', (_, dataUntil, expected) => {
    expect(figures([steady('2026-11-15', dataUntil)], '2026-11-15T18:00:00Z')?.[0]).toBe(expected);
  });

  it('the last moment of the month leaves nothing to expect', () => {
    const last = input('2026-11-30', repeat('10', 29), {
      soFar: '10',
      dataUntil: '2026-11-30T23:59:59.999Z',
    });
    const result = forecast([last], Date.parse('2026-11-30T23:59:59.999Z'));
    // One millisecond of 10 a day is 115.74 nanos.
    expect(result?.monthEnd).toBe(300_000_000_116n);
  });

  it('the first day of a month forecasts from the days before it', () => {
    // S = 0, P = 0, 31 days of 10.
    expect(figures([input('2026-12-01', repeat('10', 28))], '2026-12-01T00:00:00Z')?.[0]).toBe('310');
  });

  it('February of a leap year has 29 days', () => {
    expect(figures([input('2028-02-10', repeat('10', 28))], '2028-02-10T00:00:00Z')?.[0]).toBe('290');
  });

  it('a week of refunds is not carried forward', () => {
    const refunds = input('2026-11-08', repeat('-10', 7));
    expect(figures([refunds], '2026-11-08T00:00:00Z')).toEqual(['-70', '-70', '-70']);
  });
});

describe('for any series', () => {
  const amounts = fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: HISTORY_DAYS });
  const now = '2026-11-20T10:00:00Z';
  const of = (cents: readonly number[], soFar: number): ForecastInput =>
    input(
      '2026-11-20',
      cents.map((value) => (value / 100).toFixed(2)),
      { soFar: (soFar / 100).toFixed(2), dataUntil: now },
    );

  it('the band holds the forecast and never goes below what is spent', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 90_000 }), (cents, soFar) => {
        const result = forecast([of(cents, soFar)], Date.parse(now));
        const spent = cents.slice(-19).reduce((total, value) => total + value, soFar);
        expect(result).not.toBeNull();
        if (result === null) return;
        expect(result.low <= result.monthEnd && result.monthEnd <= result.high).toBe(true);
        expect(result.low >= BigInt(spent) * 10_000_000n).toBe(true);
      }),
    );
  });

  it('the order of the days does not matter', () => {
    fc.assert(
      fc.property(amounts, (cents) => {
        const given = of(cents, 5);
        const turned = { ...given, days: [...given.days].reverse() };
        expect(forecast([turned], Date.parse(now))).toEqual(forecast([given], Date.parse(now)));
      }),
    );
  });

  it('ten times the amounts is ten times the forecast', () => {
    fc.assert(
      fc.property(amounts, (cents) => {
        const once = forecast([of(cents, 100)], Date.parse(now));
        const tenfold = forecast(
          [
            of(
              cents.map((value) => value * 10),
              1000,
            ),
          ],
          Date.parse(now),
        );
        const difference = (tenfold?.monthEnd ?? 0n) - 10n * (once?.monthEnd ?? 0n);
        expect(difference >= -5n && difference <= 5n).toBe(true);
      }),
    );
  });
});

describe('integerSquareRoot', () => {
  it.each([
    [0n, 0n],
    [1n, 1n],
    [2n, 1n],
    [3n, 2n],
    [6n, 2n],
    [7n, 3n],
    [10n ** 40n, 10n ** 20n],
  ])('of %s is %s', (value, root) => {
    expect(integerSquareRoot(value)).toBe(root);
  });

  it('is the nearest whole number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 50n }), (value) => {
        const root = integerSquareRoot(value);
        // (root ± ½)² around the value, times 4.
        expect((2n * root + 1n) ** 2n > 4n * value).toBe(true);
        if (root > 0n) expect((2n * root - 1n) ** 2n < 4n * value).toBe(true);
      }),
    );
  });

  it('refuses what has none', () => {
    expect(() => integerSquareRoot(-1n)).toThrow(RangeError);
  });
});
