/** The core of the program over real HTTP and a real ledger, with a clock that the test moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startDemoServers } from '../../electron/demo/servers.js';
import type { DemoOptions, DemoServers } from '../../electron/demo/servers.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Ledger } from '../../electron/ledger/types.js';
import { syncConnection } from '../../electron/polling/sync.js';
import type { SyncDeps, SyncOptions, SyncOutcome } from '../../electron/polling/sync.js';
import type { VendorHttp } from '../../electron/providers/adapter.js';
import { createVendorHttp } from '../../electron/providers/http.js';
import type { VendorTimeouts } from '../../electron/providers/http.js';
import { ADAPTERS } from '../../electron/providers/index.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { Credential } from '../../shared/ipc.js';
import type { ProviderId } from '../../shared/model.js';
import { sum } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';

export interface Program {
  /** The true time, which the servers follow. */
  now: number;
  /** How far this computer's clock is ahead of the true time, in ms. */
  skew: number;
  readonly servers: DemoServers;
  readonly folder: string;
  readonly file: string;
  ledger: Ledger;
  /** Time spent in waits for vendors' limits. */
  waited: number;
  timeouts: VendorTimeouts;
  maxBytes: number;
  /** Where each provider is asked; the servers' addresses at first. */
  readonly bases: Record<ProviderId, string>;
  /** Stands between the sync and the network. */
  wrap: (http: VendorHttp) => VendorHttp;
  credential(provider: ProviderId): Credential;
  /** From now on requests bear another key: of the same account, or of another one. */
  useKey(provider: ProviderId, which: 'first' | 'second' | 'stranger'): void;
  /** Adds the account of the servers' key. */
  connect(provider: ProviderId): Promise<string>;
  /** @param deps in place of the usual ones: another ledger's handle, a signal */
  sync(id: string, options?: Partial<SyncOptions>, deps?: Partial<SyncDeps>): Promise<SyncOutcome>;
  /** Σ of stored charges by day, in the native unit; days without a charge are not in it. */
  byDay(id: string, range: DayRange): Map<Day, Nanos>;
  total(id: string, range: DayRange): Nanos;
  close(): Promise<void>;
}

/** Long enough for a busy machine; tests of slowness set their own. */
const TIMEOUTS: VendorTimeouts = { headersMs: 15_000, idleMs: 15_000, totalMs: 60_000 };
const MAX_BYTES = 16 * 1024 * 1024;

/** @param wrap stands between the sync and the network */
export async function startProgram(
  options: Partial<DemoOptions> & { readonly now: () => number },
  wrap: (http: VendorHttp) => VendorHttp = (http) => http,
): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-test-'));
  let offset = 0;
  const start = options.now();
  const trueTime = (): number => start + offset;
  const clock = (): number => trueTime() + program.skew;
  const servers = await startDemoServers({ months: 3, ...options, now: trueTime });
  const file = join(folder, 'ledger.sqlite');
  const { ledger } = openLedger(file, trueTime);
  const credentials: Record<ProviderId, Credential> = {
    phala: { provider: 'phala', apiKey: servers.keys.phala },
    clickhouse: { provider: 'clickhouse', ...servers.keys.clickhouse },
  };
  const keys = { first: servers.keys, second: servers.secondKeys, stranger: servers.strangerKeys };
  const bases = { phala: servers.phalaUrl, clickhouse: servers.clickhouseUrl };
  const http = (provider: ProviderId): VendorHttp =>
    program.wrap(
      createVendorHttp({
        fetch,
        base: program.bases[provider],
        headers: () => Promise.resolve(ADAPTERS[provider].headers(credentials[provider])),
        userAgent: 'CostTray/test',
        timeouts: program.timeouts,
        maxBytes: program.maxBytes,
      }),
    );
  const program: Program = {
    get now() {
      return trueTime();
    },
    set now(value: number) {
      offset = value - start;
    },
    skew: 0,
    servers,
    folder,
    file,
    ledger,
    waited: 0,
    timeouts: TIMEOUTS,
    maxBytes: MAX_BYTES,
    bases,
    wrap,
    credential: (provider) => credentials[provider],
    useKey: (provider, which) => {
      credentials[provider] =
        provider === 'phala'
          ? { provider, apiKey: keys[which].phala }
          : { provider, ...keys[which].clickhouse };
    },
    connect: async (provider) => {
      const adapter = ADAPTERS[provider];
      const account = await adapter.identify({
        http: http(provider),
        now: clock,
        random: () => 0,
        signal: new AbortController().signal,
        memo: {},
        wait: () => Promise.resolve(),
      });
      return program.ledger.addConnection(
        {
          provider,
          account: account.id,
          accountName: account.name,
          name: provider,
          unit: adapter.unit,
          origin: bases[provider],
          accountCreatedDay: account.createdDay,
          billingAnchor: account.billingAnchor,
          creditLeft: account.creditLeft,
        },
        clock(),
      ).id;
    },
    sync: (id, changes = {}, deps = {}) => {
      const connection = program.ledger.connection(id);
      if (connection === null) throw new Error(`no connection ${id}`);
      return syncConnection(
        {
          ledger: program.ledger,
          adapter: ADAPTERS[connection.provider],
          http: http(connection.provider),
          now: clock,
          random: () => 0.5,
          sleep: (milliseconds) => {
            program.waited += milliseconds;
            offset += milliseconds;
            return Promise.resolve();
          },
          signal: new AbortController().signal,
          onProgress: () => undefined,
          onWritten: () => undefined,
          ...deps,
        },
        {
          connection: id,
          onDemand: false,
          since: null,
          historyMonths: 13,
          maxWaitMs: 30_000,
          owner: `test-${process.pid}`,
          isGuest: false,
          ...changes,
        },
      );
    },
    byDay: (id, range) => {
      const days = new Map<Day, Nanos>();
      for (const { day, native } of program.ledger.daySums({ range, connections: [id] })) {
        if (native !== 0n) days.set(day, native);
      }
      return days;
    },
    total: (id, range) =>
      sum(program.ledger.daySums({ range, connections: [id] }).map(({ native }) => native)),
    close: async () => {
      program.ledger.close();
      await servers.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return program;
}

/** The servers' truth by day, without the days that cost nothing. */
export function trueDays(program: Program, provider: ProviderId, range: DayRange): Map<Day, Nanos> {
  return new Map([...program.servers.truth.byDay(provider, range)].filter(([, amount]) => amount !== 0n));
}
