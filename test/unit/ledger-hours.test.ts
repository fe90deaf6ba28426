import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spentBefore, spreadOverHours } from '../../electron/ledger/hours.js';
import { HOUR_MS } from '../../shared/day.js';

const at = (hours: number): number => hours * HOUR_MS;

function hoursOf(start: number, end: number, usd: bigint): Record<number, bigint> {
  const spread = spreadOverHours([{ start: at(start), end: at(end), usd }], 0);
  return Object.fromEntries([...spread.entries()].filter(([, sum]) => sum !== 0n));
}

describe('a charge spread over hours', () => {
  it('is whole in its own hour', () => expect(hoursOf(9, 10, 7n)).toEqual({ 9: 7n }));
  it('is divided by duration, the remainder in the last hour', () =>
    expect(hoursOf(9, 12, 10n)).toEqual({ 9: 3n, 10: 3n, 11: 4n }));
  it('is divided within hours', () => expect(hoursOf(9.5, 10.25, 9n)).toEqual({ 9: 6n, 10: 3n }));
  it('takes a refund alike', () => expect(hoursOf(9, 12, -10n)).toEqual({ 9: -3n, 10: -3n, 11: -4n }));
  it('counts beyond the day in the nearest hour', () =>
    expect(hoursOf(22, 26, 8n)).toEqual({ 22: 2n, 23: 6n }));
  it('counts before the day in the first hour', () => expect(hoursOf(-1, 2, 9n)).toEqual({ 0: 6n, 1: 3n }));
  it('takes an instant', () => expect(hoursOf(5, 5, 4n)).toEqual({ 5: 4n }));

  it('keeps the sum exact', () => {
    const stretch = fc
      .tuple(fc.integer({ min: -at(20), max: at(40) }), fc.integer({ min: 0, max: at(24) }), fc.bigInt())
      .map(([start, length, usd]) => ({ start, end: start + length, usd }));
    fc.assert(
      fc.property(fc.array(stretch), (charges) => {
        const sum = charges.reduce((total, charge) => total + charge.usd, 0n);
        expect(spreadOverHours(charges, 0).reduce((total, hour) => total + hour, 0n)).toBe(sum);
      }),
    );
  });

  it('tells what was spent by an instant', () => {
    const charge = { start: at(1), end: at(3), usd: 100n };
    expect([0, 1, 1.5, 2, 3, 4].map((hour) => spentBefore(charge, at(hour)))).toEqual([
      0n,
      0n,
      25n,
      50n,
      100n,
      100n,
    ]);
  });

  it('of a charge without duration is nothing up to it, and all of it after', () => {
    const charge = { start: at(1), end: at(1), usd: 7n };
    expect([0, 1, 1.5].map((hour) => spentBefore(charge, at(hour)))).toEqual([0n, 0n, 7n]);
  });
});
