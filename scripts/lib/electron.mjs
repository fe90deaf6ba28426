// Which Electron a checkout runs: one that was named, the official one, or where that cannot be had a stand-in.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { alone } from './lock.mjs';
import { ROOT, cacheFolder, readJson } from './place.mjs';
import { Failure, runNode, say } from './processes.mjs';
import { STAND_IN_VERSION, hasStandIn, standIn } from './stand-in.mjs';

/**
 * @typedef {object} FoundElectron
 * @property {string} path of the program
 * @property {string} version such as "45.4.1", or "unknown" for one that was named
 * @property {'official' | 'stand-in' | 'named'} kind
 */

const PACKAGE = join(ROOT, 'node_modules/electron');
const RELEASES = 'https://github.com/electron/electron/releases/';
const PROBE_MS = 5_000;
const DOWNLOAD_MS = 15 * 60_000;
/** How long a failed download is not tried again, where a stand-in does meanwhile. */
const REMEMBERED_MS = 24 * 3600_000;

/** @returns {Promise<FoundElectron>} said on standard error unless it was named */
export async function findElectron() {
  const named = process.env['COST_TRAY_ELECTRON'];
  if (named) return namedElectron(resolve(named));
  const { version } = /** @type {{ version: string }} */ (readJson(join(PACKAGE, 'package.json')));
  const note = join(cacheFolder(), 'official-electron.json');
  const path = officialPath(version) ?? (await download(version, note));
  if (path !== undefined) {
    say(`Electron ${version}.`);
    return { path, version, kind: 'official' };
  }
  const folder = await standIn();
  say(
    `Electron ${STAND_IN_VERSION}, a stand-in for development: ${version} could not be downloaded (to try again today, delete ${note}).`,
  );
  return { path: join(folder, 'electron'), version: STAND_IN_VERSION, kind: 'stand-in' };
}

/** @param {string} path @returns {FoundElectron} */
function namedElectron(path) {
  if (!existsSync(path))
    throw new Failure(`There is no Electron at ${path}: set COST_TRAY_ELECTRON to one, or unset it.`);
  const file = join(dirname(path), 'version');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : 'unknown';
  return { path, version, kind: 'named' };
}

/**
 * The same test as the package's own: path.txt is written after everything is unpacked.
 * @param {string} version
 * @returns {string | undefined}
 */
function officialPath(version) {
  try {
    const unpacked = readFileSync(join(PACKAGE, 'dist/version'), 'utf8').trim().replace(/^v/, '');
    const path = join(PACKAGE, 'dist', readFileSync(join(PACKAGE, 'path.txt'), 'utf8'));
    return unpacked === version && existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} note @param {string} version */
function failedLately(note, version) {
  const kept = /** @type {{ version?: string, failedAt?: number } | undefined} */ (readJson(note));
  if (kept?.version !== version || kept.failedAt === undefined) return false;
  const age = Date.now() - kept.failedAt;
  return age >= 0 && age < REMEMBERED_MS;
}

/**
 * @param {string} version @param {string} note where a failure is remembered
 * @returns {Promise<string | undefined>} undefined where a stand-in has to do
 */
async function download(version, note) {
  if (hasStandIn && failedLately(note, version)) return undefined;
  return alone(PACKAGE, 'downloading Electron', async () => {
    const already = officialPath(version);
    if (already !== undefined) return already;
    // Whoever waited here finds what the first one learnt.
    if (hasStandIn && failedLately(note, version)) return undefined;
    say(`Downloading Electron ${version} …`);
    const reached = await isReachable();
    const status = reached
      ? (await runNode(join(PACKAGE, 'install.js'), [], { output: 'stderr', timeoutMs: DOWNLOAD_MS })).status
      : undefined;
    const path = officialPath(version);
    if (path !== undefined) {
      rmSync(note, { force: true });
      return path;
    }
    const reason = reached ? `the download ended with status ${status}` : `${source()} did not answer`;
    if (!hasStandIn)
      throw new Failure(
        `Electron ${version} could not be downloaded, ${reason}: check the network, or name an Electron on this machine in COST_TRAY_ELECTRON.`,
      );
    say(`Electron ${version} could not be downloaded: ${reason}.`);
    mkdirSync(dirname(note), { recursive: true });
    writeFileSync(note, JSON.stringify({ version, failedAt: Date.now() }));
    return undefined;
  });
}

/** The variables are those of @electron/get, which does the download. */
function source() {
  const { ELECTRON_MIRROR, npm_config_electron_mirror } = process.env;
  return npm_config_electron_mirror ?? ELECTRON_MIRROR ?? RELEASES;
}

/** A short question first: a network that drops packets would keep the download itself hanging for minutes. */
async function isReachable() {
  if (process.env['ELECTRON_GET_USE_PROXY']) return true;
  try {
    await fetch(source(), { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  }
}
