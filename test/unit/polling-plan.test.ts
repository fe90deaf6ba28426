import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  auditWindow,
  halve,
  isLastLook,
  lateWindows,
  planWindows,
  windowsOver,
} from '../../electron/polling/plan.js';
import type { PlanInput } from '../../electron/polling/plan.js';
import type { CoveredDay, Scope } from '../../electron/ledger/types.js';
import { clickhouseAdapter } from '../../electron/providers/clickhouse/adapter.js';
import { DAY_MS, HOUR_MS, addDays, day, eachDay, lengthOf, startOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';

const TODAY = day('2026-11-22');
const NOON = startOf(TODAY) + 12 * HOUR_MS;

const scope: Scope = {
  id: 1,
  connection: 'c',
  key: 'app',
  name: 'web',
  createdDay: null,
  dormant: false,
  goneAt: null,
  endedAt: null,
  lastChargeDay: TODAY,
  auditedAt: NOON,
};

function input(changes: Partial<PlanInput>): PlanInput {
  return {
    scope,
    covered: [],
    now: NOON,
    settle: { by: 'age', afterMs: 48 * HOUR_MS, pollBackDays: 62 },
    maxWindowDays: 31,
    historyMonths: 13,
    accountCreatedDay: null,
    since: null,
    deep: false,
    onDemand: false,
    refusedDay: null,
    ...changes,
  };
}

function read(from: string, to: string, settled: boolean, readAt = NOON): CoveredDay[] {
  return eachDay({ from: day(from), to: day(to) }).map((one) => ({ day: one, readAt, charges: 1, settled }));
}

describe('the windows of a sync', () => {
  it('asks for no day that the vendor refused, but for the newest of them once a day', () => {
    const covered = read('2026-09-01', '2026-11-19', true);
    const refusedDay = day('2026-08-31');
    const unread = { from: '2026-11-20', to: '2026-11-22' };
    expect(planWindows(input({ covered, refusedDay }))).toEqual([unread]);
    expect(planWindows(input({ covered, refusedDay, deep: true }))).toEqual([
      unread,
      { from: '2026-08-31', to: '2026-08-31' },
    ]);
    expect(planWindows(input({ covered, refusedDay, deep: true, historyMonths: 2 }))).toEqual([unread]);
    // Noted while the clock was ahead.
    expect(planWindows(input({ covered, refusedDay: day('2026-11-22') })).at(-1)?.from).toBe('2025-10-22');
    // Who asks for them by their date is answered by the vendor.
    expect(planWindows(input({ covered, refusedDay, since: day('2026-08-20') })).at(-1)?.from).toBe(
      '2026-08-20',
    );
  });

  it('reads 13 months newest first, in windows of at most 31 days', () => {
    const windows = planWindows(input({}));
    expect(windows[0]).toEqual({ from: '2026-10-23', to: '2026-11-22' });
    expect(windows.at(-1)?.from).toBe('2025-10-22');
    expect(windows.every((window) => lengthOf(window) <= 31)).toBe(true);
    expect(windows).toHaveLength(13);
  });

  it('starts at the app’s first day, the account’s standing in for one that is not known', () => {
    const created = { ...scope, createdDay: day('2026-11-10') };
    expect(planWindows(input({ scope: created }))).toEqual([{ from: '2026-11-10', to: '2026-11-22' }]);
    expect(planWindows(input({ accountCreatedDay: day('2026-11-20') }))).toEqual([
      { from: '2026-11-20', to: '2026-11-22' },
    ]);
  });

  it('polls from the earliest unsettled day and leaves settled days alone', () => {
    const covered = [...read('2025-10-22', '2026-11-19', true), ...read('2026-11-20', '2026-11-22', false)];
    expect(planWindows(input({ covered }))).toEqual([{ from: '2026-11-20', to: '2026-11-22' }]);
  });

  it('resumes a backfill where it stopped, after the poll', () => {
    const covered = [...read('2026-09-01', '2026-11-20', true), ...read('2026-11-21', '2026-11-22', false)];
    const windows = planWindows(input({ covered, historyMonths: 3 }));
    expect(windows).toEqual([
      { from: '2026-11-21', to: '2026-11-22' },
      { from: '2026-08-22', to: '2026-08-31' },
    ]);
  });

  it('asks ClickHouse twice a poll, however long nothing locks', () => {
    const { settle, maxWindowDays } = clickhouseAdapter;
    const covered = read('2025-10-22', '2026-11-22', false);
    expect(planWindows(input({ covered, settle, maxWindowDays })).map(lengthOf)).toEqual([31, 31]);
  });

  it('reads unsettled days beyond the poll’s reach only when it goes deep', () => {
    const covered = [...read('2025-10-22', '2026-08-01', false), ...read('2026-08-02', '2026-11-22', true)];
    expect(planWindows(input({ covered }))).toEqual([]);
    expect(planWindows(input({ covered, deep: true })).at(-1)?.from).toBe('2025-10-22');
  });

  it('looks at the settled days of two weeks again once a day', () => {
    const old = read('2025-10-22', '2026-11-19', true, NOON - 24 * HOUR_MS);
    const open = read('2026-11-20', '2026-11-22', false);
    const covered = [...old, ...open];
    expect(planWindows(input({ covered, deep: true }))).toEqual([{ from: '2026-11-20', to: '2026-11-22' }]);
    expect(lateWindows(scope, covered, NOON, 31, null)).toEqual([{ from: '2026-11-09', to: '2026-11-19' }]);
    expect(lateWindows(scope, covered, NOON, 7, null).map(lengthOf)).toEqual([7, 4]);
    // A job that runs every 24 h may be a little early.
    expect(lateWindows(scope, covered, NOON - HOUR_MS, 31, null)).toHaveLength(1);
    expect(lateWindows(scope, covered, NOON - HOUR_MS - 1, 31, null)).toEqual([]);
    // What settled since is looked at with the others, not at an hour of its own.
    const newer = [...old.slice(0, -1), ...read('2026-11-19', '2026-11-19', true, NOON - HOUR_MS), ...open];
    expect(lateWindows(scope, newer, NOON, 31, null)).toEqual([{ from: '2026-11-09', to: '2026-11-19' }]);
    // What the vendor refuses is not among it.
    const refused = day('2026-11-12');
    expect(lateWindows(scope, covered, NOON, 31, refused)).toEqual([
      { from: '2026-11-13', to: '2026-11-19' },
    ]);
    expect(lateWindows({ ...scope, goneAt: NOON }, covered, NOON, 31, null)).toEqual([]);
  });

  it('looks at a settled day in doubt once a day', () => {
    const covered = read('2025-10-22', '2026-11-22', true).map((known) =>
      known.day === '2026-03-10' || known.day === '2026-11-20' ? { ...known, doubtedAt: NOON } : known,
    );
    expect(planWindows(input({ covered, deep: true }))).toEqual([]);
    const gone = { ...scope, goneAt: NOON };
    expect(lateWindows(gone, covered, NOON + 23 * HOUR_MS - 1, 31, null)).toEqual([]);
    expect(lateWindows(gone, covered, NOON + 23 * HOUR_MS, 31, null)).toEqual([
      { from: '2026-11-20', to: '2026-11-20' },
      { from: '2026-03-10', to: '2026-03-10' },
    ]);
  });

  it('asks once a day for what may still change, though less history is kept by now', () => {
    const covered = read('2026-06-01', '2026-11-22', true).map((known) =>
      known.day === '2026-07-10' || known.day === '2026-09-25' ? { ...known, settled: false } : known,
    );
    const less = { covered, historyMonths: 1 };
    expect(planWindows(input(less))).toEqual([{ from: '2026-09-25', to: '2026-09-25' }]);
    expect(planWindows(input({ ...less, deep: true }))).toEqual([
      { from: '2026-09-25', to: '2026-09-25' },
      { from: '2026-07-10', to: '2026-07-10' },
    ]);
  });

  it('reads settled days again from the day the user names, and unknown ones besides', () => {
    const covered = read('2025-11-01', '2026-11-22', true);
    const windows = planWindows(input({ covered, since: day('2026-11-15') }));
    expect(windows).toEqual([
      { from: '2026-11-15', to: '2026-11-22' },
      { from: '2025-10-22', to: '2025-10-31' },
    ]);
  });

  it('asks a vanished app until its last days are settled, then never again', () => {
    const lastChargeDay = day('2026-11-20');
    const gone = { ...scope, goneAt: startOf(lastChargeDay) + HOUR_MS, lastChargeDay };
    const open = [...read('2025-10-22', '2026-11-18', true), ...read('2026-11-19', '2026-11-20', false)];
    expect(planWindows(input({ scope: gone, covered: open }))).toEqual([
      { from: '2026-11-19', to: '2026-11-20' },
    ]);
    expect(planWindows(input({ scope: gone, covered: read('2025-10-22', '2026-11-20', true) }))).toEqual([]);
    expect(planWindows(input({ scope: { ...scope, endedAt: NOON } }))).toEqual([]);
    // A margin bore charges of the day after: it goes on.
    const on = { ...gone, lastChargeDay: day('2026-11-21') };
    expect(planWindows(input({ scope: on, covered: open }))).toEqual([
      { from: '2026-11-19', to: '2026-11-21' },
    ]);
    const ahead = { ...gone, lastChargeDay: day('2026-11-29') };
    expect(planWindows(input({ scope: ahead, covered: open })).map(({ to }) => to)).toEqual([TODAY]);
  });

  it('goes on with days that may still change where the app is said to be made later', () => {
    const covered = [...read('2026-11-01', '2026-11-18', true), ...read('2026-11-19', '2026-11-22', false)];
    const later = { ...scope, createdDay: day('2026-11-21') };
    expect(planWindows(input({ scope: later, covered }))).toEqual([{ from: '2026-11-19', to: '2026-11-22' }]);
  });

  it('asks an app with nothing deployed and no charge for a week once a day', () => {
    const quiet = { ...scope, dormant: true, lastChargeDay: day('2026-11-10') };
    const settled = read('2025-10-22', '2026-11-20', true);
    const justRead = [...settled, ...read('2026-11-21', '2026-11-22', false, NOON - HOUR_MS)];
    expect(planWindows(input({ scope: quiet, covered: justRead }))).toEqual([]);
    expect(planWindows(input({ scope: quiet, covered: justRead, onDemand: true }))).toHaveLength(1);
    const readYesterday = [...settled, ...read('2026-11-21', '2026-11-22', false, NOON - DAY_MS)];
    expect(planWindows(input({ scope: quiet, covered: readYesterday }))).toHaveLength(1);
  });

  it('a lid closed on Friday evening and opened on Monday loses no day between', () => {
    const friday = startOf(day('2026-11-20')) + 18 * HOUR_MS;
    const covered = [
      ...read('2025-10-22', '2026-11-18', true, friday),
      ...read('2026-11-19', '2026-11-20', false, friday),
    ];
    const monday = startOf(day('2026-11-23')) + 9 * HOUR_MS;
    expect(planWindows(input({ covered, now: monday }))).toEqual([{ from: '2026-11-19', to: '2026-11-23' }]);
  });
});

describe('a last look', () => {
  const window = { from: day('2026-11-18'), to: TODAY };
  const settle = input({}).settle;
  const isLast = (covered: CoveredDay[]): boolean => isLastLook(window, covered, NOON, settle);

  it('is a reading that settles a day no other has seen since its end', () => {
    expect(isLast([])).toBe(true);
    // The last reading before the lid was closed: of the 19th it saw a part.
    const friday = startOf(day('2026-11-19')) + 18 * HOUR_MS;
    expect(isLast(read('2026-11-18', '2026-11-19', false, friday))).toBe(true);
  });

  it('is none where every such day was read after its end, or none settles', () => {
    expect(isLast(read('2026-11-18', '2026-11-19', false, startOf(day('2026-11-20'))))).toBe(false);
    expect(isLastLook({ from: day('2026-11-20'), to: TODAY }, [], NOON, settle)).toBe(false);
  });
});

describe('windows over days', () => {
  const arbitraryDays = fc
    .uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1 })
    .map((offsets) => offsets.sort((a, b) => a - b).map((offset): Day => addDays(TODAY, -offset)));

  it('cover every day asked for, never overlap, and are as few as the longest allows', () => {
    fc.assert(
      fc.property(arbitraryDays, fc.integer({ min: 1, max: 31 }), (days, longest) => {
        const windows = windowsOver(days, longest);
        const covered = windows.flatMap((window) => eachDay(window));
        expect(new Set(covered).size).toBe(covered.length);
        expect(days.every((one) => covered.includes(one))).toBe(true);
        // Each window starts at a needed day that the one before could not reach.
        for (const [index, window] of windows.entries()) {
          expect(lengthOf(window)).toBeLessThanOrEqual(longest);
          const before = windows[index - 1];
          if (before !== undefined) {
            expect(lengthOf({ from: window.to, to: before.to })).toBeGreaterThan(longest);
          }
        }
      }),
    );
  });

  it('halve into two that join without gap or overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 400 }), (length) => {
        const window = { from: addDays(TODAY, 1 - length), to: TODAY };
        const [newer, older] = halve(window) ?? [];
        expect([...eachDay(older ?? window), ...eachDay(newer ?? window)]).toEqual(eachDay(window));
      }),
    );
    expect(halve({ from: TODAY, to: TODAY })).toBeNull();
  });
});

