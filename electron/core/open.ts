/** Builds a core over a home folder: what window, command line and demo have in common. */
import { basename } from 'node:path';

import { FaultError } from '../../shared/faults.js';
import type { ProviderId, SecretStoreState } from '../../shared/model.js';
import { MemoryStore } from '../keychain/memory-store.js';
import { KeytarStore } from '../keychain/keytar-store.js';
import { keychainService } from '../keychain/service-name.js';
import { openLedger } from '../ledger/ledger.js';
import { ForeignLedgerError } from '../ledger/schema.js';
import { WorkerHost } from '../polling/worker-host.js';
import { StartError } from '../start-error.js';
import { Connections } from './connections.js';
import { Core } from './core.js';
import type { Home } from './home.js';
import { KeyRing } from './key-ring.js';
import { clockTime } from './locale.js';
import { restoreFromMirror } from './mirror.js';
import { SettingsStore } from './settings-store.js';
import { Syncs } from './syncs.js';
import { VendorAccess } from './vendor-access.js';
import type { VendorAccessOptions } from './vendor-access.js';

export interface OpenOptions {
  readonly home: Home;
  readonly bases: Readonly<Record<ProviderId, string>>;
  readonly fetch: VendorAccessOptions['fetch'];
  readonly version: string;
  readonly workerScript: URL;
  /** Demo mode: keys in memory only, and every view says that the data are samples. */
  readonly demo: boolean;
  /** Demo mode was entered from the window, which offers the way back. */
  readonly leadsBack: boolean;
  /** Keep a key that the keychain does not take until the program ends. */
  readonly fallBackToMemory: boolean;
  readonly now: () => number;
  /** Something that views show has changed. */
  readonly onChange: () => void;
  readonly nextPollAt: () => number | null;
}

/** What the vendors see. */
export function userAgent(version: string): string {
  return `CostTray/${version}`;
}

/** @throws StartError where the ledger cannot be opened */
export async function openCore(options: OpenOptions): Promise<Core> {
  const { home, now, demo, leadsBack, version } = options;
  const { ledger, setAside } = ledgerOf(home, now);
  const restored = restoreFromMirror(home.connections, ledger, now());
  const { store, state } = await openSecrets(options);
  const keys = new KeyRing(store, { fallBackToMemory: options.fallBackToMemory });
  const settings = new SettingsStore(home.settings, now);
  const vendors = new VendorAccess({
    fetch: options.fetch,
    bases: options.bases,
    userAgent: userAgent(version),
  });
  const host = new WorkerHost({
    script: options.workerScript,
    ledgerFile: home.ledger,
    onWritten: options.onChange,
  });
  return new Core(
    {
      home,
      ledger,
      ledgerNotice: notice({ ledger: setAside, restored, settings: settings.setAside }),
      keys,
      secretStore: state,
      settings,
      connections: new Connections({ ledger, secrets: keys, vendors, mirrorPath: home.connections, now }),
      syncs: new Syncs({
        ledger,
        secrets: keys,
        vendors,
        host,
        now,
        historyMonths: () => settings.get().historyMonths,
        // What keeps keys in memory is the window.
        isGuest: !options.fallBackToMemory,
        onChange: options.onChange,
      }),
      host,
      demo,
      leadsBack,
      version,
      now,
      formatTime: (instant) => clockTime(instant, settings.get().numberLocale),
    },
    options.nextPollAt,
  );
}

function ledgerOf(home: Home, now: () => number): ReturnType<typeof openLedger> {
  try {
    return openLedger(home.ledger, now);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const remedy =
      error instanceof ForeignLedgerError
        ? error.remedy
        : 'Free disk space, mend the permissions, or name another folder in COST_TRAY_HOME; then start again.';
    const why = (error.detail ?? 'unknown').replace(`${home.ledger}: `, '');
    throw new StartError(`The ledger ${home.ledger} cannot be opened (${why}). ${remedy}`);
  }
}

/** A sentence for each file that was damaged or lost, or null. */
function notice(found: {
  /** Where it was set aside. */
  readonly ledger: string | null;
  /** Connections were taken from their copy. */
  readonly restored: boolean;
  /** Where they were set aside. */
  readonly settings: string | null;
}): string | null {
  const parts: string[] = [];
  if (found.ledger !== null) {
    parts.push(
      `The ledger was damaged and set aside as ${basename(found.ledger)}; everything is fetched again`,
    );
  } else if (found.restored) {
    parts.push('The ledger was missing or empty; everything is fetched again');
  }
  if (found.settings !== null) {
    parts.push(
      `The settings could not be read and were set aside as ${basename(found.settings)}; they are as at first`,
    );
  }
  return parts.length === 0 ? null : parts.join('. ');
}

async function openSecrets({ demo, home }: OpenOptions): Promise<{
  store: MemoryStore | KeytarStore;
  state: SecretStoreState;
}> {
  if (demo) return { store: new MemoryStore(), state: 'memory' };
  const store = new KeytarStore({ service: keychainService(home.folder), platform: process.platform });
  const probe = await store.probe();
  if (probe.kind === 'usable') return { store, state: 'keychain' };
  return { store, state: probe.kind === 'denied' ? 'denied' : 'session-only' };
}
