/**
 * The store against a real Secret Service (gnome-keyring on a bus of its own).
 * Each case runs in a child: libsecret keeps one connection to the bus for the
 * life of a process.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const SECRET = 'sk-integration-0123456789';

const BARE_BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`;

let folder: string;
let home: string;

beforeAll(async () => {
  // Below node_modules, so that the child finds keytar.
  folder = mkdtempSync(join(root, 'node_modules', '.keychain-test-'));
  home = mkdtempSync(join(tmpdir(), 'cost-tray-keyring-'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: resolve(root, 'electron/keychain/keytar-store.ts'),
      outDir: folder,
      rollupOptions: { external: ['keytar'], output: { entryFileNames: 'store.mjs' } },
    },
  });
  writeFileSync(join(folder, 'bare.conf'), BARE_BUS);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
});

/** Runs the calls on a store in a child and returns what each answered. */
async function inChild(calls: string[], start: (node: string[]) => [string, string[]]): Promise<unknown[]> {
  const script = join(folder, 'child.mjs');
  writeFileSync(
    script,
    `import { KeytarStore } from './store.mjs';
     const make = () => new KeytarStore({ service: 'Cost Tray (test)', platform: process.platform });
     const keys = make();
     const again = make();
     const answers = [];
     for (const call of [${calls.map((call) => `() => ${call}`).join(', ')}]) answers.push(await call());
     console.log('\\n' + JSON.stringify(answers));`,
  );
  const [command, args] = start([process.execPath, script]);
  // No display: a prompt cannot open, as on a server.
  const { stdout } = await run(command, args, {
    env: { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' },
    timeout: 60_000,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as unknown[];
}

const quoted = (words: string[]) => words.map((word) => `'${word}'`).join(' ');

const withKeyring =
  (daemon: string) =>
  (node: string[]): [string, string[]] => [
    'dbus-run-session',
    ['--', 'bash', '-c', `${daemon} >/dev/null 2>&1; ${quoted(node)}`],
  ];

/** Now and then the daemon is back from its start before it has made the keyring that it unlocks. */
const ASK = 'dbus-send --session --print-reply';
const NAMED = `${ASK} --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets`;
const LOCKED = `${ASK} --dest=org.freedesktop.secrets /org/freedesktop/secrets/aliases/default org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked`;
const UNTIL_UNLOCKED = `for try in $(seq 200); do ${NAMED} | grep -q 'boolean true' && ${LOCKED} | grep -q 'boolean false' && break; sleep 0.05; done`;

const unlocked = withKeyring(
  `{ printf 'x\\n' | gnome-keyring-daemon --unlock --components=secrets; ${UNTIL_UNLOCKED}; }`,
);
const locked = withKeyring('gnome-keyring-daemon --start --components=secrets');

it('stores, reads and deletes in an unlocked keyring, then meets the same keyring locked', async () => {
  const answers = await inChild(
    [
      'keys.probe()',
      `keys.get('one')`,
      `keys.set('one', '${SECRET}')`,
      `again.get('one')`,
      `keys.set('two', '${SECRET}2')`,
      `keys.delete('two')`,
      `keys.delete('two')`,
      `again.get('two')`,
      `again.set('three', '${SECRET}3')`,
      `again.deleteAll(['one', 'three'])`,
      `keys.set('kept', '${SECRET}4')`,
    ],
    unlocked,
  );
  const nothing = { kind: 'absent', detail: 'keychain locked or entry removed' };
  expect(answers).toEqual([
    { kind: 'usable' },
    nothing,
    { kind: 'stored' },
    { kind: 'found', secret: SECRET },
    { kind: 'stored' },
    { kind: 'deleted' },
    nothing,
    nothing,
    { kind: 'stored' },
    { kind: 'deleted' },
    { kind: 'stored' },
  ]);

  expect(
    await inChild(
      ['keys.probe()', `keys.get('kept')`, `keys.set('new', '${SECRET}')`, `keys.deleteAll(['kept'])`],
      locked,
    ),
  ).toEqual([
    { kind: 'usable' },
    nothing,
    { kind: 'locked', detail: 'Cannot create an item in a locked collection' },
    nothing,
  ]);

  expect(await inChild([`keys.get('kept')`], unlocked)).toEqual([{ kind: 'found', secret: `${SECRET}4` }]);
});

it('is unavailable on a bus without a Secret Service', async () => {
  const answers = await inChild(
    ['keys.probe()', `keys.get('one')`, `keys.set('one', '${SECRET}')`],
    (node) => ['dbus-run-session', [`--config-file=${join(folder, 'bare.conf')}`, '--', ...node]],
  );
  for (const answer of answers) expect(answer).toMatchObject({ kind: 'unavailable' });
  expect(JSON.stringify(answers)).not.toContain(SECRET);
});

it('is unavailable without a bus', async () => {
  const answers = await inChild(
    ['keys.probe()', `keys.get('one')`, `keys.set('one', '${SECRET}')`, `keys.deleteAll(['one'])`],
    ([node = '', ...rest]) => [node, rest],
  );
  for (const answer of answers) expect(answer).toMatchObject({ kind: 'unavailable' });
});