describe('the slow audit', () => {
  const covered = read('2026-01-01', '2026-11-20', true);

  it('waits a week after the last one', () => {
    expect(auditWindow({ ...scope, auditedAt: NOON - 6 * DAY_MS }, covered, NOON, 31)).toBeNull();
    expect(auditWindow({ ...scope, auditedAt: NOON - 7 * DAY_MS }, covered, NOON, 31)).not.toBeNull();
  });

  it.each([
    ['every week', 1],
    ['every second week', 2],
    ['once in six weeks', 6],
  ])('comes round to every settled day, used %s, and past one that cannot be read', (_when, weeks) => {
    const unreadable = day('2026-05-05');
    let known = covered;
    for (let turn = 1; turn <= 40; turn += 1) {
      const now = NOON + turn * weeks * 7 * DAY_MS;
      const window = auditWindow({ ...scope, auditedAt: 0 }, known, now, 31);
      const looked = new Set(window === null ? [] : eachDay(window));
      if (looked.has(unreadable)) continue;
      known = known.map((one) => (looked.has(one.day) ? { ...one, readAt: now } : one));
    }
    const left = known.filter(({ readAt }) => readAt === NOON).map((one) => one.day);
    expect(left).toContain(unreadable);
    expect(left.length).toBeLessThanOrEqual(31);
  });
});
