import { describe, expect, it } from 'vitest';

import { addDays, day } from '../../shared/day.js';
import { FAULT_KINDS } from '../../shared/faults.js';
import type { Fault, FaultKind } from '../../shared/faults.js';
import { parseNanos } from '../../shared/money.js';
import type { KnownDay } from '../../shared/policy/known-days.js';
import { resourceNotes } from '../../shared/policy/notes.js';
import { connectionState, isStale, staleAfterMs } from '../../shared/policy/staleness.js';
import { ageInWords, statusLine } from '../../shared/policy/status-line.js';
import type { StatusInput } from '../../shared/policy/status-line.js';

const now = Date.parse('2026-11-22T11:44:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const fault = (kind: FaultKind, retryAt: number | null = null, detail: string | null = null): Fault => ({
  kind,
  detail,
  retryAt,
});

describe('staleness', () => {
  it.each([
    [5, 60],
    [15, 60],
    [30, 60],
    [60, 120],
    [0, 1440],
  ])('with a cadence of %d min begins after %d min', (cadence, minutes) => {
    expect(staleAfterMs(cadence)).toBe(minutes * MINUTE);
    expect(isStale(now - minutes * MINUTE, cadence, now)).toBe(false);
    expect(isStale(now - minutes * MINUTE - 1, cadence, now)).toBe(true);
  });

  it('a clock set back keeps nothing fresh for longer than it may be old', () => {
    expect(isStale(now + 3 * MINUTE, 15, now)).toBe(false);
    expect(isStale(now + HOUR, 15, now)).toBe(false);
    expect(isStale(now + HOUR + 1, 15, now)).toBe(true);
    expect(isStale(now + 365 * 24 * HOUR, 0, now)).toBe(true);
  });

  it.each([
    ['syncing', { syncing: true, fault: fault('offline'), lastSuccess: null }],
    ['failed', { syncing: false, fault: fault('offline'), lastSuccess: now }],
    ['failed', { syncing: false, fault: fault('rejected'), lastSuccess: null }],
    ['never', { syncing: false, fault: null, lastSuccess: null }],
    ['stale', { syncing: false, fault: null, lastSuccess: now - 2 * HOUR }],
    ['ok', { syncing: false, fault: null, lastSuccess: now - MINUTE }],
  ] as const)('%s', (state, facts) => {
    expect(connectionState({ ...facts, cadenceMinutes: 15, now })).toBe(state);
  });
});

type One = StatusInput['connections'][number];

const phala: One = {
  id: 'p1',
  provider: 'phala',
  name: 'Phala',
  state: 'ok',
  fault: null,
  lastSuccess: now - 2 * MINUTE,
  progress: null,
  removed: false,
};
const clickhouse: One = { ...phala, id: 'c1', provider: 'clickhouse', name: 'ClickHouse' };

function status(connections: readonly One[], rest: Partial<StatusInput> = {}) {
  return statusLine({
    connections,
    secretStore: 'keychain',
    ledgerNotice: null,
    asOf: now - 2 * MINUTE,
    cadenceMinutes: 15,
    now,
    formatTime: (time) => new Date(time).toISOString().slice(11, 16),
    ...rest,
  });
}

