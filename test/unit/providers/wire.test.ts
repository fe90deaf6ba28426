import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { bareDate, timeOf } from '../../../electron/providers/wire.js';

const two = (value: number): string => String(value).padStart(2, '0');
/** Also of days and hours that there are none of. */
const parts = fc.record({
  year: fc.integer({ min: 1970, max: 9998 }),
  month: fc.integer({ min: 0, max: 13 }),
  date: fc.integer({ min: 0, max: 32 }),
  hour: fc.integer({ min: 0, max: 25 }),
  minute: fc.integer({ min: 0, max: 61 }),
  second: fc.integer({ min: 0, max: 61 }),
});

/** By the calendar of the language: what it does not give back as it was written is no date. */
function calendarTime(iso: string): number | null {
  const time = Date.parse(iso);
  return Number.isNaN(time) || new Date(time).toISOString() !== iso ? null : time;
}

describe('a time', () => {
  test('of a whole second means what the calendar says, however it is written', () => {
    fc.assert(
      fc.property(parts, ({ year, month, date, hour, minute, second }) => {
        const day = `${year}-${two(month)}-${two(date)}`;
        const clock = `${two(hour)}:${two(minute)}:${two(second)}`;
        const expected = calendarTime(`${day}T${clock}.000Z`);
        fc.pre(hour !== 24);
        for (const text of [
          `${day}T${clock}`,
          `${day} ${clock}`,
          `${day}T${clock}Z`,
          `${day} ${clock}+00:00`,
        ]) {
          expect(timeOf(text), text).toBe(expected);
        }
        expect(bareDate(day)).toBe(calendarTime(`${day}T00:00:00.000Z`) === null ? null : day);
      }),
    );
  });

  test.each([
    ['2026-11-22T10:00:00.123456Z', Date.UTC(2026, 10, 22, 10, 0, 0, 123)],
    ['2026-11-22T10:00:00+02:00', Date.UTC(2026, 10, 22, 8)],
    ['2026-11-22t10:00:00z', Date.UTC(2026, 10, 22, 10)],
    ['2026-11-22T10:00:0x', null],
    ['2026-11-22X10:00:00', null],
    ['2026_11-22T10:00:00', null],
    ['2026-11_22T10:00:00', null],
    ['2026-11-22T10-01:00', Date.UTC(2026, 10, 22, 11)],
    ['2026-11-22T10:30-01', Date.UTC(2026, 10, 22, 11, 30)],
    ['2026-11-2 T10:00:00', null],
    ['+026-11-22T10:00:00', null],
  ])('%s', (text, expected) => {
    expect(timeOf(text)).toBe(expected);
  });

  test.each([
    [' 2026-11-22 ', '2026-11-22'],
    ['2026-11-22T00:00:00', null],
    ['2026-1-22', null],
    ['2026-11-31', null],
    [20261122, null],
  ])('the bare date of %j', (value, expected) => {
    expect(bareDate(value)).toBe(expected);
  });
});
