import { expect, it } from 'vitest';

import { THEMES } from '../gallery/window';
import { usePopover } from './popover';

const { find, press, show, text, window } = usePopover();

/** What custom properties come to, each as [red, green, blue] of 0..255. */
function colours(names: readonly string[]): Promise<Record<string, number[]>> {
  return window().page.evaluate((list) => {
    const probe = document.body.appendChild(document.createElement('i'));
    const found = list.map((name): [string, number[]] => {
      probe.style.setProperty('color', `var(${name})`);
      return [name, (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)];
    });
    probe.remove();
    return Object.fromEntries(found);
  }, names);
}

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
function contrast(one: readonly number[] = [], other: readonly number[] = []): number {
  const luminance = ([red = 0, green = 0, blue = 0]: readonly number[]): number => {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const TEXTS = ['--text', '--muted', '--good', '--warn', '--bad'];
const MARKS = [
  ...[
    '--phala',
    '--clickhouse',
    '--series-1',
    '--series-2',
    '--series-3',
    '--series-4',
    '--series-5',
    '--series-6',
  ],
  ...['--series-other', '--edge', '--focus'],
];

it.each(THEMES)('has texts of 4.5:1 and marks of 3:1 in %s', async (theme) => {
  await show('by-resource', { theme });
  const found = await colours([...TEXTS, ...MARKS, '--surface', '--raised']);
  const low = [
    ...TEXTS.flatMap((name) =>
      ['--surface', '--raised'].map((on): [string, string, number] => [name, on, 4.5]),
    ),
    ...MARKS.map((name): [string, string, number] => [name, '--surface', 3]),
  ].filter(([name, on, least]) => !(contrast(found[name], found[on]) >= least));
  expect(low).toEqual([]);
  expect(contrast([0, 0, 0], [255, 255, 255])).toBe(21);
});

it('moves nothing where motion is unwelcome', async () => {
  const moving = (): Promise<number> =>
    window().page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((node) => {
          const { animationName, transitionDuration, transitionProperty } = getComputedStyle(node);
          const still = transitionProperty === 'none' || /^(0s(, )?)+$/.test(transitionDuration);
          return animationName !== 'none' || !still;
        }).length,
    );
  await show('first-sync', { motion: 'no-preference' });
  expect(await moving()).toBeGreaterThan(0);
  await window().look({ motion: 'reduce' });
  expect(await moving()).toBe(0);
  await show('settings');
  expect(await moving()).toBe(0);
});

it('tells chosen from not chosen and spent from unspent in forced colours', async () => {
  await show('overview', { forcedColors: true });
  const background = (selector: string): Promise<string> =>
    window()
      .page.locator(selector)
      .first()
      .evaluate((node) => getComputedStyle(node).backgroundColor);
  expect(await window().page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
  expect(await background('[role=radio][aria-checked=true]')).not.toBe(
    await background('[role=radio][aria-checked=false]'),
  );
  expect(await background('[role=meter] [class*=spent]')).not.toBe(await background('[role=meter]'));
  expect(await background('[class*=fill]')).not.toBe(await background('[class*=track]'));
  await show('by-resource', { forcedColors: true });
  const fills = await window()
    .page.locator('[class*=swatch] > rect')
    .evaluateAll((nodes) => nodes.map((node) => getComputedStyle(node).fill));
  expect(fills).toHaveLength(6);
  expect(new Set(fills).size).toBe(6);
  await show('exporting', { forcedColors: true });
  expect(await background('[role=progressbar] > *')).not.toBe(await background('[role=progressbar]'));
});

it('holds the forecast’s band in a line beside a 12-hour clock, and breaks it between words where there is less room', async () => {
  const band = window().page.locator('[class*=factNote]').last();
  const lines = async (): Promise<number> => Math.round(((await band.boundingBox())?.height ?? 0) / 16);
  await show('american');
  expect(await text('[class*=facts]')).toMatch(/UTC day ends 1:00\sAM/);
  // $1,712.81 to $1,758.07, rounded away from each other: the band holds no less than it says.
  expect(await band.innerText()).toBe('80%: $1,712–$1,759');
  expect(await lines()).toBe(1);
  // A time of 2 digits in the hour is wider by as much.
  await show('american-one', { width: 392 });
  const notes = await window()
    .page.locator('[class*=factNote]')
    .evaluateAll((nodes) => nodes.map((node) => node.clientHeight));
  expect(notes).toEqual([16, 16, 16]);
  await show('million');
  await window().look({ width: 300 });
  expect(await lines()).toBe(2);
  // Each part is still in one piece.
  const pieces = await band.evaluate((node) =>
    [...node.children].map((part) => new Set([...part.getClientRects()].map(({ y }) => y)).size),
  );
  expect(pieces).toEqual([1, 1]);
});

it('says by how much a budget is exceeded, and marks its limit and the forecast in two shapes', async () => {
  await show('over-budget-forced');
  expect(await text('section[aria-label=Budget]')).toMatch(/123% of \$1,000\.00.*\$230\.24 over/s);
  const shape = (mark: string): Promise<string> =>
    window()
      .page.locator(`[role=meter] [class*=${mark}]`)
      .evaluate((node) => getComputedStyle(node).clipPath);
  expect(await shape('limit')).toBe('none');
  expect(await shape('forecastMark')).toMatch(/polygon/);
});

it('holds its number in a line and its foot in two at 200 % zoom', async () => {
  const height = async (selector: string): Promise<number> =>
    (await window().page.locator(selector).first().boundingBox())?.height ?? 0;
  await show('million-zoomed');
  expect(await height('[class*=number]')).toBeLessThanOrEqual(40);
  expect(await text('footer')).toMatch(/2 min ago\s+next in 13 min/);
  expect(await height('footer')).toBeLessThanOrEqual(42);
  await show('rejected-zoomed');
  const [icon, words] = await Promise.all(
    ['[class*=statusIcon]', '[role=status]'].map((selector) =>
      window().page.locator(selector).first().boundingBox(),
    ),
  );
  expect(words?.x).toBeGreaterThan((icon?.x ?? 0) + (icon?.width ?? 0));
});

it('opens the calendar whole and in sight at 200 % zoom', async () => {
  await show('range-picker-zoomed');
  const dialog = find('dialog', 'Custom range');
  const box = await dialog.boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect(box?.y).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 200)).toBeLessThanOrEqual(200);
  expect((box?.y ?? 0) + (box?.height ?? 310)).toBeLessThanOrEqual(310);
  // Nothing of it is left to scroll to.
  expect(
    await dialog.evaluate(({ parentElement: frame }) => [
      (frame?.scrollHeight ?? 1) - (frame?.clientHeight ?? 0),
      (frame?.scrollWidth ?? 1) - (frame?.clientWidth ?? 0),
    ]),
  ).toEqual([0, 0]);
});

