// Starting other programs, and ending with them: nothing outlives the script that started it.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { constants as os } from 'node:os';
import { delimiter, join } from 'node:path';

/** A failure with one sentence for the user, and the status the script ends with. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {number} [status]
   */
  constructor(message, status = 1) {
    super(message);
    this.status = status;
  }
}

/** What was run to its end: it gets the script's signals. @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** What serves those, such as a display: it outlives them. @type {Set<import('node:child_process').ChildProcess>} */
const services = new Set();
/** @type {NodeJS.Signals | undefined} */
let received;

/** @param {NodeJS.Signals} signal */
function forward(signal) {
  received ??= signal;
  // A terminal sends Ctrl+C to the whole group: a second one would cut short the child's orderly end.
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  if (signal === 'SIGINT' && fromTerminal && children.size > 0) return;
  for (const child of children) child.kill(signal);
  if (children.size === 0) process.exit(128 + os.signals[signal]);
}

/** @param {NodeJS.Signals | null} signal @param {number | null} code */
const statusOf = (signal, code) => code ?? (signal === null ? 1 : 128 + os.signals[signal]);

const PARENT_MS = 1_000;

/** The shell between npm and this script dies with npm and passes no signal on; a new parent is what shows. */
function endWithNpm() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    forward('SIGTERM');
  }, PARENT_MS);
  timer.unref();
}

/** Makes the script pass SIGINT, SIGTERM and SIGHUP on to what it runs, and keep quiet about closed pipes. */
function watchSignals() {
  if (process.env['npm_lifecycle_event'] !== undefined && process.platform !== 'win32') endWithNpm();
  process.once('exit', () => {
    for (const child of [...children, ...services]) child.kill('SIGTERM');
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forward);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/**
 * Starts a program that serves others until its `end` is called, or until the script ends in whatever way.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {{ child: import('node:child_process').ChildProcess, end: () => Promise<void> }}
 */
export function serve(command, args, options) {
  // In a group of its own: a terminal's Ctrl+C must not take it from those that it serves.
  const child = spawn(...boundToParent(command, args), {
    ...options,
    detached: process.platform !== 'win32',
  });
  services.add(child);
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  }).then(() => services.delete(child));
  const end = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  return { child, end };
}

/**
 * On Linux a program started this way ends when its parent does, even if that one is killed.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {[string, string[]]}
 */
function boundToParent(command, args) {
  return findProgram('setpriv') === undefined
    ? [command, [...args]]
    : ['setpriv', ['--pdeathsig', 'TERM', '--', command, ...args]];
}

/**
 * @typedef {object} Ended
 * @property {number} status 128 + n where the signal n ended it, as shells count
 * @property {NodeJS.Signals | null} signal
 * @property {string} output standard output and error, where they were asked for
 */

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, output?: 'inherit' | 'stderr' | 'collect', timeoutMs?: number }} [options]
 *   output: inherit leaves all three streams as they are; stderr keeps standard output free; collect keeps what is said
 * @returns {Promise<Ended>}
 */
export function run(command, args, { cwd, env, output = 'inherit', timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    /** @type {import('node:child_process').StdioOptions} */
    const stdio =
      output === 'inherit' ? 'inherit' : output === 'stderr' ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, {
      stdio,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
    children.add(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ part) => (text += part));
    child.once('error', (error) => {
      children.delete(child);
      reject(new Failure(`${command} could not be started: ${error.message}.`));
    });
    child.once('close', (code, signal) => {
      children.delete(child);
      if (received !== undefined && output !== 'inherit') process.exit(128 + os.signals[received]);
      resolve({ status: statusOf(signal, code), signal, output: text });
    });
  });
}

/** @param {string} script @param {readonly string[]} args @param {Parameters<typeof run>[2]} [options] */
export const runNode = (script, args, options) => run(process.execPath, [script, ...args], options);

/**
 * npm itself, the one that runs this script where there is one.
 * @param {readonly string[]} args @param {Parameters<typeof run>[2]} [options]
 */
export function runNpm(args, options) {
  const own = process.env['npm_execpath'];
  if (own?.endsWith('.js')) return runNode(own, args, options);
  return process.platform === 'win32'
    ? run('cmd.exe', ['/d', '/s', '/c', 'npm', ...args], options)
    : run('npm', args, options);
}

/**
 * @param {string} name of a program
 * @returns {string | undefined} its path, where it is installed
 */
export function findProgram(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** @param {string} sentence to standard error: standard output is the program's own */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

/**
 * The frame of every script: its status, or one sentence on standard error.
 * @param {() => Promise<number | void>} body
 */
export async function main(body) {
  watchSignals();
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    process.exitCode = error.status;
  }
}
