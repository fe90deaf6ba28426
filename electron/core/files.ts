/** Small JSON files that are replaced whole: a reader sees the old or the new, never half. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';

/** @throws NodeJS.ErrnoException when the folder cannot be written; the old file then stands. */
export function writeJsonFile(path: string, value: unknown): void {
  const beside = `${path}.${randomBytes(6).toString('hex')}.partial`;
  try {
    const file = openSync(beside, 'wx', 0o600);
    try {
      writeSync(file, `${JSON.stringify(value, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** The parsed file, or undefined where it is missing or no JSON. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
