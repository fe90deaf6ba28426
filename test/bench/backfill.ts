/**
 * A first connection's backfill through the built worker, beside the time the
 * servers need for the very same requests when their answers are thrown away:
 * at once, as no vendor answers, and from a distance. In Electron, whose network
 * stack is what the program asks through. The servers have a process of their own; main does what it does in the tray:
 * asks for the worker, and builds the overview while charges arrive.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { buildOverview } from '../../electron/core/overview.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Ledger } from '../../electron/ledger/types.js';
import { WorkerHost } from '../../electron/polling/worker-host.js';
import type { ClientContext, VendorHttp } from '../../electron/providers/adapter.js';
import { createVendorHttp } from '../../electron/providers/http.js';
import { phalaAdapter } from '../../electron/providers/phala/adapter.js';
import { Changes } from '../../electron/shell/changes.js';
import type { VendorFetch } from '../../electron/shell/vendor-session.js';
import { DEFAULT_VIEW } from '../../shared/model.js';
import type { SyncProgress } from '../../shared/model.js';
import { day, dayOf } from '../../shared/day.js';
import { DEFAULT_SETTINGS } from '../../shared/settings.js';
import { withFolder } from './folder.js';
import { median, medianOf, megabytes, milliseconds, table, times, whole } from './report.js';
import { startServers } from './servers.js';
import type { NodeCommand, ServerProcess } from './servers.js';

const MONTHS = 13;
/** A CVM has some 20,600 rows in 13 months. */
const CVMS_PER_APP = 5;
const APPS = { quick: 1, full: 10 };
const ROUNDS = 3;
/** How long a question and its answer are under way to a vendor in the same part of the world, in ms. */
const DISTANCE_MS = 50;
const QUARTERS = [0.25, 0.5, 0.75, 1];
/** As while the popover is open. */
const PICTURE_EVERY_MS = 250;
/** How often the event loop is looked at, in ms; a block is what exceeds it. */
const LOOK_EVERY_MS = 1;

