import { openLedger } from '../../electron/ledger/ledger.js';
import type { Scope } from '../../electron/ledger/types.js';
import { addDays, day } from '../../shared/day.js';
import { addConnection, charge, listScopes, NOW, write } from './ledger-support.js';

/** Run as a process or a worker: writes one window of 100 charges after another, a line for each. */

const [file = '', count = '0'] = process.argv.slice(2);
const { ledger } = openLedger(file, () => NOW);
const [scope] = listScopes(ledger, addConnection(ledger), ['app-1']) as [Scope];
for (let index = 0; index < Number(count); index += 1) {
  const on = addDays(day('2026-11-10'), -index);
  const charges = Array.from({ length: 100 }, (_, number) => charge(on, '1', { key: `k${number}` }));
  write(ledger, scope, { from: on, to: on }, [charges]);
  process.stdout.write(`${on}\n`);
}
ledger.close();
