/** Everything a user can set, in the real window over the real keychain, up to "Delete all". */
import { readdirSync } from 'node:fs';

import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createFormat } from '../../renderer/format.js';
import { addMonths, firstOfMonth } from '../../shared/day.js';
import type { DayRange } from '../../shared/day.js';
import type { AppState, ConnectionView, ProviderId } from '../../shared/model.js';
import { convert, formatDecimal, parseNanos } from '../../shared/money.js';
import { connect, keysKept, openWindow, openWorld, settled } from './driver.js';
import type { Window, World } from './driver.js';

const { money } = createFormat({ locale: 'en-US', hideAmounts: false });
const RATE = '0.75';

let world: World;
let view: Window;

beforeAll(async () => {
  world = await openWorld({ months: 2, enforceLimit: false });
  view = await openWindow(world);
  view.page.setDefaultTimeout(15_000);
  await connect(world, view);
});

beforeEach(async () => {
  await view.page.keyboard.press('Escape');
  await view.page.keyboard.press(',');
  await view.page.getByRole('heading', { name: 'Settings' }).waitFor();
});

afterAll(async () => {
  await view.quit();
  await world.close();
});

function connectionOf({ overview }: AppState, provider: ProviderId): ConnectionView {
  const found = overview.connections.find((connection) => connection.provider === provider);
  if (found === undefined) throw new Error(`no connection of ${provider}`);
  return found;
}

/** What the vendors' truth comes to in USD, each charge converted once. */
function trueUsd(days: DayRange, chc: string): bigint {
  const { truth } = world.servers;
  const rate = parseNanos(chc);
  let sum: bigint = truth.total('phala', days);
  for (const { amount } of truth.charges('clickhouse', days)) sum += convert(amount, rate);
  return sum;
}

/** The number of the overview beneath the settings, as it is written. */
async function shownNumber(): Promise<string> {
  await view.page.keyboard.press('Escape');
  const text = await view.page.getByRole('region', { name: 'Total' }).locator('p').first().innerText();
  await view.page.keyboard.press(',');
  return text;
}

/** A connection's card, opened. */
async function cardOf(name: string): Promise<Locator> {
  const { page } = view;
  const card = page.getByRole('listitem').filter({ has: page.getByTitle(name, { exact: true }) });
  const head = card.getByRole('button').first();
  if ((await head.getAttribute('aria-expanded')) !== 'true') await head.click();
  return card;
}

async function choose(button: RegExp, option: string): Promise<void> {
  await view.page.getByRole('button', { name: button }).click();
  await view.page.getByRole('option', { name: option }).click();
}

