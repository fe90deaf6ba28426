/** An export that takes its time: called off while its file is being written, and done again. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { parseNanos } from '../../shared/money.js';
import { connect, openWindow, openWorld } from './driver.js';
import type { Window, World } from './driver.js';

let world: World;
let view: Window;

beforeAll(async () => {
  // So many charges that writing them takes seconds, where pressing a button takes a small part of one.
  world = await openWorld({ scale: { apps: 5, cvmsPerApp: 10 }, months: 1, enforceLimit: false });
  view = await openWindow(world);
  view.page.setDefaultTimeout(30_000);
  await connect(world, view, ['phala']);
});

afterAll(async () => {
  await view.quit();
  await world.close();
});

it('leaves no file behind when it is cancelled while it writes, and writes all of it the next time', async () => {
  const { page, app } = view;
  const path = join(world.home, 'month.csv');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
  const files = (): string[] => readdirSync(world.home).filter((name) => !name.startsWith('ledger.'));
  const before = files();
  const added = (): string[] => files().filter((name) => !before.includes(name));
  await page.keyboard.press('3');
  // The export begins with the days that the page shows.
  await expect.poll(() => page.getByRole('region', { name: 'Total' }).innerText()).toContain('30 days');
  const { total } = (await view.state()).overview;
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Export as CSV…' }).click();
  await expect
    .poll(() => added().some((name) => statSync(join(world.home, name)).size > 0), { timeout: 30_000 })
    .toBe(true);
  // It has another name until it is whole.
  expect(added()).toEqual([expect.stringMatching(/^\.month\.csv\.[0-9a-f]+\.partial$/)]);
  await page.getByText(/^Writing \S+ of \S+ charges/).waitFor();
  await page.getByRole('button', { name: 'Cancel the export' }).click();
  await expect
    .poll(() => page.getByRole('alert').innerText())
    .toBe('The export was cancelled, so nothing was written.');
  expect(added()).toEqual([]);
  await page.getByRole('progressbar', { name: 'Export' }).waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Export as CSV…' }).click();
  await page.getByText(/charges written to/).waitFor();
  expect(added()).toEqual(['month.csv']);
  const rows = parse<Record<string, string>>(readFileSync(path), { columns: true });
  const { truth } = world.servers;
  expect(rows).toHaveLength(truth.count('phala', total.range));
  const sum = rows.reduce((all, row) => all + parseNanos(row['amount'] ?? ''), 0n);
  expect(sum).toBe(truth.total('phala', total.range));
});
