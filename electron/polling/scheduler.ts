/**
 * Turns cadence and triggers into polls, with one timer that is set only while
 * something is due. Main owns it.
 */
import { POLL_FLOOR_MS, WAKE_DELAY_MS, dueAt, triggers } from './cadence.js';
import type { CadenceInput, PolledConnection, Trigger } from './cadence.js';

/** Node's timers hold at most 2^31 ms; a later moment is looked at again then. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** What runs something later. */
export interface Timers {
  /** @returns what calls it off */
  readonly set: (body: () => void, milliseconds: number) => () => void;
}

const NODE_TIMERS: Timers = {
  set: (body, milliseconds) => {
    const timer = setTimeout(body, milliseconds);
    return () => clearTimeout(timer);
  },
};

export interface SchedulerOptions {
  readonly now: () => number;
  readonly random: () => number;
  /** Connections that could be polled; those being synced just now are left out. */
  readonly connections: () => readonly PolledConnection[];
  readonly settings: () => { readonly cadenceMinutes: number; readonly onBattery: boolean };
  readonly poll: (connections: readonly string[]) => void;
  /** Node's, unless given. */
  readonly timers?: Timers;
}

export class Scheduler {
  private readonly timers: Timers;
  private cancelTimer: (() => void) | null = null;
  private cancelWake: (() => void) | null = null;
  private jitter: number;
  private stopped = false;

  constructor(private readonly options: SchedulerOptions) {
    this.timers = options.timers ?? NODE_TIMERS;
    this.jitter = options.random();
  }

  /** Polls what the trigger calls for, at once; waking up leaves the network a moment. */
  trigger(trigger: Trigger): void {
    if (this.stopped) return;
    if (trigger === 'wake') {
      this.cancelWake?.();
      this.cancelWake = this.timers.set(() => this.run('wake'), WAKE_DELAY_MS);
      return;
    }
    this.run(trigger);
  }

  /** Sets the timer anew: after a sync, a settings change, or a change of power source. */
  plan(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    if (this.stopped) return;
    const next = this.nextPollAt();
    if (next === null) return;
    const delay = Math.min(Math.max(0, next - this.options.now()), LONGEST_TIMER_MS);
    this.cancelTimer = this.timers.set(() => this.run('timer'), delay);
  }

  /** The next automatic poll, or null for none. */
  nextPollAt(): number | null {
    const input = this.input();
    const dues = this.options
      .connections()
      .map((connection) => {
        const due = dueAt(connection, input);
        if (due === null) return null;
        const floor = connection.lastAttempt === null ? 0 : connection.lastAttempt + POLL_FLOOR_MS;
        return connection.lastAttempt !== null && connection.lastAttempt > input.now
          ? due
          : Math.max(due, floor);
      })
      .filter((due) => due !== null);
    return dues.length === 0 ? null : Math.min(...dues);
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer?.();
    this.cancelWake?.();
  }

  private run(trigger: Trigger): void {
    if (this.stopped) return;
    const input = this.input();
    const due = this.options.connections().filter((connection) => triggers(trigger, connection, input));
    if (due.length > 0) {
      this.jitter = this.options.random();
      this.options.poll(due.map((connection) => connection.id));
    }
    this.plan();
  }

  private input(): CadenceInput {
    const { cadenceMinutes, onBattery } = this.options.settings();
    return { now: this.options.now(), cadenceMinutes, onBattery, random: this.jitter };
  }
}
