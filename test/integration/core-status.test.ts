/** What `status`, `check` and `export` say of what a ledger holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

import { checkLimits } from '../../electron/cli/check.js';
import { statusText } from '../../electron/cli/status-text.js';
import { openHome } from '../../electron/core/home.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { Connection, Scope } from '../../electron/ledger/types.js';
import { DAY_MS, HOUR_MS, day, startOf } from '../../shared/day.js';
import { nanos, parseNanos, sum } from '../../shared/money.js';
import { openOffline } from '../support/open-core.js';
import { LOCKS, NOW, TODAY, addConnection, charge, days, listScopes, write } from './ledger-support.js';

it('covers from the first charge on, and counts what is provisional of that only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-status-'));
  const { ledger } = openLedger(openHome(folder).ledger, () => NOW);
  const [scope] = listScopes(ledger, addConnection(ledger), ['a'], day('2026-11-01')) as [Scope];
  const charges = [charge('2026-11-18', '1'), charge('2026-11-20', '2')];
  // By locks nothing of November settles yet, neither before the first charge nor after it.
  write(ledger, scope, days('2026-11-01', TODAY), [charges], {
    readAt: startOf(TODAY) + HOUR_MS,
    settle: LOCKS,
  });
  ledger.close();
  const core = await openOffline(folder, NOW);
  try {
    expect(core.status().connections[0]?.coverage).toEqual({
      from: '2026-11-18',
      to: TODAY,
      unknownDays: [],
      provisionalDays: 5,
    });
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('is as of the oldest last success, and a check goes by it whatever came after', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-status-'));
  const { ledger } = openLedger(openHome(folder).ledger, () => NOW);
  const result = { fault: null, reconciliation: null, memo: {} };
  const [current, failed, removed] = ['Current', 'Failed', 'Removed'].map((name) => {
    const connection = addConnection(ledger, { account: name, name });
    const [scope] = listScopes(ledger, connection, ['a'], day('2026-11-01')) as [Scope];
    write(ledger, scope, days('2026-11-01', TODAY), [[charge(TODAY, '1')]], { readAt: NOW - 3 * HOUR_MS });
    return connection;
  }) as [Connection, Connection, Connection];
  ledger.recordSync(current.id, current.epoch, { ...result, at: NOW, asOf: NOW });
  ledger.recordSync(failed.id, failed.epoch, { ...result, at: NOW - 2 * HOUR_MS, asOf: NOW - 2 * HOUR_MS });
  ledger.recordSync(failed.id, failed.epoch, {
    ...result,
    at: NOW,
    asOf: NOW,
    fault: { kind: 'offline', detail: null, retryAt: null },
  });
  ledger.recordSync(removed.id, removed.epoch, { ...result, at: NOW - 3 * HOUR_MS, asOf: NOW - 3 * HOUR_MS });
  ledger.removeConnection(removed.id, { forget: false }, NOW);
  ledger.close();
  const core = await openOffline(folder, NOW);
  try {
    const status = core.status();
    expect(status).toMatchObject({ asOf: NOW - 2 * HOUR_MS, cadenceMinutes: 15 });
    expect(statusText(status)).toMatch(/^As of 2026-11-22 08:00 UTC; days are UTC\n/);
    expect(checkLimits(status, { monthOver: nanos(parseNanos('5')), todayOver: null })).toEqual({
      text: 'Month to date: $3.00, limit $5.00: cannot know, data of Failed are as of 2026-11-22 08:00 UTC\n',
      status: 3,
    });
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('tells a day of which one app could not be read from one of which nothing is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-status-'));
  const { ledger } = openLedger(openHome(folder).ledger, () => NOW);
  const connection = addConnection(ledger);
  const [read, half] = listScopes(ledger, connection, ['read', 'half'], day('2026-11-17')) as [Scope, Scope];
  write(ledger, read, days('2026-11-18', '2026-11-20'), [
    [charge('2026-11-18', '1'), charge('2026-11-19', '2')],
  ]);
  write(ledger, half, days('2026-11-20'), [[charge('2026-11-20', '4')]]);
  ledger.close();
  const core = await openOffline(folder, NOW);
  try {
    const entry = { connection: connection.id, name: 'Phala', since: null, stays: null };
    expect(core.unknownDays(days('2026-11-17', '2026-11-20'), null)).toEqual([
      { ...entry, inPart: false, days: ['2026-11-17'] },
      { ...entry, inPart: true, days: ['2026-11-18', '2026-11-19'] },
    ]);
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('and every picture is of one moment of the ledger, whatever another process writes meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-status-'));
  const { ledger } = openLedger(openHome(folder).ledger, () => NOW);
  const connection = addConnection(ledger);
  const [scope] = listScopes(ledger, connection, ['a'], day('2026-11-01')) as [Scope];
  write(ledger, scope, days('2026-11-01', '2026-11-20'), [[charge('2026-11-20', '1')]]);
  const core = await openOffline(folder, NOW);
  try {
    // Between two questions of each picture one more charge arrives.
    const daySums = core.parts.ledger.daySums.bind(core.parts.ledger);
    let charged = 0;
    vi.spyOn(core.parts.ledger, 'daySums').mockImplementation((question) => {
      const sums = daySums(question);
      charged += 1;
      write(ledger, scope, days('2026-11-21', TODAY), [[charge(TODAY, String(charged))]], { readAt: NOW });
      return sums;
    });
    const overview = core.overview();
    expect(sum(overview.breakdown.rows.map(({ usd }) => usd))).toBe(overview.total.usd);
    const { periods, connections } = core.status();
    expect(periods.monthToDate.usd).toBe(connections[0]?.monthToDate?.usd);
    expect(charged).toBeGreaterThan(2);
  } finally {
    await core.close();
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it.each([
  ['a charge', [charge('2026-11-18', '1')], '2026-11-18'],
  ['a true $0', [charge('2026-11-03', '1')], '2026-11-20'],
  ['nothing ever', [], '2026-11-20'],
])('says through which day data reach, also long after: %s', async (_what, charges, through) => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-status-'));
  const { ledger } = openLedger(openHome(folder).ledger, () => NOW);
  const connection = addConnection(ledger);
  addConnection(ledger, { account: 'ws_2', name: 'Never read' });
  const [scope] = listScopes(ledger, connection, ['a'], day('2026-11-01')) as [Scope];
  write(ledger, scope, days('2026-11-01', through), [charges]);
  ledger.close();
  const core = await openOffline(folder, NOW + 100 * DAY_MS);
  try {
    const [read, never] = core.status().connections;
    expect(read?.dataThrough).toBe(through);
    expect(core.overview().connections[0]?.dataThrough).toBe(through);
    expect(never?.dataThrough).toBeNull();
  } finally {
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
