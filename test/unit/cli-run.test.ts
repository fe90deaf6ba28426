import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';
import type { CliApp, CliIo } from '../../electron/cli/app.js';
import { runCli } from '../../electron/cli/cli.js';
import { withTime } from '../../electron/cli/core-app.js';
import { parseWords } from '../../electron/cli/parse.js';
import { ExportError } from '../../electron/export/error.js';
import { exportCsv } from '../../electron/export/export.js';
import { streamSink } from '../../electron/export/sink.js';
import { StartError } from '../../electron/start-error.js';
import { Collector, DAYS, TODAY, input, runIn, status, view } from './cli-support.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cost-tray-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (line: string | readonly string[], changes: Partial<CliApp> = {}, io: Partial<CliIo> = {}) =>
  runIn(folder, line, changes, io);

describe('without the core', () => {
  const never = () => Promise.reject(new Error('must not open'));
  it.each([
    ['--version', 0, /^1\.2\.3\n$/, /^$/],
    ['help', 0, /Usage: cost-tray[^]*Exit status/, /^$/],
    ['stauts', 2, /^$/, /^There is no such command.*\.\n$/],
  ])('%s', async (line, exit, out, err) => {
    const command = parseWords([line], TODAY);
    if (command.kind === 'tray') throw new Error('no command');
    const stdout = new Collector();
    const stderr = new Collector();
    const io = { stdin: null, stdout, stderr, cwd: folder };
    expect(await runCli(command, '1.2.3', never, io)).toBe(exit);
    expect(stdout.text).toMatch(out);
    expect(stderr.text).toMatch(err);
  });

  it('reports a core that cannot be opened', async () => {
    const stderr = new Collector();
    const exit = await runCli(
      { kind: 'status', json: true },
      '1.2.3',
      () => Promise.reject(new FaultError('ledger')),
      { stdin: null, stdout: new Collector(), stderr, cwd: folder },
    );
    expect(exit).toBe(1);
    expect(stderr.text).toMatch(/^The ledger could not be written\. Free disk space.*\n$/);
  });

  it('says why the program cannot start in its own words', async () => {
    const stderr = new Collector();
    const said = 'The folder /nowhere cannot be used. Name another in COST_TRAY_HOME.';
    const exit = await runCli(
      { kind: 'status', json: true },
      '1.2.3',
      () => Promise.reject(new StartError(said)),
      { stdin: null, stdout: new Collector(), stderr, cwd: folder },
    );
    expect({ exit, err: stderr.text }).toEqual({ exit: 1, err: `${said}\n` });
  });

  it('is wrong use where the user has said something that cannot be', async () => {
    const stderr = new Collector();
    const open = () => Promise.reject(new StartError('COST_TRAY_PHALA_URL must be another.', true));
    const io = { stdin: null, stdout: new Collector(), stderr, cwd: folder };
    expect(await runCli({ kind: 'status', json: true }, '1.2.3', open, io)).toBe(2);
    expect(stderr.text).toBe('COST_TRAY_PHALA_URL must be another.\n');
  });

  it('leaves a check without an answer, not with a limit exceeded', async () => {
    const io = { stdin: null, stdout: new Collector(), stderr: new Collector(), cwd: folder };
    const check = parseWords(['check', '--month-over', '10'], TODAY);
    if (check.kind === 'tray') throw new Error('no command');
    expect(await runCli(check, '1.2.3', () => Promise.reject(new FaultError('ledger')), io)).toBe(3);
    const failing = await run('check --month-over 10', { status: () => Promise.reject(new Error('x')) });
    expect(failing.status).toBe(3);
  });

  it('says what was set aside before it does what it is asked', async () => {
    const notice =
      'The ledger was damaged and set aside as ledger.sqlite.damaged; everything is fetched again';
    const { status: exit, out, err } = await run('status', { notice });
    expect({ exit, err }).toEqual({ exit: 0, err: `${notice}.\n` });
    expect(out).not.toContain('set aside');
    expect((await run('status', { notice: null })).err).toBe('');
  });
});

