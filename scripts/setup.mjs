// Everything a fresh checkout needs, each step only where it is not done yet. Alone: `node scripts/setup.mjs`.
import './lib/node-version.mjs';
import { pathToFileURL } from 'node:url';
import { findElectron } from './lib/electron.mjs';
import { installModules } from './lib/modules.mjs';
import { main } from './lib/processes.mjs';
import { provideSystem } from './lib/system.mjs';

/**
 * All it has to say goes to standard error.
 * @param {import('./lib/system.mjs').Needs} [needs]
 * @returns {Promise<import('./lib/electron.mjs').FoundElectron>}
 */
export async function setUp(needs = {}) {
  await installModules();
  const electron = await findElectron();
  await provideSystem(electron.path, needs);
  return electron;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(async () => {
    await setUp({ display: true, keyring: true });
  });
