/** Folders of one run, in the system's temporary folder. */
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes an empty folder for this process, and removes those of its name whose
 * process has ended: Chromium's network service writes for a moment longer than
 * the program runs, and puts a folder back that was removed with the program's end.
 *
 * @param parent the system's temporary folder
 * @param name what the folder's own name begins with
 */
export function makeTemporaryFolder(parent: string, name: string): string {
  for (const folder of left(parent, name)) removeTemporaryFolder(folder);
  return mkdtempSync(join(parent, `${name}-${process.pid}-`));
}

/** One that cannot be removed stays for a later run to remove; nobody needs to hear of it. */
export function removeTemporaryFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  } catch {
    // It may be in use still.
  }
}

/** The folders of ended processes. */
function left(parent: string, name: string): string[] {
  const prefix = `${name}-`;
  try {
    return readdirSync(parent)
      .filter((entry) => entry.startsWith(prefix) && hasEnded(entry.slice(prefix.length)))
      .map((entry) => join(parent, entry))
      .filter((folder) => isOwnFolder(lstatSync(folder)));
  } catch {
    // Making the new one will say what is wrong with the parent.
    return [];
  }
}

/** Others may write into the temporary folder too: what they could change under our hands is left alone. */
function isOwnFolder(found: Stats): boolean {
  const own = process.getuid?.();
  return found.isDirectory() && (own === undefined || (found.uid === own && (found.mode & 0o022) === 0));
}

/** @param rest of a folder's name: the number of the process that made it, and what makes it unique */
function hasEnded(rest: string): boolean {
  const [, pid] = /^(\d+)-/.exec(rest) ?? [];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
