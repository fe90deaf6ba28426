// node_modules as package-lock.json wants it.
import { join } from 'node:path';
import { alone } from './lock.mjs';
import { ROOT, readJson } from './place.mjs';
import { Failure, runNpm, say } from './processes.mjs';

/** @typedef {{ packages?: Record<string, { version?: string, optional?: boolean }> }} Lock */

/**
 * npm writes down what it installed in node_modules/.package-lock.json, as the last thing it does.
 * @param {Lock | undefined} wanted package-lock.json
 * @param {Lock | undefined} installed node_modules/.package-lock.json
 */
export function matches(wanted, installed) {
  if (wanted?.packages === undefined || installed?.packages === undefined) return false;
  for (const [path, { version, optional }] of Object.entries(wanted.packages)) {
    if (path === '') continue;
    const own = installed.packages[path];
    // Optional ones are the other systems' builds.
    if (own === undefined ? !optional : own.version !== version) return false;
  }
  return true;
}

function isInstalled() {
  const lock = (/** @type {string} */ path) => /** @type {Lock | undefined} */ (readJson(join(ROOT, path)));
  return matches(lock('package-lock.json'), lock('node_modules/.package-lock.json'));
}

export async function installModules() {
  if (isInstalled()) return;
  await alone(`${ROOT}/node_modules`, 'installing npm packages', async () => {
    if (isInstalled()) return;
    say('Installing npm packages …');
    const { status } = await runNpm(
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd: ROOT, output: 'stderr' },
    );
    if (status !== 0)
      throw new Failure(`npm packages could not be installed: npm ci ended with status ${status}.`);
  });
}
