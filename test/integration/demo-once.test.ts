import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { runOnce } from '../../electron/demo/once.js';
import { openOffline } from '../support/open-core.js';
import { NOW } from './ledger-support.js';

it('says of a folder for its results why it cannot be used, and asks for another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-once-'));
  const core = await openOffline(folder, NOW);
  const into = (where: string) =>
    runOnce({ core, folder: where, capture: () => Promise.resolve(Buffer.alloc(0)) });
  const file = join(folder, 'file');
  writeFileSync(file, '');
  try {
    await expect(into(file)).rejects.toThrow(
      `The folder ${file} cannot be used (it is not a folder); name another.`,
    );
    // Linux takes no folder there, and must not be asked for ever.
    if (process.platform === 'linux') {
      await expect(into('/proc/cost-tray')).rejects.toThrow(
        /^The folder \/proc\/cost-tray cannot be used \(ENOENT.*\); name another\.$/,
      );
    }
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