describe('the core', () => {
  it('is closed after success, failure and a throw', async () => {
    const close = vi.fn(() => Promise.resolve());
    await run('status', { close });
    await run('refresh', { close });
    await run('status', { close, status: () => Promise.reject(new Error('x')) });
    expect(close).toHaveBeenCalledTimes(3);
  });

  it.each([
    ['a fault', new FaultError('offline'), 1, /^The vendor cannot be reached\. .*\n$/],
    ['anything else', new Error('boom\nsecond line'), 1, /^Cost Tray failed \(boom second line\); .*\n$/],
  ])('throws %s', async (_name, error, exit, err) => {
    const ran = await run('status', { status: () => Promise.reject(error) });
    expect(ran.status).toBe(exit);
    expect(ran.err).toMatch(err);
    expect(ran.out).toBe('');
  });
});

describe('connect', () => {
  const connectSpy = () =>
    vi.fn<CliApp['connect']>(() =>
      Promise.resolve({ ok: true, value: { id: 'c9', replaced: false, rejoined: false, warning: null } }),
    );

  it.each([
    ['phala', ['phak_1\n'], { provider: 'phala', apiKey: 'phak_1' }],
    ['phala', ['phak_1'], { provider: 'phala', apiKey: 'phak_1' }],
    ['phala', ['\uFEFF  phak_1 \r\nmore\n'], { provider: 'phala', apiKey: 'phak_1' }],
    ['phala', ['ph', 'ak_', '1\r', '\n'], { provider: 'phala', apiKey: 'phak_1' }],
    ['clickhouse', ['id\nsecret\n'], { provider: 'clickhouse', keyId: 'id', keySecret: 'secret' }],
    ['clickhouse', ['id\r\nsec', 'ret'], { provider: 'clickhouse', keyId: 'id', keySecret: 'secret' }],
  ])('%s reads %j', async (provider, chunks, credential) => {
    const connect = connectSpy();
    const ran = await run(`connect ${provider} --name Web`, { connect }, { stdin: input(...chunks) });
    expect(connect).toHaveBeenCalledExactlyOnceWith(credential, 'Web');
    expect(ran.status).toBe(0);
    expect(ran.out).toMatch(/^Connected .* as c9;/);
    expect(ran.err).toBe('');
  });

  it.each([
    ['phala', [], /Phala API key is missing; pass it in as standard input\./],
    ['phala', ['\n'], /API key is missing/],
    ['phala', ['   \r\n'], /API key is missing/],
    ['phala', ['two secretwords\n'], /in no key/],
    ['phala', ['secretwörds\n'], /in no key/],
    ['phala', ['secretwords\u0000\n'], /in no key/],
    ['phala', ['secretwords'.repeat(400)], /in no key/],
    ['phala', ['secretwords'.repeat(4_000)], /too long/],
    ['clickhouse', ['secretwords\n'], /key secret is missing; pass it in as line 2/],
    ['clickhouse', ['\nsecretwords\n'], /key id is missing; pass it in as line 1/],
  ])('%s refuses %j', async (provider, chunks, message) => {
    const connect = connectSpy();
    const ran = await run(`connect ${provider}`, { connect }, { stdin: input(...chunks) });
    expect(ran.status).toBe(2);
    expect(ran.err).toMatch(message);
    expect(ran.err).not.toContain('secretw');
    expect(ran.out).toBe('');
    expect(connect).not.toHaveBeenCalled();
  });

  it('stops reading after the lines it needs, and asks for each on a terminal', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = new Collector();
    const done = run('connect clickhouse', { connect: connectSpy() }, { stdin, stderr });
    await vi.waitFor(() => expect(stderr.text).toContain('key id'));
    expect(stderr.text).not.toContain('key secret');
    stdin.write('id\n');
    await vi.waitFor(() => expect(stderr.text).toContain('key secret'));
    stdin.write('secret\n');
    expect((await done).status).toBe(0);
  });

  it('sends to the window where there is no standard input', async () => {
    expect(await run('connect phala', {}, { stdin: null })).toMatchObject({
      status: 2,
      err: expect.stringContaining('window') as string,
    });
  });

  it.each([
    ['rejected', 1],
    ['no-keychain', 1],
    ['invalid', 2],
  ] as const)('%s', async (kind, exit) => {
    const connect = () => Promise.resolve({ ok: false as const, kind, message: 'What and remedy.' });
    expect(await run('connect phala', { connect }, { stdin: input('k\n') })).toEqual({
      status: exit,
      out: '',
      err: 'What and remedy.\n',
    });
  });

  it('passes a warning on and tells a replacement apart', async () => {
    const connect: CliApp['connect'] = () =>
      Promise.resolve({
        ok: true,
        value: { id: 'c1', replaced: true, rejoined: false, warning: 'An unusual prefix.' },
      });
    const ran = await run('connect phala', { connect }, { stdin: input('k\n') });
    expect(ran).toMatchObject({ status: 0, err: 'An unusual prefix.\n' });
    expect(ran.out).toMatch(/^Replaced the key of Phala as c1/);
    const rejoin: CliApp['connect'] = () =>
      Promise.resolve({ ok: true, value: { id: 'c1', replaced: true, rejoined: true, warning: null } });
    expect((await run('connect phala', { connect: rejoin }, { stdin: input('k\n') })).out).toMatch(
      /^Connected again, with the history that was kept, Phala as c1/,
    );
  });
});

