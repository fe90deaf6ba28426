/**
 * The table that is made in an Electron main process, where the program asks its
 * vendors: `electron FOLDER NODE SCRIPT [quick]`, started by main.ts.
 */
import { app } from 'electron';

import { createVendorFetch } from '../../electron/shell/vendor-session.js';
import { backfillBench } from './backfill.js';

const [node = '', script = '', size] = process.argv.slice(process.argv.indexOf('--') + 1);

// Not awaited at the top level: Electron is ready only once its entry has run.
void app
  .whenReady()
  .then(async () => {
    const table = await backfillBench({
      quick: size === 'quick',
      node: { node, script },
      fetchFrom: (origin) => createVendorFetch('CostTray/bench', [origin]),
    });
    console.log(table);
    app.exit(0);
  })
  .catch((error: unknown) => {
    console.error(error);
    app.exit(1);
  });
