/** The command line in the real program, without a display. */
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { addDays, day, firstOfMonth } from '../../shared/day.js';
import { formatDecimal } from '../../shared/money.js';
import { commandLine, filesHolding, openWorld, say, start } from './driver.js';
import type { CommandLine, Started, World } from './driver.js';

interface Status {
  readonly periods: Record<string, { from: string; to: string; amount: string | null; complete: boolean }>;
  readonly connections: ReadonlyArray<{
    readonly id: string;
    readonly provider: 'phala' | 'clickhouse';
    readonly state: string;
    readonly monthToDate: { readonly amount: string | null; readonly native: string | null };
    readonly coverage: { readonly unknownDays: readonly string[] } | null;
    readonly reconciliation: { readonly difference: string } | null;
  }>;
}

let world: World;

beforeAll(async () => {
  world = await openWorld({ months: 2 });
});

afterAll(() => world.close());

async function status(): Promise<Status> {
  const spoken = await say(world, ['status', '--json']);
  expect(spoken).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(spoken.stdout) as Status;
}

const INTERRUPTED = 'The refresh was interrupted; what was read is kept. Run it again to go on.\n';

/** Starts words that ask a vendor who does not answer. */
async function startWaiting(line: CommandLine, input = ''): Promise<Started> {
  world.servers.setFault('clickhouse', { kind: 'slow-headers' });
  const { counts } = world.servers;
  const before = counts.clickhouse;
  const started = start(line);
  started.child.stdin?.end(input);
  await expect.poll(() => counts.clickhouse, { timeout: 30_000 }).toBeGreaterThan(before);
  return started;
}