describe('connections', () => {
  it('prints JSON', async () => {
    const ran = await run('connections --json');
    expect(JSON.parse(ran.out)).toEqual({
      schema: 1,
      connections: [
        {
          id: 'c1',
          provider: 'phala',
          name: 'Team',
          account: '7',
          state: 'ok',
          lastSuccess: '2026-11-22T10:00:00Z',
          dataThrough: null,
          error: null,
          unit: 'USD',
          usdPerUnit: '1',
          removed: false,
        },
      ],
    });
    expect(ran.status).toBe(0);
  });
});

describe('disconnect', () => {
  it.each([
    ['disconnect c1', false, /history is kept/],
    ['disconnect c1 --forget', true, /and its history\./],
  ])('%s', async (line, forget, out) => {
    const disconnect = vi.fn<CliApp['disconnect']>(() => Promise.resolve({ ok: true, value: undefined }));
    const ran = await run(line, { disconnect });
    expect(disconnect).toHaveBeenCalledExactlyOnceWith('c1', forget);
    expect(ran.status).toBe(0);
    expect(ran.out).toMatch(out);
  });

  it.each(['disconnect c7', 'refresh --connection c7', `export out.csv ${DAYS} --connection c7`])(
    '%s: an id that none has is wrong use',
    async (line) => {
      const call = () => Promise.reject(new Error('must not be called'));
      const ran = await run(line, { disconnect: call, refresh: call, exportCsv: call });
      expect(ran.status).toBe(2);
      expect(ran.err).toBe('No connection has that id; "cost-tray connections" lists them.\n');
    },
  );
});

