import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { Database } from '../../electron/ledger/driver.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import { LEDGER_VERSION } from '../../electron/ledger/schema.js';
import type { Ledger, Scope } from '../../electron/ledger/types.js';
import { day, startOf } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import { ALL, addConnection, charge, days, lines, listScopes, NOW, write } from './ledger-support.js';

let folder: string;
let file: string;
const open: Ledger[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-tray-ledger-'));
  file = join(folder, 'ledger.sqlite');
});
afterEach(() => {
  for (const ledger of open.splice(0)) ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

function opened(): { ledger: Ledger; setAside: string | null } {
  const result = openLedger(file, () => NOW);
  open.push(result.ledger);
  return result;
}

/** A ledger with `count` charges, closed again. */
function filled(count = 1): void {
  const { ledger } = openLedger(file, () => NOW);
  const [scope] = listScopes(ledger, addConnection(ledger), ['a']) as [Scope];
  const charges = Array.from({ length: count }, (_, index) =>
    charge('2026-11-10', '1', { key: `k${index}` }),
  );
  write(ledger, scope, days('2026-11-10'), [charges]);
  ledger.close();
}

function faultOf(body: () => unknown): FaultError {
  try {
    body();
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Root may write everywhere: then as nobody. */
function asUser<T>(body: () => T): T {
  if (process.getuid?.() !== 0) return body();
  process.seteuid?.(65_534);
  try {
    return body();
  } finally {
    process.seteuid?.(0);
  }
}

function namesAside(): string[] {
  return readdirSync(folder).filter((name) => name.includes('damaged'));
}

const ASIDE = 'ledger.sqlite.damaged-2026-11-22T10-00-00Z';

describe('opening', () => {
  it('makes folder and file, for their owner only, and finds again what was stored', () => {
    file = join(folder, 'new', 'ledger.sqlite');
    filled();
    expect(statSync(file).mode & 0o077).toBe(0);
    const { ledger, setAside } = opened();
    expect(setAside).toBeNull();
    expect(lines(ledger)).toHaveLength(1);
    expect(ledger.integrityFault()).toBeNull();
    expect(ledger.bytes()).toBeGreaterThan(0);
  });

  it('refuses a newer version’s file and leaves it as it is', () => {
    filled();
    const db = new Database(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const before = readFileSync(file);
    const fault = faultOf(opened);
    expect(fault.kind).toBe('ledger');
    expect(fault.detail).toMatch(/newer Cost Tray.*version 99.*untouched/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(namesAside()).toEqual([]);
  });

  it('brings an older version’s file up to date and keeps all it holds', () => {
    filled(3);
    const before = opened().ledger;
    const scope = before.scopes(before.connections()[0]?.id ?? '')[0] as Scope;
    const long = charge('2026-11-09', '24', { key: 'long', end: startOf(day('2026-11-11')) });
    write(before, scope, days('2026-11-09'), [[long]]);
    const held = (ledger: Ledger): unknown[] => [
      lines(ledger),
      ledger.covered(1, days('2026-11-10')),
      ledger.connections(),
      ledger.resourceSums(ALL),
      ledger.hours(ALL),
      ledger.lastDayByHour(ledger.connections()[0]?.id ?? ''),
      ledger.meterSums(ALL),
    ];
    const heldBefore = held(before);
    expect(heldBefore.at(-1)).toHaveLength(1);
    before.close();
    const db = new Database(file);
    for (const of of ['resource', 'meter']) {
      db.exec(`
        CREATE TABLE older (
          connection_n INTEGER NOT NULL, day INTEGER NOT NULL, ${of}_id INTEGER NOT NULL,
          native INTEGER NOT NULL, usd INTEGER NOT NULL, PRIMARY KEY (connection_n, day, ${of}_id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO older SELECT connection_n, day, ${of}_id, native, usd FROM ${of}_day;
        DROP TABLE ${of}_day;
        ALTER TABLE older RENAME TO ${of}_day;
      `);
    }
    db.exec(`
      CREATE TABLE charge (
        scope_id INTEGER NOT NULL, day INTEGER NOT NULL, key TEXT NOT NULL, resource_id INTEGER NOT NULL,
        meter_id INTEGER NOT NULL, ordinal INTEGER NOT NULL, start INTEGER NOT NULL, duration INTEGER NOT NULL,
        amount INTEGER NOT NULL, usd INTEGER, locked INTEGER NOT NULL, shape_id INTEGER NOT NULL,
        own TEXT NOT NULL, PRIMARY KEY (scope_id, day, key, resource_id, meter_id, ordinal)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO charge
        SELECT scope_id, day, value->>0, value->>1, value->>2, 0, value->>4, value->>5,
          CAST(value->>6 AS INTEGER), NULL, value->>7, value->>3,
          coalesce(nullif(json_extract(text, '$[0][' || (value->>8) || ']'), '[]'), '')
        FROM day_charges, json_each(text, '$[1]');
      DROP TABLE day_charges;
      DROP TABLE long_stretch;
      ALTER TABLE covered DROP COLUMN doubted_at;
      PRAGMA user_version = 1;
    `);
    db.close();
    const { ledger, setAside } = opened();
    expect(setAside).toBeNull();
    expect(held(ledger)).toEqual(heldBefore);
    expect(ledger.integrityFault()).toBeNull();
    write(ledger, scope, days('2026-11-10'), [[]]);
    expect(lines(ledger)).toHaveLength(4);
  });

  it('finds again what a version before kept of ClickHouse, whose types it did not tell apart', () => {
    const { ledger } = opened();
    const account = { provider: 'clickhouse', unit: 'CHC' } as const;
    const [scope] = listScopes(ledger, addConnection(ledger, account), ['org']) as [Scope];
    const warehouse = { id: 'dw-1\ndatawarehouse', name: 'Main', kind: 'Data warehouse' };
    const service = { id: 'svc-1', name: 'Events', kind: 'Service' };
    const answer = [warehouse, service].map((resource) => charge('2026-11-10', '1', { resource }));
    write(ledger, scope, days('2026-11-10'), [answer]);
    ledger.close();
    const db = new Database(file);
    db.exec(`
      UPDATE resource SET vendor_id = 'dw-1' WHERE kind = 'Data warehouse';
      UPDATE resource_alias SET alias = 'dw-1' WHERE alias LIKE 'dw-1%';
      PRAGMA user_version = ${LEDGER_VERSION - 1};
    `);
    db.close();
    const after = opened().ledger;
    expect(write(after, scope, days('2026-11-10'), [answer])).toMatchObject({ inserted: 0, deleted: 0 });
    expect(after.resourceSums(ALL).map(({ resource }) => resource.id)).toEqual([warehouse.id, service.id]);
  });

  it('refuses another program’s database', () => {
    const db = new Database(file);
    db.exec('CREATE TABLE theirs (x)');
    db.close();
    const before = readFileSync(file);
    expect(faultOf(opened).detail).toMatch(/another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(namesAside()).toEqual([]);
  });

  it('says why where the folder cannot be used', () => {
    writeFileSync(join(folder, 'file'), '');
    file = join(folder, 'file', 'ledger.sqlite');
    expect(faultOf(opened)).toMatchObject({ kind: 'ledger' });
    file = folder;
    expect(faultOf(opened)).toMatchObject({ kind: 'ledger' });
  });

  it.skipIf(process.platform === 'win32')(
    'says why where folder and file are read-only, and leaves them',
    () => {
      filled();
      const before = readFileSync(file);
      chmodSync(file, 0o444);
      chmodSync(folder, 0o555);
      const fault = asUser(() => faultOf(opened));
      chmodSync(folder, 0o700);
      expect(fault).toMatchObject({ kind: 'ledger' });
      expect(fault.detail).toMatch(/permission denied|cannot be opened|read-only/);
      expect(readFileSync(file).equals(before)).toBe(true);
      expect(namesAside()).toEqual([]);
      chmodSync(file, 0o600);
      expect(lines(opened().ledger)).toHaveLength(1);
    },
  );

  it('does not take a locked file for a damaged one', () => {
    const other = new Database(file);
    other.exec('CREATE TABLE half_made (x); BEGIN EXCLUSIVE');
    expect(faultOf(() => openLedger(file, () => NOW)).detail).toMatch(/locked/);
    other.close();
    expect(namesAside()).toEqual([]);
  });
});

describe('a damaged file', () => {
  it.each([
    ['no database', () => writeFileSync(file, 'no database at all. '.repeat(400))],
    ['a short text', () => writeFileSync(file, 'no database')],
    ['a broken page', () => overwrite(file, 3 * 4096, 2 * 4096)],
    ['half a file', () => writeFileSync(file, readFileSync(file).subarray(0, 5 * 4096 + 100))],
  ])('(%s) is set aside whole, and a fresh one opened', (_name, damage) => {
    filled(500);
    damage();
    const bytes = readFileSync(file);
    const { ledger, setAside } = opened();
    expect(setAside).toBe(join(folder, ASIDE));
    expect(readFileSync(join(folder, ASIDE)).equals(bytes)).toBe(true);
    expect(ledger.connections()).toEqual([]);
    addConnection(ledger);
    expect(ledger.integrityFault()).toBeNull();
  });

  it.each([
    ['whole', 0, 4096],
    ['in one number of its header', 17, 1],
  ])('takes a log along that is garbled %s', (_name, from, length) => {
    addConnection(opened().ledger);
    const copy = join(folder, 'copy');
    for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    file = copy;
    overwrite(`${copy}-wal`, from, length);
    const { ledger, setAside } = opened();
    expect(setAside).toBe(join(folder, 'copy.damaged-2026-11-22T10-00-00Z'));
    expect(existsSync(`${setAside}-wal`)).toBe(true);
    expect(ledger.connections()).toEqual([]);
  });

  it('does not mistake a log that ends torn for damage', () => {
    const { id } = addConnection(opened().ledger);
    open[0]?.renameConnection(id, 'Torn');
    const copy = join(folder, 'copy');
    for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    file = copy;
    truncateSync(`${copy}-wal`, statSync(`${copy}-wal`).size - 100);
    const { ledger, setAside } = opened();
    expect(setAside).toBeNull();
    expect(ledger.connections()).toMatchObject([{ name: 'Phala' }]);
  });

  it('keeps every one set aside within one second', () => {
    for (const name of [ASIDE, `${ASIDE}-2`]) {
      writeFileSync(file, 'no database at all. '.repeat(400));
      const { ledger, setAside } = openLedger(file, () => NOW);
      ledger.close();
      expect(setAside).toBe(join(folder, name));
    }
  });

  function overwrite(path: string, from: number, length: number): void {
    const bytes = readFileSync(path);
    bytes.fill(0xa5, from, from + length);
    writeFileSync(path, bytes);
  }
});

describe('two handles on one file', () => {
  it('see each other’s writes, and that there were any', () => {
    const one = opened().ledger;
    const two = opened().ledger;
    const before = two.dataVersion();
    const connection = addConnection(one);
    expect(two.dataVersion()).not.toBe(before);
    const own = one.dataVersion();
    one.renameConnection(connection.id, 'Renamed');
    expect(one.dataVersion()).toBe(own);
    expect(two.connection(connection.id)?.name).toBe('Renamed');
    expect(one.takeLease(connection.id, 'one', NOW)).not.toBeNull();
    expect(two.takeLease(connection.id, 'two', NOW)).toBeNull();
  });

  it('stage at once and lose nothing', () => {
    const one = opened().ledger;
    const two = opened().ledger;
    const [a, b] = listScopes(one, addConnection(one), ['a', 'b']) as [Scope, Scope];
    const writers = [one.writeWindow(a, days('2026-11-10')), two.writeWindow(b, days('2026-11-10'))];
    for (const writer of writers) writer.stage({ charges: [charge('2026-11-10', '1')] });
    for (const [ledger, scope] of [
      [one, a],
      [two, b],
    ] as const) {
      write(ledger, scope, days('2026-11-10'), [[charge('2026-11-10', '1')]]);
    }
    for (const writer of writers) writer.close();
    expect(one.daySums(ALL)).toEqual(two.daySums(ALL));
    expect(one.countCharges(ALL)).toBe(2);
    expect(two.integrityFault()).toBeNull();
  });
});

describe('the integrity check', () => {
  it.each([
    ['day_total', 'native = native + 1', 'the sums of 1 days differ from their charges'],
    ['day_total', 'usd = usd - 1', 'the sums of 1 days differ from their charges'],
    ['daily', 'native = native + 1', 'the sums of 1 days differ from their charges'],
    ['daily', 'charges = charges + 1', 'the sums of 1 days of an app differ from its charges'],
    ['resource_day', 'usd = usd + 1', '1 daily sums of a resource differ from those that they are made of'],
    ['meter_day', 'native = native + 1', '1 daily sums of a meter differ from those that they are made of'],
  ])('finds out where %s has %s', (table, change, says) => {
    filled();
    const db = new Database(file);
    db.exec(`UPDATE ${table} SET ${change}`);
    db.close();
    expect(opened().ledger.integrityFault()).toBe(says);
  });

  it.each(['resource_day', 'meter_day', 'day_total'])('finds out where %s lacks a day', (table) => {
    filled();
    const db = new Database(file);
    db.exec(`DELETE FROM ${table}`);
    db.close();
    expect(opened().ledger.integrityFault()).toMatch(/^(1 daily|the sums of 1 days)/);
  });
});

describe('a full disk', () => {
  it('is a fault of the ledger, and changes nothing', () => {
    filled();
    const db = new Database(file);
    const pages = db.first<{ page_count: bigint }>('PRAGMA page_count')?.page_count ?? 0n;
    db.exec(`PRAGMA max_page_count = ${pages}`);
    const fault = faultOf(() =>
      db.write(() => {
        db.run('UPDATE connection SET name = ?', 'lost');
        db.run('UPDATE connection SET memo = ?', 'x'.repeat(100_000));
      }),
    );
    expect(fault).toMatchObject({ kind: 'ledger', detail: 'the disk is full' });
    db.close();
    expect(opened().ledger.connections()).toMatchObject([{ name: 'Phala' }]);
  });
});

describe('other threads and processes', () => {
  let bundle: string;
  const ENTRY = join(import.meta.dirname, 'ledger-writer.ts');

  beforeAll(async () => {
    bundle = mkdtempSync(join(tmpdir(), 'cost-tray-writer-'));
    const driver = createRequire(import.meta.url).resolve('libsql');
    await build({
      configFile: false,
      logLevel: 'error',
      resolve: { alias: { libsql: driver } },
      build: {
        ssr: ENTRY,
        outDir: bundle,
        target: 'node20',
        rollupOptions: { external: [driver], output: { entryFileNames: 'writer.mjs' } },
      },
    });
  });
  afterAll(() => rmSync(bundle, { recursive: true, force: true }));

  it('a worker writes while this thread reads', async () => {
    const { ledger } = opened();
    const before = ledger.dataVersion();
    const worker = new Worker(join(bundle, 'writer.mjs'), { argv: [file, '5'], stdout: true });
    await new Promise((resolve, reject) => {
      worker.once('exit', resolve);
      worker.once('error', reject);
    });
    expect(ledger.dataVersion()).not.toBe(before);
    expect(ledger.countCharges(ALL)).toBe(5 * 100);
  });

  it('a process killed while it writes leaves whole windows only', async () => {
    for (const killAfter of [1, 3, 7]) {
      const child = spawn(process.execPath, [join(bundle, 'writer.mjs'), file, '100000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.split('\n').length > killAfter) child.kill('SIGKILL');
      });
      await ended;
      const committed = said.split('\n').length - 1;
      const { ledger, setAside } = openLedger(file, () => NOW);
      expect(setAside).toBeNull();
      expect(ledger.integrityFault()).toBeNull();
      const stored = ledger.countCharges(ALL);
      expect(stored % 100).toBe(0);
      expect(stored / 100).toBeGreaterThanOrEqual(committed);
      ledger.removeConnection(ledger.connections()[0]?.id ?? '', { forget: true }, NOW);
      ledger.close();
    }
  }, 60_000);
});
