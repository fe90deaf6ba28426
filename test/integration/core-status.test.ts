/** What `status` says of what a ledger holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { openHome } from '../../electron/core/home.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Scope } from '../../electron/ledger/types.js';
import { HOUR_MS, day, startOf } from '../../shared/day.js';
import { openOffline } from '../support/open-core.js';
import { LOCKS, NOW, TODAY, addConnection, charge, days, listScopes, write } from './ledger-support.js';

it('covers from the first charge on, and counts what is provisional of that only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-status-'));
  const { ledger } = openLedger(openHome(folder).ledger, () => NOW);
  const [scope] = listScopes(ledger, addConnection(ledger), ['a'], day('2026-11-01')) as [Scope];
  const charges = [charge('2026-11-18', '1'), charge('2026-11-20', '2')];
  // By locks nothing of November settles yet, neither before the first charge nor after it.
  write(ledger, scope, days('2026-11-01', TODAY), [charges], {
    readAt: startOf(TODAY) + HOUR_MS,
    settle: LOCKS,
  });
  ledger.close();
  const core = await openOffline(folder, NOW);
  try {
    expect(core.status().connections[0]?.coverage).toEqual({
      from: '2026-11-18',
      to: TODAY,
      unknownDays: [],
      provisionalDays: 5,
    });
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
