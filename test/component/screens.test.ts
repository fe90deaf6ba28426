import { expect, it } from 'vitest';

import { drawn } from '../gallery/window';
import { usePopover } from './popover';

const { asked, choose, click, find, press, show, text, window } = usePopover();

it('turns from day to day, up to today', async () => {
  await show('day');
  await find('heading', 'Tue, Nov 17 UTC').waitFor();
  const longer = window().page.getByText(/and \$\d+\.\d\d charged for a day or longer/);
  expect(await longer.count()).toBe(0);
  for (const heading of [
    /^Phala by hour/,
    'By meter',
    'By resource',
    'Revised since it settled',
    'Last read',
  ])
    await find('heading', heading).waitFor();
  expect(await text('li[class*=revision]')).toMatch(/Analytics\s+\$31\.46 → \$31\.87\s+Nov 21, 02:15/);
  await click('button', 'Next day, Wed, Nov 18');
  await find('heading', 'Wed, Nov 18 UTC').waitFor();
  await click('button', /^Previous day/);
  await click('button', 'Previous day, Mon, Nov 16');
  await find('heading', 'Mon, Nov 16 UTC').waitFor();
  await longer.waitFor();
  await expect
    .poll(() => text('main:not([hidden]) section[aria-label=Total]'))
    .toContain('settled · as of Nov 19, 01:00');
  expect(await find('heading', 'Revised since it settled').count()).toBe(0);
  // The keys go on in the chart from the day that was left, the 16th.
  await press('Escape', 'PageDown', 'ArrowLeft', 'Enter');
  await find('heading', 'Sun, Nov 22 UTC').waitFor();
  expect(await find('button', 'Next day').isDisabled()).toBe(true);
});

it('keeps only the resources in sight of a day with 500, and scrolls to the last', async () => {
  await show('many');
  await find('slider').focus();
  await press('ArrowLeft', 'Enter');
  await find('heading', 'Sat, Nov 21 UTC').waitFor();
  const rows = window().page.locator('main:not([hidden]) li[aria-setsize]');
  await expect.poll(() => rows.first().getAttribute('aria-setsize')).toBe('500');
  expect(await rows.first().innerText()).toMatch(/^service-002\s+\$\S+\s+Service · \S[\s\S]*Compute\s+\$/);
  expect(await rows.count()).toBeLessThan(40);
  const body = find('region', /contents$/);
  // By the keyboard, as a user comes there; rows that come into sight are measured and may lengthen the list.
  await body.focus();
  await expect
    .poll(async () => {
      await press('End');
      return rows.last().getAttribute('aria-posinset');
    })
    .toBe('500');
  // 60 % of a hundredth of 1675/14.3: nothing costs less on this day.
  expect(await rows.last().innerText()).toMatch(/^cvm-471\s+\$0\.7028\s/);
  expect(await rows.count()).toBeLessThan(40);
  // What stands below the resources comes after the last of them.
  const [last, below] = await Promise.all([
    rows.last().boundingBox(),
    find('heading', 'Last read').boundingBox(),
  ]);
  expect((below?.y ?? 0) - (last?.y ?? 0) - (last?.height ?? 0)).toBeGreaterThanOrEqual(0);
});

it('renames a connection', async () => {
  await show('settings-end');
  await click('button', /^Workloads/);
  await click('button', 'Rename');
  await window().page.getByLabel('Name', { exact: true }).fill('  Inference ');
  await press('Enter');
  expect(await asked('rename')).toEqual([{ connection: 'p1', name: 'Inference' }]);
});

it('keeps each setting at once', async () => {
  await show('settings-end');
  await choose(/Read$/, 'About every 5 minutes');
  await choose(/Number in the tray/, 'Today so far');
  await choose(/Theme/, 'Dark');
  await choose(/Numbers/, 'German (Germany): 1.234,56 $');
  await choose(/History to read/, '24 months');
  await window().page.getByText('Hide amounts').click();
  await window().page.getByText('Start at login').click();
  await click('button', /^Shortcut to open/);
  await press('Control+Shift+Y');
  expect(await asked('setSettings')).toEqual([
    { cadenceMinutes: 5 },
    { trayNumber: 'today' },
    { theme: 'dark' },
    { numberLocale: 'de-DE' },
    { historyMonths: 24 },
    { hideAmounts: true },
    { startAtLogin: true },
    { shortcut: 'Control+Shift+Y' },
  ]);
});

