/** Starts refreshes of the real program and kills them, process group and all, at moments drawn by chance. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'vitest';

import { commandLine, openWorld, say } from '../e2e/driver.js';
import type { World } from '../e2e/driver.js';
import { Dice } from '../support/dice.js';
import { AskedWindows, Truth, checkLedger } from './ledger-check.js';
import type { CheckedLedger } from './ledger-check.js';

/** A moment of a run: so long after its start, after its n-th request, or at its n-th write to the ledger's log. */
type Moment =
  | { readonly phase: 'start'; readonly ms: number }
  | { readonly phase: 'listing' | 'windows'; readonly requests: number; readonly ms: number }
  | { readonly phase: 'commit'; readonly writes: number };

export type Phase = Moment['phase'];

/** So often the ledger goes before it is whole, so that kills fall into the making of a fresh one too. */
const EARLY_END = 0.1;
/** Lists come first: four requests of both vendors together, and some for what a key's check asked. */
const LIST_REQUESTS = 5;
const LOOK_EVERY_MS = 2;

export interface Killed {
  readonly kills: Record<Phase, number>;
  /** Refreshes that came to their end before their moment. */
  readonly finished: number;
  /** How often a whole history was there. */
  readonly backfills: number;
  /** How often a fresh ledger was begun. */
  readonly begun: number;
  /** Kills that left a transaction in the log without its end. */
  readonly torn: number;
  readonly seconds: number;
}

/** A run of `refresh`; `ended` resolves with what it said on standard error. */
export interface Refresh {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

export class CrashWorld {
  private readonly truth: Truth;
  private readonly asked = new AskedWindows();
  private seen = 0;

  private constructor(readonly world: World) {
    this.truth = new Truth(world.servers);
  }

  /** Both vendors connected through the command line. */
  static async open(months: number): Promise<CrashWorld> {
    // Their clock stands, so the vendors' limit by that clock would never end.
    const world = await openWorld({ months, enforceLimit: false });
    // What a killed process leaves among temporary files goes with the home.
    const temporary = join(world.home, 'tmp');
    mkdirSync(temporary);
    const own = new CrashWorld({ ...world, env: { ...world.env, TMPDIR: temporary } });
    const { phala, clickhouse } = world.servers.keys;
    const connected = [
      await say(own.world, ['connect', 'phala'], `${phala}\n`),
      await say(own.world, ['connect', 'clickhouse'], `${clickhouse.keyId}\n${clickhouse.keySecret}\n`),
    ];
    expect(connected.map(({ status, stderr }) => ({ status, stderr }))).toEqual([
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ]);
    return own;
  }

  get ledgerFile(): string {
    return join(this.world.home, 'ledger.sqlite');
  }

  close(): Promise<void> {
    return this.world.close();
  }

  /** @param tell one line about each kill */
  async kill(times: number, seed: number, tell: (line: string) => void): Promise<Killed> {
    const dice = new Dice(seed);
    const began = performance.now();
    const kills: Record<Phase, number> = { start: 0, listing: 0, windows: 0, commit: 0 };
    let count = 0;
    let finished = 0;
    let backfills = 0;
    let begun = 0;
    let torn = 0;
    while (count < times) {
      const moment = momentOf(dice);
      const killed = await this.refreshUntil(moment);
      if (killed) {
        count += 1;
        kills[moment.phase] += 1;
      } else {
        finished += 1;
      }
      const checked = this.check();
      if (!killed) expect(checked).toMatchObject({ connections: 2, complete: true });
      if (checked.torn > 0) torn += 1;
      const what = killed ? `kill ${count}` : 'finished';
      tell(`${what} ${JSON.stringify(moment)}: ${checked.charges} charges, ${checked.torn} torn pages`);
      if (checked.complete) backfills += 1;
      if (checked.complete || dice.chance(EARLY_END)) {
        begun += 1;
        this.forget();
      }
    }
    return { kills, finished, backfills, begun, torn, seconds: (performance.now() - began) / 1000 };
  }

  /** @throws AssertionError */
  check(): CheckedLedger {
    const { servers } = this.world;
    for (const request of servers.requests.slice(this.seen)) this.asked.add(request);
    this.seen = servers.requests.length;
    return checkLedger(this.ledgerFile, this.truth, this.asked, servers.truth.whole());
  }

  /** A history that is whole goes, so that the next run backfills: the connections come back from their copy. */
  forget(): void {
    for (const suffix of ['', '-journal', '-wal', '-shm'])
      rmSync(`${this.ledgerFile}${suffix}`, { force: true });
  }

  /** Starts `refresh` in a process group of its own. */
  refresh(): Refresh {
    const { program, args, env } = commandLine(this.world, ['refresh']);
    const child = spawn(program, args, {
      env,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(child, 'close').then(() => said);
    return { child, ended };
  }

  /** @returns whether it was killed; it may come to its end before, and then must have done its work */
  private async refreshUntil(moment: Moment): Promise<boolean> {
    const { counts } = this.world.servers;
    const before = counts.phala + counts.clickhouse;
    const { child, ended } = this.refresh();
    const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
    switch (moment.phase) {
      case 'start':
        await Promise.race([sleep(moment.ms), ended]);
        break;
      case 'listing':
      case 'windows':
        while (!isOver() && counts.phala + counts.clickhouse - before < moment.requests) {
          await sleep(LOOK_EVERY_MS);
        }
        await Promise.race([sleep(moment.ms), ended]);
        break;
      case 'commit':
        await this.write(moment.writes, ended);
        break;
    }
    const killed = !isOver();
    if (killed) killGroup(child);
    const said = await ended;
    if (!killed) expect({ status: child.exitCode, said }).toMatchObject({ status: 0 });
    return killed;
  }

  /** Resolves at the n-th write to the log from now on, or with the end. */
  private async write(count: number, ended: Promise<unknown>): Promise<void> {
    let writes = 0;
    const watching = new AbortController();
    const written = new Promise<void>((resolve) => {
      watch(this.world.home, { signal: watching.signal }, (_event, name) => {
        if (name !== 'ledger.sqlite-wal') return;
        writes += 1;
        if (writes === count) resolve();
      });
    });
    await Promise.race([written, ended]);
    watching.abort();
  }
}

function momentOf(dice: Dice): Moment {
  const kind = dice.next();
  if (kind < 0.15) return { phase: 'start', ms: Math.round(dice.between(0, 1_500)) };
  if (kind < 0.3) {
    const requests = Math.ceil(dice.between(0, LIST_REQUESTS));
    return { phase: 'listing', requests, ms: Math.round(dice.between(0, 40)) };
  }
  if (kind < 0.6) {
    const requests = LIST_REQUESTS + dice.magnitude(40);
    return { phase: 'windows', requests, ms: Math.round(dice.between(0, 120)) };
  }
  return { phase: 'commit', writes: dice.magnitude(6_000) };
}

/** As the system kills when memory is out: no process of the group gets a word in. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) throw new Error('the program did not start');
  if (process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
}
