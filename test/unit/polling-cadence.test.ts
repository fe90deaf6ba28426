import { describe, expect, it, vi } from 'vitest';

import { dueAt, pollInterval, triggers } from '../../electron/polling/cadence.js';
import type { CadenceInput, PolledConnection, Trigger } from '../../electron/polling/cadence.js';
import { Scheduler } from '../../electron/polling/scheduler.js';
import { DAY_MS, HOUR_MS } from '../../shared/day.js';
import { isStale } from '../../shared/policy/staleness.js';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 22, 12);

const every15: CadenceInput = { now: NOW, cadenceMinutes: 15, onBattery: false, random: 0 };

function connection(minutesAgo: number | null, fault: PolledConnection['fault'] = null): PolledConnection {
  return { id: 'c', lastAttempt: minutesAgo === null ? null : NOW - minutesAgo * MINUTE, fault };
}

const rejected = { kind: 'rejected', detail: null, retryAt: null } as const;
const limited = (retryAt: number) => ({ kind: 'rate-limited', detail: null, retryAt }) as const;

describe('the cadence', () => {
  it('is doubled on battery, bears jitter, and is none by hand', () => {
    expect(pollInterval(every15)).toBe(15 * MINUTE);
    expect(pollInterval({ ...every15, onBattery: true })).toBe(30 * MINUTE);
    expect(pollInterval({ ...every15, random: 0.5 })).toBe(15.75 * MINUTE);
    expect(pollInterval({ ...every15, cadenceMinutes: 0 })).toBeNull();
  });

  it.each([5, 15, 30, 60] as const)(
    'of %i minutes lets nothing grow stale between polls',
    (cadenceMinutes) => {
      for (const onBattery of [false, true]) {
        const interval = pollInterval({ cadenceMinutes, onBattery, random: 0.999 }) ?? Infinity;
        expect(interval).toBeGreaterThan(cadenceMinutes * MINUTE);
        expect(interval).toBeGreaterThan(pollInterval({ cadenceMinutes, onBattery, random: 0 }) ?? Infinity);
        expect(isStale(NOW, cadenceMinutes, NOW + interval + 4 * MINUTE)).toBe(false);
      }
    },
  );

  it('lets the vendor’s own wait win over everything', () => {
    expect(dueAt(connection(15, limited(NOW + HOUR_MS)), every15)).toBe(NOW + HOUR_MS);
    for (const trigger of ['start', 'wake', 'network', 'popover', 'timer'] satisfies Trigger[]) {
      expect(triggers(trigger, connection(30, limited(NOW + 1)), every15)).toBe(false);
    }
  });

  it('tries a wait that is over soon, not only at the next poll', () => {
    expect(dueAt(connection(1, limited(NOW + 3 * MINUTE)), every15)).toBe(NOW + 3 * MINUTE);
  });

  it('does not ask with a rejected key at every poll', () => {
    expect(dueAt(connection(15, rejected), every15)).toBe(NOW - 15 * MINUTE + DAY_MS);
    expect(triggers('popover', connection(15, rejected), every15)).toBe(false);
    expect(triggers('start', connection(15, rejected), every15)).toBe(true);
  });

  it('shares a floor of two minutes between all triggers', () => {
    for (const trigger of ['start', 'wake', 'network', 'popover', 'timer'] satisfies Trigger[]) {
      expect(triggers(trigger, connection(1.9), every15)).toBe(false);
    }
    expect(triggers('popover', connection(2), every15)).toBe(true);
    expect(triggers('timer', connection(2), every15)).toBe(false);
    expect(triggers('timer', connection(15), every15)).toBe(true);
  });

  it('is not stopped by a clock that was set back', () => {
    const future = connection(-600);
    expect(dueAt(future, every15)).toBe(NOW);
    expect(triggers('timer', future, every15)).toBe(true);
  });

  it('polls by hand only, but for a connection that was never read', () => {
    const manual = { ...every15, cadenceMinutes: 0 };
    expect(dueAt(connection(600), manual)).toBeNull();
    expect(triggers('wake', connection(600), manual)).toBe(false);
    expect(triggers('start', connection(null), manual)).toBe(true);
  });
});

describe('the scheduler', () => {
  function schedule(start: PolledConnection[]) {
    vi.useFakeTimers({ now: NOW });
    const polls: Array<{ at: number; ids: readonly string[] }> = [];
    const state = { connections: start, cadenceMinutes: 15, onBattery: false };
    const scheduler: Scheduler = new Scheduler({
      now: () => Date.now(),
      random: () => 0,
      connections: () => state.connections,
      settings: () => state,
      poll: (ids) => {
        polls.push({ at: Date.now() - NOW, ids });
        state.connections = state.connections.map((one) =>
          ids.includes(one.id) ? { ...one, lastAttempt: Date.now() } : one,
        );
      },
    });
    return { scheduler, polls, state };
  }

  it('polls every cadence and makes up for no missed poll after sleep', () => {
    const { scheduler, polls } = schedule([connection(15)]);
    scheduler.trigger('start');
    vi.advanceTimersByTime(31 * MINUTE);
    expect(polls.map(({ at }) => at / MINUTE)).toEqual([0, 15, 30]);
    // Asleep for a weekend: timers stand still while the clock goes on.
    vi.setSystemTime(NOW + 3 * DAY_MS);
    scheduler.trigger('wake');
    vi.advanceTimersByTime(6_000);
    expect(polls).toHaveLength(4);
    vi.advanceTimersByTime(10 * MINUTE);
    expect(polls).toHaveLength(4);
    scheduler.stop();
    vi.useRealTimers();
  });

  it('sets no timer while there is nothing to do', () => {
    const { scheduler, state } = schedule([]);
    scheduler.trigger('start');
    expect(vi.getTimerCount()).toBe(0);
    state.connections = [connection(3)];
    state.cadenceMinutes = 0;
    scheduler.plan();
    expect(vi.getTimerCount()).toBe(0);
    scheduler.stop();
    vi.useRealTimers();
  });

  it('does not spin when polls end without an attempt on record', () => {
    vi.useFakeTimers({ now: NOW });
    let polls = 0;
    const tried = new Map<string, number>();
    const scheduler: Scheduler = new Scheduler({
      now: () => Date.now(),
      random: () => 0,
      connections: () => [{ id: 'c', lastAttempt: tried.get('c') ?? null, fault: null }],
      settings: () => ({ cadenceMinutes: 5, onBattery: false }),
      poll: () => {
        polls += 1;
        tried.set('c', Date.now());
      },
    });
    scheduler.trigger('start');
    vi.advanceTimersByTime(HOUR_MS);
    expect(polls).toBe(13);
    scheduler.stop();
    vi.useRealTimers();
  });
});
