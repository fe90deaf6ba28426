import { writeFileSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { day } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import { ExportError, fileError } from '../../electron/export/error.js';
import { exportCsv } from '../../electron/export/export.js';
import type { ExportSource } from '../../electron/export/export.js';
import { freeExportPath } from '../../electron/export/name.js';
import type { Question, StoredCharge } from '../../electron/ledger/types.js';

const fsCalls = vi.hoisted(() => ({ linkError: null as string | null }));

vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original();
  return {
    ...real,
    link: (from, to) =>
      fsCalls.linkError === null
        ? real.link(from, to)
        : Promise.reject(Object.assign(new Error('no links'), { code: fsCalls.linkError })),
  };
});

const range = { from: day('2026-11-01'), to: day('2026-11-30') };
const question: Question = { range, connections: null };

function charge(index: number): StoredCharge {
  const start = Date.UTC(2026, 10, 1) + (index % 700) * 3_600_000;
  return {
    connection: 'c1',
    connectionName: 'Team',
    provider: 'phala',
    scopeKey: 'app1',
    day: day(new Date(start).toISOString().slice(0, 10)),
    start,
    end: start + 3_600_000,
    key: `bk-${index}`,
    ordinal: 0,
    resource: { id: 'vm-1', name: 'web', kind: 'CVM' },
    group: { id: 'app1', name: 'web-prod' },
    meter: 'compute',
    vendorMeter: 'compute',
    variant: 'hourly',
    amount: nanos(BigInt(index) * 1_000n),
    unit: 'USD',
    usdPerUnit: nanos(1_000_000_000n),
    usd: nanos(BigInt(index) * 1_000n),
    locked: false,
    settled: true,
    extra: { team_id: 7 },
  };
}

interface Watched extends ExportSource {
  /** 1 while the vendor's fields are looked for, 2 while rows are written. */
  reading: number;
  /** In this reading. */
  taken: number;
  closed: boolean;
}

function sourceOf(count: number): Watched {
  const source: Watched = {
    reading: 0,
    taken: 0,
    closed: false,
    countCharges: () => count,
    *charges() {
      source.reading += 1;
      source.taken = 0;
      source.closed = false;
      try {
        for (let index = 0; index < count; index += 1) {
          source.taken += 1;
          yield charge(index);
        }
      } finally {
        source.closed = true;
      }
    },
  };
  return source;
}

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cost-tray-export-'));
  path = join(folder, 'costs.csv');
});

