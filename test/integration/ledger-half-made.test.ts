import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { Database } from '../../electron/ledger/driver.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import { addConnection, NOW } from './ledger-support.js';

/** The header of a journal that undoes everything: "before, the file had no pages" (sqlite.org/fileformat.html#the_rollback_journal). */
function journalOfANewFile(): Buffer {
  const header = Buffer.alloc(512);
  header.set([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
  header.writeUInt32BE(512, 20);
  header.writeUInt32BE(4096, 24);
  return header;
}

it('opens where a process was killed while it made the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-ledger-'));
  try {
    const file = join(folder, 'ledger.sqlite');
    const begun = new Database(file);
    begun.exec('PRAGMA journal_mode = WAL');
    begun.close();
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    writeFileSync(`${file}-journal`, journalOfANewFile());

    const { ledger, setAside } = openLedger(file, () => NOW);
    expect(setAside).toBeNull();
    const { id } = addConnection(ledger);
    expect(ledger.connection(id)).not.toBeNull();
    expect(ledger.integrityFault()).toBeNull();
    ledger.close();
    expect(existsSync(`${file}-journal`)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