describe('settings', () => {
  it('a budget brings the meter, with the month’s share of it', async () => {
    const { page } = view;
    const { monthToDate } = (await view.state()).overview;
    expect(await page.getByRole('meter').count()).toBe(0);
    await page.getByLabel('For the month, in USD').fill('1000');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    const { overview } = await view.until(({ settings }) => settings.budgetUsd === '1000');
    expect(overview.budget).toMatchObject({ limit: parseNanos('1000'), spent: monthToDate.usd });
    await page.keyboard.press('Escape');
    const meter = page.getByRole('meter', { name: /budget/ });
    await meter.waitFor();
    const percent = Number((monthToDate.usd * 100n) / parseNanos('1000'));
    expect(Math.abs(Number(await meter.getAttribute('aria-valuenow')) - Math.min(100, percent))).toBeLessThan(
      2,
    );
    await view.picture('10-budget');
  });

  it('hidden amounts are nowhere in the window, and come back', async () => {
    const { page } = view;
    const amounts = async (): Promise<string[]> => {
      const texts = await page.locator('main').allInnerTexts();
      // A price of the vendor's is no amount of the user's.
      return (
        texts
          .join('\n')
          .replace('1 CHC = $1.00', '')
          .match(/\$[\d.,]+/g) ?? []
      );
    };
    await page.keyboard.press('Escape');
    expect((await amounts()).length).toBeGreaterThan(5);
    await page.keyboard.press(',');
    await page.getByText('Hide amounts').click();
    await view.until(({ settings }) => settings.hideAmounts);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('region', { name: 'Total' }).innerText()).toContain('•••');
    expect(await amounts()).toEqual([]);
    await page.keyboard.press(',');
    await page.getByText('Hide amounts').click();
    await view.until(({ settings }) => !settings.hideAmounts);
    // Main says so before the window shows it.
    await expect.poll(shownNumber).toMatch(/^\$/);
  });

  it('the cadence decides when is read next', async () => {
    await choose(/Read$/, 'About every hour');
    const hourly = await view.until(({ settings }) => settings.cadenceMinutes === 60);
    const newest = Math.max(...hourly.overview.connections.map(({ lastSuccess }) => lastSuccess ?? 0));
    const next = await view.until(({ overview }) => (overview.nextPollAt ?? 0) > newest + 50 * 60_000);
    expect(next.overview.nextPollAt).toBeLessThan(newest + 67 * 60_000);
    await choose(/Read$/, 'Only by hand');
    await view.until(
      ({ overview, settings }) => settings.cadenceMinutes === 0 && overview.nextPollAt === null,
    );
  });

  it('renames a connection everywhere', async () => {
    const { page } = view;
    const { id, name } = connectionOf(await view.state(), 'phala');
    await (await cardOf(name)).getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Inference');
    await page.keyboard.press('Enter');
    await view.until(({ overview }) =>
      overview.connections.some((one) => one.id === id && one.name === 'Inference'),
    );
    await page.getByTitle('Inference', { exact: true }).waitFor();
  });

  it('a rate for credits counts from its first day on and leaves the month before as it was', async () => {
    const { page } = view;
    const { name, id } = connectionOf(await view.state(), 'clickhouse');
    const { today } = (await view.state()).overview;
    const month = { from: firstOfMonth(today), to: today };
    await (await cardOf(name)).getByRole('button', { name: 'Set rate' }).click();
    await page.getByLabel('USD for 1 CHC').fill(RATE);
    await page.keyboard.press('Enter');
    const state = await view.until(
      ({ overview }) => overview.connections.find((one) => one.id === id)?.usdPerUnit === parseNanos(RATE),
    );
    expect(state.overview.total).toMatchObject({ range: month, usd: trueUsd(month, RATE) });
    await expect.poll(shownNumber).toBe(money(trueUsd(month, RATE)));
    await page.keyboard.press('Escape');
    await page.keyboard.press('5');
    const before = await view.until(({ overview }) => overview.view.period === 'lastMonth');
    const { range } = before.overview.total;
    expect(range.from).toBe(addMonths(month.from, -1));
    expect(before.overview.total.usd).toBe(trueUsd(range, '1'));
    await page.keyboard.press('4');
    await view.until(({ overview }) => overview.view.period === 'monthToDate');
  });

  it('copies diagnostics that hold no key, no name, no account and no amount', async () => {
    const { page, app } = view;
    await page.getByRole('button', { name: 'Copy redacted diagnostics' }).click();
    await page.getByText('Copied. No key is in it.').waitFor();
    const copied = await app.evaluate(({ clipboard }) => clipboard.readText());
    expect(copied).toMatch(/^Cost Tray /);
    const { keys } = world.servers;
    const { overview } = await view.state();
    const { total, todaySoFar, connections } = overview;
    const amounts = [total.usd, todaySoFar.usd, ...connections.map((one) => one.monthToDate?.usd ?? 0n)];
    const untold = [
      ...[keys.phala, keys.clickhouse.keyId, keys.clickhouse.keySecret, '$', 'USD', 'CHC'],
      ...connections.flatMap(({ id, name, account, accountName }) => [
        id,
        name,
        account,
        accountName ?? name,
      ]),
      ...amounts.flatMap((amount) => [money(amount).slice(1), formatDecimal(amount)]),
    ];
    for (const text of untold) expect(copied).not.toContain(text);
    expect(copied).toMatch(/1\. \w+: ok · last success .* · \d{4}-\d\d-\d\d to /);
  });

  it('replaces a key by another of the same account, in the keychain as well', async () => {
    const { page } = view;
    const { name, id } = connectionOf(await view.state(), 'clickhouse');
    const { keyId, keySecret } = world.servers.secondKeys.clickhouse;
    await (await cardOf(name)).getByRole('button', { name: 'Replace key' }).click();
    await page.getByLabel('Key id').fill(keyId);
    await page.getByLabel('Key secret').fill(keySecret);
    world.servers.revoke('clickhouse');
    const since = connectionOf(await view.state(), 'clickhouse').lastSuccess;
    await page.getByRole('button', { name: 'Test and replace' }).click();
    // The first key is worth nothing now: what is read is read with the second.
    const mended = await view.until(
      (state) => settled(state) && connectionOf(state, 'clickhouse').lastSuccess !== since,
    );
    expect(connectionOf(mended, 'clickhouse')).toMatchObject({ id, fault: null });
    expect(await keysKept(world)).toHaveLength(2);
  });

  it('removes one with its history kept, and the other without a trace', async () => {
    const { page } = view;
    const { today } = (await view.state()).overview;
    const month = { from: firstOfMonth(today), to: today };
    const remove = async (name: string): Promise<void> => {
      await (await cardOf(name)).getByRole('button', { name: 'Remove', exact: true }).click();
    };
    await remove('Inference');
    await page.getByRole('button', { name: 'Remove, keep history' }).click();
    const kept = await view.until((state) => connectionOf(state, 'phala').removed);
    expect(kept.overview.total.usd).toBe(trueUsd(month, RATE));
    expect(await keysKept(world)).toEqual([connectionOf(kept, 'clickhouse').id]);
    await remove(connectionOf(kept, 'clickhouse').name);
    await page.getByText('Delete it').click();
    await page.getByRole('button', { name: 'Remove with history' }).click();
    const left = await view.until(({ overview }) => overview.connections.length === 1);
    expect(left.overview.total.usd).toBe(world.servers.truth.total('phala', month));
    expect(await keysKept(world)).toEqual([]);
  });

  it('deletes all: keychain, ledger, settings and what the browser keeps, and ends', async () => {
    const { page, app } = view;
    await connect(world, view, ['phala']);
    expect(await keysKept(world)).not.toEqual([]);
    const kept = (): string[] =>
      readdirSync(world.home).filter((name) => /^(ledger|settings|connections|logs)/.test(name));
    expect(kept().length).toBeGreaterThan(2);
    await page.getByRole('button', { name: 'Delete all…' }).click();
    const ended = app.waitForEvent('close');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete all' }).click();
    await ended;
    expect(kept()).toEqual([]);
    // As on the first day.
    view = await openWindow(world);
    await view.page.getByRole('button', { name: 'Paste a token' }).waitFor();
    expect((await view.state()).settings).toMatchObject({ budgetUsd: null, cadenceMinutes: 15 });
  });
});
