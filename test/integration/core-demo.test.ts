import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { diagnostics } from '../../electron/core/diagnostics.js';
import { openOffline } from '../support/open-core.js';
import { NOW } from './ledger-support.js';

it('claims no keychain for the keys of samples', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-demo-'));
  const core = await openOffline(folder, NOW);
  try {
    expect(core.state().secretStore).toBe('memory');
    expect(diagnostics(core, {})).toContain(' · keychain: memory · ');
    // Nothing is wrong with that.
    expect(core.overview().status.text).toBe('Nothing is connected yet');
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