describe('the status line', () => {
  it('says that all is current, with its time', () => {
    expect(status([phala, clickhouse])).toEqual({
      level: 'ok',
      text: 'Current · as of 11:42',
      connection: null,
      action: null,
      until: null,
    });
  });

  it('says how old a connection is, why, and when it is tried again', () => {
    const late: One = {
      ...clickhouse,
      state: 'failed',
      lastSuccess: now - 3 * HOUR - 20 * MINUTE,
      fault: fault('rate-limited', now + 4 * MINUTE),
    };
    const line = status([phala, late]);
    expect(line).toEqual({
      level: 'warning',
      text: 'ClickHouse is 3 h old: rate limited',
      connection: 'c1',
      action: null,
      until: now + 4 * MINUTE,
    });
    expect(status([phala])).toMatchObject({ text: 'Current · as of 11:42', until: null });
  });

  it('weighs what mends itself as the age of the data', () => {
    const fresh: One = { ...phala, state: 'failed', fault: fault('timeout') };
    expect(status([fresh]).level).toBe('notice');
    expect(status([{ ...fresh, lastSuccess: now - 2 * HOUR }]).level).toBe('warning');
    expect(status([{ ...fresh, lastSuccess: null }])).toMatchObject({
      level: 'warning',
      text: 'Phala has no data yet: no answer',
    });
  });

  it.each<[FaultKind, string | null, string | null]>([
    ['rejected', 'Replace key', 'replace-key'],
    ['permission', 'Open Phala', 'open-vendor'],
    ['not-enabled', 'Open Phala', 'open-vendor'],
    ['other-account', 'Replace key', 'replace-key'],
    ['no-keychain', 'Replace key', 'replace-key'],
    ['other-address', 'Replace key', 'replace-key'],
    ['key-unreadable', 'Try again', 'refresh'],
    ['keychain-denied', 'Try again', 'refresh'],
    ['ledger', 'Try again', 'refresh'],
  ])('%s is an error with its remedy', (kind, label, remedy) => {
    const line = status([{ ...phala, state: 'failed', fault: fault(kind) }]);
    expect(line.level).toBe('error');
    expect(line.action).toEqual({ label, remedy });
  });

  it('names the permission that is missing', () => {
    const broken: One = { ...phala, state: 'failed', fault: fault('permission', null, 'Billing: read') };
    expect(status([broken]).text).toBe('Phala is 2 min old: permission missing (Billing: read)');
  });

  it('has a line for every kind of fault', () => {
    for (const kind of FAULT_KINDS) {
      const line = status([{ ...phala, state: 'failed', fault: fault(kind) }]);
      expect(line.text).toMatch(kind === 'busy' ? /^Updating Phala/ : /^Phala is 2 min old: \S/);
      expect(line.connection).toBe('p1');
    }
  });

  it('puts what needs the user above what mends itself, and counts the others', () => {
    const old: One = { ...phala, state: 'failed', lastSuccess: now - 9 * HOUR, fault: fault('offline') };
    const rejected: One = { ...clickhouse, state: 'failed', fault: fault('rejected') };
    expect(status([old, rejected])).toMatchObject({
      level: 'error',
      connection: 'c1',
      text: 'ClickHouse is 2 min old: key rejected · 1 more',
    });
  });

  it('of equals, names the oldest', () => {
    const older: One = { ...clickhouse, state: 'stale', lastSuccess: now - 50 * HOUR };
    const old: One = { ...phala, state: 'stale', lastSuccess: now - 5 * HOUR };
    expect(status([old, older])).toMatchObject({
      level: 'warning',
      text: 'ClickHouse is 2 days old · 1 more',
      action: { label: 'Refresh', remedy: 'refresh' },
    });
  });

  it('does not count a sync as trouble', () => {
    const old: One = { ...phala, state: 'stale', lastSuccess: now - 5 * HOUR };
    expect(status([old, { ...clickhouse, state: 'syncing' }]).text).toBe('Phala is 5 h old');
  });

  it('says once what holds for all', () => {
    const down = (one: One, retryAt: number): One => ({
      ...one,
      state: 'failed',
      fault: fault('offline', retryAt),
    });
    expect(status([down(phala, now + 5 * MINUTE), down(clickhouse, now + 2 * MINUTE)])).toEqual({
      level: 'notice',
      text: 'All connections: offline · as of 11:42',
      connection: null,
      action: { label: 'Try again', remedy: 'refresh' },
      until: now + 2 * MINUTE,
    });
    const trying: One = { ...down(clickhouse, now), state: 'syncing' };
    expect(status([down(phala, now), trying]).text).toBe('Phala is 2 min old: offline · 1 more');
    const locked = (one: One): One => ({ ...one, state: 'failed', fault: fault('key-unreadable') });
    expect(status([locked(phala), locked(clickhouse)])).toMatchObject({
      level: 'error',
      text: 'All connections: key not readable · as of 11:42',
      action: { label: 'Try again', remedy: 'refresh' },
    });
  });

  it('keeps a fault in sight while it is tried again', () => {
    const again: One = {
      ...phala,
      state: 'syncing',
      lastSuccess: now - 2 * HOUR,
      fault: fault('offline', now + MINUTE),
    };
    expect(status([again])).toMatchObject({
      text: 'Phala is 2 h old: offline, trying now',
      action: null,
      until: null,
    });
  });

  it('tells a first sync, its progress and its waiting', () => {
    const progress = {
      phase: 'reading',
      done: 121,
      total: 395,
      reachedBackTo: null,
      waitUntil: null,
    } as const;
    const first: One = { ...phala, state: 'syncing', lastSuccess: null };
    expect(status([first])).toMatchObject({ level: 'busy', text: 'First sync of Phala', connection: 'p1' });
    expect(status([{ ...first, progress }]).text).toBe('First sync of Phala · 30%');
    const waiting = { ...progress, phase: 'waiting', waitUntil: now + 30_000 } as const;
    expect(status([{ ...first, progress: waiting }])).toMatchObject({
      text: 'Waiting for Phala’s limit',
      until: now + 30_000,
    });
  });

  it('tells a sync of data that stand', () => {
    expect(status([{ ...phala, state: 'syncing' }])).toMatchObject({
      level: 'busy',
      text: 'Updating Phala · as of 11:42',
    });
  });

  it('tells what was never read', () => {
    expect(status([{ ...phala, state: 'never', lastSuccess: null }], { asOf: null })).toMatchObject({
      level: 'notice',
      text: 'Phala has not been read yet',
      action: { label: 'Refresh', remedy: 'refresh' },
    });
  });

  it('says when the clock was set back', () => {
    expect(status([{ ...phala, state: 'stale', lastSuccess: now + 5 * HOUR }]).text).toBe(
      'Phala was read before the clock was set back',
    );
  });

  it('offers to connect where nothing is, removed connections apart', () => {
    const nothing = {
      level: 'notice',
      text: 'Nothing is connected yet',
      action: { label: 'Connect', remedy: 'open-settings' },
    };
    expect(status([])).toMatchObject(nothing);
    expect(status([], { secretStore: 'session-only' })).toMatchObject(nothing);
    expect(status([{ ...phala, removed: true, fault: fault('rejected') }])).toMatchObject({
      ...nothing,
      text: 'Nothing is connected any more',
    });
  });

  it('tells of the keychain', () => {
    expect(status([phala], { secretStore: 'session-only' })).toMatchObject({
      level: 'notice',
      text: 'No keychain: keys are kept until Cost Tray quits',
    });
    expect(status([phala], { secretStore: 'denied' })).toMatchObject({
      level: 'warning',
      text: 'The keychain refused access',
      action: { label: 'Try again', remedy: 'refresh' },
    });
  });

  it('tells of the ledger, also with nothing connected, but below a rejected key', () => {
    const ledgerNotice = 'The ledger was damaged and set aside; history is read again';
    expect(status([phala], { ledgerNotice })).toMatchObject({ level: 'warning', text: ledgerNotice });
    expect(status([], { ledgerNotice })).toMatchObject({ level: 'warning', text: ledgerNotice });
    const rejected: One = { ...phala, state: 'failed', fault: fault('rejected') };
    expect(status([rejected], { ledgerNotice }).level).toBe('error');
  });
});

