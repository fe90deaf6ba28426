import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { App } from 'electron';

export interface AutostartOptions {
  readonly platform: NodeJS.Platform;
  readonly app: Pick<App, 'setLoginItemSettings'>;
  /** The program and its arguments: what starts the tray. */
  readonly command: readonly [program: string, ...args: string[]];
  /** `$XDG_CONFIG_HOME`, or `~/.config`; used on Linux only. */
  readonly configFolder: string;
}

const FILE_NAME = 'cost-tray.desktop';

/** Quotes one argument of an `Exec` line, after the Desktop Entry Specification. */
function quoted(argument: string): string {
  // Twice: once for the argument's quotes, once for the file's own escapes.
  const escaped = argument
    .replace(/[\\"`$]/g, '\\$&')
    .replace(/\\/g, '\\\\')
    .replaceAll('%', '%%');
  return `"${escaped}"`;
}

export function desktopEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Cost Tray',
    'Comment=What Phala Cloud and ClickHouse Cloud cost right now',
    `Exec=${command.map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/**
 * Makes the program start at login, or no longer. Elsewhere the system keeps
 * the choice; on Linux it is a file, written beside and renamed.
 *
 * @throws Error with a plain sentence where the file cannot be written
 */
export async function setAutostart(options: AutostartOptions, enabled: boolean): Promise<void> {
  const { app, command, configFolder, platform } = options;
  if (platform !== 'linux') {
    const [path, ...args] = command;
    app.setLoginItemSettings(
      platform === 'win32' ? { openAtLogin: enabled, path, args } : { openAtLogin: enabled },
    );
    return;
  }
  const file = join(configFolder, 'autostart', FILE_NAME);
  try {
    if (enabled) await writeIfChanged(file, desktopEntry(command));
    else await rm(file, { force: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Error(`Start at login could not be changed: ${file} is not writable (${code}).`);
  }
}

async function writeIfChanged(file: string, text: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => null);
  if (before === text) return;
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text, { mode: 0o644 });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
