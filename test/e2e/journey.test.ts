/** The first hour of a user: keys typed, numbers, CSV, a restart, a revoked key and its replacement. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { firstOfMonth } from '../../shared/day.js';
import type { DayRange } from '../../shared/day.js';
import type { AppState, ProviderId } from '../../shared/model.js';
import { formatDecimal } from '../../shared/money.js';
import { filesHolding, openWindow, openWorld, processesHolding, settled } from './driver.js';
import type { Window, World } from './driver.js';

let world: World;
let view: Window;

beforeAll(async () => {
  world = await openWorld();
  view = await openWindow(world);
});

afterAll(async () => {
  await view.quit();
  await world.close();
});

function month(state: AppState): DayRange {
  return { from: firstOfMonth(state.overview.today), to: state.overview.today };
}

async function typeKey(provider: ProviderId): Promise<void> {
  const { page } = view;
  const { phala, clickhouse } = world.servers.keys;
  if (provider === 'phala') {
    await page.getByLabel('API token').fill(phala);
  } else {
    await page.getByLabel('Key id').fill(clickhouse.keyId);
    await page.getByLabel('Key secret').fill(clickhouse.keySecret);
  }
}

describe('a user’s first hour', () => {
  it('connects both accounts from the forms', async () => {
    const { page } = view;
    await expect.poll(() => page.getByRole('heading', { name: 'Cost Tray' }).isVisible()).toBe(true);
    await view.picture('01-first-run');
    await page.getByRole('button', { name: 'Paste a token' }).click();
    await typeKey('phala');
    await page.getByRole('button', { name: /^Test/ }).click();
    await view.until(({ overview }) => overview.connections.length === 1);
    await page.getByRole('button', { name: 'Settings' }).first().click();
    await page.getByRole('button', { name: 'Add' }).click();
    await view.picture('02-add');
    await page.getByRole('button', { name: 'Paste a key' }).click();
    await typeKey('clickhouse');
    await page.getByRole('button', { name: /^Test/ }).click();
    await view.until(({ overview }) => overview.connections.length === 2);
    const state = await view.until(settled);
    expect(state.secretStore).toBe('keychain');
    await view.picture('03-overview');
  });

  it('shows the vendors’ month to date to the nano', async () => {
    const state = await view.state();
    const { truth } = world.servers;
    for (const connection of state.overview.connections) {
      expect(connection.monthToDate?.native).toBe(truth.total(connection.provider, month(state)));
    }
    const total = truth.total('phala', month(state)) + truth.total('clickhouse', month(state));
    expect(state.overview.total.usd).toBe(total);
    const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
    const shown = dollars.format(Number(formatDecimal(total)));
    // The window follows main a moment later.
    await expect.poll(() => view.page.getByRole('region', { name: 'Total' }).innerText()).toContain(shown);
  });

  it('exports every charge of the month, row by row as the vendors have it', async () => {
    const { page, app } = view;
    const path = join(world.home, 'month.csv');
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('button', { name: 'Export as CSV…' }).click();
    await expect.poll(() => page.getByText(/charges written to/).isVisible(), { timeout: 30_000 }).toBe(true);
    await view.picture('04-export');
    const state = await view.state();
    const rows = parse<Record<string, string>>(readFileSync(path), { columns: true });
    const exported = rows.map((row) =>
      [
        row['provider'],
        row['day'],
        row['resource_id'],
        row['vendor_meter'],
        row['start'],
        row['amount'],
      ].join(' '),
    );
    const { truth } = world.servers;
    const expected = (['phala', 'clickhouse'] as const).flatMap((provider) =>
      [...truth.charges(provider, month(state))].map((charge) =>
        [
          provider,
          charge.day,
          charge.canonical,
          charge.meter,
          `${new Date(charge.start).toISOString().slice(0, 19)}Z`,
          formatDecimal(charge.amount),
        ].join(' '),
      ),
    );
    expect(exported.sort()).toEqual(expected.sort());
    await page.keyboard.press('Escape');
  });

  it('stands at once after a restart and asks for nothing that is settled', async () => {
    const before = await view.state();
    await view.quit();
    const asked = world.servers.requests.length;
    view = await openWindow(world);
    const at = await view.state();
    expect(at.overview.total.usd).toBe(before.overview.total.usd);
    expect(at.overview.connections.map(({ lastSuccess }) => lastSuccess)).toEqual(
      before.overview.connections.map(({ lastSuccess }) => lastSuccess),
    );
    await view.page.keyboard.press('r');
    await view.until(
      (state) =>
        settled(state) &&
        state.overview.connections.every(
          ({ lastSuccess }, index) => lastSuccess !== at.overview.connections[index]?.lastSuccess,
        ),
    );
    const usage = world.servers.requests.slice(asked).filter(({ path }) => /usage/.test(path));
    expect(usage.length).toBeGreaterThan(0);
    const earliest = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10);
    for (const { path, query } of usage) {
      const from = new URLSearchParams(query).get('start_date')?.slice(0, 10);
      if (from !== undefined) expect(from >= earliest, `${path}?${query}`).toBe(true);
    }
  });

  it('keeps the numbers when the vendor revokes the key, and says rejected', async () => {
    const before = await view.state();
    world.servers.revoke('phala');
    await view.page.keyboard.press('r');
    const after = await view.until(
      ({ overview }) => !overview.syncing && overview.connections.some(({ fault }) => fault !== null),
    );
    expect(after.overview.connections.find(({ provider }) => provider === 'phala')?.fault?.kind).toBe(
      'rejected',
    );
    expect(after.overview.total.usd).toBe(before.overview.total.usd);
    await expect
      .poll(() =>
        view.page
          .getByText(/key rejected/i)
          .first()
          .isVisible(),
      )
      .toBe(true);
    await view.picture('05-rejected');
  });

  it('refuses another account’s key in the form and changes nothing, then takes the right one', async () => {
    const { page } = view;
    const before = await view.state();
    await page.getByRole('button', { name: 'Replace key' }).click();
    await page.getByLabel('API token').fill(world.servers.strangerKeys.phala);
    await page.getByRole('button', { name: 'Test and replace' }).click();
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/another account/);
    await view.picture('06-other-account');
    const after = await view.state();
    expect(after.overview.connections).toEqual(
      before.overview.connections.map((connection) => ({ ...connection })),
    );
    await page.getByLabel('API token').fill(world.servers.secondKeys.phala);
    await page.getByRole('button', { name: 'Test and replace' }).click();
    const mended = await view.until(
      (state) => settled(state) && state.overview.connections.every(({ fault }) => fault === null),
    );
    expect(mended.overview.total.usd).toBe(before.overview.total.usd);
    await view.picture('07-mended');
  });

  it('leaves no key in any file, log or argument', () => {
    const { keys, secondKeys, strangerKeys } = world.servers;
    const secrets = [keys, secondKeys, strangerKeys].flatMap(({ phala, clickhouse }) => [
      phala,
      clickhouse.keySecret,
    ]);
    expect(filesHolding(world.home, secrets)).toEqual([]);
    expect(processesHolding(secrets)).toEqual([]);
  });
});
