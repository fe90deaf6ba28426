// System libraries and programs on Linux: what is missing, and how it comes.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { alone } from './lock.mjs';
import { ROOT } from './place.mjs';
import { Failure, findProgram, run, say } from './processes.mjs';

/**
 * @typedef {object} Needs
 * @property {boolean} [display] a virtual one, where the machine has none
 * @property {boolean} [keyring] a session bus and a keyring, for tests
 */

/** Debian's and Arch's package of a library. What GTK itself depends on comes with it. */
const LIBRARIES = /** @type {Record<string, [string, string]>} */ ({
  'libgtk-3.so.0': ['libgtk-3-0', 'gtk3'],
  'libnss3.so': ['libnss3', 'nss'],
  'libnssutil3.so': ['libnss3', 'nss'],
  'libsmime3.so': ['libnss3', 'nss'],
  'libnspr4.so': ['libnspr4', 'nspr'],
  'libasound.so.2': ['libasound2', 'alsa-lib'],
  'libgbm.so.1': ['libgbm1', 'mesa'],
  'libdrm.so.2': ['libdrm2', 'libdrm'],
  'libcups.so.2': ['libcups2', 'libcups'],
  'libexpat.so.1': ['libexpat1', 'expat'],
  'libdbus-1.so.3': ['libdbus-1-3', 'dbus'],
  'libxkbcommon.so.0': ['libxkbcommon0', 'libxkbcommon'],
  'libsecret-1.so.0': ['libsecret-1-0', 'libsecret'],
});
const GTK = /** @type {[string, string]} */ (['libgtk-3-0', 'gtk3']);

const PROGRAMS = /** @type {Record<string, [string, string]>} */ ({
  Xvfb: ['xvfb', 'xorg-server-xvfb'],
  'dbus-run-session': ['dbus', 'dbus'],
  'gnome-keyring-daemon': ['gnome-keyring', 'gnome-keyring'],
});

/** @param {string} output of ldd @returns {string[]} the libraries it did not find */
export function missingLibraries(output) {
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => /** @type {string} */ (name));
}

/**
 * The command that installs what is missing, for the distribution at hand.
 * @param {string[]} missing names of libraries and programs
 * @param {(program: string) => boolean} has whether a program is installed
 * @returns {string[] | undefined} undefined where the package manager is not known
 */
export function installCommand(missing, has) {
  const names = (/** @type {0 | 1} */ family) => [
    // What is not in the tables is one of the many that come with GTK.
    ...new Set(missing.map((name) => (PROGRAMS[name] ?? LIBRARIES[name] ?? GTK)[family])),
  ];
  if (has('apt-get')) return ['apt-get', 'install', '-y', '--no-install-recommends', ...names(0)];
  if (has('dnf'))
    return [
      'dnf',
      'install',
      '-y',
      ...missing.map((name) => (name in PROGRAMS ? `/usr/bin/${name}` : `${name}()(64bit)`)),
    ];
  if (has('pacman')) return ['pacman', '-S', '--needed', ...names(1)];
  return undefined;
}

/** @param {string} word as a shell takes it */
const quoted = (word) => (/^[\w./:=+-]+$/.test(word) ? word : `'${word}'`);

/** @param {string} file @returns {Promise<string[]>} */
async function missingFor(file) {
  if (findProgram('ldd') === undefined || !existsSync(file)) return [];
  return missingLibraries((await run('ldd', [file], { output: 'collect' })).output);
}

/** @param {string} electron path @param {Needs} needs @returns {Promise<string[]>} */
async function missingThings(electron, { display = false, keyring = false }) {
  const libraries = await missingFor(electron);
  const programs = [...(display ? ['Xvfb'] : [])];
  if (keyring) {
    programs.push('dbus-run-session', 'gnome-keyring-daemon');
    const prebuilt = `node_modules/keytar/prebuilds/linux-${process.arch}/keytar.node`;
    libraries.push(...(await missingFor(join(ROOT, prebuilt))));
  }
  return [...new Set([...libraries, ...programs.filter((name) => findProgram(name) === undefined)])];
}

/**
 * Newer Debian and Ubuntu call some packages otherwise, such as libasound2t64.
 * @param {string} name
 */
async function debianName(name) {
  const { output } = await run('apt-cache', ['search', '--names-only', `^${name}t64$`], {
    output: 'collect',
  });
  return output.startsWith(`${name}t64 `) ? `${name}t64` : name;
}

/** @param {string[]} command */
async function debianNames(command) {
  return Promise.all(command.map((word) => (word.startsWith('lib') ? debianName(word) : word)));
}

/**
 * Installs what is missing on Debian as root; elsewhere ends with the command to run.
 * @param {string} electron path
 * @param {Needs} needs
 */
export async function provideSystem(electron, needs) {
  if (process.platform !== 'linux') return;
  const missing = await missingThings(electron, needs);
  if (missing.length > 0) await install(electron, needs, missing);
  checkSandbox(electron);
}

const isRoot = () => process.getuid?.() === 0;

/** @param {string} electron @param {Needs} needs @param {string[]} missing */
async function install(electron, needs, missing) {
  let command = installCommand(missing, (name) => findProgram(name) !== undefined);
  if (command === undefined)
    throw new Failure(`This system lacks ${missing.join(', ')}: install them, then run this again.`);
  if (!isRoot() || command[0] !== 'apt-get') {
    if (command[0] === 'apt-get') command = await debianNames(command);
    const line = command.map(quoted).join(' ');
    throw new Failure(
      `This system lacks ${missing.join(', ')}: run "${isRoot() ? '' : 'sudo '}${line}", then this again.`,
    );
  }
  say(`Installing what this system lacks: ${missing.join(', ')} …`);
  const still = await alone('apt-get', 'installing system packages', async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const wait = ['-o', 'DPkg::Lock::Timeout=300', '-q'];
    // A package list that one of several sources could not renew may still do: the next step tells.
    await run('apt-get', [...wait, 'update'], { output: 'stderr', env });
    const [, ...args] = await debianNames(/** @type {string[]} */ (command));
    await run('apt-get', [...wait, ...args], { output: 'stderr', env });
    return missingThings(electron, needs);
  });
  if (still.length > 0)
    throw new Failure(`apt-get could not install what this system lacks: ${still.join(', ')}.`);
}

/**
 * Some systems (Ubuntu from 23.10 on) keep ordinary users from the namespaces that Chromium's sandbox is made of;
 * there its helper has to belong to root, as an installed package sees to.
 * @param {string} electron path
 */
function checkSandbox(electron) {
  if (isRoot()) return;
  const helper = join(dirname(electron), 'chrome-sandbox');
  const restriction = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';
  if (!existsSync(restriction) || readFileSync(restriction, 'utf8').trim() !== '1' || !existsSync(helper))
    return;
  const { uid, mode } = statSync(helper);
  if (uid === 0 && (mode & 0o4000) !== 0) return;
  throw new Failure(
    `Electron's sandbox is not allowed to start here: run "sudo chown root:root ${quoted(helper)} && sudo chmod 4755 ${quoted(helper)}", then this again.`,
  );
}
