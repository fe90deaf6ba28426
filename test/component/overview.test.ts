import { expect, it } from 'vitest';

import { drawn } from '../gallery/window';
import { usePopover } from './popover';

const { asked, choose, click, find, press, show, text, window } = usePopover();

const readout = (): Promise<string> => window().page.locator('[class*=readout]:visible').innerText();

it('closes on Esc, refreshes on R, and opens export and settings on their keys', async () => {
  await show('overview');
  await press('r', 'R');
  expect(await asked('refresh')).toEqual([{ connection: null }, { connection: null }]);
  await press('e');
  await find('heading', 'Export').waitFor();
  await press('Escape', ',');
  await find('heading', 'Settings').waitFor();
  await press('Escape');
  expect(await asked('closePopover')).toEqual([]);
  await press('Escape');
  expect(await asked('closePopover')).toHaveLength(1);
});

it('leaves the keys to what is typed, and gives the focus back where a screen was opened', async () => {
  await show('overview');
  await find('button', 'Settings').focus();
  await press('Enter');
  await window().page.getByLabel('For the month, in USD').fill('1');
  await press('r', 'e', ',', '1');
  expect(await window().page.getByLabel('For the month, in USD').inputValue()).toBe('1re,1');
  expect(await asked('refresh')).toEqual([]);
  await press('Escape');
  await expect
    .poll(() => window().page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('Settings');
});

it('chooses the period with the keys 1 to 7; billing only for one connection', async () => {
  await show('overview');
  await press('1', '2', '3', '5', '4', '7');
  const chosen = (await asked('setView')).map(({ period }) => period);
  expect(chosen).toEqual(['today', 'last7Days', 'last30Days', 'lastMonth', 'monthToDate']);
  expect(await find('radio', 'Month to date').getAttribute('aria-checked')).toBe('true');
  await choose(/Connection shown/, 'Analytics');
  await press('7');
  expect((await asked('setView')).at(-1)).toMatchObject({ period: 'billingPeriod', connection: 'c1' });
  await find('radio', 'Billing period').waitFor();
  await choose(/Connection shown/, 'All connections');
  expect((await asked('setView')).at(-1)).toMatchObject({ period: 'monthToDate', connection: null });
  // Phala tells of no billing period of its own.
  await choose(/Connection shown/, 'Workloads');
  expect(await find('radio', 'Billing period').count()).toBe(0);
});

it('picks a range of days in the calendar, by mouse and by keys', async () => {
  await show('overview');
  await press('6');
  await find('dialog', 'Custom range').waitFor();
  await click('button', / 5 November 2026/);
  await click('button', /10 November 2026/);
  expect(await asked('setView')).toMatchObject([
    { period: 'custom', custom: { from: '2026-11-05', to: '2026-11-10' } },
  ]);
  await find('dialog').waitFor({ state: 'detached' });
  expect(await window().page.getByText('Custom range · Nov 5–10 UTC').count()).toBe(1);
  await click('radio', 'Custom range');
  await find('dialog', 'Custom range').waitFor();
  // The end of the range, the 10th, has the focus: the 3rd is a week above, and after it the focus is on the 4th.
  await press('ArrowUp', 'Enter', 'ArrowDown', 'ArrowLeft', 'ArrowLeft', 'Enter');
  expect((await asked('setView')).at(-1)).toMatchObject({ custom: { from: '2026-11-03', to: '2026-11-09' } });
  await press('6', 'Escape');
  await find('dialog').waitFor({ state: 'detached' });
  expect(await asked('closePopover')).toEqual([]);
});

it('walks the chart with the arrows and opens the day on Enter', async () => {
  await show('overview');
  const chart = find('slider', /Days of the chart/);
  await chart.focus();
  await press('ArrowLeft');
  expect(await readout()).toBe('Sat, Nov 21 · $47.50 · provisional');
  expect(await chart.getAttribute('aria-valuetext')).toMatch(
    /^Sat, Nov 21 .*Phala \$25\.04, ClickHouse \$22\.46$/,
  );
  await press('ArrowRight', 'ArrowRight');
  expect(await readout()).toBe('Mon, Nov 23 · still to come');
  await press('Enter');
  expect(await find('heading', /Nov 23/).count()).toBe(0);
  await press('Home');
  expect(await readout()).toMatch(/^Sun, Nov 1 /);
  await press('PageDown', 'Enter');
  await find('heading', 'Sun, Nov 8 UTC').waitFor();
  expect(await asked('dayDetail')).toEqual(expect.arrayContaining([{ day: '2026-11-08' }]));
});

it('goes on in the chart from the day that was looked at', async () => {
  await show('overview');
  await find('slider').focus();
  await press('Home', 'PageDown', 'Enter');
  await find('heading', 'Sun, Nov 8 UTC').waitFor();
  await click('button', /^Next day/);
  await find('heading', 'Mon, Nov 9 UTC').waitFor();
  await press('Escape');
  await expect.poll(readout).toMatch(/^Mon, Nov 9 · /);
  await press('ArrowRight');
  expect(await readout()).toMatch(/^Tue, Nov 10 · /);
  // Who comes back later begins with the newest day again.
  await press('Tab', 'Shift+Tab');
  expect(await readout()).toMatch(/^Sun, Nov 22 · /);
});

it('keeps what is said of a day in sight where the focus comes to the chart from below', async () => {
  await show('overview');
  const region = find('region', 'Spend');
  await find('radio', 'Resource').focus();
  const top = (await region.boundingBox())?.y ?? 0;
  // The first of the bars' height is out of sight.
  const beyond = ((await find('slider').boundingBox())?.y ?? 0) - top + 40;
  await region.evaluate((node, by) => node.scrollBy(0, by), beyond);
  await press('Shift+Tab', 'ArrowLeft');
  expect(await find('slider').evaluate((node) => node === document.activeElement)).toBe(true);
  expect(await readout()).toMatch(/^Sat, Nov 21 · /);
  expect((await find('radio', 'Daily').boundingBox())?.y).toBeGreaterThanOrEqual(top);
});

it('comes back screen by screen, to where each was opened', async () => {
  await show('overview');
  await click('button', 'Settings');
  await click('button', 'Add');
  await click('button', 'Paste a key');
  await press('Escape');
  await find('button', 'Paste a key').waitFor();
  await click('button', 'Back to the settings');
  await find('heading', 'Settings').waitFor();
  await click('button', 'Add');
  await click('button', 'Paste a token');
  await click('button', 'Back to the choice of a provider');
  await press('Escape', 'Escape');
  await find('slider').waitFor();
  // Going round does not lengthen the way back.
  await press(',', 'e', ',', 'e', ',');
  await find('heading', 'Settings').waitFor();
  await press('Escape');
  await find('slider').waitFor();
  expect(await asked('closePopover')).toEqual([]);
});

it('reads the day out under the pointer, with its split, and opens it on a click', async () => {
  await show('overview');
  const box = await find('slider').boundingBox();
  if (box === null) throw new Error('the chart has no box');
  // The plot leaves about 30 px for its labels; day 2 of 30 lies within the first tenth.
  await window().page.mouse.move(box.x + 16, box.y + 40);
  await window().page.mouse.move(box.x + 17, box.y + 40);
  expect(await readout()).toMatch(/^Mon, Nov 2 · \$/);
  await find('list', 'Split of the day').waitFor();
  await window().page.mouse.move(0, 0);
  await find('list', 'Split of the period').waitFor();
  expect(await readout()).toBe('Highest Fri, Nov 6 · $67.99');
  await window().page.mouse.click(box.x + 17, box.y + 40);
  await find('heading', 'Mon, Nov 2 UTC').waitFor();
});

it('reads no day out under a pointer that rests where the window opens', async () => {
  await show('overview');
  const box = await find('slider').boundingBox();
  if (box === null) throw new Error('the chart has no box');
  const { mouse } = window().page;
  // Where a window opens, the pointer above it is told like one that has come.
  await mouse.move(box.x + 17, box.y + 40);
  await mouse.move(box.x + 17, box.y + 40);
  await find('list', 'Split of the period').waitFor();
  expect(await readout()).toBe('Highest Fri, Nov 6 · $67.99');
  await mouse.move(box.x + 18, box.y + 40);
  await find('list', 'Split of the day').waitFor();
  expect(await readout()).toMatch(/^Mon, Nov 2 · \$/);
});

it('splits by resource and meter, and shows the running total and the table', async () => {
  await show('overview');
  await choose(/Split the days by/, 'by meter');
  expect((await asked('setView')).at(-1)).toMatchObject({ splitBy: 'meter' });
  const legend = find('list', 'Split of the period');
  await expect.poll(() => legend.innerText()).toMatch(/Compute[\s\S]*Storage/);
  await choose(/Split the days by/, 'by resource');
  await expect.poll(() => legend.innerText()).toMatch(/events-prod[\s\S]*10 more/);
  await click('radio', 'Cumulative');
  expect(await find('list', 'Lines of the chart').innerText()).toMatch(
    /Spend\s+Forecast \$1,735\.44\s+Budget \$2,500\.00/,
  );
  await click('radio', 'Table');
  const rows = window().page.getByRole('row');
  // 22 days that have happened, below the head.
  expect(await rows.count()).toBe(23);
  expect(await rows.nth(2).innerText()).toMatch(/^Nov 21\s+provisional\s+\$47\.50\s+\$14\.09/);
  await rows.nth(2).getByRole('button').click();
  await find('heading', 'Sat, Nov 21 UTC').waitFor();
});

it('draws each state of a day in its own way', async () => {
  await show('partly-known');
  const shapes = (name: string): Promise<number> =>
    window().page.locator(`[role=slider] [class*="${name}"]`).count();
  expect(await shapes('unknown')).toBe(3);
  expect(await shapes('future')).toBe(8);
  expect(await window().page.locator('[role=slider] path[fill^="url("]').count()).toBe(2);
  // What is known of a day stands, and what is missing is outlined above it.
  const outline = await window().page.locator('[role=slider] [class*=unknown]').first().boundingBox();
  const floor = await window().page.locator('[role=slider] [class*=baseline]').boundingBox();
  expect((floor?.y ?? 0) - (outline?.y ?? 0) - (outline?.height ?? 0)).toBeGreaterThan(20);
  await show('true-zero');
  expect(await shapes('zero')).toBe(19);
  // The vendor may still report the last days.
  expect(await shapes('notReported')).toBe(3);
});

it('explains the signs of its bars, those that are there, and moves nothing while it says a day instead', async () => {
  const key = find('list', 'Signs of the chart');
  const signs = async (): Promise<string[]> => (await key.innerText()).split(/\s*\n\s*/);
  await show('overview');
  expect(await signs()).toEqual(['provisional', 'forecast']);
  await show('true-zero');
  expect(await signs()).toEqual(['not reported yet', 'forecast']);
  await show('last-month');
  expect(await key.count()).toBe(0);
  await show('partly-known');
  expect(await signs()).toEqual(['provisional', 'not read yet', 'forecast']);
  const chart = find('slider');
  const before = await chart.boundingBox();
  await chart.hover();
  await chart.hover({ position: { x: 200, y: 40 } });
  expect(await readout()).toMatch(/^\w{3}, Nov \d+ · \$/);
  expect(await key.isVisible()).toBe(false);
  expect(await chart.boundingBox()).toEqual(before);
  await click('radio', 'Cumulative');
  expect(await key.count()).toBe(0);
  // As a table the days bear the same words.
  await click('radio', 'Table');
  await find('row', /^Nov 9 not read yet /).waitFor();
});

it('opens a row to its meters and days, and unfolds the tail', async () => {
  await show('overview');
  const row = find('button', /^events-prod/);
  await row.click();
  expect(await row.getAttribute('aria-expanded')).toBe('true');
  expect(await asked('resourceDetail')).toEqual(
    expect.arrayContaining([{ key: 'c1/events-prod', by: 'resource' }]),
  );
  await window()
    .page.getByRole('img', { name: /^Per day, Nov 1–22 UTC · largest \$/ })
    .waitFor();
  expect(await text('[class*=opened] dl')).toMatch(/Compute/);
  await window().page.getByText('Meters, Nov 1–22 UTC').waitFor();
  expect(await window().page.locator('dl[class*=meters]').innerText()).toMatch(
    /Compute\s+\$385\.17\s+Data transfer/,
  );
  await row.click();
  expect(await row.getAttribute('aria-expanded')).toBe('false');
  await click('button', /^3 more · \$/);
  expect((await asked('setView')).at(-1)).toMatchObject({ showAll: true });
  await expect
    .poll(() => window().page.locator('li[aria-setsize]').first().getAttribute('aria-setsize'))
    .toBe('15');
  await click('button', 'Fold the small ones');
  await find('button', /^3 more/).waitFor();
  await click('radio', 'Connection');
  await find('button', /^Workloads/).waitFor();
});

it('keeps only rows in sight of 500', async () => {
  await show('many');
  await click('button', /^488 more/);
  await expect
    .poll(() => window().page.locator('li[aria-setsize]').first().getAttribute('aria-setsize'))
    .toBe('500');
  expect(await window().page.locator('li[aria-setsize]').count()).toBeLessThan(40);
});

it('keeps only the days in sight of 13 months in the table, and walks to the oldest', async () => {
  await show('overview');
  await click('radio', 'Table');
  await window().page.evaluate(() =>
    globalThis.window.costTray.call('setView', {
      period: 'custom',
      custom: { from: '2025-10-20', to: '2026-11-22' },
      connection: null,
      splitBy: 'provider',
      breakdownBy: 'resource',
      showAll: false,
    }),
  );
  const all = 1 + 399;
  await expect.poll(() => find('table').getAttribute('aria-rowcount')).toBe(String(all));
  const rows = window().page.getByRole('row');
  expect(await rows.count()).toBeLessThan(60);
  const frame = find('region', 'Table of days');
  await expect
    .poll(async () => {
      await frame.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      return rows.last().getAttribute('aria-rowindex');
    })
    .toBe(String(all));
  expect(await rows.last().innerText()).toMatch(/^Oct 20, 2025\s/);
});

it('says a new status in the live region that stood before', async () => {
  await show('overview');
  const status = find('status');
  const before = await status.elementHandle();
  expect(await status.innerText()).toBe('Current · as of 11:40');
  await window().page.evaluate(() => globalThis.window.gallery.become('stale'));
  await expect.poll(() => status.innerText()).toBe('Analytics is 3 h old: no answer');
  expect(await before?.evaluate((node) => node.isConnected)).toBe(true);
  await click('button', 'Try again');
  expect(await asked('refresh')).toEqual([{ connection: 'c1' }]);
});

it('leads from the status to its remedy', async () => {
  await show('rejected');
  await click('button', 'Replace key');
  await find('heading', 'Replace the key').waitFor();
  await show('permission');
  await click('button', 'Open ClickHouse');
  expect(await asked('openLink')).toEqual([{ link: 'clickhouseKeys' }]);
});

it('stops a backfill', async () => {
  await show('backfill');
  expect(await find('progressbar', /Workloads/).getAttribute('aria-valuenow')).toBe('35');
  await click('button', 'Stop');
  expect(await asked('cancelSync')).toEqual([{ connection: 'p1' }]);
});

it('moves nothing below the chart, neither at first nor when it is shown again', async () => {
  await show('overview');
  const { page } = window();
  await drawn(page);
  const shifts = await page.evaluateHandle(() => {
    const heard: PerformanceEntry[] = [];
    const observer = new PerformanceObserver((list) => heard.push(...list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    return { heard, observer };
  });
  await click('button', 'Settings');
  await click('button', 'Back to the overview');
  await find('radio', 'Daily').waitFor();
  await drawn(page);
  const count = await shifts.evaluate(({ heard, observer }) => heard.length + observer.takeRecords().length);
  expect(count).toBe(0);
});
