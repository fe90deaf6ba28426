import { describe, expect, it } from 'vitest';

import { day } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import type { DayBar, DayState } from '../../shared/model.js';
import {
  bandAt,
  futureHeight,
  labelledDays,
  largestDay,
  layoutBands,
  lengthOfAmount,
  lookOf,
  niceScale,
  stackPaths,
} from '../../renderer/chart/layout.js';
import { acceleratorOf } from '../../renderer/settings/accelerator.js';

const DOLLAR = 1_000_000_000n;

function bar(state: DayState, parts: Record<string, bigint>, cumulative: bigint | null = null): DayBar {
  const split = Object.entries(parts).map(([key, usd]) => ({ key, usd: nanos(usd) }));
  const total = split.reduce((sum, { usd }) => sum + usd, 0n);
  return {
    day: day('2026-11-10'),
    state,
    usd: split.length === 0 && state !== 'zero' ? null : nanos(total),
    split,
    cumulative: cumulative === null ? null : nanos(cumulative),
    unknownFor: [],
    gap: null,
  };
}

describe('lengths', () => {
  it('is the share of the largest, and nothing for what is not positive', () => {
    expect(lengthOfAmount(30n * DOLLAR, 120n * DOLLAR, 100)).toBe(25);
    expect(lengthOfAmount(0n, DOLLAR, 100)).toBe(0);
    expect(lengthOfAmount(-DOLLAR, DOLLAR, 100)).toBe(0);
    expect(lengthOfAmount(DOLLAR, 0n, 100)).toBe(0);
  });

  it('keeps its ratio beyond what a double counts in', () => {
    const huge = 9_007_199_254_740_993n * DOLLAR;
    expect(lengthOfAmount(huge / 2n, huge, 100)).toBeCloseTo(50, 3);
  });
});

it('ends the scale on a round amount at or above the largest day', () => {
  expect(niceScale(67n * DOLLAR, 3)).toEqual({
    max: 80n * DOLLAR,
    ticks: [20n, 40n, 60n, 80n].map((tick) => tick * DOLLAR),
  });
  expect(niceScale(0n, 3).ticks).toEqual([]);
});

describe('bands', () => {
  it('stand in order, within the width, and do not touch', () => {
    const bands = layoutBands(30, 340);
    expect(bands).toHaveLength(30);
    bands.forEach(({ x, width }, index) => {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThan(bands[index + 1]?.x ?? 340.001);
    });
  });

  it('does not fill the plot with one day', () => {
    const [only] = layoutBands(1, 300);
    expect(only?.width).toBe(28);
    expect((only?.x ?? 0) + 14).toBeCloseTo(150);
  });

  it('finds the day under a pointer', () => {
    expect([bandAt(0, 10, 100), bandAt(55, 10, 100), bandAt(100, 10, 100)]).toEqual([0, 5, 9]);
    expect([bandAt(-1, 10, 100), bandAt(101, 10, 100), bandAt(5, 0, 100)]).toEqual([null, null, null]);
  });
});

it('draws each of the seven states its own way', () => {
  const looks = [
    lookOf({ state: 'before', usd: null }),
    lookOf({ state: 'unknown', usd: null }),
    lookOf({ state: 'open', usd: null }),
    lookOf({ state: 'open', usd: DOLLAR }),
    lookOf({ state: 'provisional', usd: DOLLAR }),
    lookOf({ state: 'settled', usd: DOLLAR }),
    lookOf({ state: 'zero', usd: 0n }),
    lookOf({ state: 'future', usd: null }),
  ];
  expect(looks).toEqual(['blank', 'unknown', 'open', 'hatched', 'hatched', 'solid', 'zero', 'future']);
});

describe('stacks', () => {
  const bands = [
    { x: 0, width: 2 },
    { x: 10, width: 2 },
  ];

  it('stacks from the baseline up, settled apart from provisional', () => {
    const days = [
      bar('settled', { a: 50n * DOLLAR, b: 25n * DOLLAR }),
      bar('provisional', { b: 100n * DOLLAR }),
    ];
    const paths = stackPaths({ days, keys: ['a', 'b'], bands, max: 100n * DOLLAR, height: 100 });
    expect(paths.solid).toEqual(['M0 50h2v50h-2z', 'M0 25h2v25h-2z']);
    expect(paths.hatched).toEqual(['', 'M10 0h2v100h-2z']);
  });

  it('gives a small day one px, and a day without charges nothing', () => {
    const days = [bar('settled', { a: 1n }), bar('zero', {})];
    const paths = stackPaths({ days, keys: ['a'], bands, max: 100n * DOLLAR, height: 100 });
    expect(paths.solid).toEqual(['']);
    const visible = stackPaths({
      days: [bar('settled', { a: DOLLAR / 10n })],
      keys: ['a'],
      bands,
      max: 100n * DOLLAR,
      height: 100,
    });
    expect(visible.solid).toEqual(['M0 99h2v1h-2z']);
  });

  it('finds the largest day', () => {
    expect(largestDay([bar('unknown', {}), bar('settled', { a: 7n }), bar('settled', { a: 3n })])).toBe(7n);
  });
});

it('lets each day to come stand as high as the forecast expects of one', () => {
  const days = [bar('settled', { a: 40n * DOLLAR }, 40n * DOLLAR), bar('future', {}), bar('future', {})];
  // Part of the way to the month's end belongs to today, or to days that were not read.
  const forecast = {
    monthEnd: nanos(115n * DOLLAR),
    low: nanos(0n),
    high: nanos(0n),
    perDay: nanos(30n * DOLLAR),
    withoutHistory: [],
  };
  expect(futureHeight(days, forecast, 60n * DOLLAR, 100)).toBe(50);
  expect(futureHeight(days.slice(0, 1), forecast, 60n * DOLLAR, 100)).toBe(0);
  expect(futureHeight(days, null, 60n * DOLLAR, 100)).toBe(0);
});

it('labels days at even steps from the first or the last, and no more than fit', () => {
  expect(labelledDays(30, 340, 64, false)).toEqual([0, 7, 14, 21, 28]);
  expect(labelledDays(30, 340, 64, true)).toEqual([1, 8, 15, 22, 29]);
  expect(labelledDays(7, 340, 64, true)).toEqual([0, 2, 4, 6]);
  expect(labelledDays(1, 340, 64, false)).toEqual([0]);
  expect(labelledDays(0, 340, 64, false)).toEqual([]);
  expect(labelledDays(396, 340, 64, false).length).toBeLessThanOrEqual(5);
  expect(labelledDays(396, 0, 64, true)).toEqual([395]);
});

describe('shortcuts', () => {
  const keys = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

  it('names the keys as Electron does', () => {
    expect(acceleratorOf({ ...keys, key: 'u', code: 'KeyU', ctrlKey: true, shiftKey: true })).toBe(
      'Control+Shift+U',
    );
    expect(acceleratorOf({ ...keys, key: ' ', code: 'Space', altKey: true })).toBe('Alt+Space');
    expect(acceleratorOf({ ...keys, key: 'F9', code: 'F9' })).toBe('F9');
  });

  it('takes no plain key from other programs', () => {
    expect(acceleratorOf({ ...keys, key: 'u', code: 'KeyU' })).toBeNull();
    expect(acceleratorOf({ ...keys, key: 'U', code: 'KeyU', shiftKey: true })).toBeNull();
    expect(acceleratorOf({ ...keys, key: 'Control', code: 'ControlLeft', ctrlKey: true })).toBeNull();
  });
});
