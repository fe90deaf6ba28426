// Starts the built program in an Electron: what start, demo and the end-to-end tests have in common.
import { lacksDisplay, withDisplay } from './lib/display.mjs';
import { ROOT, callersFolder } from './lib/place.mjs';
import { run, say } from './lib/processes.mjs';

/**
 * The command line's words work without a window: the first argument that is no switch, or a question about itself.
 * The launcher of the Linux package, scripts/package/cost-tray, follows the same rule.
 * @param {readonly string[]} words what follows the program's name
 */
export function needsWindow(words) {
  for (const word of words) {
    if (word === '--demo') return true;
    if (word === '-h' || word === '--help' || word === '--version' || !word.startsWith('-')) return false;
  }
  return true;
}

/**
 * Chromium's own switches, to stand before the program's folder, after which all words are the program's.
 * @param {boolean} window
 * @param {NodeJS.ProcessEnv} [env]
 */
export function chromiumSwitches(window, env = process.env) {
  // Only what ends it: the rest is about GPUs and buses that a server has not.
  const switches = ['--log-level=3'];
  if (process.platform !== 'linux') return switches;
  if (process.getuid?.() === 0) switches.push('--no-sandbox');
  if (!window) switches.push('--ozone-platform=headless', '--disable-gpu');
  else if (!env['DISPLAY'] && env['WAYLAND_DISPLAY']) switches.push('--ozone-platform=wayland');
  return switches;
}

/**
 * @param {import('./lib/electron.mjs').FoundElectron} electron
 * @param {readonly string[]} words
 * @param {{ env?: NodeJS.ProcessEnv, folder?: string }} [options] folder: of the program, the checkout unless given
 * @returns {Promise<number>} the exit status, 128 + n where a signal ended it
 */
export async function launch(electron, words, { env = process.env, folder = ROOT } = {}) {
  const window = needsWindow(words);
  const start = async (/** @type {NodeJS.ProcessEnv} */ withScreen) => {
    const args = [...chromiumSwitches(window, withScreen), folder, ...words];
    return run(electron.path, args, { cwd: callersFolder(), env: withScreen });
  };
  if (window && lacksDisplay(env) && !words.includes('--once'))
    say('There is no display: the window opens on a virtual one, unseen. Ctrl+C ends it.');
  const { status, signal } = window ? await withDisplay(env, start) : await start(env);
  if (signal === 'SIGSEGV' || signal === 'SIGTRAP' || signal === 'SIGABRT')
    say(
      window && !lacksDisplay(env)
        ? `Electron died (${signal}): does the display ${env['DISPLAY'] ?? env['WAYLAND_DISPLAY']} answer?`
        : `Electron died (${signal}).`,
    );
  return status;
}
