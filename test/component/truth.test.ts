/** What a number says of itself: its days, its time, what it lacks, and that nothing contradicts it. */
import { expect, it } from 'vitest';

import { usePopover } from './popover';

const { asked, click, find, press, show, text, window } = usePopover();

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
  await window().page.getByText('Without Analytics on Nov 9, Nov 10 and Nov 14: not read yet').waitFor();
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
  expect(await text('[class*=omitted]')).toMatch(
    /^Run rate without Analytics: not enough data · Forecast counts only what is spent so far for Analytics/,
  );
  await show('first-sync');
  expect(await facts()).toMatch(/Today so far\s+—[\s\S]*Run rate\s+—[\s\S]*Forecast Nov 30\s+—/);
});

it('says of what the run rate is made', async () => {
  const made = async (state: string): Promise<string | undefined> => {
    await show(state);
    return /Run rate\s+\S+\s+(.*)/.exec(await text('[class*=facts]'))?.[1];
  };
  expect(await made('overview')).toBe('per day');
  expect(await made('one-connection')).toBe('latest 24 h');
  expect(await made('billing')).toBe('last full day');
});

it('names the scope of the budget where the number above it has another', async () => {
  const words = async (state: string): Promise<string> => {
    await show(state);
    return text('[class*=budgetText]');
  };
  expect(await words('overview')).toMatch(/^49% of \$2,500\.00 budget/);
  for (const state of ['last-month', 'billing']) {
    expect(await words(state)).toMatch(/^This month, all connections: 49% of \$2,500\.00 budget/);
  }
});

it('keeps each provider’s place in the bars, whichever costs more', async () => {
  for (const state of ['overview', 'last-month']) {
    await show(state);
    expect(await text('[class*=legend]')).toMatch(/^Phala[\s\S]*ClickHouse/);
  }
});

it('splits the day that the number counts, where it is drawn among others', async () => {
  await show('today');
  expect(await text('[class*=number]')).toBe('$10.34');
  expect(await text('[class*=legend]')).toMatch(/^Phala\s+\$6\.98\s+ClickHouse\s+\$3\.35$/);
});

it('says of a day that was read before its end that only a part of it is there', async () => {
  await show('read-early');
  await window().page.getByText('Workloads on Nov 21: read only in part').waitFor();
  await click('radio', 'Table');
  await find('row', /^Nov 21 read in part /).waitFor();
  await click('radio', 'Daily');
  await find('slider').focus();
  await press('ArrowLeft', 'Enter');
  await find('heading', 'Sat, Nov 21 UTC').waitFor();
  await expect.poll(() => text('main:not([hidden])')).toMatch(/\$\d+\.\d\d\s+read in part/);
  expect(await text('main:not([hidden])')).toMatch(
    /Last read[\s\S]*Workloads\s+read in part[\s\S]*Analytics\s+provisional/,
  );
});

it('says of days that the vendor refuses that it does not give them, and offers no reading', async () => {
  await show('not-given');
  await window().page.getByText('Without Analytics on 4 days: not given by the vendor').waitFor();
  expect(await text('[aria-label="Signs of the chart"]')).toMatch(/not given by the vendor/);
  expect(await find('button', 'Read now').count()).toBe(0);
  await click('radio', 'Table');
  await find('row', /^Nov 4 not given by the vendor /).waitFor();
  await find('row', /^Nov 5 settled /).waitFor();
  await click('radio', 'Daily');
  await find('slider').focus();
  await press('Home', 'Enter');
  await find('heading', 'Sun, Nov 1 UTC').waitFor();
  await expect
    .poll(() => text('main:not([hidden])'))
    .toMatch(/Last read[\s\S]*Analytics\s+not given by the vendor/);
});

it('says that only complete days are compared, and what the figures of a row are', async () => {
  await show('overview');
  await press('2');
  await window().page.getByText('on Nov 9–14').waitFor();
  const words = 'Only complete days are compared: 6 days of either stretch.';
  expect(await window().page.getByTitle(words).innerText()).toMatch(/% on Nov 9–14$/);
  expect(await text('[aria-label=Total]')).toContain(words);
  const row = await find('button', /^events-prod/).innerText();
  expect(row).toMatch(/\d%\s+of the total\s+[-+]?\d+%\s+on the stretch before/);
  expect(await window().page.getByTitle('Share of the total').first().innerText()).toMatch(/^\d+%/);
});

it('shows no amount of today before a charge of it is reported, beside a true $0', async () => {
  await show('true-zero');
  expect(await text('[class*=number]')).toBe('$0.00');
  expect(await text('[aria-label=Facts]')).toMatch(/^Today so far\s+—\s+not reported yet/);
  await press('1');
  await window().page.getByText('Nothing reported yet for these days').waitFor();
});

it('compares no day without a removed connection with one that counts it', async () => {
  await show('removed');
  expect(await text('[class*=change]')).toBe('0% on Oct 1–16');
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

it('says of history whose connections were all removed what it is, and shows nothing that goes on', async () => {
  await show('left');
  expect(await text('[role=status]')).toBe('Nothing is connected any more');
  expect(await text('[aria-label=Total]')).toMatch(/kept history, last read Nov 20, 16:00$/m);
  expect(await find('region', 'Facts').count()).toBe(0);
  expect(await text('main')).not.toMatch(/forecast|run rate|not updated/i);
  expect(await text('footer')).toMatch(/^Nothing left to refresh\s+Connect an account$/);
  await press('r');
  await find('heading', 'Add a connection').waitFor();
  expect(await asked('refresh')).toEqual([]);
  await click('button', 'Paste a token');
  await window().page.getByLabel('API token').fill('phak_1');
  await press('Enter');
  await window().page.getByText('Connected again, with the history that was kept.').waitFor();
  // Of one that was removed beside others, the same; but those others are read.
  await show('removed-one');
  expect(await text('[role=status]')).toBe('Current · as of 11:40');
  expect(await text('[aria-label=Total]')).toMatch(/kept history, last read Nov 17, 17:15/);
  expect(await find('region', 'Facts').count()).toBe(0);
  expect(await text('footer')).toMatch(/^Refresh\.\s+Kept history\s+next in 13 min$/);
  await press('r');
  expect(await asked('refresh')).toEqual([{ connection: null }]);
});
