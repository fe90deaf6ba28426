import { describe, expect, it } from 'vitest';
import { dayState } from '../../electron/ledger/day-state.js';
import type { DayEvidence } from '../../electron/ledger/day-state.js';
import { day } from '../../shared/day.js';
import type { DayState } from '../../shared/model.js';

const at = (text: string): number => Date.parse(text);

/** 2026-11-15, read by the only scope long after, one charge, settled; today is the 22nd. */
const SETTLED_DAY: DayEvidence = {
  day: day('2026-11-15'),
  today: day('2026-11-22'),
  expected: 1,
  expectedRead: 1,
  read: 1,
  allSettled: true,
  oldestUnsettled: null,
  charges: 1,
  sum: 5n,
  firstChargeDay: day('2026-11-01'),
  createdDay: day('2026-10-01'),
  listedAt: at('2026-11-22T09:00:00Z'),
  removedAt: null,
};

const UNSETTLED = { allSettled: false, oldestUnsettled: at('2026-11-16T10:00:00Z') };
const NO_CHARGE = { charges: 0, sum: 0n };
const UNREAD = { expectedRead: 0, read: 0, ...NO_CHARGE };
const NO_SCOPE = { expected: 0, ...UNREAD };
const ON_TODAY = { day: day('2026-11-22'), allSettled: false, oldestUnsettled: at('2026-11-22T09:00:00Z') };

const CASES: ReadonlyArray<readonly [string, Partial<DayEvidence>, DayState]> = [
  ['settled with money', {}, 'settled'],
  ['settled without a charge', NO_CHARGE, 'zero'],
  ['settled, charges that come to nothing', { charges: 2, sum: 0n }, 'zero'],
  ['settled refund', { sum: -5n }, 'settled'],
  ['one of two scopes has not read it', { expected: 2 }, 'unknown'],
  ['nobody has read it', UNREAD, 'unknown'],
  ['not read, and charges of a neighbour’s margin', { expectedRead: 0, read: 0 }, 'unknown'],
  ['unsettled with a charge', UNSETTLED, 'provisional'],
  ['unsettled, no charge, read 10 h after its end', { ...UNSETTLED, ...NO_CHARGE }, 'open'],
  [
    'unsettled, no charge, read 47:59 after its end',
    { ...NO_CHARGE, allSettled: false, oldestUnsettled: at('2026-11-17T23:59:00Z') },
    'open',
  ],
  [
    'unsettled, no charge, read 48 h after its end',
    { ...NO_CHARGE, allSettled: false, oldestUnsettled: at('2026-11-18T00:00:00Z') },
    'provisional',
  ],
  ['today with a charge', ON_TODAY, 'open'],
  ['today without a charge', { ...ON_TODAY, ...NO_CHARGE }, 'open'],
  ['today, read by one of two scopes', { ...ON_TODAY, expected: 2 }, 'open'],
  ['today, not read', { ...ON_TODAY, ...UNREAD }, 'unknown'],
  ['read whole, before the first charge', { ...NO_CHARGE, firstChargeDay: day('2026-11-16') }, 'before'],
  ['not read, before the first charge', { ...UNREAD, firstChargeDay: day('2026-11-16') }, 'unknown'],
  ['on the first charge’s day', { firstChargeDay: day('2026-11-15') }, 'settled'],
  ['no charge ever: a true $0', { ...NO_CHARGE, firstChargeDay: null }, 'zero'],
  ['older than the account', { ...NO_SCOPE, createdDay: day('2026-11-16') }, 'before'],
  [
    'older than the account, which never had a charge',
    { ...NO_SCOPE, createdDay: day('2026-11-16'), firstChargeDay: null },
    'before',
  ],
  ['all scopes ended, listed since', NO_SCOPE, 'zero'],
  ['all scopes ended, listed 10 h after', { ...NO_SCOPE, listedAt: at('2026-11-16T10:00:00Z') }, 'open'],
  ['all scopes ended, listed before', { ...NO_SCOPE, listedAt: at('2026-11-14T10:00:00Z') }, 'unknown'],
  ['no scopes, never listed', { ...NO_SCOPE, listedAt: null }, 'unknown'],
  ['no scopes today', { ...NO_SCOPE, day: day('2026-11-22') }, 'open'],
  ['ended scope has read it, none expected', { expected: 0, expectedRead: 0 }, 'settled'],
  ['after the removal', { ...UNREAD, removedAt: at('2026-11-10T10:00:00Z') }, 'before'],
  ['day of the removal, not read', { ...UNREAD, removedAt: at('2026-11-15T10:00:00Z') }, 'before'],
  ['day of the removal, read', { ...UNSETTLED, removedAt: at('2026-11-15T10:00:00Z') }, 'provisional'],
  ['before the removal', { removedAt: at('2026-11-20T10:00:00Z') }, 'settled'],
  ['before the removal, not read', { ...UNREAD, removedAt: at('2026-11-20T10:00:00Z') }, 'unknown'],
];

describe('the state of a day', () => {
  it.each(CASES)('%s', (_name, changes, expected) => {
    expect(dayState({ ...SETTLED_DAY, ...changes })).toBe(expected);
  });
});
