// `npm run demo`: the program over sample data. `npm run demo -- --once DIR`: its results as files in DIR, then the end.
import './lib/node-version.mjs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { launch } from './launch.mjs';
import { lacksDisplay } from './lib/display.mjs';
import { callersFolder } from './lib/place.mjs';
import { Failure, main } from './lib/processes.mjs';
import { setUp } from './setup.mjs';

/** @returns {string[]} */
function words() {
  try {
    const { values } = parseArgs({ options: { once: { type: 'string' } } });
    if (values.once === undefined) return ['--demo'];
    if (values.once !== '') return ['--demo', '--once', resolve(callersFolder(), values.once)];
  } catch {
    // Said below.
  }
  throw new Failure('The demo takes no words, or --once and a folder: npm run demo -- --once DIR.', 2);
}

await main(async () => {
  const given = words();
  const electron = await setUp({ display: lacksDisplay() });
  await build();
  return launch(electron, given);
});
