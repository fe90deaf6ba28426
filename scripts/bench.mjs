// `npm run bench [-- words]`: test/bench/main.ts over the built program, bundled first, for Node and for Electron.
import './lib/node-version.mjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './lib/place.mjs';
import { withDisplay } from './lib/display.mjs';
import { main, runNode } from './lib/processes.mjs';
import { setUp } from './setup.mjs';

// Inside the project, so that the packages it imports are found.
const OUT = join(ROOT, 'node_modules/.cache/cost-tray/bench');

await main(async () => {
  const electron = await setUp({ display: true });
  await build();
  const { build: bundle } = await import('vite');
  await bundle({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir: OUT,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { input: ['test/bench/main.ts', 'test/bench/in-electron.ts'], external: ['electron'] },
    },
  });
  writeFileSync(
    join(OUT, 'package.json'),
    JSON.stringify({ name: 'cost-tray-bench', version: '0.0.0', type: 'module', main: 'in-electron.js' }),
  );
  const base = { ...process.env, COST_TRAY_ELECTRON: electron.path };
  return withDisplay(base, async (env) => {
    const { status } = await runNode(join(OUT, 'main.js'), process.argv.slice(2), { cwd: ROOT, env });
    return status;
  });
});
