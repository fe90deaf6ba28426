// A session bus with a real, unlocked keyring (gnome-keyring) in a folder of its own, for tests on Linux.
// The user's own keyring, home and configuration stay out of reach.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure, findProgram, run, serve } from './processes.mjs';

const START_MS = 20_000;
const RETRY_MS = 50;

/** @param {string} home a folder with nothing in it @returns {NodeJS.ProcessEnv} */
function ownFolders(home) {
  const folders = {
    HOME: join(home, 'home'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_RUNTIME_DIR: join(home, 'run'),
    XDG_STATE_HOME: join(home, 'state'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { mode: 0o700 });
  return folders;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} message
 */
async function ask(env, message) {
  const { output } = await run('dbus-send', ['--session', '--print-reply', ...message], {
    env,
    output: 'collect',
  });
  return /boolean (true|false)/.exec(output)?.[1];
}

/** @param {NodeJS.ProcessEnv} env @returns {Promise<boolean>} */
async function isUnlocked(env) {
  // Asking a name that nobody has yet would make the bus start a second keyring.
  const owned = ['--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner'];
  if ((await ask(env, [...owned, 'string:org.freedesktop.secrets'])) !== 'true') return false;
  const locked = await ask(env, [
    '--dest=org.freedesktop.secrets',
    '/org/freedesktop/secrets/aliases/default',
    'org.freedesktop.DBus.Properties.Get',
    'string:org.freedesktop.Secret.Collection',
    'string:Locked',
  ]);
  return locked === 'false';
}

/** @param {NodeJS.ProcessEnv} env @returns {Promise<{ address: string, end: () => Promise<void> }>} */
async function startBus(env) {
  const { child, end } = serve('dbus-daemon', ['--session', '--nofork', '--nosyslog', '--print-address=3'], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const address = await new Promise((resolve) => {
    let text = '';
    child.stdio[3]?.on('data', (/** @type {Buffer} */ part) => {
      text += part.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('exit', () => resolve(undefined));
    child.once('error', () => resolve(undefined));
  });
  if (address === undefined) throw new Failure('No session bus could be started (dbus-daemon).');
  return { address, end };
}

/**
 * Ends what the bus started on its own, or what a test left: all bear the folder in their environment.
 * @param {string} runtime
 */
function endStrays(runtime) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (variables.includes(`XDG_RUNTIME_DIR=${runtime}`)) process.kill(Number(pid), 'SIGTERM');
    } catch {
      // Another user's, or gone meanwhile.
    }
  }
}

/**
 * Runs `body` with an environment that has such a keyring. On other systems than Linux the machine's own serves.
 * @template T
 * @param {NodeJS.ProcessEnv} env
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withKeyring(env, body) {
  if (process.platform !== 'linux') return body(env);
  if (findProgram('gnome-keyring-daemon') === undefined)
    throw new Failure('gnome-keyring-daemon is not installed: the tests need a keyring.');
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-keyring-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', removeFolder);
  const own = { ...env, ...ownFolders(folder) };
  /** @type {(() => Promise<void>)[]} */
  const ends = [];
  try {
    const bus = await startBus(own);
    ends.push(bus.end);
    own['DBUS_SESSION_BUS_ADDRESS'] = bus.address;
    const keyring = serve('gnome-keyring-daemon', ['--unlock', '--foreground', '--components=secrets'], {
      env: own,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    ends.unshift(keyring.end);
    keyring.child.stdin?.on('error', () => undefined).end('password\n');
    const deadline = Date.now() + START_MS;
    while (!(await isUnlocked(own))) {
      if (Date.now() > deadline) throw new Failure('The keyring for the tests did not open.');
      await wait(RETRY_MS);
    }
    return await body(own);
  } finally {
    for (const end of ends) await end();
    endStrays(/** @type {string} */ (own['XDG_RUNTIME_DIR']));
    process.removeListener('exit', removeFolder);
    removeFolder();
  }
}
