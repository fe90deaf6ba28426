/**
 * A laptop on which the program polls for days: the real scheduler, sync, ledger
 * and HTTP, with a clock that leaps from one moment at which something happens
 * to the next.
 */
import { Scheduler } from '../../electron/polling/scheduler.js';
import type { Timers } from '../../electron/polling/scheduler.js';
import type { SyncOutcome } from '../../electron/polling/sync.js';
import type { Program } from '../support/program.js';

interface Due {
  at: number;
  readonly body: () => void;
}

export class Laptop {
  onBattery = false;
  /** Syncs by connection. */
  readonly polls = new Map<string, number>();
  /** Ms with the lid open. */
  awake = 0;
  private readonly due = new Set<Due>();
  private readonly queue: string[] = [];
  private scheduler: Scheduler;

  /** @param onSync stands around every sync */
  constructor(
    private readonly program: Program,
    private readonly cadenceMinutes: number,
    private readonly random: () => number,
    private readonly onSync: (id: string, sync: () => Promise<SyncOutcome>) => Promise<void>,
  ) {
    this.scheduler = this.newScheduler();
  }

  /** The program begins: for the first time, or after it was ended. */
  start(): void {
    this.scheduler.stop();
    this.scheduler = this.newScheduler();
    this.scheduler.trigger('start');
  }

  trigger(trigger: 'network' | 'popover'): void {
    this.scheduler.trigger(trigger);
  }

  plan(): void {
    this.scheduler.plan();
  }

  /** Does something later, or never where the lid is closed for good. */
  later(milliseconds: number, body: () => void): void {
    this.due.add({ at: this.program.now + milliseconds, body });
  }

  /** The lid is closed. Timers stand still meanwhile, or fall due all at once, as the system has it. */
  sleep(milliseconds: number, timersStandStill: boolean): void {
    this.program.now += Math.round(milliseconds);
    if (timersStandStill) for (const each of this.due) each.at += milliseconds;
    this.scheduler.trigger('wake');
  }

  /** Lives on until the true time is `until`. */
  async run(until: number): Promise<void> {
    for (;;) {
      await this.drain();
      const next = [...this.due].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.due.delete(next);
      this.moveTo(next.at);
      next.body();
    }
    this.moveTo(until);
  }

  stop(): void {
    this.scheduler.stop();
  }

  private moveTo(time: number): void {
    const { program } = this;
    const before = program.now;
    program.now = Math.max(before, Math.round(time));
    this.awake += program.now - before;
  }

  private async drain(): Promise<void> {
    for (let id = this.queue[0]; id !== undefined; id = this.queue[0]) {
      const began = this.program.now;
      this.polls.set(id, (this.polls.get(id) ?? 0) + 1);
      const polled = id;
      await this.onSync(polled, () => this.program.sync(polled));
      this.awake += this.program.now - began;
      this.queue.shift();
      this.scheduler.plan();
    }
  }

  private newScheduler(): Scheduler {
    const { program } = this;
    const timers: Timers = {
      set: (body, milliseconds) => {
        const due = { at: program.now + milliseconds, body };
        this.due.add(due);
        return () => this.due.delete(due);
      },
    };
    return new Scheduler({
      now: () => program.now + program.skew,
      random: this.random,
      connections: () =>
        program.ledger
          .connections()
          .filter(({ id }) => !this.queue.includes(id))
          .map(({ id, lastAttempt, fault }) => ({ id, lastAttempt, fault })),
      settings: () => ({ cadenceMinutes: this.cadenceMinutes, onBattery: this.onBattery }),
      poll: (ids) => this.queue.push(...ids),
      timers,
    });
  }
}
