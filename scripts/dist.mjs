// `npm run dist`: the program as a folder for this machine, in dist/, offline. `npm run dist -- --release`: what
// electron-builder.yml names for this system, with the official Electron that electron-builder downloads itself.
import './lib/node-version.mjs';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build, builtHash } from './build.mjs';
import { hashOf } from './lib/hash.mjs';
import { alone } from './lib/lock.mjs';
import { installModules } from './lib/modules.mjs';
import { ROOT, commandOf, readJson } from './lib/place.mjs';
import { Failure, main, runNode, say } from './lib/processes.mjs';
import { setUp } from './setup.mjs';

const DIST = join(ROOT, 'dist');
const NOTE = join(DIST, 'package.json');

/** Where electron-builder puts the program of a folder package. */
const PROGRAMS = /** @type {Partial<Record<NodeJS.Platform, string[]>>} */ ({
  linux: ['linux-unpacked/cost-tray', 'linux-arm64-unpacked/cost-tray'],
  darwin: ['mac/Cost Tray.app/Contents/MacOS/Cost Tray', 'mac-arm64/Cost Tray.app/Contents/MacOS/Cost Tray'],
  win32: ['win-unpacked/Cost Tray.exe', 'win-arm64-unpacked/Cost Tray.exe'],
});

function program() {
  return PROGRAMS[process.platform]?.map((path) => join(DIST, path)).find((path) => existsSync(path));
}

/** @param {import('./lib/electron.mjs').FoundElectron} electron */
function recipeOf({ path, version }) {
  return [path, version, builtHash(), hashOf(ROOT, ['scripts/package'], ['electron-builder.yml'])].join(' ');
}

/** @param {readonly string[]} args */
async function electronBuilder(args) {
  const { status, output } = await runNode(commandOf('electron-builder'), [...args, '--publish', 'never'], {
    cwd: ROOT,
    output: 'collect',
  });
  if (status !== 0) throw new Failure(`${output.trim()}\nThe package could not be made.`);
}

/**
 * The folder package, made where it is not there as it should be. What was built must be in out/.
 * @param {import('./lib/electron.mjs').FoundElectron} electron
 * @returns {Promise<string>} the path of its program
 */
export function packageProgram(electron) {
  return alone(DIST, 'packaging', async () => {
    const recipe = recipeOf(electron);
    const already = program();
    const note = /** @type {{ recipe?: string } | undefined} */ (readJson(NOTE));
    if (already !== undefined && note?.recipe === recipe) return already;
    say('Packaging …');
    rmSync(NOTE, { force: true });
    await electronBuilder(['--dir', `-c.electronDist=${distFolder(electron.path)}`, ...versionOf(electron)]);
    const made = program();
    if (made === undefined) throw new Failure('electron-builder made no program where one was expected.');
    writeFileSync(NOTE, `${JSON.stringify({ recipe })}\n`);
    return made;
  });
}

/** @param {string} path of an Electron's program @returns {string} the folder with all that belongs to it */
function distFolder(path) {
  return process.platform === 'darwin' ? join(dirname(path), '../../..') : dirname(path);
}

/** @param {import('./lib/electron.mjs').FoundElectron} electron */
const versionOf = ({ version }) => (version === 'unknown' ? [] : [`-c.electronVersion=${version}`]);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(async () => {
    const { values } = parseArgs({ options: { release: { type: 'boolean', default: false } } });
    if (values.release) {
      await installModules();
      await build();
      await electronBuilder([]);
      say(`Made in ${DIST}: ${readdirSync(DIST).join(', ')}.`);
    } else {
      const electron = await setUp();
      await build();
      say(`Made: ${await packageProgram(electron)}`);
      if (electron.kind === 'stand-in')
        say('It holds the stand-in Electron: good for trying it here, not for giving to anyone.');
    }
  });