describe('refresh', () => {
  const good = { connection: 'c1', name: 'Team', ok: true, message: null, dataThrough: day('2026-11-21') };
  const bad = { connection: 'c2', name: 'Other', ok: false, message: 'Refused. Do this.', dataThrough: null };

  it.each([
    ['all went well', [good], 0, 'Team: up to date, data through 2026-11-21\n', ''],
    ['some', [good, bad], 1, 'Team: up to date, data through 2026-11-21\n', 'Other: Refused. Do this.\n'],
    ['none', [bad], 1, '', 'Other: Refused. Do this.\n'],
    ['no data', [{ ...good, dataThrough: null }], 0, 'Team: up to date, no data yet\n', ''],
  ])('%s', async (_name, outcomes, exit, out, err) => {
    const refresh = vi.fn<CliApp['refresh']>(() => Promise.resolve(outcomes));
    expect(await run('refresh --connection c1 --since 2026-10-01', { refresh })).toEqual({
      status: exit,
      out,
      err,
    });
    expect(refresh.mock.calls[0]?.[0]).toMatchObject({ connection: 'c1', since: '2026-10-01' });
  });

  it('says what to do without a connection', async () => {
    expect(await run('refresh')).toMatchObject({
      status: 1,
      out: '',
      err: 'There is no connection to refresh; add one with "cost-tray connect".\n',
    });
    expect(await run('refresh --connection c1')).toMatchObject({
      status: 1,
      err: 'c1 was removed; connect its account again with "cost-tray connect".\n',
    });
  });

  it.each([
    [true, '\r\u001b[KTeam: reading, 33%\r\u001b[K'],
    [false, ''],
  ])('shows progress on a terminal only (%s)', async (isTTY, text) => {
    const stderr = Object.assign(new Collector(), { isTTY });
    await run(
      'refresh',
      {
        refresh: ({ onProgress }) => {
          onProgress('Team', { phase: 'reading', done: 3, total: 9, reachedBackTo: null, waitUntil: null });
          return Promise.resolve([good]);
        },
      },
      { stderr },
    );
    expect(stderr.text).toBe(text);
  });
});

describe('status and check', () => {
  it('prints the document', async () => {
    const ran = await run('status --json');
    expect(ran).toMatchObject({ status: 0, err: '' });
    expect(JSON.parse(ran.out)).toMatchObject({ schema: 1, periods: { today: { amount: '5' } } });
  });

  it('is 0 whenever it prints, faults and all', async () => {
    const fault = { kind: 'offline' as const, detail: null, retryAt: null };
    const failed = { ...view, state: 'failed' as const, fault, coverage: null };
    const ran = await run('status', { status: () => Promise.resolve({ ...status, connections: [failed] }) });
    expect(ran.status).toBe(0);
    expect(ran.out).toContain('Team: Phala cannot be reached.');
  });

  it.each([
    ['check --month-over 5', 0],
    ['check --month-over 4.99', 1],
    ['check --month-over 5 --today-over 4.99', 1],
  ])('%s', async (line, exit) => expect((await run(line)).status).toBe(exit));
});