describe('the command line', () => {
  it('refuses wrong use with one sentence and 2', async () => {
    for (const words of [
      ['--bogus'],
      ['refresh', '--since', '2026-02-30'],
      ['export', '-', '--from', '2026-11-02', '--to', '2026-11-01'],
      ['connect', 'aws'],
      ['check'],
    ]) {
      const { status: code, stdout, stderr } = await say(world, words);
      expect({ words, code, stdout }).toEqual({ words, code: 2, stdout: '' });
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  it('leaves the folder of a desktop’s settings as it was, and says where it can keep nothing', async () => {
    const config = mkdtempSync(join(tmpdir(), 'cost-tray-e2e-config-'));
    try {
      const env = { ...world.env, XDG_CONFIG_HOME: config };
      for (const words of [['--version'], ['help'], ['connections']]) {
        expect(await say({ ...world, env }, words)).toMatchObject({ status: 0, stderr: '' });
      }
      expect(readdirSync(config)).toEqual([]);
      // No home is named, and a file is in the place of its own.
      writeFileSync(join(config, 'Cost Tray'), '');
      for (const [words, exit] of [
        [['status'], 1],
        [['check', '--month-over', '1'], 3],
      ] as const) {
        const homeless = { ...env, COST_TRAY_HOME: '' };
        const { status: code, stderr } = await say({ ...world, env: homeless }, words);
        expect(code).toBe(exit);
        expect(stderr).toMatch(/^The folder .*Cost Tray cannot be used \(.*COST_TRAY_HOME\.\n$/);
      }
    } finally {
      rmSync(config, { recursive: true });
    }
  });

  it('connects with keys from standard input', async () => {
    const { phala, clickhouse } = world.servers.keys;
    const refused = await say(world, ['connect', 'phala'], 'phak_wrong\n');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/^Phala rejected the key/);
    expect((await say(world, ['connect', 'phala', '--name', 'Ours'], `${phala}\n`)).status).toBe(0);
    const second = await say(
      world,
      ['connect', 'clickhouse'],
      `${clickhouse.keyId}\n${clickhouse.keySecret}\n`,
    );
    expect(second).toMatchObject({ status: 0, stderr: '' });
    expect((await status()).connections.map(({ state }) => state)).toEqual(['never', 'never']);
    expect(filesHolding(world.home, [phala, clickhouse.keySecret])).toEqual([]);
  });

  it('says nothing to anybody but the vendors', async () => {
    const heard: string[] = [];
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        heard.push(data.toString('latin1').split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      });
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    const address = proxy.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    // Loopback, where the vendors are, is never asked through a proxy.
    const url = `http://127.0.0.1:${address.port}`;
    const env = { ...world.env, https_proxy: url, http_proxy: url, no_proxy: '', NO_PROXY: '' };
    const { status: code } = await say({ ...world, env }, ['connect', 'phala'], 'phak_wrong\n');
    proxy.close();
    expect(code).toBe(1);
    expect(heard).toEqual([]);
  });

  it('cannot know before the first sync', async () => {
    expect((await say(world, ['check', '--month-over', '1'])).status).toBe(3);
    const to = new Date().toISOString().slice(0, 10);
    const words = ['export', '-', '--from', addDays(day(to), -2), '--to', to];
    const exported = await say(world, words);
    expect(exported.status).toBe(0);
    expect(exported.stderr).toMatch(/Ours/);
    expect((await say(world, [...words, '--strict'])).status).toBe(1);
  });

  it('refreshes to the vendors’ truth', async () => {
    const refreshed = await say(world, ['refresh']);
    expect(refreshed).toMatchObject({ status: 0 });
    const { connections, periods } = await status();
    const { truth } = world.servers;
    const to = day(periods['monthToDate']?.to ?? '');
    for (const { provider, monthToDate, state, coverage, reconciliation } of connections) {
      expect(state).toBe('ok');
      expect(monthToDate.native).toBe(formatDecimal(truth.total(provider, { from: firstOfMonth(to), to })));
      expect(coverage?.unknownDays).toEqual([]);
      expect(reconciliation?.difference).toBe('0');
    }
    const lastMonth = {
      from: day(periods['lastMonth']?.from ?? ''),
      to: day(periods['lastMonth']?.to ?? ''),
    };
    expect(periods['lastMonth']?.amount).toBe(
      formatDecimal(truth.total('phala', lastMonth) + truth.total('clickhouse', lastMonth)),
    );
    expect(periods['lastMonth']?.complete).toBe(true);
  });

  it('tells over from under', async () => {
    expect((await say(world, ['check', '--month-over', '0.01'])).status).toBe(1);
    expect((await say(world, ['check', '--month-over', '1000000'])).status).toBe(0);
  });

  it('exports to a file that it never clobbers, and the same bytes to a pipe', async () => {
    const to = (await status()).periods['yesterday']?.to ?? '';
    const from = addDays(day(to), -6);
    const file = join(world.home, 'week.csv');
    const words = ['--from', from, '--to', to];
    expect((await say(world, ['export', file, ...words])).status).toBe(0);
    const { stdout } = await say(world, ['export', '-', ...words]);
    expect(stdout).toBe(readFileSync(file, 'utf8'));
    const rows = parse<Record<string, string>>(stdout, { columns: true });
    const { truth } = world.servers;
    const range = { from, to: day(to) };
    expect(rows).toHaveLength(truth.count('phala', range) + truth.count('clickhouse', range));
    writeFileSync(file, 'mine');
    expect((await say(world, ['export', file, ...words])).status).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await say(world, ['export', file, ...words, '--overwrite'])).status).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  it('ends with 1 and one sentence when a vendor cannot be reached', async () => {
    world.servers.setFault('phala', { kind: 'reset' });
    const { status: code, stderr } = await say(world, ['refresh']);
    world.servers.setFault('phala', null);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Ours/);
  });

  describe.skipIf(process.platform === 'win32')('that a signal ends', () => {
    afterEach(() => world.servers.setFault('clickhouse', null));

    it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('says so and is 1 (%s)', async (signal) => {
      const { child, ended } = await startWaiting(commandLine(world, ['refresh']));
      child.kill(signal);
      expect(await ended).toMatchObject({ status: 1, stderr: INTERRUPTED });
    });

    it.each([
      ['the launcher', process.execPath, ['scripts/start.mjs', 'refresh'], 1],
      // npm's own shell dies of it, and npm tells of that.
      ['npm', 'npm', ['start', '--silent', '--', 'refresh'], 143],
    ])('does so below %s too', async (_name, program, args, status) => {
      const { child, ended } = await startWaiting({ program, args, env: world.env });
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ status, stderr: INTERRUPTED });
    });

    it('is never 0, at whatever moment of its start', async () => {
      world.servers.setFault('clickhouse', { kind: 'slow-headers' });
      for (let after = 60; after <= 420; after += 40) {
        const { child, ended } = start(commandLine(world, ['refresh']));
        setTimeout(() => child.kill('SIGTERM'), after);
        const { status: code, stderr } = await ended;
        // Before its own first line it dies of the signal itself.
        expect([
          { code: 143, stderr: '' },
          { code: 1, stderr: INTERRUPTED },
        ]).toContainEqual({ code, stderr });
      }
    });

    it('ends at once at a second one', async () => {
      const { clickhouse } = world.servers.keys;
      const input = `${clickhouse.keyId}\n${clickhouse.keySecret}\n`;
      const { child, ended } = await startWaiting(commandLine(world, ['connect', 'clickhouse']), input);
      child.kill('SIGTERM');
      await sleep(1_000);
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ status: 143, stderr: '' });
    });
  });

  it.skipIf(process.platform !== 'linux')('says so where standard output takes nothing', async () => {
    const full = openSync('/dev/full', 'w');
    for (const words of [['status', '--json'], ['--version']]) {
      const { status: code, stderr } = await start(commandLine(world, words), full).ended;
      expect({ words, code, stderr }).toEqual({
        words,
        code: 1,
        stderr: 'The output could not be written (ENOSPC); make room for it or choose another place.\n',
      });
    }
    closeSync(full);
  });

  it('disconnects and keeps or forgets history as told', async () => {
    const { connections } = await status();
    const phala = connections.find(({ provider }) => provider === 'phala')?.id ?? '';
    expect((await say(world, ['disconnect', phala])).status).toBe(0);
    const after = await status();
    expect(after.connections.map(({ id }) => id)).not.toContain(phala);
    const listed = JSON.parse((await say(world, ['connections', '--json'])).stdout) as {
      connections: ReadonlyArray<{ id: string; removed: boolean }>;
    };
    expect(listed.connections).toContainEqual(expect.objectContaining({ id: phala, removed: true }));
    expect((await say(world, ['disconnect', phala, '--forget'])).status).toBe(0);
    expect((await say(world, ['disconnect', phala])).status).toBe(2);
  });
});
