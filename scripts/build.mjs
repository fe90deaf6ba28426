// Builds out/ where the sources changed since. Alone: `node scripts/build.mjs [--force]`.
import './lib/node-version.mjs';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hashOf } from './lib/hash.mjs';
import { alone } from './lib/lock.mjs';
import { ROOT, commandOf, readJson } from './lib/place.mjs';
import { Failure, main, runNode, say } from './lib/processes.mjs';
import { setUp } from './setup.mjs';

const SOURCES = ['electron', 'renderer', 'shared'];
const SETTINGS = ['electron.vite.config.ts', 'package-lock.json', 'package.json', 'tsconfig.json'];
const NOTE = join(ROOT, 'out/build.json');

/** @param {string} root of a project @returns {string} over all that the build reads */
export const sourcesHash = (root) => hashOf(root, SOURCES, SETTINGS);

/** @returns {string | undefined} the hash of the sources that out/ was built from */
export const builtHash = () => /** @type {{ sources?: string } | undefined} */ (readJson(NOTE))?.sources;

/** @param {{ force?: boolean }} [options] */
export async function build({ force = false } = {}) {
  if (!force && builtHash() === sourcesHash(ROOT)) return;
  await alone(`${ROOT}/out`, 'building', async () => {
    const sources = sourcesHash(ROOT);
    if (!force && builtHash() === sources) return;
    say('Building …');
    rmSync(NOTE, { force: true });
    const { status, output } = await runNode(commandOf('electron-vite'), ['build'], {
      cwd: ROOT,
      output: 'collect',
    });
    if (status !== 0) throw new Failure(`${output.trim()}\nThe build failed.`);
    writeFileSync(NOTE, `${JSON.stringify({ sources })}\n`);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(async () => {
    await setUp();
    await build({ force: process.argv.includes('--force') });
  });