describe('export', () => {
  const unknown = [
    {
      connection: 'c1',
      name: 'Team',
      inPart: false,
      days: [day('2026-11-03'), day('2026-11-04'), day('2026-11-07')],
      since: null,
      stays: null,
    },
  ];
  const inPart = [
    { connection: 'c1', name: 'Team', inPart: true, days: [day('2026-11-05')], since: null, stays: null },
  ];
  const real: CliApp['exportCsv'] = async ({ target, profile, range }) => ({
    ...(await exportCsv({
      source: { charges: () => [][Symbol.iterator](), countCharges: () => 0 },
      question: { range, connections: null },
      profile,
      target,
    })),
    unknownDays: unknown,
  });
  const names =
    'Team: not known yet and so not in the export: 2026-11-03 to 2026-11-04, 2026-11-07; run "cost-tray refresh" and export again.\n';

  it.each([
    ['', 0],
    [' --strict', 1],
  ])('names unknown days and writes the file (%s)', async (options, exit) => {
    const ran = await run(`export out.csv ${DAYS}${options}`, { exportCsv: real });
    expect(ran).toEqual({
      status: exit,
      out: `Wrote 0 charges to ${join(folder, 'out.csv')}\n`,
      err: names,
    });
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toMatch(/^day,start,/);
  });

  it.each([
    ['', 0],
    [' --strict', 1],
  ])('says of days known in part that their charges so far are written (%s)', async (options, exit) => {
    const part =
      'Team: known only in part, with the charges so far in the export: 2026-11-05; run "cost-tray refresh" and export again.\n';
    for (const [unknownDays, err] of [
      [inPart, part],
      [[...unknown, ...inPart], names + part],
    ] as const) {
      const ran = await run(`export - ${DAYS}${options}`, {
        exportCsv: async (order) => ({ ...(await real(order)), unknownDays }),
      });
      expect(ran).toMatchObject({ status: exit, err });
    }
  });

  it('names another remedy where nothing is connected: there is nothing to refresh', async () => {
    const none = [
      {
        connection: '',
        name: 'No connection',
        inPart: false,
        days: [day('2026-11-03')],
        since: null,
        stays: null,
      },
    ];
    const ran = await run(`export out.csv ${DAYS}`, {
      exportCsv: async (order) => ({ ...(await real(order)), unknownDays: none }),
    });
    expect(ran.err).toBe(
      'No connection: not known yet and so not in the export: 2026-11-03; add one with "cost-tray connect" and export again.\n',
    );
  });

  it.each([
    ['a removed connection left in part', 'removed', 'the connection was removed'],
    ['the vendor refuses', 'refused', 'the vendor does not give them any more'],
  ] as const)('offers no remedy for what %s', async (_, stays, why) => {
    const left = inPart.map((one) => ({ ...one, stays }));
    const ran = await run(`export out.csv ${DAYS} --strict`, {
      exportCsv: async (order) => ({ ...(await real(order)), unknownDays: left }),
    });
    expect(ran).toMatchObject({
      status: 1,
      err: `Team: known only in part, with the charges so far in the export: 2026-11-05; ${why}, so that stays.\n`,
    });
  });

  it('names days that the vendor has not reported yet', async () => {
    const open = inPart.map((one) => ({ ...one, inPart: false, stays: 'unreported' as const }));
    const ran = await run(`export out.csv ${DAYS} --strict`, {
      exportCsv: async (order) => ({ ...(await real(order)), unknownDays: open }),
    });
    expect(ran).toMatchObject({
      status: 1,
      err: 'Team: not reported by the vendor yet and so not in the export: 2026-11-05; export again a day or two later.\n',
    });
  });

  it('says from when on to refresh where days lie before the history', async () => {
    const since = day('2026-11-03');
    const old = [{ connection: 'c1', name: 'Team', inPart: false, days: [since], since, stays: null }];
    const ran = await run(`export out.csv ${DAYS}`, {
      exportCsv: async (order) => ({ ...(await real(order)), unknownDays: old }),
    });
    expect(ran.err).toContain('run "cost-tray refresh --since 2026-11-03" and export again.');
  });

  it('with --strict and every day known is 0', async () => {
    expect(await run(`export out.csv ${DAYS} --strict`)).toMatchObject({ status: 0, err: '' });
  });

  it('writes nothing but the export to standard output', async () => {
    const ran = await run(`export - ${DAYS}`, { exportCsv: real });
    expect(ran.out).toMatch(/^day,start,[^\n]*locked\r\n$/);
    expect(ran).toMatchObject({ status: 0, err: names });
    expect(await readdir(folder)).toEqual([]);
  });

  it('hands on what was asked', async () => {
    const asked = vi.fn<CliApp['exportCsv']>(() => Promise.resolve({ rows: 1, unknownDays: [] }));
    const ran = await run(`export out.csv ${DAYS} --profile spreadsheet --connection c1 --overwrite`, {
      exportCsv: asked,
    });
    expect(asked.mock.calls[0]?.[0]).toMatchObject({
      range: { from: '2026-11-01', to: '2026-11-22' },
      connection: 'c1',
      profile: 'spreadsheet',
      target: { kind: 'file', path: join(folder, 'out.csv'), overwrite: true },
    });
    expect(ran.out).toMatch(/^Wrote 1 charge to /);
  });

  it('refuses a file that exists, before anything else, and leaves it', async () => {
    await writeFile(join(folder, 'out.csv'), 'mine');
    const asked = vi.fn<CliApp['exportCsv']>();
    expect(await run(`export out.csv ${DAYS}`, { exportCsv: asked })).toEqual({
      status: 2,
      out: '',
      err: 'The file exists already; choose another name or add --overwrite.\n',
    });
    expect(asked).not.toHaveBeenCalled();
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe('mine');
    expect((await run(`export out.csv ${DAYS} --overwrite`, { exportCsv: real })).status).toBe(0);
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toMatch(/^day,/);
  });

  it('a missing folder is a failure with a remedy', async () => {
    const ran = await run(`export no/out.csv ${DAYS}`, { exportCsv: real });
    expect(ran.status).toBe(1);
    expect(ran.err).toMatch(/^The folder of .*out\.csv does not exist; create it or choose another\.\n$/);
  });

  it.each([
    ['exists', 2, /--overwrite/],
    ['not-a-file', 2, /^Sentence/],
    ['disk-full', 1, /^Sentence/],
    ['cancelled', 1, /^The command was interrupted before its end; run it again\.\n$/],
    ['pipe-closed', 0, /^$/],
  ] as const)('%s is %i', async (reason, exit, err) => {
    const ran = await run(`export - ${DAYS}`, {
      exportCsv: () => Promise.reject(new ExportError(reason, 'Sentence.')),
    });
    expect(ran.status).toBe(exit);
    expect(ran.err).toMatch(err);
  });
});

