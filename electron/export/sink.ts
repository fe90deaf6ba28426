import { randomBytes } from 'node:crypto';
import { access, constants, link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { Writable } from 'node:stream';

import { isPipeClosed, writeDrained } from './drain.js';
import { cancelled, errorCode, ExportError, fileError, outputError } from './error.js';

/** Where an export's text goes, piece by piece. */
export interface Sink {
  /** Resolves when the piece has been passed on, so that whoever writes waits for a slow reader. */
  write(text: string): Promise<void>;
  /** All is written: puts it in its place. */
  finish(): Promise<void>;
  /** Leaves nothing behind. Safe at any time. */
  abandon(): Promise<void>;
}

/** File systems without hard links answer with one of these. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']);

/** Short enough that name, random part and ending stay below 255 bytes, whatever the script. */
const PARTIAL_NAME_LENGTH = 40;

function partialPath(path: string): string {
  const name = Array.from(basename(path)).slice(0, PARTIAL_NAME_LENGTH).join('');
  return join(dirname(path), `.${name}.${randomBytes(6).toString('hex')}.partial`);
}

function exists(path: string): ExportError {
  return new ExportError('exists', `${path} exists already; choose another name or allow it to be replaced.`);
}

function notAFile(path: string, isFolder: boolean): ExportError {
  return new ExportError(
    'not-a-file',
    isFolder
      ? `${path} is a folder; name a file inside it.`
      : `${path} is not an ordinary file; choose another name.`,
  );
}

interface Destination {
  readonly path: string;
  /** Permissions of the file that is replaced; null for a new one. */
  readonly mode: number | null;
}

/** What stands at the path now, and what that means for this export. */
async function inspect(path: string, overwrite: boolean): Promise<Destination> {
  if (path.endsWith('/') || path.endsWith(sep)) throw notAFile(path, true);
  const found = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return { path, mode: null };
  if (found.isDirectory()) throw notAFile(path, true);
  if (!overwrite) throw exists(path);
  const target = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  // A link that leads nowhere is replaced itself.
  if (target === null) return { path, mode: null };
  // Renaming over a device or a pipe would replace it for the whole system.
  if (!target.isFile()) throw notAFile(path, target.isDirectory());
  await access(path, constants.W_OK);
  return { path: await realpath(path), mode: target.mode & 0o777 };
}

/**
 * Whether an export could be started there, before anything is opened.
 *
 * @throws ExportError `exists`, `not-a-file`, `no-folder` or `not-writable`
 */
export async function checkTarget(path: string, overwrite: boolean): Promise<void> {
  try {
    await inspect(path, overwrite);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Gives the finished file its name without ever replacing one that appeared meanwhile. */
async function placeNew(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') throw exists(path);
    if (code === null || !NO_LINKS.has(code)) throw error;
    await placeByClaim(partial, path);
    return;
  }
  await rm(partial, { force: true }).catch(() => undefined);
}

/** Where there are no hard links: takes the name with an empty file first, then renames over that. */
async function placeByClaim(partial: string, path: string): Promise<void> {
  const claim = await open(path, 'wx').catch((error: unknown) => {
    throw errorCode(error) === 'EEXIST' ? exists(path) : error;
  });
  await claim.close();
  try {
    await rename(partial, path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/**
 * A file that appears whole or not at all: written beside its place as
 * `.<name>.<random>.partial`, synced to the disk, then given its name.
 *
 * @throws ExportError at once where the file exists (without `overwrite`) or cannot be written
 */
export async function openFileSink(path: string, overwrite: boolean): Promise<Sink> {
  let destination: Destination;
  let partial: string;
  let handle: FileHandle;
  try {
    destination = await inspect(path, overwrite);
    partial = partialPath(destination.path);
    handle = await open(partial, 'wx');
  } catch (error) {
    throw fileError(error, path);
  }

  const abandon = async (): Promise<void> => {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true }).catch(() => undefined);
  };
  const orFileError = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      throw fileError(error, path);
    }
  };

  return {
    write: (text) => orFileError(() => handle.appendFile(text)),
    finish: () =>
      orFileError(async () => {
        // A private file stays private when it is replaced; some file systems keep no permissions.
        if (destination.mode !== null) await handle.chmod(destination.mode).catch(() => undefined);
        await handle.sync();
        await handle.close();
        if (overwrite) await rename(partial, destination.path);
        else await placeNew(partial, destination.path);
      }),
    abandon,
  };
}

/** Another's stream, such as standard output: never ended here. */
export function streamSink(stream: Writable, signal: AbortSignal | undefined): Sink {
  return {
    async write(text) {
      try {
        await writeDrained(stream, text, signal);
      } catch (error) {
        if (signal?.aborted === true) throw cancelled();
        if (isPipeClosed(error)) {
          throw new ExportError('pipe-closed', 'The reader of the export went away before its end.', error);
        }
        throw outputError(error);
      }
    },
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}
