// One at a time, across processes: a lock file with its owner's process id, refreshed while it is held.
import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cacheFolder } from './place.mjs';
import { Failure, say } from './processes.mjs';

const REFRESH_MS = 5_000;
/** Longer than an owner can be kept from refreshing; the remedy for one on another machine that died. */
const STALE_MS = 60_000;
const RETRY_MS = 200;

const OWNER = `${hostname()} ${process.pid}`;

/** @param {string} path */
function isAbandoned(path) {
  try {
    const [host, pid] = readFileSync(path, 'utf8').split(' ');
    if (host === hostname() && !isAlive(Number(pid))) return true;
    return Date.now() - statSync(path).mtimeMs > STALE_MS;
  } catch {
    return false; // Let go meanwhile: the next attempt finds out.
  }
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @param {string} path */
function take(path) {
  try {
    writeFileSync(path, OWNER, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Runs `body` while no other process on this machine runs one under the same subject.
 * @template T
 * @param {string} subject what is guarded, a path for instance
 * @param {string} doing what is said to whoever has to wait
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function alone(subject, doing, body) {
  const folder = join(cacheFolder(), 'locks');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch {
    throw new Failure(
      `Nothing can be written to ${folder}: allow it, or name another folder in XDG_CACHE_HOME.`,
    );
  }
  const path = join(folder, `${createHash('sha256').update(subject).digest('hex').slice(0, 16)}.lock`);
  let said = false;
  while (!take(path)) {
    if (isAbandoned(path)) {
      // By a name of its own, so that of two who see it abandoned only one removes it.
      const aside = `${path}.${process.pid}`;
      try {
        renameSync(path, aside);
        rmSync(aside, { force: true });
      } catch {
        // The other was first.
      }
      continue;
    }
    if (!said) say(`Waiting for another process that is ${doing} …`);
    said = true;
    await wait(RETRY_MS);
  }
  const refresh = setInterval(() => utimesSync(path, new Date(), new Date()), REFRESH_MS);
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await body();
  } finally {
    clearInterval(refresh);
    process.removeListener('exit', release);
    release();
  }
}
