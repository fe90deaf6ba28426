/** Cores of the program on one folder and one keychain: as many as there would be processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'vite';

import { Connections } from '../../electron/core/connections.js';
import { Core } from '../../electron/core/core.js';
import { openHome } from '../../electron/core/home.js';
import { KeyRing } from '../../electron/core/key-ring.js';
import { SettingsStore } from '../../electron/core/settings-store.js';
import { Syncs } from '../../electron/core/syncs.js';
import { VendorAccess } from '../../electron/core/vendor-access.js';
import type { VendorAccessOptions } from '../../electron/core/vendor-access.js';
import type { DemoServers } from '../../electron/demo/servers.js';
import { KeytarStore } from '../../electron/keychain/keytar-store.js';
import type { Keychain } from '../../electron/keychain/keytar-store.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import { WorkerHost } from '../../electron/polling/worker-host.js';

/** A keychain in memory, shared by processes; its calls can be replaced. */
export interface FakeKeychain extends Keychain {
  readonly entries: Map<string, string>;
  /** Ids in the order in which they were read. */
  readonly reads: string[];
}

export function fakeKeychain(): FakeKeychain {
  const entries = new Map<string, string>();
  const reads: string[] = [];
  return {
    entries,
    reads,
    getPassword: (_service, id) => {
      reads.push(id);
      return Promise.resolve(entries.get(id) ?? null);
    },
    setPassword: (_service, id, secret) => {
      entries.set(id, secret);
      return Promise.resolve();
    },
    deletePassword: (_service, id) => Promise.resolve(entries.delete(id)),
  };
}

export interface TestCoreOptions {
  readonly folder: string;
  readonly servers: DemoServers;
  readonly keychain: Keychain;
  readonly worker: URL;
  readonly fetch?: VendorAccessOptions['fetch'];
  readonly fallBackToMemory?: boolean;
}

export function testCore(options: TestCoreOptions): Core {
  const { servers, worker } = options;
  const home = openHome(options.folder);
  const now = (): number => Date.now();
  const { ledger } = openLedger(home.ledger, now);
  const store = new KeytarStore({
    service: 'test',
    platform: 'darwin',
    load: () => Promise.resolve(options.keychain),
  });
  const keys = new KeyRing(store, { fallBackToMemory: options.fallBackToMemory ?? false });
  const vendors = new VendorAccess({
    fetch: options.fetch ?? fetch,
    bases: { phala: servers.phalaUrl, clickhouse: servers.clickhouseUrl },
    userAgent: 'CostTray/test',
  });
  const host = new WorkerHost({ script: worker, ledgerFile: home.ledger, onWritten: () => undefined });
  const settings = new SettingsStore(home.settings, now);
  const common = { ledger, secrets: keys, vendors, now };
  return new Core(
    {
      home,
      ledger,
      ledgerNotice: null,
      keys,
      secretStore: 'keychain',
      settings,
      connections: new Connections({ ...common, mirrorPath: home.connections }),
      syncs: new Syncs({
        ...common,
        host,
        isGuest: false,
        historyMonths: () => settings.get().historyMonths,
        onChange: () => undefined,
      }),
      host,
      demo: false,
      leadsBack: false,
      version: '0.0.0',
      now,
      formatTime: String,
    },
    () => null,
  );
}

/** The sync worker, built as the package has it. */
export async function builtWorker(): Promise<{ readonly script: URL; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-worker-'));
  const driver = createRequire(import.meta.url).resolve('libsql');
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { libsql: driver } },
    ssr: { noExternal: true },
    build: {
      ssr: resolve(import.meta.dirname, '../../electron/polling/worker.ts'),
      outDir: folder,
      target: 'node20',
      rollupOptions: { external: [driver], output: { entryFileNames: 'worker.mjs' } },
    },
  });
  return {
    script: pathToFileURL(join(folder, 'worker.mjs')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
