import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { CliApp, CliIo } from '../../electron/cli/app.js';
import { exportCsv } from '../../electron/export/export.js';
import { DAYS, input, runIn } from './cli-support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cost-tray-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('an interruption is told in one sentence', () => {
  afterEach(() => vi.useRealTimers());

  const AGAIN = 'The command was interrupted before its end; run it again.\n';
  const LOOK =
    'The command was interrupted; look at "cost-tray connections" whether it was done, and run it again if not.\n';
  /** Takes nothing and never says so. */
  const stuck = () => new Writable({ highWaterMark: 1, write: () => undefined });
  const never = () => new Promise<never>(() => undefined);

  async function interrupted(line: string, changes: Partial<CliApp> = {}, io: Partial<CliIo> = {}) {
    const controller = new AbortController();
    const done = runIn(folder, line, changes, { signal: controller.signal, ...io });
    setImmediate(() => controller.abort());
    return done;
  }

  it('by a refresh, whatever its connections came to', async () => {
    const good = { connection: 'c1', name: 'Team', ok: true, message: null, dataThrough: null };
    const stopped = { ...good, connection: 'c2', ok: false, message: 'Stopped.' };
    const refresh: CliApp['refresh'] = ({ signal }) =>
      new Promise((done) => signal?.addEventListener('abort', () => done([good, stopped])));
    const close = vi.fn(() => Promise.resolve());
    expect(await interrupted('refresh', { refresh, close })).toEqual({
      status: 1,
      out: '',
      err: 'The refresh was interrupted; what was read is kept. Run it again to go on.\n',
    });
    expect(close).toHaveBeenCalledOnce();
  });

  it.each([
    ['status', 1],
    ['connections --json', 1],
    ['check --month-over 1', 3],
    ['--version', 1],
    ['help', 1],
  ])('by %s, where nothing takes what it says', async (line, exit) => {
    expect(await interrupted(line, {}, { stdout: stuck() })).toMatchObject({ status: exit, err: AGAIN });
  });

  it('by an export, which takes its half-written file away', async () => {
    const exported: CliApp['exportCsv'] = async ({ signal, target, range, profile }) => {
      function* charges() {
        while (signal?.aborted !== true) yield* [];
      }
      await new Promise(setImmediate);
      const source = { charges, countCharges: () => 0 };
      const question = { range, connections: null };
      const { rows } = await exportCsv({ source, question, profile, target, ...(signal && { signal }) });
      return { rows, unknownDays: [] };
    };
    expect(await interrupted(`export out.csv ${DAYS}`, { exportCsv: exported })).toEqual({
      status: 1,
      out: '',
      err: AGAIN,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('by connect while it reads the key', async () => {
    expect(await interrupted('connect phala', {}, { stdin: new PassThrough() })).toMatchObject({
      status: 1,
      err: LOOK,
    });
  });

  it.each([
    ['connect phala', { connect: never }, LOOK],
    ['disconnect c1', { disconnect: never }, LOOK],
    [
      'refresh',
      { refresh: never },
      'The refresh was interrupted; what was read is kept. Run it again to go on.\n',
    ],
    ['status', { close: never }, AGAIN],
  ])('by %s also where it waits for what hears no signal', async (line, changes, err) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const done = interrupted(line, changes, { stdin: input('k\n'), stdout: stuck() });
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await done).toMatchObject({ status: 1, err });
  });
});
