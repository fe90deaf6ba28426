// A vitest suite that drives the real program: with a display and a keyring, and told where the Electron is.
import { join } from 'node:path';
import { withDisplay } from './display.mjs';
import { withKeyring } from './keyring.mjs';
import { ROOT, commandOf } from './place.mjs';
import { runNode } from './processes.mjs';

/** The tests' own display, so that what they click does not meet what the user does. */
function withoutDisplay() {
  const { DISPLAY, WAYLAND_DISPLAY, ...env } = process.env;
  return env;
}

/**
 * The suite finds the Electron in COST_TRAY_ELECTRON and, where one was built, the package's program in
 * COST_TRAY_PACKAGED.
 * @param {string} name of vitest.NAME.config.ts
 * @param {import('./electron.mjs').FoundElectron} electron
 * @param {{ packaged?: string | undefined, args?: readonly string[] }} [options] args: further words for vitest
 * @returns {Promise<number>} vitest's status
 */
export function runSuite(name, electron, { packaged, args = [] } = {}) {
  const base = {
    ...(process.platform === 'linux' ? withoutDisplay() : process.env),
    COST_TRAY_ELECTRON: electron.path,
    ...(packaged === undefined ? {} : { COST_TRAY_PACKAGED: packaged }),
  };
  const config = join(ROOT, `vitest.${name}.config.ts`);
  return withDisplay(base, (withScreen) =>
    withKeyring(withScreen, async (env) => {
      const ended = await runNode(commandOf('vitest'), ['run', '-c', config, ...args], { cwd: ROOT, env });
      return ended.status;
    }),
  );
}
