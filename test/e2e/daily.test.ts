/** What is done at the window day by day: a key refused, a refresh, days one after another, an export called off. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createFormat } from '../../renderer/format.js';
import { addDays } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { PROVIDER_IDS } from '../../shared/model.js';
import { parseNanos } from '../../shared/money.js';
import { connect, keysKept, openWindow, openWorld, settled } from './driver.js';
import type { Window, World } from './driver.js';
import { timersOf } from './timers.js';
import type { Waiting } from './timers.js';

/** A timer this far off or nearer is a wake-up that somebody has to give a reason for. */
const SOON_MS = 60_000;
/** Together longer than the pause between two pictures of a hidden window. */
const LOOKS = 3;
const LOOK_EVERY_MS = 1_000;

const { money } = createFormat({ locale: 'en-US', hideAmounts: false });

let world: World;
let view: Window;

beforeAll(async () => {
  world = await openWorld({ months: 1, enforceLimit: false });
  view = await openWindow(world);
  view.page.setDefaultTimeout(15_000);
});

beforeEach(() => view.page.keyboard.press('Escape'));

afterAll(async () => {
  await view.quit();
  await world.close();
});

/** Every resource of a day with its amount as the window writes it, sorted. */
function trueLines(day: Day): string[] {
  const sums = new Map<string, { name: string; usd: bigint }>();
  for (const provider of PROVIDER_IDS) {
    for (const { canonical, name, amount } of world.servers.truth.charges(provider, { from: day, to: day })) {
      const sum = sums.get(canonical) ?? { name, usd: 0n };
      sum.usd += amount;
      sums.set(canonical, sum);
    }
  }
  return [...sums.values()].map(({ name, usd }) => `${name} ${money(usd)}`).sort();
}

function trueTotal(day: Day): bigint {
  const days = { from: day, to: day };
  const { truth } = world.servers;
  return truth.total('phala', days) + truth.total('clickhouse', days);
}

/** Every line of the open day as it is written, come past from the first to the last: only those in sight exist. */
async function shownLines(): Promise<string[]> {
  const lines = view.page.getByRole('region', { name: /, contents$/ }).locator('li[aria-setsize]');
  const count = Number(await lines.first().getAttribute('aria-setsize'));
  const seen = new Map<string | null, string>();
  await expect
    .poll(async () => {
      const there = await lines.evaluateAll((items) =>
        items.map((item): [string | null, string] => [
          item.getAttribute('aria-posinset'),
          (item.firstElementChild?.textContent ?? '').replace('$', ' $'),
        ]),
      );
      for (const [place, text] of there) seen.set(place, text);
      await lines.last().scrollIntoViewIfNeeded();
      return seen.size;
    })
    .toBe(count);
  return [...seen.values()];
}

/** The open day's number and lines, once it is this day that stands there. */
async function expectDay(day: Day): Promise<void> {
  const { page } = view;
  const total = page.getByRole('region', { name: 'Total' });
  await expect.poll(() => total.innerText()).toContain(`${money(trueTotal(day))}\n`);
  expect((await shownLines()).sort()).toEqual(trueLines(day));
  const answer = await page.evaluate((day) => window.costTray.call('dayDetail', { day }), day);
  expect(answer).toMatchObject({ ok: true, value: { usd: trueTotal(day) } });
}

