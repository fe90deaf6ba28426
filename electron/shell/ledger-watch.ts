/** Notices what another process wrote to the ledger, without a timer. */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename } from 'node:path';

/** SQLite touches its files several times a commit. */
const SETTLE_MS = 200;

export interface LedgerWatch {
  close(): void;
}

/**
 * @param dataVersion SQLite's `data_version`, which other connections' commits change
 */
export function watchLedger(
  folder: string,
  ledgerFile: string,
  dataVersion: () => number,
  onForeignWrite: () => void,
): LedgerWatch {
  const wal = `${basename(ledgerFile)}-wal`;
  let seen = dataVersion();
  let timer: NodeJS.Timeout | null = null;
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(folder, (_event, name) => {
      if (name !== wal || timer !== null) return;
      timer = setTimeout(() => {
        timer = null;
        const version = dataVersion();
        if (version === seen) return;
        seen = version;
        onForeignWrite();
      }, SETTLE_MS);
    });
    // Some file systems cannot be watched; then the next poll or opening of the popover shows it.
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = null;
  }
  return {
    close: () => {
      clearTimeout(timer ?? undefined);
      watcher?.close();
    },
  };
}
