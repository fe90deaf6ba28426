// A virtual display (Xvfb) for a window where the machine has no screen.
import { Failure, findProgram, serve } from './processes.mjs';

const START_MS = 20_000;
const SCREEN = '1280x1024x24';

/** @param {NodeJS.ProcessEnv} [env] */
export function lacksDisplay(env = process.env) {
  return process.platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'];
}

/**
 * @typedef {object} Display
 * @property {string} name such as ":99", for DISPLAY
 * @property {() => Promise<void>} end
 */

/** @returns {Promise<Display>} one whose number the server chose itself, so that several run side by side */
export async function startDisplay() {
  const program = findProgram('Xvfb');
  if (program === undefined) throw new Failure('Xvfb is not installed: a window needs a display.');
  const args = ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset'];
  const { child: server, end } = serve(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  let complaints = '';
  server.stderr?.setEncoding('utf8').on('data', (part) => (complaints += part));
  const number = await new Promise((resolve) => {
    let text = '';
    server.stdio[3]?.on('data', (/** @type {Buffer} */ part) => {
      text += part.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
    server.once('close', () => resolve(undefined));
    server.once('error', () => resolve(undefined));
    setTimeout(() => resolve(undefined), START_MS).unref();
  });
  if (number === undefined) {
    await end();
    throw new Failure(`Xvfb did not start: ${complaints.trim().split('\n').at(-1) || 'it said nothing'}.`);
  }
  return { name: `:${number}`, end };
}

/**
 * Runs `body` with an environment that has a display: the machine's own, or one started for it.
 * @template T
 * @param {NodeJS.ProcessEnv} env
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withDisplay(env, body) {
  if (!lacksDisplay(env)) return body(env);
  const display = await startDisplay();
  try {
    return await body({ ...env, DISPLAY: display.name });
  } finally {
    await display.end();
  }
}
