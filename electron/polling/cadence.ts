/** When to poll: pure, with the clock passed in. The rules are the design's. */
import { DAY_MS } from '../../shared/day.js';
import { FAULTS } from '../../shared/faults.js';
import type { Fault } from '../../shared/faults.js';
import { staleAfterMs } from '../../shared/policy/staleness.js';

const MINUTE_MS = 60_000;
/** Automatic polls never follow each other closer than this. */
export const POLL_FLOOR_MS = 2 * MINUTE_MS;
/** The network needs a moment after the lid opens. */
export const WAKE_DELAY_MS = 5_000;
/** Up to so much of the cadence is added at random, so that many machines do not ask at once. */
const JITTER_SHARE = 0.1;
/** Data are never to be called stale because the next poll is not due yet, nor while it is on its way. */
const SYNC_TIME_MS = 5 * MINUTE_MS;
/** A fault that needs the user is tried again once a day all the same: keys can be reactivated. */
const HOPELESS_RETRY_MS = DAY_MS;

export interface PolledConnection {
  readonly id: string;
  readonly lastAttempt: number | null;
  readonly fault: Fault | null;
}

export interface CadenceInput {
  readonly now: number;
  readonly cadenceMinutes: number;
  readonly onBattery: boolean;
  /** 0 ≤ x < 1, drawn once per interval. */
  readonly random: number;
}

/** What starts a poll by itself. `popover` asks only for data older than the floor. */
export type Trigger = 'start' | 'wake' | 'network' | 'popover' | 'timer';

/** The interval between polls in ms, or null where the user polls by hand. */
export function pollInterval(input: Omit<CadenceInput, 'now'>): number | null {
  if (input.cadenceMinutes === 0) return null;
  const longest = (staleAfterMs(input.cadenceMinutes) - SYNC_TIME_MS) / (1 + JITTER_SHARE);
  const base = Math.min(input.cadenceMinutes * MINUTE_MS * (input.onBattery ? 2 : 1), longest);
  return Math.round(base * (1 + JITTER_SHARE * input.random));
}

/** Nothing is to be had before the user has done something about it. */
function isHopeless(fault: Fault | null): boolean {
  return fault !== null && fault.isPartial !== true && !FAULTS[fault.kind].retry;
}

/** When a connection is due by itself, or null for never. The vendor's own wait wins over all. */
export function dueAt(connection: PolledConnection, input: CadenceInput): number | null {
  const interval = pollInterval(input);
  if (interval === null) return null;
  const { lastAttempt, fault } = connection;
  if (lastAttempt === null) return input.now;
  // The clock was set back: an attempt in the future says nothing.
  if (lastAttempt > input.now) return input.now;
  if (isHopeless(fault)) return lastAttempt + Math.max(interval, HOPELESS_RETRY_MS);
  const wait = fault?.retryAt ?? null;
  return wait === null ? lastAttempt + interval : Math.max(wait, lastAttempt + POLL_FLOOR_MS);
}

/** Whether a trigger polls this connection now. */
export function triggers(trigger: Trigger, connection: PolledConnection, input: CadenceInput): boolean {
  const { lastAttempt, fault } = connection;
  const { now } = input;
  // A wait that was told before the clock was set back says nothing either.
  const clockWasAhead = lastAttempt !== null && lastAttempt > now;
  if (!clockWasAhead && (fault?.retryAt ?? 0) > now) return false;
  if (lastAttempt !== null && lastAttempt <= now && now - lastAttempt < POLL_FLOOR_MS) return false;
  switch (trigger) {
    case 'timer': {
      const due = dueAt(connection, input);
      return due !== null && due <= now;
    }
    case 'start':
    case 'wake':
    case 'network':
    case 'popover':
      // Manual means by hand; a key that was rejected is not asked again at every glance.
      if (trigger !== 'start' && isHopeless(fault)) return false;
      return input.cadenceMinutes !== 0 || lastAttempt === null;
  }
}
