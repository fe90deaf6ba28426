import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/place.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scripts-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const script = (name: string) => JSON.stringify(pathToFileURL(join(ROOT, 'scripts', name)).href);

/** Starts a module's text in a Node of its own, as the scripts run, with a cache folder of its own. */
function start(text: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: folder, HOME: folder, LOCALAPPDATA: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (said.out += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said.err += part));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, ...said }));
  /** Resolves once standard output holds the word. */
  const says = async (word: string) => {
    while (!said.out.includes(word)) await once(child.stdout, 'data');
  };
  return { child, ended, says };
}

describe('one at a time', () => {
  const holder = (name: string, body: string) => `
    import { alone } from ${script('lib/lock.mjs')};
    import { appendFileSync } from 'node:fs';
    const log = (word) => { appendFileSync('log', '${name} ' + word + '\\n'); console.log(word); };
    await alone('a subject', 'testing', async () => { log('in'); ${body}; log('out'); });`;
  const log = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');

  test('the second waits, says so, and goes on when the first is done', async () => {
    const untilFile = `
      const { existsSync } = await import('node:fs');
      while (!existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 5));`;
    const first = start(holder('first', untilFile));
    await first.says('in');
    const second = start(holder('second', ''));
    await once(second.child.stderr, 'data');
    writeFileSync(join(folder, 'go'), '');
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.status, two.status]).toEqual([0, 0]);
    expect(two.err).toBe('Waiting for another process that is testing …\n');
    expect(log()).toEqual(['first in', 'first out', 'second in', 'second out']);
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('.lock'))).toEqual(
      [],
    );
  });

  test('one that was killed does not keep others out', async () => {
    const first = start(holder('first', 'await new Promise((resolve) => setTimeout(resolve, 60_000))'));
    await first.says('in');
    first.child.kill('SIGKILL');
    await first.ended;
    expect((await start(holder('second', '')).ended).status).toBe(0);
    expect(log()).toEqual(['first in', 'second in', 'second out']);
  });
});

describe.skipIf(process.platform === 'win32')('starting the program', () => {
  /** In Electron's place a shell script, or nothing at all, so that only the launching is tested. */
  function launching(body: string | undefined, words: string[]) {
    const path = join(folder, 'electron');
    if (body !== undefined) {
      writeFileSync(path, `#!/bin/sh\n${body}\n`);
      chmodSync(path, 0o755);
    }
    return start(
      `import { launch } from ${script('launch.mjs')};
       import { main } from ${script('lib/processes.mjs')};
       const electron = { path: ${JSON.stringify(path)}, version: '1', kind: 'named' };
       await main(() => launch(electron, ${JSON.stringify(words)}, { folder: '/app' }));`,
      { DISPLAY: ':not-used' },
    );
  }

  test('its words follow the folder, its streams and its status come through', async () => {
    const { status, out, err } = await launching('echo "$@"; echo wrong >&2; exit 7', ['status', '--json'])
      .ended;
    expect(status).toBe(7);
    expect(out.trim().split(' ').slice(-3)).toEqual(['/app', 'status', '--json']);
    expect(err).toBe('wrong\n');
  });

  test('a signal is passed on, and the script ends with the program’s own status', async () => {
    const running = launching("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done", ['refresh']);
    await running.says('ready');
    running.child.kill('SIGTERM');
    expect((await running.ended).status).toBe(3);
  });

  test("a signal to the Linux package's launcher reaches the program, whose status it ends with", async () => {
    const launcher = join(folder, 'cost-tray');
    copyFileSync(join(ROOT, 'scripts/package/cost-tray'), launcher);
    writeFileSync(
      `${launcher}-bin`,
      "#!/bin/sh\ntrap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done\n",
    );
    for (const path of [launcher, `${launcher}-bin`]) chmodSync(path, 0o755);
    const running = spawn(launcher, ['refresh'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(running.stdout, 'data');
    running.kill('SIGTERM');
    expect(await once(running, 'close')).toEqual([3, null]);
  });

  test('a death by a signal is said, with the status that shells give it', async () => {
    const { status, err } = await launching('kill -SEGV $$', []).ended;
    expect(status).toBe(139);
    expect(err).toBe('Electron died (SIGSEGV): does the display :not-used answer?\n');
  });

  test('an Electron that is not there is one sentence', async () => {
    const { status, err } = await launching(undefined, ['status']).ended;
    expect(status).toBe(1);
    expect(err).toMatch(/^\S+electron could not be started: .*\.\n$/);
  });
});

test('an Electron named in COST_TRAY_ELECTRON that does not exist is told with the remedy', async () => {
  const text = `import { findElectron } from ${script('lib/electron.mjs')};
    import { main } from ${script('lib/processes.mjs')};
    await main(async () => { await findElectron(); });`;
  const { status, err } = await start(text, { COST_TRAY_ELECTRON: '/no/such' }).ended;
  expect(status).toBe(1);
  expect(err).toBe('There is no Electron at /no/such: set COST_TRAY_ELECTRON to one, or unset it.\n');
});

test.skipIf(process.platform !== 'linux')(
  'what serves others is out of reach of a terminal’s Ctrl+C, and ends with the script',
  async () => {
    const { child, ended, says } = start(`
      import { main, serve } from ${script('lib/processes.mjs')};
      await main(async () => {
        const { child } = serve('sleep', ['60'], { stdio: 'ignore' });
        console.log('pid ' + child.pid + '.');
        await new Promise((resolve) => child.once('exit', resolve));
      });`);
    let out = '';
    child.stdout.on('data', (part: string) => (out += part));
    await says('.');
    const pid = Number(/pid (\d+)/.exec(out)?.[1]);
    /** State, parent and group stand behind the name in brackets. */
    const facts = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    expect(facts()[2]).toBe(String(pid));
    child.kill('SIGTERM');
    await ended;
    // Where nobody collects it, an ended process is still listed.
    await expect.poll(() => !existsSync(`/proc/${pid}`) || facts()[0] === 'Z').toBe(true);
  },
);