afterEach(async () => {
  fsCalls.linkError = null;
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function run(
  source: ExportSource,
  options: { path?: string; overwrite?: boolean; signal?: AbortSignal; onProgress?: () => void } = {},
): Promise<{ readonly rows: number }> {
  return exportCsv({
    source,
    question,
    profile: 'plain',
    target: { kind: 'file', path: options.path ?? path, overwrite: options.overwrite ?? false },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
}

async function failure(work: Promise<unknown>): Promise<ExportError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ExportError) return error;
  throw new Error(`expected an ExportError, got ${String(error)}`);
}

const lines = async (file = path) => (await readFile(file, 'utf8')).trimEnd().split('\r\n').length;

describe('to a file', () => {
  it('writes every charge and leaves nothing else in the folder', async () => {
    expect(await run(sourceOf(1_001))).toEqual({ rows: 1_001 });
    expect(await readdir(folder)).toEqual(['costs.csv']);
    expect(await lines()).toBe(1_002);
  });

  it('gives the same bytes for the same data', async () => {
    await run(sourceOf(600));
    await run(sourceOf(600), { path: join(folder, 'again.csv') });
    expect(await readFile(join(folder, 'again.csv'))).toEqual(await readFile(path));
  });

  it.each(['EPERM', 'ENOTSUP'])('does without hard links (%s)', async (code) => {
    fsCalls.linkError = code;
    await run(sourceOf(3));
    expect(await readdir(folder)).toEqual(['costs.csv']);
    expect(await lines()).toBe(4);
  });

  it('reports how far it has come', async () => {
    const seen: Array<{ rows: number; total: number }> = [];
    await exportCsv({
      source: sourceOf(600),
      question,
      profile: 'plain',
      target: { kind: 'file', path, overwrite: false },
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen[0]).toEqual({ rows: 0, total: 600 });
    expect(seen.at(-1)).toEqual({ rows: 600, total: 600 });
  });

  it('takes a name as long as the file system allows', async () => {
    const long = join(folder, `${'é'.repeat(125)}.csv`);
    await run(sourceOf(1), { path: long });
    expect(await lines(long)).toBe(2);
  });

  it.each(['file', 'stream'] as const)('lets everything else run while it works (%s)', async (kind) => {
    let turns = 0;
    let running = true;
    const turn = (): void => {
      turns += 1;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    const { countCharges, charges } = sourceOf(20_000);
    await exportCsv({
      // A stream that takes all at once never rests by itself.
      source: { countCharges, charges },
      question,
      profile: 'plain',
      target:
        kind === 'file'
          ? { kind, path, overwrite: false }
          : { kind, stream: new Writable({ write: (_chunk, _encoding, done) => done() }) },
    });
    running = false;
    expect(turns).toBeGreaterThan(100);
  });
});

describe('a path that will not do', () => {
  it.each([
    ['an existing file', 'exists', async () => writeFile(path, 'mine')],
    ['a link that leads nowhere', 'exists', async () => symlink(join(folder, 'gone'), path)],
    ['a folder', 'not-a-file', async () => mkdir(path)],
  ])('%s is refused before anything is read', async (_name, reason, prepare) => {
    await prepare();
    const before = await readdir(folder);
    const source = sourceOf(5);
    const countCharges = vi.spyOn(source, 'countCharges');
    const error = await failure(run(source));
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(/^\S.*;.*\.$/);
    expect(source.taken).toBe(0);
    expect(countCharges).not.toHaveBeenCalled();
    expect(await readdir(folder)).toEqual(before);
  });

  it.each([
    ['a missing folder', 'no/costs.csv', 'no-folder'],
    ['a folder that is a file', 'file/costs.csv', 'no-folder'],
    ['a name with a slash at its end', 'out/', 'not-a-file'],
    ['a name that is too long', `${'x'.repeat(300)}.csv`, 'failed'],
  ])('%s', async (_name, name, reason) => {
    await writeFile(join(folder, 'file'), '');
    const source = sourceOf(5);
    expect((await failure(run(source, { path: `${folder}/${name}` }))).reason).toBe(reason);
    expect(source.taken).toBe(0);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.each([
    ['EACCES', 'not-writable'],
    ['EROFS', 'not-writable'],
    ['EPERM', 'not-writable'],
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EISDIR', 'not-a-file'],
    ['EIO', 'failed'],
  ])('%s has one sentence with a remedy', (code, reason) => {
    const error = fileError(Object.assign(new Error('system'), { code }), '/x/costs.csv');
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(/^[^.]*\/x\/costs\.csv[^.]*[;,][^.]*\.$/);
  });

  it.runIf(process.platform === 'linux')('a device is never replaced', async () => {
    expect((await failure(run(sourceOf(1), { path: '/dev/null', overwrite: true }))).reason).toBe(
      'not-a-file',
    );
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});

describe('overwriting', () => {
  it('replaces the file and keeps its permissions', async () => {
    await writeFile(path, 'old');
    await chmod(path, 0o600);
    await run(sourceOf(2), { overwrite: true });
    expect(await lines()).toBe(3);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['costs.csv']);
  });

  it('follows a link and leaves it a link', async () => {
    await mkdir(join(folder, 'real'));
    await writeFile(join(folder, 'real', 'file.csv'), 'old');
    await symlink(join(folder, 'real', 'file.csv'), path);
    await run(sourceOf(2), { overwrite: true });
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect(await lines(join(folder, 'real', 'file.csv'))).toBe(3);
  });

  it('keeps the old file when it fails', async () => {
    await writeFile(path, 'old');
    const controller = new AbortController();
    const source = sourceOf(5_000);
    await failure(
      run(source, { overwrite: true, signal: controller.signal, onProgress: () => controller.abort() }),
    );
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['costs.csv']);
  });
});

describe('nothing is left behind', () => {
  it('when it is cancelled', async () => {
    const controller = new AbortController();
    const source = sourceOf(100_000);
    let calls = 0;
    const error = await failure(
      run(source, {
        signal: controller.signal,
        onProgress: () => {
          calls += 1;
          if (calls === 3) controller.abort();
        },
      }),
    );
    expect(error.reason).toBe('cancelled');
    expect(source.taken).toBeLessThan(2_000);
    expect(source.closed).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it('when it was cancelled before it began', async () => {
    expect((await failure(run(sourceOf(1), { signal: AbortSignal.abort() }))).reason).toBe('cancelled');
    expect(await readdir(folder)).toEqual([]);
  });

  it('when the ledger fails', async () => {
    const source = sourceOf(10);
    source.charges = function* () {
      yield charge(0);
      throw new Error('damaged');
    };
    await expect(run(source)).rejects.toThrow('damaged');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['appendFile', 'sync'] as const)('when the disk is full (%s)', async (method) => {
    const probe = await open(join(tmpdir(), `cost-tray-probe-${process.pid}`), 'w');
    const prototype = Object.getPrototypeOf(probe) as typeof probe;
    await probe.close();
    await rm(join(tmpdir(), `cost-tray-probe-${process.pid}`));
    vi.spyOn(prototype, method).mockRejectedValue(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    expect((await failure(run(sourceOf(10)))).reason).toBe('disk-full');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([null, 'ENOTSUP'])('when another file took the name meanwhile (links: %s)', async (linkError) => {
    fsCalls.linkError = linkError;
    const source = sourceOf(10);
    const charges = source.charges.bind(source);
    source.charges = function* (asked) {
      yield* charges(asked);
      // Synchronously, as another process would.
      writeFileSync(path, 'theirs');
    };
    expect((await failure(run(source))).reason).toBe('exists');
    expect(await readFile(path, 'utf8')).toBe('theirs');
    expect(await readdir(folder)).toEqual(['costs.csv']);
  });
});

describe('to a stream', () => {
  const toStream = (source: ExportSource, stream: Writable, signal?: AbortSignal) =>
    exportCsv({
      source,
      question,
      profile: 'plain',
      target: { kind: 'stream', stream },
      ...(signal === undefined ? {} : { signal }),
    });

  it('waits for a slow reader instead of filling memory', async () => {
    const stream = new PassThrough({ highWaterMark: 1_000 });
    const source = sourceOf(10_000);
    const done = toStream(source, stream);
    // Nobody reads: once the stream is full, however long it lasts, no more is taken from the ledger.
    await vi.waitFor(() => expect(source.reading).toBe(2));
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(source.taken).toBeLessThan(2_000);
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
    expect(await done).toEqual({ rows: 10_000 });
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(stream.writableEnded).toBe(false);
  });

  it('stops when the reader goes away', async () => {
    const stream = new PassThrough();
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > 50_000) stream.destroy();
    });
    const source = sourceOf(100_000);
    expect((await failure(toStream(source, stream))).reason).toBe('pipe-closed');
    expect(source.closed).toBe(true);
    expect(source.taken).toBeLessThan(5_000);
  });

  it.each([
    ['EPIPE', 'pipe-closed'],
    ['ENOSPC', 'failed'],
  ])('reports %s', async (code, reason) => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('system'), { code })),
    });
    expect((await failure(toStream(sourceOf(3), stream))).reason).toBe(reason);
  });

  it('can be cancelled while the reader stalls', async () => {
    const controller = new AbortController();
    const stream = new Writable({ write: () => controller.abort() });
    expect((await failure(toStream(sourceOf(10), stream, controller.signal))).reason).toBe('cancelled');
  });
});

describe('freeExportPath', () => {
  it('counts up past what is taken, links that lead nowhere included', async () => {
    const name = 'cost-tray-2026-11-01-to-2026-11-30';
    expect(await freeExportPath(folder, range)).toBe(join(folder, `${name}.csv`));
    await writeFile(join(folder, `${name}.csv`), '');
    await symlink(join(folder, 'gone'), join(folder, `${name} (2).csv`));
    expect(await freeExportPath(folder, range)).toBe(join(folder, `${name} (3).csv`));
    expect(await freeExportPath(join(folder, 'missing'), range)).toBe(join(folder, 'missing', `${name}.csv`));
  });
});
