/** When data are too old to be called current, and the one word for a connection's state. */
import { HOUR_MS } from '../day.js';
import type { Fault } from '../faults.js';
import type { ConnectionState } from '../model.js';

const MINUTE_MS = 60_000;

/**
 * How old the last success may be: the larger of two cadences and 60 minutes,
 * and 24 hours where the user refreshes by hand.
 *
 * @param cadenceMinutes the cadence in settings; 0 is "manual"
 * @returns milliseconds
 */
export function staleAfterMs(cadenceMinutes: number): number {
  return cadenceMinutes === 0 ? 24 * HOUR_MS : Math.max(2 * cadenceMinutes * MINUTE_MS, HOUR_MS);
}

/**
 * Whether a success at `lastSuccess` is too old. A success that lies in the
 * future means that the clock was set back, and its true age cannot be told: it
 * counts as fresh only as far ahead as it may be old, so that a clock set back
 * by a year does not keep old numbers current for a year.
 */
export function isStale(lastSuccess: number, cadenceMinutes: number, now: number): boolean {
  return Math.abs(now - lastSuccess) > staleAfterMs(cadenceMinutes);
}

export interface ConnectionFacts {
  /** What ended the last sync, null where it succeeded or there was none. */
  readonly fault: Fault | null;
  readonly lastSuccess: number | null;
  readonly syncing: boolean;
  readonly cadenceMinutes: number;
  readonly now: number;
}

/** A sync under way is the news; then what went wrong; then age. */
export function connectionState(facts: ConnectionFacts): ConnectionState {
  if (facts.syncing) return 'syncing';
  if (facts.fault !== null) return 'failed';
  if (facts.lastSuccess === null) return 'never';
  return isStale(facts.lastSuccess, facts.cadenceMinutes, facts.now) ? 'stale' : 'ok';
}
