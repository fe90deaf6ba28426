/** Starts that cannot be, and the end of everything: the real program, its window, files and keychain. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { KeytarStore } from '../../electron/keychain/keytar-store.js';
import { keychainService } from '../../electron/keychain/service-name.js';
import { Database } from '../../electron/ledger/driver.js';
import { commandLine, openWindow, openWorld, run, say } from './driver.js';
import type { Spoken, World } from './driver.js';

let world: World;

beforeEach(async () => {
  world = await openWorld({ months: 1 });
});
afterEach(() => world.close());

/** The program without words, as from a terminal. */
function tray(home = world.home): Promise<Spoken> {
  const { program, args } = commandLine(world, []);
  const switches = args.filter((argument) => !argument.startsWith('--ozone-platform'));
  return run(program, switches, { ...world.env, COST_TRAY_HOME: home });
}

function expectRefusal({ status, stdout, stderr }: Spoken, says: RegExp, refused = 1): void {
  expect({ status, stdout }).toEqual({ status: refused, stdout: '' });
  expect(stderr).toMatch(says);
  expect(stderr.trim().split('\n')).toHaveLength(1);
}

async function makeNewer(): Promise<string> {
  expect((await say(world, ['connections'])).status).toBe(0);
  const file = join(world.home, 'ledger.sqlite');
  const db = new Database(file);
  db.exec('PRAGMA user_version = 99');
  db.close();
  return file;
}

describe('a start that cannot be ends with one sentence, and with 1 or, for wrong use, 2', () => {
  it('where the folder cannot be used', async () => {
    writeFileSync(join(world.home, 'file'), '');
    const home = join(world.home, 'file', 'home');
    const says = /^The folder .* cannot be used .*COST_TRAY_HOME\.\n$/;
    expectRefusal(await say({ ...world, env: { ...world.env, COST_TRAY_HOME: home } }, ['status']), says);
    expectRefusal(await tray(home), says);
    expect(readdirSync(world.home)).toEqual(['file']);
  });

  it('where a newer Cost Tray wrote the ledger, which stays as it is', async () => {
    const file = await makeNewer();
    const before = readFileSync(file);
    const says =
      /^The ledger .* cannot be opened \(a newer Cost Tray .*\)\. Install the newer Cost Tray, .*\n$/;
    expectRefusal(await say(world, ['status']), says);
    expectRefusal(await tray(), says);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(join(world.home, 'settings.json'))).toBe(false);
  });

  it('where an address is not one to send a key to', async () => {
    const env = { ...world.env, COST_TRAY_PHALA_URL: 'http://example.com/api/v1' };
    const says = /^COST_TRAY_PHALA_URL must be .*unset it\.\n$/;
    expectRefusal(await say({ ...world, env }, ['status']), says, 2);
  });
});

it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'the tray ends in good order, with 0, on %s',
  async (signal) => {
    const view = await openWindow(world);
    const program = view.app.process();
    const ended = once(program, 'exit');
    program.kill(signal);
    expect(await ended).toEqual([0, null]);
  },
);

it.skipIf(process.platform !== 'linux')('keeps to itself that its log cannot be written', async () => {
  const inTheWay = (path: string): void => writeFileSync(path, '');
  inTheWay(join(world.home, 'logs'));
  const config = join(world.home, 'config');
  mkdirSync(config);
  inTheWay(join(config, 'autostart'));
  const view = await openWindow({ ...world, env: { ...world.env, XDG_CONFIG_HOME: config } });
  let said = '';
  view.app.process().stderr?.on('data', (text: Buffer) => (said += text.toString()));
  // This fails, and is a line in the log.
  await view.page.evaluate(() => window.costTray.call('setSettings', { startAtLogin: true }));
  await view.quit();
  expect(said).not.toContain('electron-log');
});

it('over a damaged ledger the words go on, and say once what was set aside', async () => {
  writeFileSync(join(world.home, 'ledger.sqlite'), 'no database at all. '.repeat(400));
  const first = await say(world, ['connections', '--json']);
  expect(first.status).toBe(0);
  expect(first.stderr).toMatch(/^The ledger was damaged and set aside as ledger\.sqlite\.damaged-.*\n$/);
  expect(JSON.parse(first.stdout)).toMatchObject({ connections: [] });
  expect((await say(world, ['connections'])).stderr).toBe('');
});

it('“Delete all” leaves nothing of the program: no file, no key', async () => {
  const { phala } = world.servers.keys;
  expect((await say(world, ['connect', 'phala'], `${phala}\n`)).status).toBe(0);
  const listed = JSON.parse((await say(world, ['connections', '--json'])).stdout) as {
    connections: ReadonlyArray<{ id: string }>;
  };
  const id = listed.connections[0]?.id ?? '';
  const keys = () => new KeytarStore({ service: keychainService(world.home), platform: 'linux' }).get(id);
  expect(await keys()).toMatchObject({ kind: 'found' });

  const view = await openWindow(world);
  const ended = new Promise((done) => view.app.process().once('exit', done));
  // The answer does not come: the program ends.
  void view.page.evaluate(() => window.costTray.call('deleteAll', undefined)).catch(() => undefined);
  await ended;
  expect(await keys()).toMatchObject({ kind: 'absent' });
  const left = readdirSync(world.home, { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => /ledger|settings|connections|logs|browser/.test(name))).toEqual([]);
  expect((await say(world, ['connections', '--json'])).stdout).toContain('"connections": []');
});
