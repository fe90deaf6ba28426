import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { openLedger } from '../../electron/ledger/ledger.js';
import type { Ledger } from '../../electron/ledger/types.js';
import { Changes } from '../../electron/shell/changes.js';
import { watchLedger } from '../../electron/shell/ledger-watch.js';
import type { LedgerWatch } from '../../electron/shell/ledger-watch.js';
import { addConnection, NOW } from './ledger-support.js';

describe('the watch on the ledger', () => {
  let folder: string;
  let own: Ledger;
  let other: Ledger;
  let watch: LedgerWatch;
  let noticed: number;
  let looks: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cost-tray-watch-'));
    const file = join(folder, 'ledger.sqlite');
    own = openLedger(file, () => NOW).ledger;
    other = openLedger(file, () => NOW).ledger;
    noticed = 0;
    looks = 0;
    watch = watchLedger(
      folder,
      file,
      () => {
        looks += 1;
        return own.dataVersion();
      },
      () => void (noticed += 1),
    );
  });
  afterEach(() => {
    watch.close();
    other.close();
    own.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('notices what another process wrote, seldom for many writes, and not its own', async () => {
    const { id } = addConnection(own);
    for (let number = 0; number < 20; number += 1) own.renameConnection(id, `Own ${number}`);
    await expect.poll(() => looks, { timeout: 30_000 }).toBeGreaterThan(1);
    expect(noticed).toBe(0);
    other.renameConnection(id, 'Another’s');
    await expect.poll(() => noticed, { timeout: 30_000 }).toBe(1);
    expect(own.connection(id)?.name).toBe('Another’s');
    for (let number = 0; number < 20; number += 1) other.renameConnection(id, `Another’s ${number}`);
    await expect.poll(() => noticed, { timeout: 30_000 }).toBeGreaterThan(1);
    expect(noticed).toBeLessThan(10);
  });
});

describe('changes', () => {
  it('become one picture at once and one a pause, and no timer is left when nothing changes', () => {
    vi.useFakeTimers();
    const pictures: number[] = [];
    const start = Date.now();
    const changes = new Changes(
      () => pictures.push(Date.now() - start),
      () => 250,
      () => Date.now(),
    );
    for (let step = 0; step < 1_000; step += 1) {
      changes.note();
      vi.advanceTimersByTime(1);
    }
    expect(pictures).toEqual([0, 250, 500, 750, 1_000]);
    vi.advanceTimersByTime(10_000);
    expect(pictures).toHaveLength(5);
    expect(vi.getTimerCount()).toBe(0);
    changes.note();
    changes.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});
