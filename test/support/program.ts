/** The core of the program over real HTTP and a real ledger, with a clock that the test moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startDemoServers } from '../../electron/demo/servers.js';
import type { DemoOptions, DemoServers } from '../../electron/demo/servers.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Ledger } from '../../electron/ledger/types.js';
import { syncConnection } from '../../electron/polling/sync.js';
import type { SyncOptions, SyncOutcome } from '../../electron/polling/sync.js';
import type { VendorHttp } from '../../electron/providers/adapter.js';
import { createVendorHttp } from '../../electron/providers/http.js';
import { ADAPTERS } from '../../electron/providers/index.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { Credential } from '../../shared/ipc.js';
import type { ProviderId } from '../../shared/model.js';
import { sum } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';

export interface Program {
  now: number;
  readonly servers: DemoServers;
  readonly folder: string;
  ledger: Ledger;
  /** Time spent in waits for vendors' limits. */
  waited: number;
  credential(provider: ProviderId): Credential;
  /** Adds the account of the servers' key. */
  connect(provider: ProviderId): Promise<string>;
  sync(id: string, options?: Partial<SyncOptions>): Promise<SyncOutcome>;
  /** Σ of stored charges by day, in the native unit; days without a charge are not in it. */
  byDay(id: string, range: DayRange): Map<Day, Nanos>;
  total(id: string, range: DayRange): Nanos;
  close(): Promise<void>;
}

/** @param wrap stands between the sync and the network */
export async function startProgram(
  options: Partial<DemoOptions> & { readonly now: () => number },
  wrap: (http: VendorHttp) => VendorHttp = (http) => http,
): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-test-'));
  let offset = 0;
  const start = options.now();
  const clock = (): number => start + offset;
  const servers = await startDemoServers({ months: 3, ...options, now: clock });
  const { ledger } = openLedger(join(folder, 'ledger.sqlite'), clock);
  const credentials: Record<ProviderId, Credential> = {
    phala: { provider: 'phala', apiKey: servers.keys.phala },
    clickhouse: { provider: 'clickhouse', ...servers.keys.clickhouse },
  };
  const bases = { phala: servers.phalaUrl, clickhouse: servers.clickhouseUrl };
  const http = (provider: ProviderId): VendorHttp =>
    wrap(
      createVendorHttp({
        fetch,
        base: bases[provider],
        headers: () => Promise.resolve(ADAPTERS[provider].headers(credentials[provider])),
        userAgent: 'CostTray/test',
        timeouts: { headersMs: 2_000, idleMs: 1_000, totalMs: 20_000 },
        maxBytes: 16 * 1024 * 1024,
      }),
    );
  const program: Program = {
    get now() {
      return clock();
    },
    set now(value: number) {
      offset = value - start;
    },
    servers,
    folder,
    ledger,
    waited: 0,
    credential: (provider) => credentials[provider],
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
    sync: (id, changes = {}) => {
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
        },
        {
          connection: id,
          onDemand: false,
          since: null,
          historyMonths: 13,
          maxWaitMs: 30_000,
          owner: `test-${process.pid}`,
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
