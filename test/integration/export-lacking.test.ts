import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cliApp } from '../../electron/cli/core-app.js';
import { openHome } from '../../electron/core/home.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Ledger, Scope } from '../../electron/ledger/types.js';
import type { UnknownDays } from '../../electron/export/unknown-days.js';
import { day } from '../../shared/day.js';
import { openOffline } from '../support/open-core.js';
import { NOW, addConnection, charge, days, listScopes, write } from './ledger-support.js';

let folder: string;
let ledger: Ledger;
let scope: Scope;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-tray-lacking-'));
  ledger = openLedger(openHome(folder).ledger, () => NOW).ledger;
  [scope] = listScopes(ledger, addConnection(ledger), ['a'], day('2026-11-10')) as [Scope];
  const known = days('2026-11-11', '2026-11-12');
  write(ledger, scope, known, [[charge('2026-11-11', '1'), charge('2026-11-12', '1')]]);
});
afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @param onText is given all that has been written so far */
async function exported(onText: (text: string) => void): Promise<readonly UnknownDays[]> {
  const core = await openOffline(folder, NOW);
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      onText(text);
      done();
    },
  });
  try {
    const { unknownDays } = await cliApp(core).exportCsv({
      range: days('2026-11-10', '2026-11-12'),
      connection: null,
      profile: 'plain',
      target: { kind: 'stream', stream },
      signal: undefined,
    });
    return unknownDays;
  } finally {
    await core.close();
  }
}

it('names the days that an export lacks, though a sync has read them while it was written', async () => {
  let last = '';
  const lacking = await exported((text) => {
    last = text;
    const isRead = ledger.covered(scope.id, days('2026-11-10')).length > 0;
    if (!isRead && text.includes('2026-11-11')) {
      write(ledger, scope, days('2026-11-10'), [[charge('2026-11-10', '5')]]);
    }
  });
  expect(last).not.toContain('2026-11-10');
  expect(lacking).toMatchObject([{ days: ['2026-11-10'], stays: null }]);
});

it('says of days that the vendor refuses that they stay unknown', async () => {
  const [connection] = ledger.connections();
  ledger.recordSync(connection?.id ?? '', connection?.epoch ?? 0, {
    at: NOW,
    asOf: NOW,
    fault: null,
    reconciliation: null,
    memo: { historyEnds: { a: '2026-11-10' } },
  });
  // Something is known from before, so that the day is not before the first charge.
  write(ledger, scope, days('2026-11-09'), [[charge('2026-11-09', '1')]]);
  expect(await exported(() => undefined)).toMatchObject([{ days: ['2026-11-10'], stays: 'refused' }]);
});
