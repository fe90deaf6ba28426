/** The core as the program opens it, with keys in memory and no way to a vendor. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Core } from '../../electron/core/core.js';
import { openHome } from '../../electron/core/home.js';
import { openCore } from '../../electron/core/open.js';
import { DEFAULT_BASES } from '../../electron/providers/origins.js';

export function openOffline(folder: string, now: number): Promise<Core> {
  return openCore({
    home: openHome(folder),
    bases: DEFAULT_BASES,
    fetch: () => Promise.reject(new Error('no network')),
    version: '0.0.0',
    workerScript: pathToFileURL(join(folder, 'no-worker.mjs')),
    demo: true,
    leadsBack: false,
    fallBackToMemory: false,
    now: () => now,
    onChange: () => undefined,
    nextPollAt: () => null,
  });
}
