// `npm test`: everything, step by step, ending with the first that fails. `--only STEP[,STEP]` runs some of it.
import './lib/node-version.mjs';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { packageProgram } from './dist.mjs';
import { hashOf } from './lib/hash.mjs';
import { installModules } from './lib/modules.mjs';
import { ROOT, commandOf } from './lib/place.mjs';
import { Failure, main, runNode, say } from './lib/processes.mjs';
import { runSuite } from './lib/suite.mjs';
import { setUp } from './setup.mjs';

/** @type {import('./lib/electron.mjs').FoundElectron | undefined} */
let electron;

const CACHE = 'node_modules/.cache';

/** @param {string} name @param {string[]} args */
const tool = (name, args) => async () => (await runNode(commandOf(name), args, { cwd: ROOT })).status;

/**
 * eslint's own cache goes by file, but the rules that know types look across files, so it holds only while none of
 * them changed.
 */
function lint() {
  const folder = join(ROOT, CACHE, 'eslint');
  const settings = ['eslint.config.js', 'package-lock.json', 'tsconfig.json'];
  const state = hashOf(ROOT, ['electron', 'renderer', 'shared', 'test'], settings);
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    if (name !== state) rmSync(join(folder, name), { recursive: true, force: true });
  return tool('eslint', [
    ...['--cache', '--cache-location', join(folder, state), '--max-warnings', '0', '.'],
  ])();
}

/** @type {Record<string, () => Promise<number | void>>} */
const STEPS = {
  format: tool('prettier', ['--check', '--cache', '.']),
  lint,
  types: () =>
    runNode(commandOf('typescript', 'tsc'), ['-p', '.'], { cwd: ROOT }).then(({ status }) => status),
  build: () => build(),
  unit: tool('vitest', ['run']),
  component: async () => {
    if (electron === undefined) throw new Error('The set-up comes first.');
    return runSuite('component', electron);
  },
  e2e: async () => {
    if (electron === undefined) throw new Error('The set-up comes first.');
    await build();
    const packaged = await packageProgram(electron);
    return runSuite('e2e', electron, { packaged });
  },
};

/** @returns {string[]} */
function chosenSteps() {
  try {
    const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
    const chosen = only?.split(',') ?? Object.keys(STEPS);
    if (chosen.every((name) => name in STEPS)) return chosen;
  } catch {
    // Said below.
  }
  throw new Failure(`The steps to choose from: npm test -- --only ${Object.keys(STEPS).join(',')}.`, 2);
}

/**
 * @param {string} name
 * @param {() => Promise<number | void>} step
 * @returns {Promise<number>}
 */
async function timed(name, step) {
  const from = performance.now();
  say(`— ${name}`);
  const status = (await step()) ?? 0;
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  say(`— ${name}: ${status === 0 ? 'done' : `failed with status ${status}`} in ${seconds} s`);
  return status;
}

await main(async () => {
  const chosen = chosenSteps();
  // What the last step needs is set up first: a machine that lacks it is told at once, not after minutes.
  await timed('set-up', async () => {
    if (chosen.includes('e2e') || chosen.includes('component'))
      electron = await setUp({ display: true, keyring: true });
    else await installModules();
  });
  for (const name of chosen) {
    const status = await timed(name, /** @type {() => Promise<number | void>} */ (STEPS[name]));
    if (status !== 0) return status;
  }
  return 0;
});
