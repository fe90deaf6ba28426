/** Starts the real program in the real Electron and drives its window. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { constants as os, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { expect, vi } from 'vitest';

import { startDemoServers } from '../../electron/demo/servers.js';
import type { DemoOptions, DemoServers } from '../../electron/demo/servers.js';
import { keychainService } from '../../electron/keychain/service-name.js';
import type { Credential } from '../../shared/ipc.js';
import { PROVIDER_IDS } from '../../shared/model.js';
import type { AppState, ProviderId } from '../../shared/model.js';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Pictures of every run, for the eye. */
export const PICTURES = join(ROOT, 'gallery/e2e');

const SWITCHES = ['--log-level=3', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];

function electronPath(): string {
  const path = process.env['COST_TRAY_ELECTRON'];
  if (path === undefined) throw new Error('Run this with: npm test -- --only e2e');
  return path;
}

/** A home folder and vendors of its own. */
export interface World {
  readonly home: string;
  readonly servers: DemoServers;
  readonly env: Record<string, string>;
  close(): Promise<void>;
}

export async function openWorld(options: Partial<DemoOptions> = {}): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'cost-tray-e2e-'));
  // The vendors' clock stands, so that the truth is one and the same for the whole run.
  const now = Date.now();
  const servers = await startDemoServers({ months: 3, ...options, now: options.now ?? (() => now) });
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    home,
    servers,
    env: {
      ...env,
      COST_TRAY_HOME: home,
      COST_TRAY_PHALA_URL: servers.phalaUrl,
      COST_TRAY_CLICKHOUSE_URL: servers.clickhouseUrl,
    },
    close: async () => {
      await servers.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A program that takes longer to end hangs: it takes a tenth of a second. */
const QUIT_LIMIT_MS = 30_000;
const KILL_LIMIT_MS = 5_000;

export interface Window {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What main shows: every amount to the nano. */
  state(): Promise<AppState>;
  /** Waits until main says so. */
  until(what: (state: AppState) => boolean): Promise<AppState>;
  picture(name: string): Promise<void>;
  quit(): Promise<void>;
}

export async function openWindow(world: World, words: readonly string[] = []): Promise<Window> {
  const app = await _electron.launch({
    executablePath: electronPath(),
    args: [...SWITCHES, ROOT, ...words],
    env: world.env,
  });
  const page = await app.firstWindow();
  await page.waitForSelector('main:not([hidden])');
  const state = (): Promise<AppState> => page.evaluate(() => window.costTray.call('snapshot', undefined));
  return {
    app,
    page,
    state,
    until: (what) =>
      vi.waitFor(
        async () => {
          const seen = await state();
          if (!what(seen)) throw new Error('Main does not say so.');
          return seen;
        },
        { timeout: 120_000, interval: 250 },
      ),
    picture: async (name) => {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}.png`) });
    },
    quit: () => quit(app),
  };
}

/** @throws Error where it does not end, with what the program's threads do */
async function quit(app: ElectronApplication): Promise<void> {
  const { pid } = app.process();
  const closed = app.close();
  const isClosed = await Promise.race([closed.then(() => true), sleep(QUIT_LIMIT_MS, false, { ref: false })]);
  if (isClosed) return;
  const threads = pid === undefined ? [] : threadsOf(pid);
  app.process().kill('SIGKILL');
  // Unless it had ended, and only who waited for it did not hear of that.
  await Promise.race([closed, sleep(KILL_LIMIT_MS, null, { ref: false })]);
  const found = threads.length === 0 ? 'it has ended' : threads.join('\n');
  throw new Error(`Not closed after ${QUIT_LIMIT_MS / 1_000} s; process ${pid}:\n${found}`);
}

/** What each thread of a process is called and waits in; none where it has ended. */
function threadsOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  return (existsSync(folder) ? readdirSync(folder) : []).map((thread) =>
    ['comm', 'wchan', 'syscall'].map((name) => textOrNone(join(folder, thread, name))).join(' · '),
  );
}

/** Processes end while they are looked at, and not everyone may see all of them. */
function textOrNone(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Nothing is being read, and everything has been. */
export function settled({ overview }: AppState): boolean {
  return !overview.syncing && overview.connections.every(({ lastSuccess }) => lastSuccess !== null);
}

/** Connects accounts of the world over the bridge, without the forms, and waits for their history. */
export async function connect(
  { servers }: World,
  view: Window,
  providers: readonly ProviderId[] = PROVIDER_IDS,
): Promise<AppState> {
  const credentials = providers.map((provider): Credential =>
    provider === 'phala'
      ? { provider, apiKey: servers.keys.phala }
      : { provider, ...servers.keys.clickhouse },
  );
  for (const credential of credentials) {
    const outcome = await view.page.evaluate(
      (credential) => window.costTray.call('connect', { name: null, credential }),
      credential,
    );
    expect(outcome.ok).toBe(true);
  }
  return view.until(settled);
}

/** The names under which the real keychain keeps something for this world, sorted. */
export async function keysKept({ home }: World): Promise<string[]> {
  const { findCredentials } = await import('keytar');
  return (await findCredentials(keychainService(home))).map(({ account }) => account).sort();
}

export interface Spoken {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
}

/** Words of the command line as a process without a display. */
export function commandLine(world: World, words: readonly string[]): CommandLine {
  const { DISPLAY: _display, ...env } = world.env;
  return { program: electronPath(), args: [...SWITCHES, '--ozone-platform=headless', ROOT, ...words], env };
}

/** Runs words of the command line to their end. */
export function say(world: World, words: readonly string[], input = ''): Promise<Spoken> {
  const { program, args, env } = commandLine(world, words);
  return run(program, args, env, input);
}

export function run(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  input = '',
): Promise<Spoken> {
  return new Promise((done) => {
    const child = execFile(
      program,
      [...args],
      { env, maxBuffer: 256 * 1024 * 1024, timeout: 150_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        done({ status: typeof code === 'number' ? code : 128, stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}

export interface Started {
  readonly child: ChildProcess;
  /** With 128 + n as the status where the signal n ended it, as shells count. */
  readonly ended: Promise<Spoken>;
}

/** Starts a program that is not left to its own end. */
export function start({ program, args, env }: CommandLine, stdout: number | 'pipe' = 'pipe'): Started {
  const child = spawn(program, [...args], { env, stdio: ['pipe', stdout, 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = once(child, 'close').then((end) => {
    const [code, signal] = end as [number, null] | [null, NodeJS.Signals];
    return { status: signal === null ? code : 128 + os.signals[signal], ...said };
  });
  return { child, ended };
}

/** Every file below a folder that holds one of the texts, plain or in base64. */
export function filesHolding(folder: string, secrets: readonly string[]): string[] {
  const needles = secrets.flatMap((secret) => [
    Buffer.from(secret),
    Buffer.from(Buffer.from(secret).toString('base64').replace(/=+$/, '')),
    Buffer.from(secret, 'utf16le'),
  ]);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => {
      const bytes = readFileSync(path);
      return needles.some((needle) => bytes.includes(needle));
    });
}

/** Processes whose arguments hold one of the texts. */
export function processesHolding(secrets: readonly string[]): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => textOrNone(`/proc/${pid}/cmdline`))
    .filter((line) => secrets.some((secret) => line.includes(secret)));
}