describe('day by day', () => {
  it('says in the form why a key was refused, and keeps nothing of it', async () => {
    const { page } = view;
    await page.getByRole('button', { name: 'Paste a token' }).click();
    await page.getByLabel('API token').fill('phak_of_nobody');
    await page.getByRole('button', { name: /^Test/ }).click();
    await expect
      .poll(() => page.getByRole('alert').innerText())
      .toBe('Phala rejected the key (Invalid or expired API key). Replace it with a key that is active.');
    expect(await page.getByLabel('API token').inputValue()).toBe('');
    expect((await view.state()).overview.connections).toEqual([]);
    expect(await keysKept(world)).toEqual([]);
  });

  it('reads both vendors again when the refresh button is pressed', async () => {
    const before = await connect(world, view);
    expect(await keysKept(world)).toEqual(before.overview.connections.map(({ id }) => id).sort());
    const asked = { ...world.servers.counts };
    const { page } = view;
    await page.getByRole('button', { name: /^Refresh\./ }).click();
    const since = new Map(before.overview.connections.map(({ id, lastSuccess }) => [id, lastSuccess]));
    const after = await view.until(
      (state) =>
        settled(state) &&
        state.overview.connections.every(({ id, lastSuccess }) => lastSuccess !== since.get(id)),
    );
    for (const provider of PROVIDER_IDS)
      expect(world.servers.counts[provider], provider).toBeGreaterThan(asked[provider]);
    expect(after.overview.total.usd).toBe(before.overview.total.usd);
    await expect
      .poll(() => page.getByRole('button', { name: /^Refresh\./ }).innerText())
      .toContain('Updated just now');
  });

  it('opens a day from the chart and turns back and forth, each with the vendors’ amounts', async () => {
    const { page } = view;
    const { today } = (await view.state()).overview;
    await page.keyboard.press('3');
    // What the page shows counts: until then the keys would walk along the month's days.
    await expect.poll(() => page.getByRole('region', { name: 'Total' }).innerText()).toContain('30 days');
    await page.getByRole('slider').focus();
    for (const key of ['End', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
    await expectDay(addDays(today, -3));
    await view.picture('09-day');
    await page.getByRole('button', { name: /^Previous day/ }).click();
    await expectDay(addDays(today, -4));
    await page.getByRole('button', { name: /^Next day/ }).click();
    await expectDay(addDays(today, -3));
  });

  it('is at rest when it is hidden and nothing is due, even with a day open', async () => {
    const { app, page } = view;
    await page.getByRole('slider').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'By resource' }).waitFor();
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    // What the last change put off comes first; from then on only what is far away is waited for.
    const soon = async (): Promise<Waiting[]> =>
      (await timersOf(app)).filter(({ repeats, afterMs }) => repeats || afterMs < SOON_MS);
    await expect.poll(soon, { timeout: 20_000 }).toEqual([]);
    const asked = { ...world.servers.counts };
    const pushes = await page.evaluateHandle(() => {
      const heard = { count: 0 };
      window.costTray.on('state', () => (heard.count += 1));
      return heard;
    });
    for (let look = 0; look < LOOKS; look += 1) {
      await sleep(LOOK_EVERY_MS);
      // The next poll, and the next moment at which what is shown changes by itself.
      expect(await timersOf(app)).toHaveLength(2);
      expect(await soon()).toEqual([]);
    }
    expect(await pushes.evaluate(({ count }) => count)).toBe(0);
    expect(world.servers.counts).toEqual(asked);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.show());
  });

  it('leaves nothing behind of an export that is called off, and the whole file of one that is not', async () => {
    const { page, app } = view;
    const path = join(world.home, 'week.csv');
    const answer = (canceled: boolean): Promise<void> =>
      app.evaluate(
        ({ dialog }, given) => {
          dialog.showSaveDialog = () => Promise.resolve(given);
        },
        { canceled, filePath: canceled ? '' : path },
      );
    const files = (): string[] => readdirSync(world.home).filter((name) => !name.startsWith('ledger.'));
    const before = files();
    await page.keyboard.press('2');
    // The export begins with the days that the page shows.
    await expect.poll(() => page.getByRole('region', { name: 'Total' }).innerText()).toContain('7 days');
    const state = await view.state();
    await page.keyboard.press('e');
    await answer(true);
    await page.getByRole('button', { name: 'Export as CSV…' }).click();
    await page.getByText('The export was cancelled.').waitFor();
    expect(files()).toEqual(before);
    await answer(false);
    await page.getByRole('button', { name: 'Export as CSV…' }).click();
    await page.getByText(/charges written to/).waitFor();
    const rows = parse<Record<string, string>>(readFileSync(path), { columns: true });
    const { range } = state.overview.total;
    for (const provider of PROVIDER_IDS) {
      const own = rows.filter((row) => row['provider'] === provider);
      expect(own, provider).toHaveLength(world.servers.truth.count(provider, range));
      const sum = own.reduce((all, row) => all + parseNanos(row['amount'] ?? ''), 0n);
      expect(sum, provider).toBe(world.servers.truth.total(provider, range));
    }
  });
});
