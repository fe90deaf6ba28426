/** Taking away everything that the program keeps on this computer. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { Ledger } from '../ledger/types.js';
import type { Home } from './home.js';

export type Deletion =
  /** The keychain did not give up every key: all else is where it was. */
  | { readonly kind: 'refused' }
  /** `left`: paths of what could not be removed. */
  | { readonly kind: 'deleted'; readonly left: readonly string[] };

/**
 * Forgets all connections with their history, so that a process that has the
 * file open has nothing left to write to, and a file that cannot be removed
 * holds nothing.
 */
export function emptyLedger(ledger: Ledger, now: number): void {
  try {
    for (const { id } of ledger.connections()) ledger.removeConnection(id, { forget: true }, now);
  } catch {
    // Full or locked: its files go all the same.
  }
}

/** @returns the paths of what could not be removed */
export function removeFiles(home: Home): string[] {
  return [...ownFiles(home), home.logs].filter((path) => {
    try {
      rmSync(path, { force: true, recursive: path === home.logs });
      return false;
    } catch {
      return true;
    }
  });
}

/** Logs come before the ledger: a fresh one would take them for its own. */
function ownFiles(home: Home): string[] {
  const logs = ['-journal', '-wal', '-shm'].map((suffix) => `${home.ledger}${suffix}`);
  const whole = [home.ledger, home.settings, home.connections];
  const isRelated = (name: string): boolean =>
    whole.some((path) => {
      const rest = name.startsWith(basename(path)) ? name.slice(basename(path).length) : '';
      return rest.startsWith('.damaged-') || rest.endsWith('.partial');
    });
  const related = readdirSync(home.folder)
    .filter(isRelated)
    .map((name) => join(home.folder, name));
  return [...related, ...logs, ...whole];
}
