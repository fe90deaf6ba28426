// `node scripts/suite.mjs NAME [WORDS FOR VITEST]`: the suite of vitest.NAME.config.ts in the real program.
import './lib/node-version.mjs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './lib/place.mjs';
import { Failure, main } from './lib/processes.mjs';
import { runSuite } from './lib/suite.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || !existsSync(join(ROOT, `vitest.${name}.config.ts`)))
    throw new Failure('Which suite? It needs a vitest.NAME.config.ts.', 2);
  const electron = await setUp({ display: true, keyring: true });
  await build();
  return runSuite(name, electron, { args });
});
