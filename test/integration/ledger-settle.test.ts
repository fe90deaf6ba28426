import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Ledger, Scope } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { HOUR_MS, addDays, contains, day, dayOf, endOf, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import type { Bench } from './ledger-support.js';
import {
  ALL,
  LOCKS,
  addConnection,
  amount,
  bench,
  charge,
  days,
  lines,
  listScopes,
  write,
} from './ledger-support.js';

let place: Bench;
let ledger: Ledger;
let scope: Scope;

beforeEach(() => {
  place = bench();
  ledger = place.ledger;
  [scope] = listScopes(ledger, addConnection(ledger), ['app-1']) as [Scope];
});
afterEach(() => place.close());

const WINDOW = days('2026-11-10', '2026-11-11');
const BOTH = [charge('2026-11-10', '1', { key: 'a' }), charge('2026-11-10', '2', { key: 'b' })];
/** Some hours after the first of its days could settle. */
const SETTLING = Date.parse('2026-11-15T10:00:00Z');

const settled = (window = WINDOW): boolean[] =>
  ledger.covered(scope.id, window).map((known) => known.settled);
const doubted = (window = WINDOW): boolean[] =>
  ledger.covered(scope.id, window).map((known) => known.doubtedAt !== undefined);
const read = (answer: readonly Charge[], readAt: number, options = {}, window = WINDOW) =>
  write(ledger, scope, window, [answer], { readAt, ...options });

describe('a reading that takes charges from a day', () => {
  beforeEach(() => {
    read(BOTH, Date.parse('2026-11-12T10:00:00Z'));
    expect(settled()).toEqual([false, false]);
  });

  it('does not settle it, and no other within 48 h does: a vendor’s slip is mended by the next', () => {
    expect(read(BOTH.slice(1), SETTLING)).toMatchObject({ deleted: 1 });
    expect(settled()).toEqual([false, true]);
    expect(read(BOTH.slice(1), SETTLING + HOUR_MS)).toMatchObject({ deleted: 0 });
    expect(settled()).toEqual([false, true]);
    expect(read(BOTH, SETTLING + 2 * HOUR_MS)).toMatchObject({ inserted: 1, revisedDays: 0 });
    expect(lines(ledger)).toEqual(['2026-11-10 a#0 1000000000', '2026-11-10 b#0 2000000000']);
    read(BOTH, SETTLING + 48 * HOUR_MS - 1);
    expect(settled()).toEqual([false, true]);
    read(BOTH, SETTLING + 48 * HOUR_MS);
    expect([settled(), doubted()]).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('settles it at $0 only where the vendor says so for 48 h', () => {
    for (const hours of [0, 1, 2, 24, 47]) {
      read([], SETTLING + hours * HOUR_MS);
      expect(settled()).toEqual([false, false]);
    }
    read([], SETTLING + 48 * HOUR_MS);
    expect(settled()).toEqual([true, true]);
    expect(lines(ledger)).toEqual([]);
  });

  it('and all a day had doubts every day that the answer leaves empty', () => {
    const slept = days('2026-11-10', '2026-11-14');
    const monday = Date.parse('2026-11-17T09:00:00Z');
    read([], monday, {}, slept);
    read([], monday + HOUR_MS, {}, slept);
    expect(settled(slept)).toEqual([false, false, false, false, false]);
    const truth = [...BOTH, charge('2026-11-12', '3'), charge('2026-11-14', '4')];
    expect(read(truth, monday + 2 * HOUR_MS, {}, slept)).toMatchObject({ inserted: 4 });
    read(truth, monday + 48 * HOUR_MS, {}, slept);
    expect(settled(slept)).toEqual([true, true, true, true, true]);
  });

  it('but leaves it some doubts that day alone', () => {
    const slept = days('2026-11-10', '2026-11-12');
    read(BOTH.slice(1), SETTLING, {}, slept);
    expect(settled(slept)).toEqual([false, true, true]);
  });

  it('is counted from the last taking', () => {
    read(BOTH.slice(1), SETTLING);
    read([], SETTLING + 40 * HOUR_MS);
    read([], SETTLING + 60 * HOUR_MS);
    expect(settled()).toEqual([false, true]);
    read([], SETTLING + 88 * HOUR_MS);
    expect(settled()).toEqual([true, true]);
  });

  it('under a clock that is ahead is counted from when the clock is right', () => {
    read(BOTH.slice(1), SETTLING + 240 * HOUR_MS);
    read(BOTH.slice(1), SETTLING);
    ledger.forgetFuture(scope.connection, SETTLING + HOUR_MS);
    read(BOTH.slice(1), SETTLING + 48 * HOUR_MS);
    expect(settled()).toEqual([false, true]);
    read(BOTH.slice(1), SETTLING + 49 * HOUR_MS);
    expect(settled()).toEqual([true, true]);
  });
});

describe('whatever slips came before', () => {
  const FIRST = day('2026-11-01');
  const TRUTH = ['01', '02', '02', '04', '05', '05', '05'].map((on, index) =>
    charge(`2026-11-${on}`, '1', { key: `k${index}` }),
  );
  const reading = fc.record({
    /** Days after the first that the window begins and ends with. */
    ends: fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })),
    /** Which of the true charges the answer bears. */
    bears: fc.array(fc.boolean(), { minLength: TRUTH.length, maxLength: TRUTH.length }),
    mayDelete: fc.boolean(),
    hoursLater: fc.integer({ min: 0, max: 60 }),
  });

  it('two readings of the truth, 48 h apart, settle every day at it', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 10 }), (slips) => {
        const own = bench();
        try {
          const connection = addConnection(own.ledger);
          const [target] = listScopes(own.ledger, connection, ['app-1']) as [Scope];
          const whole = { from: FIRST, to: addDays(FIRST, 5) };
          let readAt = startOf(addDays(FIRST, 3));
          for (const { ends, bears, mayDelete, hoursLater } of slips) {
            readAt += hoursLater * HOUR_MS;
            const window = { from: addDays(FIRST, Math.min(...ends)), to: addDays(FIRST, Math.max(...ends)) };
            const today = dayOf(readAt);
            const answer = TRUTH.filter((each, index) => bears[index] && contains(window, each.day));
            if (window.from <= today)
              write(own.ledger, target, window, [answer], { readAt, today, mayDelete });
          }
          readAt = Math.max(readAt, endOf(whole.to));
          for (const later of [0, 48])
            write(own.ledger, target, whole, [TRUTH], { readAt: readAt + later * HOUR_MS });
          const stored = [...own.ledger.charges(ALL)];
          expect(stored.map(({ key }) => key)).toEqual(TRUTH.map(({ key }) => key));
          const covered = own.ledger.covered(target.id, whole);
          expect(covered).toHaveLength(6);
          for (const known of covered) expect(known).toMatchObject({ settled: true });
          for (const known of covered) expect(known).not.toHaveProperty('doubtedAt');
          // The revisions of a day lead from one to the next, and the last to what stands.
          const sums = new Map(own.ledger.daySums(ALL).map((each) => [each.day, each.native]));
          const last = new Map<string, bigint>();
          for (const revision of own.ledger.revisions(ALL)) {
            const before = last.get(revision.day);
            if (before !== undefined) expect(revision.before).toBe(before);
            last.set(revision.day, revision.after);
          }
          for (const [on, after] of last) expect(after).toBe(sums.get(on as Day));
          expect(own.ledger.integrityFault()).toBeNull();
        } finally {
          own.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('by locks', () => {
  it('a day of locked charges settles 48 h after its end, since others may be to come', () => {
    const open = { settle: LOCKS };
    const first = BOTH.map((one) => ({ ...one, locked: true }));
    const end = endOf(day('2026-11-10'));
    read(first, end + HOUR_MS, open);
    expect(settled()).toEqual([false, false]);
    const late = [...first, charge('2026-11-10', '5', { key: 'c', locked: true })];
    expect(read(late, end + 7 * HOUR_MS, open)).toMatchObject({ inserted: 1, revisedDays: 0 });
    read(late, end + 48 * HOUR_MS - 1, open);
    expect(settled()).toEqual([false, false]);
    read(late, end + 48 * HOUR_MS, open);
    expect(settled()).toEqual([true, false]);
    // A clock set back takes nothing from it, a charge that is unlocked again does.
    read(late, end + HOUR_MS, open);
    expect(settled()).toEqual([true, false]);
    read([...first, charge('2026-11-10', '5', { key: 'c' })], end + 49 * HOUR_MS, open);
    expect(settled()).toEqual([false, false]);
  });

  it('a day that is emptied when it is 31 days old settles 48 h later', () => {
    const open = { settle: LOCKS };
    read(BOTH, Date.parse('2026-11-12T10:00:00Z'), open);
    const old = Date.parse('2026-12-13T00:00:00Z');
    read([], old, open);
    read([], old + HOUR_MS, open);
    expect(settled()).toEqual([false, false]);
    read([], old + 48 * HOUR_MS, open);
    expect(settled()).toEqual([true, true]);
  });
});

describe('a settled day that loses a charge', () => {
  it('stays settled, with a revision, and is doubted until a reading 48 h later', () => {
    read(BOTH, SETTLING);
    expect(read(BOTH.slice(1), SETTLING + HOUR_MS)).toMatchObject({ deleted: 1, revisedDays: 1 });
    expect([settled(), doubted()]).toEqual([
      [true, true],
      [true, false],
    ]);
    // Nothing at all is no answer to a settled day, doubted or not.
    expect(read([], SETTLING + 2 * HOUR_MS)).toMatchObject({ deleted: 0 });
    expect(read(BOTH, SETTLING + 3 * HOUR_MS)).toMatchObject({ inserted: 1, revisedDays: 1 });
    expect(ledger.revisions(ALL)).toMatchObject([
      { before: amount('3'), after: amount('2') },
      { before: amount('2'), after: amount('3') },
    ]);
    read(BOTH, SETTLING + 49 * HOUR_MS);
    expect([settled(), doubted()]).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});
