/** Whether the desktop has anywhere to show a tray icon. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a program and returns its standard output. Rejects where it fails or is missing. */
export type Run = (command: string, args: readonly string[]) => Promise<string>;

/** A program of the system, given three seconds. */
export const runProgram: Run = async (command, args) => {
  const { stdout } = await promisify(execFile)(command, [...args], { timeout: 3000 });
  return stdout;
};

export interface TrayHostOptions {
  readonly platform: NodeJS.Platform;
  readonly run: Run;
  readonly wait: (milliseconds: number) => Promise<void>;
}

const WATCHER = 'org.kde.StatusNotifierWatcher';
const PROPERTY = 'IsStatusNotifierHostRegistered';

/**
 * The same question put by whichever program is there; a desktop has at least
 * one. Each prints "true" or "false" within its answer.
 */
const QUESTIONS: ReadonlyArray<readonly [command: string, args: readonly string[]]> = [
  [
    'busctl',
    [
      '--user',
      '--auto-start=no',
      '--timeout=2',
      'get-property',
      WATCHER,
      '/StatusNotifierWatcher',
      WATCHER,
      PROPERTY,
    ],
  ],
  [
    'gdbus',
    [
      'call',
      '--session',
      '--timeout',
      '2',
      '--dest',
      WATCHER,
      '--object-path',
      '/StatusNotifierWatcher',
      '--method',
      'org.freedesktop.DBus.Properties.Get',
      WATCHER,
      PROPERTY,
    ],
  ],
  [
    'dbus-send',
    [
      '--session',
      '--print-reply',
      '--reply-timeout=2000',
      `--dest=${WATCHER}`,
      '/StatusNotifierWatcher',
      'org.freedesktop.DBus.Properties.Get',
      `string:${WATCHER}`,
      `string:${PROPERTY}`,
    ],
  ],
];

const RETRY_MS = 1000;

/**
 * Whether a tray icon would be seen now. macOS and Windows always have a tray;
 * on Linux a panel must have registered as StatusNotifier host.
 */
export async function hasTrayHost({
  platform,
  run,
}: Pick<TrayHostOptions, 'platform' | 'run'>): Promise<boolean> {
  if (platform !== 'linux') return true;
  for (const [command, args] of QUESTIONS) {
    try {
      return /\btrue\b/.test(await run(command, args));
    } catch {
      // Missing, or no such service: the next one is asked.
    }
  }
  return false;
}

/**
 * As {@link hasTrayHost}, but patient: at login a panel may register seconds
 * after us, and Electron decides once, when the tray is made.
 *
 * @param tries how often to ask, a second apart
 */
export async function awaitTrayHost(options: TrayHostOptions, tries: number): Promise<boolean> {
  for (let left = tries; left > 0; left -= 1) {
    if (await hasTrayHost(options)) return true;
    if (left > 1) await options.wait(RETRY_MS);
  }
  return false;
}
