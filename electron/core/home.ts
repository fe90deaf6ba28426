/** The folder of everything the program stores, and the names in it. */
import { mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Home {
  readonly folder: string;
  readonly ledger: string;
  readonly settings: string;
  /** What a fresh ledger needs to know of the connections after a damaged one was set aside. */
  readonly connections: string;
  readonly logs: string;
}

/** @throws NodeJS.ErrnoException when the folder cannot be made */
export function openHome(folder: string): Home {
  mkdirSync(resolve(folder), { recursive: true, mode: 0o700 });
  const real = realpathSync(resolve(folder));
  return {
    folder: real,
    ledger: join(real, 'ledger.sqlite'),
    settings: join(real, 'settings.json'),
    connections: join(real, 'connections.json'),
    logs: join(real, 'logs'),
  };
}