it('removes a connection with or without its history, or not at all', async () => {
  await show('remove');
  await press('Escape');
  await find('alertdialog').waitFor({ state: 'detached' });
  expect(await asked('disconnect')).toEqual([]);
  await click('button', 'Remove');
  await click('button', 'Remove, keep history');
  await find('alertdialog').waitFor({ state: 'detached' });
  await click('button', 'Remove');
  await window().page.getByText('Delete it').click();
  await click('button', 'Remove with history');
  expect(await asked('disconnect')).toEqual([
    { connection: 'p1', forget: false },
    { connection: 'p1', forget: true },
  ]);
});

it('names all that "Delete all" deletes before it does', async () => {
  await show('delete-all');
  const words = await find('alertdialog').innerText();
  for (const part of ['ledger', 'settings', 'keychain entries', 'browser files'])
    expect(words).toContain(part);
  await click('button', 'Cancel');
  expect(await asked('deleteAll')).toEqual([]);
  await click('button', 'Delete all…');
  await find('alertdialog').getByRole('button', { name: 'Delete all' }).click();
  expect(await asked('deleteAll')).toHaveLength(1);
});

it('copies the diagnostics and says so', async () => {
  await show('settings-end');
  await click('button', 'Copy redacted diagnostics');
  expect(await asked('copyDiagnostics')).toHaveLength(1);
  await expect
    .poll(() => window().page.getByText('Copied. No key is in it.').getAttribute('role'))
    .toBe('status');
});

it('takes a key once: hidden, never completed, gone from the form whatever the answer', async () => {
  await show('connect-error');
  const field = window().page.getByLabel('API token');
  expect(await field.getAttribute('type')).toBe('password');
  expect(await field.getAttribute('autocomplete')).toBe('off');
  expect(await field.inputValue()).toBe('');
  expect(await asked('connect')).toEqual([
    { name: null, credential: { provider: 'phala', apiKey: 'phak_not_a_key' } },
  ]);
  expect(await text('[role=alert]')).toBe(
    'Phala rejected the key (HTTP 401). Replace it with a key that is active.',
  );
  expect(await window().page.content()).not.toContain('phak_not_a_key');
});

it('connects ClickHouse by key id and secret, and goes back to the spend', async () => {
  await show('overview');
  await window().page.evaluate(() => globalThis.window.gallery.ask('connect'));
  await click('button', 'Paste a key');
  expect(await find('button', 'Test and connect').isDisabled()).toBe(true);
  await window().page.getByLabel('Key id').fill('id');
  await window().page.getByLabel('Key secret').fill(' secret ');
  await window().page.getByLabel('Name (optional)').fill('Warehouse');
  await press('Enter');
  await find('slider').waitFor();
  expect(await asked('connect')).toEqual([
    { name: 'Warehouse', credential: { provider: 'clickhouse', keyId: 'id', keySecret: 'secret' } },
  ]);
});

it('offers the vendors’ pages and sample data when nothing is connected', async () => {
  await show('nothing-connected');
  await click('button', /Phala’s API tokens/);
  await click('button', /ClickHouse’s API keys/);
  await click('button', 'Look around with sample data');
  expect(await asked('openLink')).toEqual([{ link: 'phalaKeys' }, { link: 'clickhouseKeys' }]);
  expect(await asked('startDemo')).toHaveLength(1);
});