describe('time in words', () => {
  it.each([
    [0, 'less than 1 min'],
    [59_999, 'less than 1 min'],
    [MINUTE, '1 min'],
    [HOUR - 1, '59 min'],
    [HOUR, '1 h'],
    [48 * HOUR - 1, '47 h'],
    [48 * HOUR, '2 days'],
  ])('%d ms old is %s', (age, words) => {
    expect(ageInWords(age)).toBe(words);
  });
});

describe('notes on a resource', () => {
  const today = day('2026-11-22');
  /** Its last days, the last one being yesterday. */
  const days = (...amounts: readonly string[]): KnownDay[] =>
    amounts.map((usd, index) => ({
      day: addDays(today, index - amounts.length),
      state: 'settled',
      usd: parseNanos(usd),
    }));
  const meter = (name: string, usd = '1') => ({ meter: name, usd: parseNanos(usd) });
  const week = ['10', '9.95', '10', '9.9', '10', '10', '10'];

  it('stopped and charged for storage', () => {
    expect(
      resourceNotes({ stopped: true, days: days('5', '1'), newestMeters: [meter('storage')] }, today),
    ).toEqual(['Stopped, still charged for storage']);
    expect(
      resourceNotes(
        {
          stopped: true,
          days: days('1'),
          newestMeters: [meter('Storage'), meter('backup'), meter('x', '0')],
        },
        today,
      ),
    ).toEqual(['Stopped, still charged for storage and backup']);
  });

  it.each([
    ['running', { stopped: false, days: days('1'), newestMeters: [meter('storage')] }],
    [
      'charged for compute that day',
      { stopped: true, days: days('1'), newestMeters: [meter('Compute'), meter('storage')] },
    ],
    ['free', { stopped: true, days: days('1', '0'), newestMeters: [] }],
    ['not asked', { stopped: true, days: days('1'), newestMeters: null }],
    ['of unknown days', { stopped: true, days: [], newestMeters: [meter('storage')] }],
  ])('no word of one that is %s', (_, facts) => {
    expect(resourceNotes(facts, today)).toEqual([]);
  });

  it('flat at its ceiling for a week, after lower days', () => {
    const facts = { stopped: false, days: days('6', '7', '9', ...week), newestMeters: null };
    expect(resourceNotes(facts, today)).toEqual(['Flat at its ceiling for a week']);
    expect(resourceNotes({ ...facts, days: [...facts.days].reverse() }, today)).toHaveLength(1);
  });

  it.each([
    ['at one price since it was made', days('4', ...week, ...week)],
    ['below an earlier ceiling', days('6', '7', '9', '12', ...week)],
    ['flat for 6 days', days('6', '7', '9', ...week.slice(1))],
    ['lower once in the week', days('6', '7', '9', ...week.slice(0, 5), '9.8', '10')],
    ['free', days(...Array.from({ length: 12 }, () => '0'))],
    [
      'not known on one day',
      days('6', '7', '9', '10', ...week).map((one, index) =>
        index === 8 ? { ...one, state: 'unknown' as const } : one,
      ),
    ],
  ])('no word of one that is %s', (_, list) => {
    expect(resourceNotes({ stopped: false, days: list, newestMeters: null }, today)).toEqual([]);
  });
});
