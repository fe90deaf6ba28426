// Whether files are still the same, by their contents.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * @param {string} root of a project
 * @param {readonly string[]} folders in it, with all that is in them
 * @param {readonly string[]} files in it; what does not exist counts as such
 * @returns {string} a hash over names and contents
 */
export function hashOf(root, folders, files) {
  const inFolders = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  const hash = createHash('sha256');
  for (const file of [...inFolders, ...files].sort()) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}
