import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countLacking,
  inOrder,
  joinResource,
  mergeDay,
  writtenAmount,
} from '../../electron/ledger/day-charges.js';
import type { DayCharge } from '../../electron/ledger/day-charges.js';
import { summariseDay } from '../../electron/ledger/day-summary.js';
import { readDay, writeDay } from '../../electron/ledger/day-text.js';
import { HOUR_MS } from '../../shared/day.js';

const BEYOND_EXACT = 9_007_199_254_740_993n;

interface Parts {
  readonly resource?: number;
  readonly meter?: number;
  readonly hour?: number;
  readonly duration?: number;
  readonly amount?: bigint;
  readonly locked?: boolean;
  readonly own?: readonly unknown[];
}

function charge(key: string, parts: Parts = {}): DayCharge {
  const {
    resource = 1,
    meter = 1,
    hour = 0,
    duration = HOUR_MS,
    amount = 1n,
    locked = false,
    own = [],
  } = parts;
  return [key, resource, meter, 7, hour * HOUR_MS, duration, writtenAmount(amount), locked ? 1 : 0, own];
}

/** Few keys, resources and hours, so that identities repeat. */
const charges = fc.array(
  fc
    .record({
      key: fc.constantFrom('a', 'b', 'é"\\'),
      resource: fc.integer({ min: 1, max: 2 }),
      hour: fc.integer({ min: 0, max: 2 }),
      amount: fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.constantFrom(BEYOND_EXACT, -BEYOND_EXACT)),
      own: fc.constantFrom([], ['x'], [{ a: [1e21, -0.1] }]),
    })
    .map(({ key, ...parts }) => charge(key, parts)),
  { maxLength: 12 },
);
const words = ([, resource, , , , , , , own]: DayCharge): string => JSON.stringify([resource, own]);
const ordered = charges.map((list) => inOrder(list, words));
const textOf = (list: readonly DayCharge[]): string => writeDay(inOrder(list, words));

describe('a day’s charges as one text', () => {
  it('are read as they were written, amounts beyond JSON’s exact numbers too', () => {
    const list = [
      charge('k', { amount: BEYOND_EXACT, own: ['x', { y: null }] }),
      charge('l', { amount: -5n }),
    ];
    expect(readDay(writeDay(list))).toEqual(list);
    expect(writeDay(list)).toBe(
      '[[["x",{"y":null}],[]],[["k",1,1,7,0,3600000,"9007199254740993",0,0],["l",1,1,7,0,3600000,-5,0,1]]]',
    );
  });

  it('have the same text in whichever order they came', () => {
    fc.assert(
      fc.property(
        charges.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          expect(textOf(shuffled)).toBe(textOf(list));
        },
      ),
    );
  });
});

describe('summing up a day', () => {
  it('tells number, sum, locks, meters, and the stretches, apart where they are shorter than a day', () => {
    const summary = summariseDay(
      [
        charge('a', { amount: 5n, locked: true }),
        charge('b', { amount: BEYOND_EXACT, locked: true }),
        charge('c', { resource: 2, amount: -2n, hour: 3, locked: true }),
        charge('d', { resource: 2, meter: 4, amount: 8n, duration: 24 * HOUR_MS }),
      ],
      (amount) => amount * 2n,
    );
    expect(summary).toEqual({
      charges: 4,
      native: BEYOND_EXACT + 11n,
      allLocked: false,
      meters: [
        { resource: 1, meter: 1, native: BEYOND_EXACT + 5n, usd: (BEYOND_EXACT + 5n) * 2n, charges: 2 },
        { resource: 2, meter: 1, native: -2n, usd: -4n, charges: 1 },
        { resource: 2, meter: 4, native: 8n, usd: 16n, charges: 1 },
      ],
      stretches: [
        [0, HOUR_MS, ((BEYOND_EXACT + 5n) * 2n).toString()],
        [3 * HOUR_MS, HOUR_MS, '-4'],
      ],
      longStretches: [[0, 86_400_000, '16']],
    });
    expect(summariseDay([charge('a', { locked: true })], (amount) => amount).allLocked).toBe(true);
  });
});

describe('an answer that is the day', () => {
  it('leaves just what it holds', () => {
    fc.assert(
      fc.property(ordered, ordered, (stored, answered) => {
        expect(textOf(mergeDay(stored, answered, 'replace').charges)).toBe(writeDay(answered));
      }),
    );
  });

  it('counts what came, changed and went', () => {
    const stored = [
      charge('same'),
      charge('other'),
      charge('gone'),
      charge('twice'),
      charge('twice', { hour: 1 }),
    ];
    const answered = [charge('same'), charge('other', { amount: 2n }), charge('new'), charge('twice')];
    const { inserted, updated, deleted } = mergeDay(stored, answered, 'replace');
    expect({ inserted, updated, deleted }).toEqual({ inserted: 1, updated: 1, deleted: 2 });
    expect(countLacking(stored, answered)).toBe(2);
  });
});

describe('an answer that adds to the day', () => {
  it('takes nothing away that it does not speak of', () => {
    const stored = [charge('a'), charge('b')];
    expect(mergeDay(stored, [charge('b')], 'add')).toEqual({
      charges: stored,
      inserted: 0,
      updated: 0,
      deleted: 0,
    });
    expect(mergeDay(stored, [charge('a', { resource: 2 })], 'add')).toMatchObject({
      inserted: 1,
      deleted: 0,
    });
  });

  it('leaves an identity of which it says nothing new, and replaces one of which it does', () => {
    const stored = [charge('a'), charge('b'), charge('a', { hour: 1 })];
    expect(mergeDay(stored, [charge('a', { hour: 1 })], 'add').charges).toEqual(stored);
    const late = charge('a', { hour: 1, amount: 9n });
    expect(mergeDay(stored, [late], 'add')).toEqual({
      charges: [charge('b'), late],
      inserted: 0,
      updated: 1,
      deleted: 1,
    });
  });

  it('changes nothing when it comes again, or when it is what is stored', () => {
    const unchanged = { inserted: 0, updated: 0, deleted: 0 };
    fc.assert(
      fc.property(ordered, ordered, (stored, answered) => {
        const once = mergeDay(stored, answered, 'add').charges;
        expect(mergeDay(once, answered, 'add')).toMatchObject(unchanged);
        expect(mergeDay(stored, stored, 'add')).toMatchObject(unchanged);
      }),
    );
  });
});

describe('two resources that turn out to be one', () => {
  it('have their charges under one, but for those that both bear', () => {
    const both = [charge('k'), charge('k', { resource: 2 }), charge('l', { resource: 2 })];
    expect(joinResource(both, 2, 1)).toEqual([charge('k'), charge('k', { resource: 2 }), charge('l')]);
  });

  it('join by ordinal where an identity repeats', () => {
    const twice = [charge('k'), charge('k', { resource: 2 }), charge('k', { resource: 2, hour: 1 })];
    expect(joinResource(twice, 2, 1)).toEqual([
      charge('k'),
      charge('k', { resource: 2 }),
      charge('k', { hour: 1 }),
    ]);
  });
});
