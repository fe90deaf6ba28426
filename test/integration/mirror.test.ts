import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { restoreFromMirror, writeMirror } from '../../electron/core/mirror.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Ledger } from '../../electron/ledger/types.js';
import { day } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import { addConnection, NOW } from './ledger-support.js';

let folder: string;
let copy: string;
const open: Ledger[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-tray-mirror-'));
  copy = join(folder, 'connections.json');
});
afterEach(() => {
  for (const ledger of open.splice(0)) ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

function ledgerNamed(name: string): Ledger {
  const { ledger } = openLedger(join(folder, name), () => NOW);
  open.push(ledger);
  return ledger;
}

it('fills a fresh ledger, also one that was filled in part when its process was killed', () => {
  const before = ledgerNamed('before.sqlite');
  const first = addConnection(before, { account: 'ws_1', name: 'One' });
  const second = addConnection(before, { account: 'ws_2', name: 'Two' });
  const rate = { from: day('2026-10-01'), usdPerUnit: nanos(900_000_000n) };
  before.setRate(second.id, rate);
  writeMirror(copy, before);

  const after = ledgerNamed('after.sqlite');
  addConnection(after, { id: first.id, account: 'ws_1', name: 'One' });
  restoreFromMirror(copy, after, NOW);
  restoreFromMirror(copy, after, NOW);
  expect(after.connections().map(({ id, name }) => [id, name])).toEqual([
    [first.id, 'One'],
    [second.id, 'Two'],
  ]);
  expect(after.rates(second.id)).toContainEqual(rate);
});

it('does not bring back what was removed, or is about to be', () => {
  const ledger = ledgerNamed('ledger.sqlite');
  const kept = addConnection(ledger, { account: 'ws_1' });
  const going = addConnection(ledger, { account: 'ws_2' });
  const removed = addConnection(ledger, { account: 'ws_3' });
  ledger.removeConnection(removed.id, { forget: false }, NOW);
  writeMirror(copy, ledger, going.id);
  // Killed before the ledger lost it: it stands, and nothing came twice.
  restoreFromMirror(copy, ledger, NOW);
  expect(ledger.connections().map(({ id }) => id)).toEqual([kept.id, going.id, removed.id]);
  ledger.removeConnection(going.id, { forget: true }, NOW);
  restoreFromMirror(copy, ledger, NOW);
  expect(ledger.connections().map(({ id }) => id)).toEqual([kept.id, removed.id]);
});

it('is no hindrance to a start where it is damaged, or bears an id that another account has', () => {
  const ledger = ledgerNamed('ledger.sqlite');
  const kept = addConnection(ledger, { account: 'ws_1' });
  const entry = { ...kept, account: 'ws_2', rates: [{ from: '2026-10-01', usdPerUnit: '1' }] };
  const broken = { ...entry, id: 'other', rates: [{ from: '2026-10-01', usdPerUnit: 'much' }] };
  const copies = [
    '{"schema":1,"connec',
    ...[entry, broken].map((one) => JSON.stringify({ schema: 1, connections: [one] }, plain)),
  ];
  for (const text of copies) {
    writeFileSync(copy, text);
    restoreFromMirror(copy, ledger, NOW);
    expect(ledger.connections().map(({ id }) => id)).toEqual([kept.id]);
  }
});

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

it('is filled by two processes that start at once', () => {
  const before = ledgerNamed('before.sqlite');
  const { id } = addConnection(before);
  writeMirror(copy, before);
  const other = ledgerNamed('after.sqlite');
  const ledger = ledgerNamed('after.sqlite');
  const late: Ledger = {
    ...ledger,
    connectionByAccount: (...asked) => {
      const found = ledger.connectionByAccount(...asked);
      restoreFromMirror(copy, other, NOW);
      return found;
    },
  };
  restoreFromMirror(copy, late, NOW);
  expect(ledger.connections().map((one) => one.id)).toEqual([id]);
});
