/** The folder of everything the program stores, and the names in it. */
import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { StartError } from '../start-error.js';

export interface Home {
  readonly folder: string;
  readonly ledger: string;
  readonly settings: string;
  /** What a fresh ledger needs to know of the connections after a damaged one was set aside. */
  readonly connections: string;
  readonly logs: string;
}

/** @throws StartError when the folder cannot be made */
export function openHome(folder: string): Home {
  const real = realFolder(resolve(folder));
  return {
    folder: real,
    ledger: join(real, 'ledger.sqlite'),
    settings: join(real, 'settings.json'),
    connections: join(real, 'connections.json'),
    logs: join(real, 'logs'),
  };
}

function realFolder(folder: string): string {
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw new Error('it is not a folder');
    return realpathSync(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `The folder ${folder} cannot be used (${why}). Mend its permissions, or name another in COST_TRAY_HOME.`,
    );
  }
}

/** Not `recursive`: below a folder that takes none (`/proc`), Node would try for ever. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(folder)) throw error;
  }
}