it('shows the focus on every stop of the Tab key, and comes past every control of the overview', async () => {
  await show('overview');
  const stops: string[] = [];
  for (let count = 0; count < 30; count += 1) {
    await press('Tab');
    const stop = await window().page.evaluate(() => {
      const node = document.activeElement;
      if (!(node instanceof HTMLElement) || node === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(node);
      const name = node.getAttribute('aria-label') ?? node.innerText.split('\n')[0] ?? '';
      return { name, seen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1 };
    });
    if (stop === null) break;
    expect(stop).toMatchObject({ seen: true });
    stops.push(stop.name);
  }
  expect(stops).toEqual(
    expect.arrayContaining([
      ...[
        'Connection shown',
        'Today',
        'Daily',
        'Split the days by',
        'Days of the chart; Enter opens the day',
      ],
      ...['Resource', 'events-prod', '3 more · $1.32', 'Refresh.', 'Export', 'Settings'],
    ]),
  );
});

it('shows the ring of a row that has the focus whole, beside the scroll bar too', async () => {
  await show('overview');
  const row = find('button', /^events-prod/);
  await row.focus();
  const [box, room] = await Promise.all([
    row.boundingBox(),
    find('region', 'Spend').evaluate((node) => node.clientWidth),
  ]);
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 400)).toBeLessThanOrEqual(room);
});

it('gives a 60-character name two lines, cuts it there and says it whole in its title', async () => {
  await show('long-name');
  const rows = window().page.locator('li[aria-setsize]');
  const name = rows.locator('[title]').first();
  const whole = await name.getAttribute('title');
  expect(whole).toHaveLength(60);
  expect(await name.innerText()).toBe(whole);
  const heights = (): Promise<readonly number[]> =>
    name.evaluate((node) => [node.clientHeight, node.scrollHeight]);
  expect(await heights()).toEqual([36, 36]);
  const [row, next] = await Promise.all([rows.nth(0).boundingBox(), rows.nth(1).boundingBox()]);
  expect(next?.y).toBeCloseTo((row?.y ?? 0) + (row?.height ?? 0), 0);
  await window().look({ zoom: 2 });
  const [shown = 0, needed = 0] = await heights();
  expect(shown).toBe(36);
  expect(needed).toBeGreaterThan(shown);
});

it('lays a row out with its name at the left, its amount at the right and its share as a bar between', async () => {
  await show('overview');
  const row = find('button', /^events-prod/);
  const place = (selector: string) => row.locator(selector).first().boundingBox();
  const [name, amount, track, fill] = await Promise.all([
    place('[title]'),
    place('[class*=amount]'),
    place('[class*=track]'),
    place('[class*=fill]'),
  ]);
  expect(name?.x).toBeLessThan(40);
  expect((amount?.x ?? 0) + (amount?.width ?? 0)).toBeGreaterThan(360);
  expect(track?.width).toBe(368);
  // 35 % of the total.
  expect((fill?.width ?? 0) / 368).toBeCloseTo(0.35, 2);
});
