import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { openHome } from '../../electron/core/home.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import { openOffline } from '../support/open-core.js';
import { NOW, addConnection } from './ledger-support.js';

it('writes the time of the status line as the window writes all others: in the chosen format', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-locale-'));
  const { ledger } = openLedger(openHome(folder).ledger, () => NOW);
  const { id, epoch } = addConnection(ledger);
  ledger.recordSync(id, epoch, { fault: null, reconciliation: null, memo: {}, at: NOW, asOf: NOW });
  ledger.close();
  const core = await openOffline(folder, NOW);
  const status = (numberLocale: string): string => {
    core.parts.settings.change({ numberLocale });
    return core.overview().status.text;
  };
  try {
    expect(status('de-DE')).toMatch(/^Current · as of \d\d:\d\d$/);
    expect(status('en-US')).toMatch(/^Current · as of \d{1,2}:\d\d\s[AP]M$/);
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
