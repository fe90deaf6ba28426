/** What keeps the program from starting is one sentence with its remedy, and nothing is half written. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Core } from '../../electron/core/core.js';
import { Database } from '../../electron/ledger/driver.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import { StartError } from '../../electron/start-error.js';
import { openOffline } from '../support/open-core.js';
import { NOW, addConnection } from './ledger-support.js';

let folder: string;
const cores: Core[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-tray-start-'));
});
afterEach(async () => {
  for (const core of cores.splice(0)) await core.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(home = folder): Promise<Core> {
  const core = await openOffline(home, NOW);
  cores.push(core);
  return core;
}

/** The sentence a start ends with. */
async function sentence(home = folder): Promise<string> {
  try {
    await start(home);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  throw new Error('it started');
}

/** Names and digests of all files but SQLite's shared memory, which a reader touches too. */
function snapshot(): string[] {
  return readdirSync(folder)
    .filter((name) => !name.endsWith('-shm'))
    .sort()
    .map(
      (name) =>
        `${name}: ${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}`,
    );
}

function filledLedger(): string {
  const file = join(folder, 'ledger.sqlite');
  const { ledger } = openLedger(file, () => NOW);
  addConnection(ledger);
  ledger.close();
  return file;
}

describe('a start that cannot be', () => {
  it('in what is no folder', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await sentence(file)).toBe(
      `The folder ${file} cannot be used (it is not a folder). Mend its permissions, or name another in COST_TRAY_HOME.`,
    );
  });

  it.runIf(process.platform === 'linux')(
    'below a folder that takes none, without trying for ever',
    async () => {
      expect(await sentence('/proc/cost-tray')).toMatch(
        /^The folder \/proc\/cost-tray cannot be used \(ENOENT/,
      );
    },
  );

  it('in a folder that cannot be made', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const home = join(file, 'home');
    const before = snapshot();
    const said = await sentence(home);
    expect(said).toContain(home);
    expect(said).toMatch(
      /^The folder .* cannot be used \(.*\)\. Mend its permissions, or name another in COST_TRAY_HOME\.$/,
    );
    expect(snapshot()).toEqual(before);
  });

  it.each([
    [
      'a newer Cost Tray’s',
      'PRAGMA user_version = 99',
      /\(a newer Cost Tray .* untouched\)\. Install the newer/,
    ],
    [
      'another program’s',
      'PRAGMA user_version = 0',
      /\(it is a database of another program.*\)\. Move the file/,
    ],
  ])('over %s ledger, which stays as it is', async (_name, sql, says) => {
    const file = filledLedger();
    const db = new Database(file);
    db.exec(sql);
    db.close();
    writeFileSync(join(folder, 'settings.json'), '{"budgetUsd":"7"}');
    writeFileSync(join(folder, 'connections.json'), '{"schema":1,"connections":[]}');
    const before = snapshot();
    const said = await sentence();
    expect(said).toContain(`The ledger ${file} cannot be opened`);
    expect(said).toMatch(says);
    expect(said).not.toMatch(/disk space/);
    expect(snapshot()).toEqual(before);
  });

  it('over a ledger that is no file', async () => {
    mkdirSync(join(folder, 'ledger.sqlite'));
    expect(await sentence()).toMatch(
      /ledger\.sqlite cannot be opened \(it is not a file\)\. Free disk space, mend/,
    );
    expect(readdirSync(folder)).toEqual(['ledger.sqlite']);
  });
});

describe('a start over damaged files', () => {
  const DAMAGED = 'damaged-2026-11-22T10-00-00Z';

  it('sets the ledger aside, takes the connections from their copy, and says so', async () => {
    const first = await start();
    const { id } = addConnection(first.parts.ledger);
    first.connections.rename(id, 'Ours');
    await first.close();
    writeFileSync(join(folder, 'ledger.sqlite'), 'no database at all. '.repeat(400));
    const core = await start();
    expect(core.state().ledgerNotice).toBe(
      `The ledger was damaged and set aside as ledger.sqlite.${DAMAGED}; everything is fetched again`,
    );
    expect(core.parts.ledger.connections()).toMatchObject([{ id, name: 'Ours', lastSuccess: null }]);
  });

  it.each([
    ['is gone', () => undefined],
    ['is empty', (file: string) => writeFileSync(file, '')],
  ])('says that a ledger %s which its connections’ copy tells of', async (_name, leave) => {
    const first = await start();
    const { id } = addConnection(first.parts.ledger);
    first.connections.rename(id, 'Ours');
    const home = join(folder, 'other');
    mkdirSync(home);
    copyFileSync(join(folder, 'connections.json'), join(home, 'connections.json'));
    leave(join(home, 'ledger.sqlite'));
    const core = await start(home);
    expect(core.state().ledgerNotice).toBe('The ledger was missing or empty; everything is fetched again');
    expect(core.parts.ledger.connections()).toMatchObject([{ id, name: 'Ours', lastSuccess: null }]);
    await core.close();
    expect((await start(home)).state().ledgerNotice).toBeNull();
  });

  it.each([
    ['are no JSON', '{"cadenceMinutes": 0, "budg'],
    ['are no settings', '[1, 2]'],
    ['are empty', ''],
  ])('sets settings aside that %s, and a change does not write over them', async (_name, text) => {
    const file = join(folder, 'settings.json');
    writeFileSync(file, text);
    const core = await start();
    expect(core.state().ledgerNotice).toBe(
      `The settings could not be read and were set aside as settings.json.${DAMAGED}; they are as at first`,
    );
    core.parts.settings.change({ budgetUsd: '5' });
    expect(readFileSync(`${file}.${DAMAGED}`, 'utf8')).toBe(text);
    await core.close();
    const again = await start();
    expect(again.state().ledgerNotice).toBeNull();
    expect(again.settings().budgetUsd).toBe('5');
  });

  it('keeps every setting but the one that is broken', async () => {
    writeFileSync(
      join(folder, 'settings.json'),
      '{"cadenceMinutes":7,"budgetUsd":"12.5","from":"the future"}',
    );
    const core = await start();
    expect(core.state().ledgerNotice).toBeNull();
    expect(core.settings()).toMatchObject({ cadenceMinutes: 15, budgetUsd: '12.5' });
    expect(existsSync(join(folder, `settings.json.${DAMAGED}`))).toBe(false);
  });

  it('has no budget where the one that was kept is more than an amount may be', async () => {
    writeFileSync(join(folder, 'settings.json'), '{"theme":"dark","budgetUsd":"2000000000"}');
    const core = await start();
    expect(core.settings()).toMatchObject({ theme: 'dark', budgetUsd: null });
    expect(core.state().overview.budget).toBeNull();
  });

  it('says both where both are damaged', async () => {
    for (const name of ['ledger.sqlite', 'settings.json'])
      writeFileSync(join(folder, name), 'no '.repeat(4_000));
    expect((await start()).state().ledgerNotice).toMatch(
      /^The ledger was damaged .*\. The settings could not be read/,
    );
  });
});
