import { existsSync, statSync } from 'node:fs';
import { streamCharges } from './charges.js';
import { connectionPart } from './connections.js';
import { coveragePart } from './coverage.js';
import type { Database } from './driver.js';
import { hourPart } from './hours.js';
import { leasePart } from './leases.js';
import { openFile } from './open.js';
import type { OpenOptions } from './open.js';
import { questionPart } from './questions.js';
import { scopePart } from './scopes.js';
import { ratePart } from './set-rate.js';
import { splitPart } from './split.js';
import type { Ledger } from './types.js';
import { openWindow } from './window.js';

export { EARLIEST_DAY } from './connections.js';

/**
 * Opens the ledger, creating folder and file where they are missing. Several
 * processes and threads may have it open at once: readers never wait, a writer
 * waits up to 5 s for another.
 *
 * @param file its path; `-wal` and `-shm` beside it belong to it
 * @param now milliseconds since 1970; dates the name of a damaged file
 * @returns `setAside`: the path a damaged file was renamed to, or null
 * @throws FaultError `ledger` for a file of a newer version, which is left
 *   untouched, and for a file or folder that is locked or not writable
 */
export function openLedger(
  file: string,
  now: () => number,
  options: OpenOptions = {},
): { ledger: Ledger; setAside: string | null } {
  const { db, setAside } = openFile(file, now, options);
  return { ledger: build(db), setAside };
}

function build(db: Database): Ledger {
  let writers = 0;
  return {
    ...connectionPart(db),
    ...ratePart(db),
    ...leasePart(db),
    ...scopePart(db),
    ...coveragePart(db),
    ...questionPart(db),
    ...splitPart(db),
    ...hourPart(db),
    writeWindow: (scope, window) => openWindow(db, (writers += 1), scope, window),
    charges: (question) => streamCharges(db.file, question),
    atOnce: (body) => db.read(body),
    dataVersion: () => Number(db.first<{ data_version: bigint }>('PRAGMA data_version')?.data_version ?? 0n),
    bytes: () =>
      ['', '-wal', '-shm']
        .map((suffix) => `${db.file}${suffix}`)
        .reduce((sum, path) => sum + (existsSync(path) ? statSync(path).size : 0), 0),
    integrityFault: () => integrityFault(db),
    close: () => db.close(),
  };
}

/** The file's structure and references, and that the rollup is the sum of the charges. */
function integrityFault(db: Database): string | null {
  const structure = db.first<{ integrity_check: string }>('PRAGMA integrity_check(1)')?.integrity_check;
  if (structure !== undefined && structure !== 'ok') return structure;
  if (db.all('PRAGMA foreign_key_check').length > 0) return 'a row refers to one that is missing';
  const nameless = db.integer(
    `SELECT count(*) AS value FROM daily
     WHERE resource_id NOT IN (SELECT id FROM resource) OR meter_id NOT IN (SELECT id FROM meter)`,
  );
  if (nameless > 0n) return `${nameless} sums are of a resource or meter that is missing`;
  const differing = db.integer(`
    SELECT count(*) AS value FROM (
      SELECT s.connection_n, d.day, sum(d.native) AS native, sum(d.charges) AS charges, sum(c.native) AS listed
      FROM day_charges d JOIN scope s ON s.id = d.scope_id
      JOIN (
        SELECT scope_id, day, sum(CAST(value->>6 AS INTEGER)) AS native
        FROM day_charges, json_each(text, '$[1]') GROUP BY scope_id, day
      ) c ON c.scope_id = d.scope_id AND c.day = d.day
      GROUP BY s.connection_n, d.day
    ) a FULL JOIN day_total t ON t.connection_n = a.connection_n AND t.day = a.day
    LEFT JOIN (
      SELECT connection_n, day, sum(native) AS native, sum(usd) AS usd FROM daily GROUP BY connection_n, day
    ) m ON m.connection_n = t.connection_n AND m.day = t.day
    WHERE a.native IS NOT t.native OR a.listed IS NOT t.native OR a.charges IS NOT t.charges
      OR m.native IS NOT t.native OR m.usd IS NOT t.usd`);
  if (differing > 0n) return `the sums of ${differing} days differ from their charges`;
  const misplaced = db.integer(`
    SELECT count(*) AS value FROM (
      SELECT scope_id, day, sum(native) AS native, sum(charges) AS charges FROM daily GROUP BY 1, 2
    ) m FULL JOIN day_charges d ON d.scope_id = m.scope_id AND d.day = m.day
    WHERE m.native IS NOT d.native OR m.charges IS NOT d.charges`);
  if (misplaced > 0n) return `the sums of ${misplaced} days of an app differ from its charges`;
  const unspread = db.integer(`
    SELECT count(*) AS value FROM (
      SELECT scope_id, day, sum(usd) AS usd FROM (
        SELECT scope_id, day, CAST(value->>2 AS INTEGER) AS usd FROM day_charges, json_each(stretches)
        UNION ALL SELECT scope_id, day, usd FROM long_stretch
      ) GROUP BY 1, 2
    ) s FULL JOIN (SELECT scope_id, day, sum(usd) AS usd FROM daily GROUP BY 1, 2) m
      ON m.scope_id = s.scope_id AND m.day = s.day
    WHERE s.usd IS NOT m.usd`);
  if (unspread > 0n) return `the stretches of ${unspread} days of an app differ from its charges`;
  const summaries = [
    ['resource', 'resource_day'],
    ['meter', 'meter_day'],
  ] as const;
  for (const [of, table] of summaries) {
    const apart = db.integer(`
      SELECT count(*) AS value FROM (
        SELECT connection_n, ${of}_id, day, sum(native) AS native, sum(usd) AS usd FROM daily GROUP BY 1, 2, 3
      ) d FULL JOIN ${table} t ON t.connection_n = d.connection_n AND t.${of}_id = d.${of}_id AND t.day = d.day
      WHERE d.native IS NOT t.native OR d.usd IS NOT t.usd`);
    if (apart > 0n) return `${apart} daily sums of a ${of} differ from those that they are made of`;
  }
  return null;
}