it('leads from samples back to the own accounts where the window led there, and takes no key in them', async () => {
  const way = () => find('button', 'Use my own accounts');
  await show('demo-visit');
  await way().click();
  expect(await asked('leaveDemo')).toHaveLength(1);
  await press(',');
  await window().page.getByText('These accounts are samples.').last().waitFor();
  await click('button', 'Add');
  await window().page.getByText('Sample data take no keys.').waitFor();
  expect(
    await window()
      .page.getByRole('button', { name: /^Paste/ })
      .count(),
  ).toBe(0);
  await way().click();
  expect(await asked('leaveDemo')).toHaveLength(2);
  await show('demo-settings');
  await click('button', /^Workloads/);
  await click('button', 'Replace key');
  await window().page.getByText('Sample data take no keys.').waitFor();
  expect(await window().page.getByLabel('API token').count()).toBe(0);
  // Started as a demo, there is nothing to go back to.
  await show('demo-connect');
  await window().page.getByText('For your own accounts, start Cost Tray without --demo.').waitFor();
  expect(await way().count()).toBe(0);
});

it('takes what is typed into a form at once, not for shortcuts', async () => {
  await show('nothing-connected');
  await click('button', 'Paste a token');
  await press('p', 'h', 'a', 'k', '_', 'e');
  expect(await window().page.getByLabel('API token').inputValue()).toBe('phak_e');
});

it('says where keys are kept', async () => {
  await show('keychain-absent');
  await press(',');
  await window().page.getByText('Keys are in memory until Cost Tray quits.').waitFor();
  await show('overview');
  await press(',');
  await window().page.getByText('Keys are in this computer’s keychain.').waitFor();
  await show('demo');
  await press(',');
  await window().page.getByText('The keys of these samples are in memory only.').waitFor();
});

it('exports chosen days in a chosen profile and says where to', async () => {
  await show('export');
  await window().page.getByText('Nov 1–22, UTC days, as of 11:40').waitFor();
  await choose(/Days/, 'Last month');
  await choose(/Connection/, 'Workloads');
  await choose(/Profile/, 'Spreadsheet');
  await click('button', 'Export as CSV…');
  expect(await asked('exportCsv')).toEqual([
    { range: { from: '2026-10-01', to: '2026-10-31' }, profile: 'spreadsheet', connection: 'p1' },
  ]);
  await expect.poll(() => text('[role=alert]')).toBe('118,000 charges written to /home/ada/costs.csv.');
});

it('exports the days that are shown, those of a billing period too', async () => {
  const days = (text: string) => window().page.getByText(`${text}, UTC days`).waitFor();
  await show('overview');
  await press('6');
  await click('button', / 5 November 2026/);
  await click('button', /10 November 2026/);
  await choose(/Connection shown/, 'Analytics');
  await press('7');
  await window()
    .page.getByText(/^Billing period · Nov 14–22 UTC/)
    .waitFor();
  await press('e');
  await days('Nov 14–22');
  await click('button', 'Export as CSV…');
  // Another connection has no billing period: the days stay.
  await choose(/Connection/, 'Workloads');
  await days('Nov 14–22');
  await find('button', /Custom range/).waitFor();
  await click('button', 'Export as CSV…');
  const range = { from: '2026-11-14', to: '2026-11-22' };
  expect(await asked('exportCsv')).toMatchObject([
    { range, connection: 'c1' },
    { range, connection: 'p1' },
  ]);
});

it('shows the end of an export alone, also where how far it was is still shown by main', async () => {
  await show('export');
  await click('button', 'Export as CSV…');
  await expect.poll(() => text('[role=alert]')).toMatch(/^118,000 charges written/);
  await window().page.evaluate(() => globalThis.window.gallery.become('exporting'));
  await drawn(window().page);
  expect(await find('progressbar', 'Export').count()).toBe(0);
  expect(await find('button', 'Export as CSV…').count()).toBe(1);
});

it('shows how far an export is, and cancels it', async () => {
  await show('exporting');
  expect(await find('progressbar', 'Export').getAttribute('aria-valuenow')).toBe('35');
  await click('button', 'Cancel the export');
  expect(await asked('cancelExport')).toHaveLength(1);
});
