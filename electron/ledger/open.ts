import { accessSync, chmodSync, constants, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { FaultError } from '../../shared/faults.js';
import { Database, isBusy, isDamage, isHalfMade, probe } from './driver.js';
import { LEDGER_VERSION, migrate, refuseForeign } from './schema.js';
import { createStaging } from './staging.js';
import { isDamagedWal } from './wal.js';

/** Opens the ledger's file, or sets a damaged one aside and starts a fresh one. */

/** While another process creates the file, SQLite may answer "busy" without waiting. */
const OPEN_PATIENCE_MS = 4_000;
const OPEN_PAUSE_MS = 50;
/** What SQLite keeps beside a file and would take for a new file's own. */
const LOGS = ['-journal', '-wal', '-shm'];

export interface OpenOptions {
  /** A run of this program has the file open and checked: spares reading it whole once more. */
  readonly checked?: boolean;
}

/** The file is a database that fails its own check. */
class DamagedFile extends Error {}

/**
 * @param now for the name of a file that is set aside
 * @returns `setAside`: the whole path of the file that was set aside, or null
 * @throws FaultError `ledger` for a newer version's file, which is not touched,
 *   and for a file or folder that is locked, unreadable or not writable
 */
export function openFile(
  file: string,
  now: () => number,
  options: OpenOptions,
): { db: Database; setAside: string | null } {
  prepareFolder(file);
  let aside: string | null = null;
  const patience = performance.now() + OPEN_PATIENCE_MS;
  for (;;) {
    const seen = identityOf(file);
    try {
      return { db: openSound(file, options), setAside: aside };
    } catch (error) {
      const damaged = error instanceof DamagedFile || isDamage(error);
      if ((!damaged && !isBusy(error)) || performance.now() > patience) throw error;
      if (!damaged) pause(OPEN_PAUSE_MS);
      // Unless another process has set it aside and begun a fresh one meanwhile.
      else if (identityOf(file) === seen) aside = setAside(file, now());
      prepareFolder(file);
    }
  }
}

/** Folder and file can be written; only asked, since the file must not be opened here. */
function prepareFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    for (const path of [dirname(file), file]) {
      if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    }
    if (existsSync(file) && !statSync(file).isFile()) throw new Error('it is not a file');
  } catch (error) {
    throw notUsable(file, error);
  }
}

function notUsable(file: string, error: unknown): FaultError {
  const why = error instanceof Error ? error.message : String(error);
  return new FaultError('ledger', `${file}: ${why}`);
}

/** Null where there is none. */
function identityOf(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev} ${found.ino} ${found.birthtimeMs}`;
}

/** Looks before anything is opened for writing: opening and closing alone may write to a file. */
function examine(file: string, { checked = false }: OpenOptions): void {
  if (isDamagedWal(`${file}-wal`)) throw new DamagedFile();
  try {
    if (!probe(file, `(SELECT user_version FROM pragma_user_version) <= ${LEDGER_VERSION}`)) {
      refuseForeign(new Database(file, { readOnly: true }));
    }
  } catch (error) {
    // A finished ledger never has a rollback journal: there is nothing in the file to examine.
    if (isHalfMade(error)) return;
    throw error;
  }
  if (checked) return;
  if (!probe(file, "(SELECT quick_check FROM pragma_quick_check(1)) = 'ok'")) throw new DamagedFile();
}

function openSound(file: string, options: OpenOptions): Database {
  const fresh = !existsSync(file);
  if (!fresh) examine(file, options);
  const db = new Database(file);
  try {
    // Billing data concern nobody else on this computer. Its log takes over the mode.
    if (fresh) chmodSync(file, 0o600);
    refuseForeign(db);
    configure(db);
    migrate(db);
    createStaging(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * WAL with `synchronous = NORMAL`: a killed process loses nothing, a power cut
 * at most the last transactions, never the file. The driver is built to keep
 * temporary tables in memory; a window must not be.
 */
function configure(db: Database): void {
  db.all('PRAGMA journal_mode = WAL');
  db.exec(`
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = FILE;
    PRAGMA cache_size = -8000;
    PRAGMA journal_size_limit = 16000000;
  `);
}

/**
 * Renames a damaged file together with its log, both under the new name. The
 * main file goes last: until then it is found damaged again, and nothing is lost.
 */
function setAside(file: string, now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
  const name = freeName(`${file}.damaged-${stamp}Z`);
  try {
    for (const suffix of [...LOGS, '']) {
      if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${name}${suffix}`);
    }
  } catch (error) {
    throw notUsable(file, error);
  }
  return name;
}

function freeName(wanted: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!['', ...LOGS].some((suffix) => existsSync(`${name}${suffix}`))) return name;
  }
}

/** Blocks: opening is synchronous, and happens once. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
