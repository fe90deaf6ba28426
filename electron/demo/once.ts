/** The demo without a user: waits for the whole first sync and leaves its results as files. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { addMonths, dayOf, firstOfMonth } from '../../shared/day.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import { faultMessage } from '../../shared/faults.js';
import { statusDocument } from '../cli/status-document.js';
import type { Core } from '../core/core.js';
import { makeFolder } from '../core/home.js';

export interface OnceOptions {
  readonly core: Core;
  readonly folder: string;
  /** A picture of the popover once it shows the present state. */
  readonly capture: () => Promise<Buffer>;
}

/** Something of the first sync failed, in one sentence. */
export class OnceError extends Error {}

/** Writes `popover.png`, `costs.csv` and `status.json`. @throws OnceError, or the file system's error */
export async function runOnce({ core, folder, capture }: OnceOptions): Promise<void> {
  const { ledger, now } = core.parts;
  makeResultFolder(folder);
  for (const { id, name, provider } of ledger.connections()) {
    const outcome = await core.syncs.sync(id, { onDemand: true, since: null });
    if (outcome.kind === 'failed') throw new OnceError(faultMessage(outcome.fault, PROVIDER_NAMES[provider]));
    if (outcome.kind !== 'done')
      throw new OnceError(`The sync of ${name} was stopped before its end; run it again.`);
  }
  const today = dayOf(now());
  // What the popover shows and what it is compared with; thirteen months of every charge would be 90 MB.
  const range = { from: addMonths(firstOfMonth(today), -1), to: today };
  const exported = await core.exportFile(
    join(folder, 'costs.csv'),
    { range, profile: 'plain', connection: null, overwrite: true },
    () => undefined,
  );
  if (!exported.ok) throw new OnceError(exported.message);
  writeFileSync(join(folder, 'status.json'), `${JSON.stringify(statusDocument(core.status()), null, 2)}\n`);
  writeFileSync(join(folder, 'popover.png'), await capture());
}

function makeResultFolder(folder: string): void {
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OnceError(`The folder ${folder} cannot be used (${why}); name another.`);
  }
}
