/** The command line over an app that does nothing by itself. */
import { Readable, Writable } from 'node:stream';

import type { CliApp, CliIo } from '../../electron/cli/app.js';
import { runCli } from '../../electron/cli/cli.js';
import { parseWords } from '../../electron/cli/parse.js';
import type { Status } from '../../electron/core/status.js';
import { day } from '../../shared/day.js';
import type { ConnectionView, PeriodAmount } from '../../shared/model.js';
import { nanos } from '../../shared/money.js';

const NOW = Date.UTC(2026, 10, 22, 10);
/** The day of {@link view}'s time. */
export const TODAY = day('2026-11-22');

export const view: ConnectionView = {
  id: 'c1',
  provider: 'phala',
  name: 'Team',
  account: '7',
  accountName: null,
  unit: 'USD',
  usdPerUnit: nanos(1_000_000_000n),
  rateSince: null,
  state: 'ok',
  fault: null,
  faultMessage: null,
  lastSuccess: NOW,
  dataThrough: null,
  progress: null,
  monthToDate: null,
  creditLeft: null,
  reconciliation: null,
  notes: [],
  sessionOnly: false,
  billingAnchor: null,
  removed: false,
};

export const period: PeriodAmount = {
  range: { from: day('2026-11-22'), to: day('2026-11-22') },
  usd: nanos(5_000_000_000n),
  known: 'whole',
  provisionalDays: 0,
  unknownDays: [],
  unreportedDays: [],
};

export const status: Status = {
  now: NOW,
  periods: {
    today: period,
    yesterday: period,
    last7Days: period,
    last30Days: period,
    monthToDate: period,
    lastMonth: period,
  },
  forecast: null,
  connections: [{ ...view, coverage: null }],
  asOf: NOW,
  cadenceMinutes: 15,
  leftDays: new Set(),
};

export function appWith(changes: Partial<CliApp> = {}): CliApp {
  return {
    connect: () =>
      Promise.resolve({ ok: true, value: { id: 'c1', replaced: false, rejoined: false, warning: null } }),
    connections: () => Promise.resolve([view]),
    disconnect: () => Promise.resolve({ ok: true, value: undefined }),
    refresh: () => Promise.resolve([]),
    status: () => Promise.resolve(status),
    exportCsv: () => Promise.resolve({ rows: 0, unknownDays: [] }),
    close: () => Promise.resolve(),
    ...changes,
  };
}

export class Collector extends Writable {
  text = '';
  readonly isTTY: boolean = false;
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line, its files in `folder`. */
export async function runIn(
  folder: string,
  line: string | readonly string[],
  changes: Partial<CliApp> = {},
  io: Partial<CliIo> = {},
): Promise<Ran> {
  const command = parseWords(typeof line === 'string' ? line.split(' ') : line, TODAY);
  if (command.kind === 'tray') throw new Error('no command');
  const stdout = new Collector();
  const stderr = new Collector();
  const exit = await runCli(command, '1.2.3', () => Promise.resolve(appWith(changes)), {
    stdin: Readable.from([]),
    stdout,
    stderr,
    cwd: folder,
    ...io,
  });
  return { status: exit, out: stdout.text, err: stderr.text };
}

/** Standard input in these pieces. */
export const input = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
export const DAYS = '--from 2026-11-01 --to 2026-11-22';
