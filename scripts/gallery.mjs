// `npm run gallery [-- states]`: test/gallery/gallery.ts, bundled for Node first, over the pages in the real engine.
import './lib/node-version.mjs';
import { join } from 'node:path';
import { ROOT } from './lib/place.mjs';
import { withDisplay } from './lib/display.mjs';
import { main, runNode } from './lib/processes.mjs';
import { setUp } from './setup.mjs';

// Inside the project, so that the packages it imports are found.
const OUT = join(ROOT, 'node_modules/.cache/cost-tray/gallery/run');

await main(async () => {
  const electron = await setUp({ display: true });
  const { build: bundle } = await import('vite');
  await bundle({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    build: { ssr: 'test/gallery/gallery.ts', outDir: OUT, emptyOutDir: true, target: 'node20' },
  });
  const base = { ...process.env, COST_TRAY_ELECTRON: electron.path };
  return withDisplay(base, async (env) => {
    const { status } = await runNode(join(OUT, 'gallery.js'), process.argv.slice(2), { cwd: ROOT, env });
    return status;
  });
});