describe('a wait', () => {
  const retryAt = Date.UTC(2026, 10, 22, 10, 5, 7);
  it.each([
    [null, 'not before 2026-11-22T10:05:07Z'],
    ['HTTP 503', 'HTTP 503; not before 2026-11-22T10:05:07Z'],
  ])('says when it ends (%s)', (detail, told) => {
    expect(withTime({ kind: 'rate-limited', detail, retryAt }).detail).toBe(told);
  });
  it('is not spoken of where there is none', () => {
    expect(withTime({ kind: 'offline', detail: null, retryAt: null }).detail).toBeNull();
  });
});

describe('outputs', () => {
  const failing = (code: string) =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('system'), { code })),
    });

  const toStream: CliApp['exportCsv'] = async ({ target }) => {
    if (target.kind === 'stream') await streamSink(target.stream, undefined).write('day');
    return { rows: 0, unknownDays: [] };
  };

  it('a reader that goes away ends nothing but the printing', async () => {
    expect(await run('status', {}, { stdout: failing('EPIPE') })).toMatchObject({ status: 0, err: '' });
    expect((await run('check --month-over 1', {}, { stdout: failing('EPIPE') })).status).toBe(1);
    expect(await run(`export - ${DAYS}`, {}, { stdout: failing('EPIPE') })).toMatchObject({
      status: 0,
      err: '',
    });
  });

  it.each([
    ['status --json', 1],
    ['connections', 1],
    ['--version', 1],
    ['help', 1],
    [`export - ${DAYS}`, 1],
    // To a check, 1 says that a limit is exceeded.
    ['check --month-over 10', 3],
  ])('a full disk behind standard output is a failure with a remedy (%s)', async (line, exit) => {
    expect(await run(line, { exportCsv: toStream }, { stdout: failing('ENOSPC') })).toMatchObject({
      status: exit,
      err: 'The output could not be written (ENOSPC); make room for it or choose another place.\n',
    });
  });

  it('a closed standard error changes nothing', async () => {
    const ran = await run('refresh', {}, { stderr: failing('EBADF') });
    expect(ran.status).toBe(1);
  });

  it('are drained before the command ends', async () => {
    let taken = '';
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        setImmediate(() => {
          taken += chunk.toString();
          done();
        });
      },
    });
    await run('status --json', {}, { stdout: slow });
    expect(() => JSON.parse(taken) as unknown).not.toThrow();
  });
});
