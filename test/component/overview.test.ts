import { expect, it } from 'vitest';

import { usePopover } from './popover';

const { asked, choose, click, find, press, show, text, window } = usePopover();

const readout = (): Promise<string> => window().page.locator('[class*=readout]').innerText();

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
  await click('button', /November 5, 2026/);
  await click('button', /November 10, 2026/);
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

it('reads the day out under the pointer, with its split, and opens it on a click', async () => {
  await show('overview');
  const box = await find('slider').boundingBox();
  if (box === null) throw new Error('the chart has no box');
  // The plot leaves about 30 px for its labels; day 2 of 30 lies within the first tenth.
  await window().page.mouse.move(box.x + 17, box.y + 40);
  expect(await readout()).toMatch(/^Mon, Nov 2 · \$/);
  await find('list', 'Split of the day').waitFor();
  await window().page.mouse.move(0, 0);
  await find('list', 'Split of the period').waitFor();
  expect(await readout()).toBe('Highest Fri, Nov 6 · $67.99');
  await window().page.mouse.click(box.x + 17, box.y + 40);
  await find('heading', 'Mon, Nov 2 UTC').waitFor();
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

it('gives a resource one colour in bars, legend and row where the chart is split by resource', async () => {
  const fill = (selector: string): Promise<string> =>
    window()
      .page.locator(selector)
      .first()
      .evaluate((node) => {
        const { fill: drawn, backgroundColor } = getComputedStyle(node);
        return node instanceof SVGElement ? drawn : backgroundColor;
      });
  const row = 'li[data-index="0"]';
  await show('by-resource');
  const [bar, swatch, track, mark] = await Promise.all([
    fill('[role=slider] g > g path'),
    fill('[class*=legendItem] rect'),
    fill(`${row} [class*=fill]`),
    fill(`${row} [class*=mark]`),
  ]);
  expect([swatch, track, mark]).toEqual([bar, bar, bar]);
  // Of its provider's colour there is nothing left, only the shape.
  await show('overview');
  expect(await fill(`${row} [class*=fill]`)).not.toBe(bar);
  expect(await fill(`${row} [class*=fill]`)).toBe(await fill(`${row} [class*=mark]`));
});

it('names the days that a number lacks, and reads them on demand', async () => {
  await show('partly-known');
  expect(await text('[class*=change]')).toBe('+5% on 18 days of Oct 1–21');
  await window().page.getByText('Without Nov 9, Nov 10 and Nov 14: not read yet').waitFor();
  await click('button', 'Read now');
  expect(await asked('refresh')).toEqual([{ connection: null }]);
  await show('true-zero');
  await window().page.getByText('Without Nov 20 and Nov 21: not reported yet').waitFor();
  expect(await find('button', 'Read now').count()).toBe(0);
});

it('calls nothing a forecast or a run rate that is none', async () => {
  const facts = (): Promise<string> => text('[class*=facts]');
  await show('first-days');
  expect(await facts()).toMatch(/Forecast Nov 30\s+—\s+not enough history/);
  await show('no-history');
  expect(await facts()).toMatch(/Forecast Nov 30\s+\$\d/);
  await window().page.getByText('Forecast counts only what is spent so far for Analytics').waitFor();
  await show('first-sync');
  expect(await facts()).toMatch(/Today so far\s+—[\s\S]*Run rate\/day\s+—[\s\S]*Forecast Nov 30\s+—/);
});

it('says since when a rate holds', async () => {
  await show('other-rate');
  await window().page.getByText('1 CHC = $0.85 since Nov 10, earlier days at the rate then').waitFor();
  await press('2');
  await window()
    .page.getByText('ClickHouse before tax and support, 1 CHC = $0.85', { exact: true })
    .waitFor();
});

it('counts down to the next try, and tells of a ledger set aside once', async () => {
  await show('rate-limited');
  expect(await text('header')).toMatch(/Analytics is 3 h old: rate limited\s+next try in 3:47/);
  await show('ledger-set-aside');
  expect(
    await window()
      .page.getByText(/The ledger was damaged/)
      .count(),
  ).toBe(1);
});

it('shows no amount anywhere while amounts are hidden', async () => {
  const amounts = async (): Promise<string[]> =>
    (await text('body')).match(/[$€]\s?\d[\d.,]*|\d[\d.,]*\s?CHC/g) ?? [];
  await show('overview');
  expect((await amounts()).length).toBeGreaterThan(10);
  await show('hidden');
  // What a credit costs is no amount of this account.
  const rate = ['1 CHC', '$1.00'];
  expect(await amounts()).toEqual(rate);
  await click('radio', 'Cumulative');
  expect(await amounts()).toEqual(rate);
  await click('radio', 'Table');
  expect(await amounts()).toEqual(rate);
  await click('button', /^events-prod/);
  await window().page.getByText('Meters, Nov 1–22 UTC').waitFor();
  expect(await amounts()).toEqual(rate);
  await click('button', 'Nov 21');
  await find('heading', 'By meter').waitFor();
  expect(await amounts()).toEqual([]);
});

it.each([
  ['german', '1.234.567,89\u00a0$', '+5\u00a0%', '80\u00a0%:'],
  ['japanese', '$1,234,567.89', '+5%', '80%:'],
])('writes numbers as %s readers do', async (name, total, change, band) => {
  await show(name);
  expect(await text('[class*=number]')).toBe(total);
  expect(await text('[class*=change]')).toBe(`${change} on Oct 1–21`);
  expect(await text('[class*=facts]')).toContain(band);
});

it('stops a backfill', async () => {
  await show('backfill');
  expect(await find('progressbar', /Workloads/).getAttribute('aria-valuenow')).toBe('35');
  await click('button', 'Stop');
  expect(await asked('cancelSync')).toEqual([{ connection: 'p1' }]);
});