interface Request {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

interface Run {
  readonly time: number;
  /** Of this process with all its threads, in ms; the network service has a process of its own. */
  readonly cpu: number;
  readonly longestBlock: number;
}

interface Backfill extends Run {
  readonly requests: readonly Request[];
  readonly charges: number;
  /** Bytes of the whole process before, and at each quarter. */
  readonly memory: readonly number[];
}

interface Round {
  readonly backfill: Backfill;
  readonly replay: Run;
}

export interface BackfillOptions {
  readonly quick: boolean;
  readonly node: NodeCommand;
  /** The program's own, which asks nobody else. */
  readonly fetchFrom: (origin: string) => VendorFetch;
}

export async function backfillBench({ quick, node, fetchFrom }: BackfillOptions): Promise<string> {
  const servers = await startServers(node, {
    apps: quick ? APPS.quick : APPS.full,
    cvmsPerApp: CVMS_PER_APP,
    months: MONTHS,
  });
  const rounds: Round[] = [];
  const distant: Round[] = [];
  const fetch = fetchFrom(new URL(servers.url).origin);
  const distantFetch: VendorFetch = async (url, init) => {
    await sleep(DISTANCE_MS);
    return fetch(url, init);
  };
  try {
    for (let number = 0; number < ROUNDS; number += 1) rounds.push(await playRound(servers, fetch));
    distant.push(await playRound(servers, distantFetch));
  } finally {
    servers.close();
  }
  const first = rounds[0]?.backfill;
  if (first === undefined) throw new Error('no round was run');
  const [before = 0, ...quarters] = first.memory;
  const perRow = medianOf(rounds, ({ backfill }) => (backfill.time * 1e3) / backfill.charges);
  return [
    table(
      [
        `backfill of ${whole(first.charges)} charges in ${first.requests.length} requests`,
        'backfill',
        'the servers alone',
        'ratio',
      ],
      [
        timeRow(`time (aim ≤ 1.3 ×; ${perRow.toFixed(1)} µs a charge)`, rounds),
        timeRow(`time where each answer is ${DISTANCE_MS} ms away`, distant),
        [
          'processor time of the program’s process',
          milliseconds(medianOf(rounds, ({ backfill }) => backfill.cpu)),
          milliseconds(medianOf(rounds, ({ replay }) => replay.cpu)),
          times(medianOf(rounds, ({ backfill, replay }) => backfill.cpu / replay.cpu)),
        ],
        [
          'longest block of the main thread (aim ≤ 50 ms)',
          milliseconds(medianOf(rounds, ({ backfill }) => backfill.longestBlock)),
          milliseconds(medianOf(rounds, ({ replay }) => replay.longestBlock)),
          times(medianOf(rounds, ({ backfill, replay }) => backfill.longestBlock / replay.longestBlock)),
        ],
      ],
    ),
    '',
    table(
      [
        'memory of the process, first round',
        'before',
        ...QUARTERS.map((part) => `at ${part * 100} %`),
        'last ÷ first quarter',
      ],
      [
        [
          '',
          megabytes(before),
          ...quarters.map(megabytes),
          times((quarters.at(-1) ?? NaN) / median(quarters.slice(0, 1))),
        ],
      ],
    ),
  ].join('\n');
}

function timeRow(label: string, rounds: readonly Round[]): string[] {
  return [
    label,
    milliseconds(medianOf(rounds, ({ backfill }) => backfill.time)),
    milliseconds(medianOf(rounds, ({ replay }) => replay.time)),
    times(medianOf(rounds, ({ backfill, replay }) => backfill.time / replay.time)),
  ];
}

async function playRound(servers: ServerProcess, fetch: VendorFetch): Promise<Round> {
  const http = httpOf(servers, fetch);
  const backfill = await withFolder((folder) => backfillOnce(join(folder, 'ledger.sqlite'), servers, http));
  return { backfill, replay: await replay(http, backfill.requests) };
}

async function backfillOnce(file: string, servers: ServerProcess, plain: VendorHttp): Promise<Backfill> {
  const { ledger } = openLedger(file, Date.now);
  const requests: Request[] = [];
  const http: VendorHttp = {
    get: (path, query = {}) => {
      requests.push({ path, query });
      return plain.get(path, query);
    },
  };
  const connection = await connect(ledger, plain, servers);
  const changes = new Changes(
    () => picture(ledger),
    () => PICTURE_EVERY_MS,
    Date.now,
  );
  const script = resolve('out/main/worker.js');
  if (!existsSync(script)) throw new Error(`${script} is not built`);
  const host = new WorkerHost({
    script: pathToFileURL(script),
    ledgerFile: file,
    onWritten: () => changes.note(),
  });
  const memory = [process.memoryUsage.rss()];
  try {
    const run = await watched(async () => {
      const { done } = host.sync({
        provider: 'phala',
        options: {
          connection,
          onDemand: true,
          since: null,
          historyMonths: MONTHS,
          maxWaitMs: 30_000,
          owner: `bench-${process.pid}`,
          isGuest: false,
        },
        http: () => http,
        onProgress: (progress) => noteMemory(progress, memory),
      });
      const outcome = await done;
      if (outcome.kind !== 'done') throw new Error(`the backfill ended as ${JSON.stringify(outcome)}`);
    });
    const range = { from: day('2000-01-01'), to: dayOf(Date.now()) };
    const charges = ledger.countCharges({ range, connections: null });
    return { ...run, requests, charges, memory };
  } finally {
    changes.stop();
    await host.close();
    ledger.close();
  }
}

function noteMemory({ phase, done, total }: SyncProgress, memory: number[]): void {
  const next = QUARTERS[memory.length - 1];
  if (phase === 'reading' && next !== undefined && total > 0 && done >= next * total) {
    memory.push(process.memoryUsage.rss());
  }
}

async function connect(ledger: Ledger, http: VendorHttp, servers: ServerProcess): Promise<string> {
  const context: ClientContext = {
    http,
    now: Date.now,
    random: Math.random,
    signal: new AbortController().signal,
    memo: {},
    wait: () => Promise.resolve(),
  };
  const account = await phalaAdapter.identify(context);
  const { id } = ledger.addConnection(
    {
      provider: 'phala',
      account: account.id,
      accountName: account.name,
      name: 'bench',
      unit: phalaAdapter.unit,
      origin: servers.url,
      accountCreatedDay: account.createdDay,
      billingAnchor: account.billingAnchor,
      creditLeft: account.creditLeft,
    },
    Date.now(),
  );
  return id;
}

/** What the tray shows after charges were written. */
function picture(ledger: Ledger): void {
  buildOverview({
    ledger,
    settings: DEFAULT_SETTINGS,
    view: DEFAULT_VIEW,
    live: {
      now: Date.now(),
      cadenceMinutes: 15,
      syncing: new Map(),
      sessionOnly: new Set(),
      unrecorded: new Map(),
    },
    secretStore: 'keychain',
    ledgerNotice: null,
    nextPollAt: null,
    formatTime: String,
  });
}

function replay(http: VendorHttp, requests: readonly Request[]): Promise<Run> {
  return watched(async () => {
    for (const { path, query } of requests) await http.get(path, query);
  });
}

function httpOf(servers: ServerProcess, fetch: VendorFetch): VendorHttp {
  return createVendorHttp({
    fetch,
    base: servers.url,
    headers: () => Promise.resolve(phalaAdapter.headers({ provider: 'phala', apiKey: servers.key })),
    userAgent: 'CostTray/bench',
  });
}

async function watched(body: () => Promise<void>): Promise<Run> {
  const delays = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  delays.enable();
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  await body();
  const time = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  delays.disable();
  return { time, cpu: (user + system) / 1e3, longestBlock: delays.max / 1e6 - LOOK_EVERY_MS };
}
