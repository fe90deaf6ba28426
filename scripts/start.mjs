// `npm start [-- words]`: the real program from a checkout.
import './lib/node-version.mjs';
import { build } from './build.mjs';
import { launch, needsWindow } from './launch.mjs';
import { lacksDisplay } from './lib/display.mjs';
import { main } from './lib/processes.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  const words = process.argv.slice(2);
  const electron = await setUp({ display: needsWindow(words) && lacksDisplay() });
  await build();
  return launch(electron, words);
});
