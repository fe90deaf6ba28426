// Where things are: the project, the user's cache folder, the folder the user called from.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/**
 * The folder for what may be fetched again at any time, such as an Electron.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function cacheFolder(env = process.env) {
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'cost-tray');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'cost-tray');
  if (process.platform === 'win32' && env['LOCALAPPDATA'])
    return join(env['LOCALAPPDATA'], 'cost-tray', 'Cache');
  return join(homedir(), '.cache', 'cost-tray');
}

/**
 * npm runs a script in the project's folder and keeps the caller's in INIT_CWD, which grandchildren inherit;
 * so it counts only where the folder is the project's.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [cwd]
 */
export function callersFolder(env = process.env, cwd = process.cwd()) {
  return cwd === ROOT && env['INIT_CWD'] ? env['INIT_CWD'] : cwd;
}

/**
 * @param {string} path of a JSON file
 * @returns {unknown} undefined where there is none that parses
 */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The file behind a package's command, to be run by Node itself: the same on every system, without a shell.
 * @param {string} packageName
 * @param {string} [command] the package's own name unless given
 */
export function commandOf(packageName, command = packageName) {
  const manifest = join(ROOT, 'node_modules', packageName, 'package.json');
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const file = typeof bin === 'string' ? bin : bin[command];
  if (file === undefined) throw new Error(`${packageName} has no command ${command}`);
  return join(dirname(manifest), file);
}
