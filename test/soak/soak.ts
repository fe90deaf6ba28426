/** Days of polling on an accelerated clock, compared with the vendors' truth all along. */
import { expect } from 'vitest';

import { openLedger } from '../../electron/ledger/ledger.js';
import { DAY_MS, HOUR_MS, addDays, dayOf, daysBetween, lengthOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { PROVIDER_IDS } from '../../shared/model.js';
import type { ProviderId } from '../../shared/model.js';
import { Dice } from '../support/dice.js';
import { startProgram, trueDays } from '../support/program.js';
import type { Program } from '../support/program.js';
import { TRANSIENT } from './faults.js';
import { Laptop } from './laptop.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);
const MINUTE_MS = 60_000;
/** Of history when the program is first started. */
const HISTORY_DAYS = 40;
const LONGEST_WINDOW_DAYS = 31;
/** Requests of one listing: account, apps and CVMs; organization and credit. */
const LISTING_REQUESTS: Readonly<Record<ProviderId, number>> = { phala: 3, clickhouse: 2 };
const APPS = 2;
const SCOPES: Readonly<Record<ProviderId, number>> = { phala: APPS, clickhouse: 1 };
/** A hanging answer is given up after this, of real time. */
const IMPATIENT = { headersMs: 400, idleMs: 400, totalMs: 5_000 };
const SETTLING_DAYS = 4;

export interface SoakOptions {
  readonly days: number;
  readonly cadenceMinutes: number;
  readonly seed: number;
  /** Faults, sleep, clock jumps, restarts, batteries and a curious user. Else only time passes. */
  readonly rough: boolean;
  /** Days after which the heap is first measured. */
  readonly settledIn: number;
}

export interface SoakFigures {
  readonly polls: Readonly<Record<ProviderId, number>>;
  readonly requests: Readonly<Record<ProviderId, number>>;
  /** The fewest requests that these polls could have made do with. */
  readonly least: Readonly<Record<ProviderId, number>>;
  /** The most polls that the cadence allows for the time awake. */
  readonly mostPolls: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  readonly revisions: number;
  /** Bytes after the collector has run, or null where it cannot be called. */
  readonly heap: { readonly before: number; readonly after: number } | null;
  readonly seconds: number;
}

export async function soak(options: SoakOptions): Promise<SoakFigures> {
  const { days, rough, settledIn } = options;
  const began = performance.now();
  const program = await startProgram({
    now: () => START,
    since: addDays(dayOf(START), -HISTORY_DAYS),
    scale: { apps: APPS, cvmsPerApp: 1 },
  });
  try {
    const run = new Soak(program, options);
    await run.connect();
    run.laptop.start();
    if (rough) run.makeRough();
    await run.until(START + settledIn * DAY_MS);
    const before = heapInUse();
    await run.until(START + days * DAY_MS);
    const after = heapInUse();
    await run.settle();
    return {
      ...run.figures(),
      heap: before === null || after === null ? null : { before, after },
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await program.close();
  }
}

function heapInUse(): number | null {
  if (globalThis.gc === undefined) return null;
  // Twice: what the first run lets go may hold more.
  void globalThis.gc();
  void globalThis.gc();
  return process.memoryUsage().heapUsed;
}

class Soak {
  readonly laptop: Laptop;
  private readonly dice: Dice;
  private readonly providers = new Map<string, ProviderId>();
  private readonly failed: Record<string, number> = {};
  private readonly events: Record<string, number> = {};
  private readonly startCounts: Record<ProviderId, number> = { phala: 0, clickhouse: 0 };
  private checkedDay: Day = dayOf(START);

  constructor(
    private readonly program: Program,
    private readonly options: SoakOptions,
  ) {
    this.dice = new Dice(options.seed);
    this.laptop = new Laptop(
      program,
      options.cadenceMinutes,
      () => this.dice.next(),
      (id, sync) => this.watched(id, sync),
    );
  }

  /** Both vendors connected. */
  async connect(): Promise<void> {
    for (const provider of PROVIDER_IDS) this.providers.set(await this.program.connect(provider), provider);
    // The keys were checked in a form; from here on requests are the polls' own.
    for (const provider of PROVIDER_IDS) this.startCounts[provider] = this.program.servers.counts[provider];
  }

  until(time: number): Promise<void> {
    return this.laptop.run(time);
  }

  /** What happens to laptops, each again and again at intervals drawn by chance. */
  makeRough(): void {
    const { dice, laptop, program } = this;
    this.again('fault', 2 * HOUR_MS, () => this.breakSomething());
    this.again('network lost', 30 * HOUR_MS, () => {
      for (const provider of PROVIDER_IDS) program.servers.setFault(provider, { kind: 'reset' });
      laptop.later(dice.between(5 * MINUTE_MS, 5 * HOUR_MS), () => {
        for (const provider of PROVIDER_IDS) program.servers.setFault(provider, null);
        laptop.trigger('network');
      });
    });
    this.again('sleep', 16 * HOUR_MS, () => {
      const weekend = dice.chance(0.1);
      const hours = weekend ? dice.between(50, 66) : dice.between(0.2, 10);
      laptop.sleep(hours * HOUR_MS, dice.chance(0.5));
    });
    this.again('clock jump', 80 * HOUR_MS, () => {
      // As far as a clock that is set to another zone's time.
      program.skew = Math.round(dice.between(-14, 14) * HOUR_MS);
      laptop.later(dice.between(HOUR_MS, 12 * HOUR_MS), () => {
        program.skew = 0;
      });
    });
    this.again('restart', 40 * HOUR_MS, () => {
      program.ledger.close();
      program.ledger = openLedger(program.file, () => program.now).ledger;
      laptop.start();
    });
    this.again('popover', 5 * HOUR_MS, () => laptop.trigger('popover'));
    this.again('battery', 9 * HOUR_MS, () => {
      laptop.onBattery = !laptop.onBattery;
      laptop.plan();
    });
  }

  /** All is well again: what is known then is the whole truth. */
  async settle(): Promise<void> {
    const { program, laptop } = this;
    for (const provider of PROVIDER_IDS) program.servers.setFault(provider, null);
    program.skew = 0;
    laptop.stop();
    for (const id of this.providers.keys()) {
      program.now += 3 * MINUTE_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
      this.compare(id, () => true);
    }
    expect(program.ledger.integrityFault()).toBeNull();
  }

  figures(): Omit<SoakFigures, 'heap' | 'seconds'> {
    const { program, laptop } = this;
    const polls: Record<ProviderId, number> = { phala: 0, clickhouse: 0 };
    // The last sync of each is the check's own.
    for (const [id, provider] of this.providers) polls[provider] = (laptop.polls.get(id) ?? 0) + 1;
    const { counts } = program.servers;
    const range = program.servers.truth.whole();
    return {
      polls,
      requests: {
        phala: counts.phala - this.startCounts.phala,
        clickhouse: counts.clickhouse - this.startCounts.clickhouse,
      },
      least: {
        phala: this.least('phala', polls.phala),
        clickhouse: this.least('clickhouse', polls.clickhouse),
      },
      mostPolls: Math.ceil(laptop.awake / (this.options.cadenceMinutes * MINUTE_MS)) + 1,
      failed: this.failed,
      events: this.events,
      revisions: program.ledger.revisions({ range, connections: null }).length,
    };
  }

  /**
   * One question a scope and poll, one listing a day, what of history the first
   * poll's question does not reach, and a weekly second look at one window.
   */
  private least(provider: ProviderId, polls: number): number {
    const days = Math.floor((this.program.now - START) / DAY_MS);
    const windows = Math.ceil((HISTORY_DAYS + 1) / LONGEST_WINDOW_DAYS) - 1;
    const looks = Math.floor(days / 7);
    return SCOPES[provider] * (polls + windows + looks) + LISTING_REQUESTS[provider] * (days + 1);
  }

  private again(name: string, every: number, body: () => void): void {
    const next = (): void => {
      this.laptop.later(this.dice.between(0.5, 1.5) * every, () => {
        this.events[name] = (this.events[name] ?? 0) + 1;
        body();
        next();
      });
    };
    next();
  }

  private breakSomething(): void {
    const { dice, program } = this;
    const provider = dice.pick(PROVIDER_IDS);
    const fault = dice.pick(TRANSIENT[provider]);
    program.servers.setFault(provider, { times: Math.ceil(dice.between(0, 8)), ...fault });
  }

  private async watched(
    id: string,
    sync: () => Promise<{ readonly kind: string; readonly fault?: { readonly kind: string } }>,
  ): Promise<void> {
    const { program } = this;
    const whole = program.servers.truth.whole();
    program.timeouts = this.options.rough ? IMPATIENT : program.timeouts;
    const before = program.byDay(id, whole);
    const outcome = await sync();
    expect(['done', 'failed']).toContain(outcome.kind);
    if (outcome.kind === 'failed') {
      const kind = outcome.fault?.kind ?? 'none';
      this.failed[kind] = (this.failed[kind] ?? 0) + 1;
      // A failure never takes anything away.
      const after = program.byDay(id, whole);
      for (const [day, amount] of before) {
        expect(after.get(day) ?? 0n, `${day} after ${kind}`).toBeGreaterThanOrEqual(amount);
      }
    }
    const today = dayOf(program.now);
    if (today === this.checkedDay) return;
    this.checkedDay = today;
    const settledBefore = addDays(today, -SETTLING_DAYS);
    for (const each of this.providers.keys()) {
      const states = program.ledger.dayStates({ range: whole, connections: [each] }, today);
      const settled = new Set(
        states.filter(({ state }) => state === 'settled' || state === 'zero').map(({ day }) => day),
      );
      this.compare(each, (day) => settled.has(day) && day < settledBefore);
    }
  }

  /** The ledger's days beside the vendors', to the nano. */
  private compare(id: string, which: (day: Day) => boolean): void {
    const { program } = this;
    const provider = this.providers.get(id) ?? 'phala';
    const whole = program.servers.truth.whole();
    const chosen = <T>(days: Map<Day, T>): Array<[Day, T]> => [...days].filter(([day]) => which(day)).sort();
    expect(chosen(program.byDay(id, whole))).toEqual(chosen(trueDays(program, provider, whole)));
    const states = program.ledger.dayStates({ range: whole, connections: [id] }, whole.to);
    expect(states).toHaveLength(lengthOf(whole));
    expect(states.filter(({ state, day }) => which(day) && state === 'unknown')).toEqual([]);
    expect(daysBetween(whole.from, whole.to)).toBeGreaterThanOrEqual(HISTORY_DAYS);
  }
}
