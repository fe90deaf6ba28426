/**
 * What the program costs while nobody uses it: hidden, beside the same with the
 * popover open. Nothing of ours is attached to it while it is measured, since a
 * debugger keeps a hidden page awake.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium } from 'playwright-core';

import { LARGE, fillHome } from './estate.js';
import { withFolder } from './folder.js';
import { PROCESS_KINDS, difference, workOf } from './processes.js';
import type { ProcessKind, WorkOf } from './processes.js';
import { medianOf, table, times } from './report.js';
import { programCommand } from './window.js';

const SPAN_MS = { quick: 5_000, full: 20_000 };
const ROUNDS = { quick: 1, full: 3 };
/** After opening and closing there is some tidying up, which is not what is asked about. */
const SETTLE_MS = 4_000;
const TRIES = 200;
const TRY_EVERY_MS = 100;

interface Round {
  readonly open: WorkOf;
  readonly hidden: WorkOf;
}

export async function idleBench({ quick }: { readonly quick: boolean }): Promise<string> {
  if (process.platform !== 'linux') return 'Measured on Linux only, from what it counts for each process.';
  const size = quick ? 'quick' : 'full';
  return withFolder(async (folder) => {
    const program = await start(folder);
    const rounds: Round[] = [];
    let alone: WorkOf;
    try {
      alone = await during(program.pid, SPAN_MS[size]);
      for (let number = 0; number < ROUNDS[size]; number += 1) {
        await program.show();
        const open = await during(program.pid, SPAN_MS[size]);
        await program.hide();
        rounds.push({ open, hidden: await during(program.pid, SPAN_MS[size]) });
      }
    } finally {
      await program.end();
    }
    const seconds = SPAN_MS[size] / 1000;
    const kinds = [...PROCESS_KINDS, 'all'] as const;
    return table(
      [
        `CPU time in ${seconds} s`,
        'tray alone',
        'open',
        'hidden',
        'hidden beside open',
        'wake-ups a second, open',
        'wake-ups a second, hidden',
      ],
      kinds.map((kind) => {
        const of = (what: 'cpu' | 'wakes', when: keyof Round) =>
          medianOf(rounds, (round) => amount(round[when], kind, what));
        return [
          kind,
          cpuText(amount(alone, kind, 'cpu')),
          cpuText(of('cpu', 'open')),
          cpuText(of('cpu', 'hidden')),
          of('cpu', 'open') === 0 ? '' : times(of('cpu', 'hidden') / of('cpu', 'open')),
          (of('wakes', 'open') / seconds).toFixed(1),
          (of('wakes', 'hidden') / seconds).toFixed(1),
        ];
      }),
    );
  });
}

function amount(work: WorkOf, kind: ProcessKind | 'all', what: 'cpu' | 'wakes'): number {
  return kind === 'all' ? PROCESS_KINDS.reduce((sum, each) => sum + work[each][what], 0) : work[kind][what];
}

function cpuText(cpu: number): string {
  return `${cpu.toFixed(1)} ms`;
}

async function during(pid: number, span: number): Promise<WorkOf> {
  await sleep(SETTLE_MS);
  const before = workOf(pid);
  await sleep(span);
  return difference(workOf(pid), before);
}

interface Program {
  readonly pid: number;
  show(): Promise<void>;
  hide(): Promise<void>;
  end(): Promise<void>;
}

/** The program as on a desktop that shows its tray icon: with the popover not made yet. */
async function start(folder: string): Promise<Program> {
  const home = join(folder, 'home');
  fillHome(home, LARGE);
  const port = await freePort();
  const { path, args, env } = programCommand(home);
  const launch = (more: readonly string[]): ChildProcess =>
    spawn(path, [...more, ...args], { env: { ...env, PATH: withTrayHost(folder, env) }, stdio: 'ignore' });
  const main = launch([`--remote-debugging-port=${port}`]);
  const { pid } = main;
  if (pid === undefined) throw new Error('the program did not start');
  const ended = once(main, 'exit');
  await until(() => answers(port));
  return {
    pid,
    // A second launch brings the first one's popover up.
    show: async () => {
      await once(launch([]), 'exit');
      await inPage(port, async (page) => page.waitForSelector('main:not([hidden])'));
    },
    hide: () => inPage(port, async (page) => page.keyboard.press('Escape')),
    end: async () => {
      main.kill('SIGTERM');
      await ended;
    },
  };
}

/** A search path on which the desktop answers that it shows tray icons. */
function withTrayHost(folder: string, env: Readonly<Record<string, string>>): string {
  const bin = join(folder, 'bin');
  const program = join(bin, 'busctl');
  mkdirSync(bin, { recursive: true });
  writeFileSync(program, '#!/bin/sh\necho "b true"\n');
  chmodSync(program, 0o755);
  return `${bin}:${env['PATH'] ?? ''}`;
}

type PageOf = Awaited<ReturnType<Awaited<ReturnType<typeof chromium.connectOverCDP>>['newPage']>>;

/** Lets go of the page afterwards. */
async function inPage(port: number, work: (page: PageOf) => Promise<unknown>): Promise<void> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  try {
    const pages = (): PageOf[] => browser.contexts().flatMap((context) => context.pages());
    await until(() => Promise.resolve(pages().length > 0));
    const [page] = pages();
    if (page !== undefined) await work(page);
  } finally {
    await browser.close();
  }
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/json/version`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let left = TRIES; left > 0; left -= 1) {
    if (await what()) return;
    await sleep(TRY_EVERY_MS);
  }
  throw new Error('the program did not answer');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
