/**
 * Frames of the real program's window over a real ledger, while its user changes
 * what is shown: 20 connections with 500 resources and 13 months, beside one
 * connection with 5 resources, and beside a window in which nothing happens.
 */
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { LARGE, chargeToday, fillHome } from './estate.js';
import type { Estate } from './estate.js';
import { withFolder } from './folder.js';
import { Probe } from './probe.js';
import type { Measured, Sign } from './probe.js';
import { medianOf, milliseconds, table, times } from './report.js';
import { openProgram } from './window.js';

const SMALL: Estate = { connections: 1, resources: 5, months: 13, meters: 2 };
const ROUNDS = { quick: 3, full: 9 };
/** The compiler is warm after so many, as it is in a window that has been used. */
const WARM_UP = 1;
const IDLE_MS = 500;

const TOTAL: Sign = { selector: 'section[aria-label="Total"]' };
const ROWS: Sign = { selector: 'section[aria-label="Breakdown"] li', attribute: 'aria-setsize' };
const NAMES: Sign = { selector: 'section[aria-label="Breakdown"] li:first-child' };
const CHART: Sign = { selector: 'section[aria-label="Daily spend"]' };
const LEGEND: Sign = { selector: '[aria-label="Split of the period"]' };
const SHOWN_TOTAL: Sign = { selector: 'main:not([hidden]) section[aria-label="Total"]' };
const SCREEN: Sign = { selector: 'main:not([hidden]) h1' };

interface Step {
  readonly name: string;
  /** Null: nothing that can be read off the page changes. */
  readonly sign: Sign | null;
  /** What must be there first; not measured. */
  readonly before?: (page: Page) => Promise<void>;
  readonly act: (page: Page, write: () => void) => Promise<void>;
}

const press =
  (...keys: readonly string[]) =>
  async (page: Page): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

/** Opens a list and leads to one of its options; Enter takes it. */
const lead =
  (button: RegExp, option: string) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('option', { name: option }).focus();
  };

const choose = (name: string) => async (page: Page) => {
  await page.getByRole('radio', { name, exact: true }).click();
};

/** In one round each is done once, in this order. */
const STEPS: readonly Step[] = [
  { name: 'nothing', sign: null, act: (page) => page.waitForTimeout(IDLE_MS) },
  { name: 'today', sign: TOTAL, act: press('1') },
  { name: '7 days', sign: TOTAL, act: press('2') },
  { name: '30 days', sign: TOTAL, act: press('3') },
  { name: 'last month', sign: TOTAL, act: press('5') },
  {
    name: 'custom, 13 months',
    sign: TOTAL,
    before: async (page) => {
      await press('6')(page);
      await page.getByRole('dialog').waitFor();
      await press('Enter', ...Array<string>(12).fill('PageUp'))(page);
    },
    act: press('Enter'),
  },
  {
    name: '13 months: split by resource',
    sign: LEGEND,
    before: lead(/Split the days by/, 'by resource'),
    act: press('Enter'),
  },
  { name: '13 months: as a line', sign: CHART, act: choose('Cumulative') },
  { name: '13 months: as a table', sign: CHART, act: choose('Table') },
  { name: '13 months: as bars', sign: CHART, act: choose('Daily') },
  {
    name: 'split by provider',
    sign: LEGEND,
    before: lead(/Split the days by/, 'by provider'),
    act: press('Enter'),
  },
  { name: 'month to date', sign: TOTAL, act: press('4') },
  { name: 'breakdown by connection', sign: NAMES, act: choose('Connection') },
  { name: 'breakdown by meter', sign: NAMES, act: choose('Meter') },
  { name: 'breakdown by resource', sign: NAMES, act: choose('Resource') },
  {
    name: 'open today',
    sign: SHOWN_TOTAL,
    before: (page) => page.getByRole('slider').focus(),
    act: press('Enter'),
  },
  { name: 'close it', sign: SCREEN, act: press('Escape') },
  { name: 'open the settings', sign: SCREEN, act: press(',') },
  { name: 'close them', sign: SCREEN, act: press('Escape') },
  {
    name: 'new data',
    sign: TOTAL,
    act: async (page, write) => {
      write();
      await page.evaluate(() => window.dispatchEvent(new Event('bench-input')));
    },
  },
];

/** Only where there are more rows than are shown at first. */
const LONG_STEPS: readonly Step[] = [
  {
    name: 'all 500 resources',
    sign: ROWS,
    act: async (page) => page.getByRole('button', { name: /more ·/ }).click(),
  },
  {
    name: 'scroll through 500 resources',
    sign: null,
    act: async (page) => {
      await page.mouse.move(200, 400);
      for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, 600);
    },
  },
  { name: '500 resources: 30 days', sign: TOTAL, act: press('3') },
  { name: '500 resources: month to date', sign: TOTAL, act: press('4') },
  {
    name: '500 resources: new data',
    sign: TOTAL,
    act: async (page, write) => {
      write();
      await page.evaluate(() => window.dispatchEvent(new Event('bench-input')));
    },
  },
  {
    name: 'fold them again',
    sign: ROWS,
    act: async (page) => page.getByRole('button', { name: 'Fold the small ones' }).click(),
  },
];

interface Subject {
  readonly estate: Estate;
  readonly home: string;
  readonly page: Page;
  readonly probe: Probe;
  close(): Promise<void>;
}

type Round = ReadonlyMap<string, Measured>;

export async function framesBench({ quick }: { readonly quick: boolean }): Promise<string> {
  return withFolder(async (folder) => {
    const small = await open(join(folder, 'small'), SMALL);
    const large = await open(join(folder, 'large'), LARGE);
    const rounds: Array<{ readonly small: Round; readonly large: Round }> = [];
    try {
      const count = quick ? ROUNDS.quick : ROUNDS.full;
      for (let number = 0; number < WARM_UP + count; number += 1) {
        const round = {
          small: await runRound(small, STEPS, number),
          large: await runRound(large, [...STEPS, ...LONG_STEPS], number),
        };
        if (number >= WARM_UP) rounds.push(round);
      }
    } finally {
      await small.close();
      await large.close();
    }
    return table(
      [
        'change',
        'longest frame, 5 resources',
        'longest frame, 500 (aim ≤ 50 ms)',
        'worst round',
        'ratio',
        'longest task, 500',
        'input to screen, 5',
        'input to screen, 500',
        'ratio',
      ],
      [...STEPS, ...LONG_STEPS].map(({ name }) => row(name, rounds)),
    );
  });
}

function row(
  name: string,
  rounds: ReadonlyArray<{ readonly small: Round; readonly large: Round }>,
): string[] {
  const of =
    (size: 'small' | 'large', what: keyof Measured) =>
    (round: (typeof rounds)[number]): number =>
      round[size].get(name)?.[what] ?? NaN;
  const time = (size: 'small' | 'large', what: keyof Measured): string => {
    const value = medianOf(rounds, of(size, what));
    return Number.isNaN(value) ? '' : milliseconds(value);
  };
  const ratio = (what: keyof Measured): string => {
    const value = medianOf(rounds, (round) => of('large', what)(round) / of('small', what)(round));
    return Number.isNaN(value) ? '' : times(value);
  };
  return [
    name,
    time('small', 'longestFrame'),
    time('large', 'longestFrame'),
    milliseconds(Math.max(...rounds.map(of('large', 'longestFrame')))),
    ratio('longestFrame'),
    time('large', 'longestTask'),
    time('small', 'shown'),
    time('large', 'shown'),
    ratio('shown'),
  ];
}

async function open(home: string, estate: Estate): Promise<Subject> {
  fillHome(home, estate);
  const { app, page } = await openProgram(home);
  return { estate, home, page, probe: await Probe.of(page), close: () => app.close() };
}

async function runRound(
  { estate, home, page, probe }: Subject,
  steps: readonly Step[],
  number: number,
): Promise<Round> {
  const results = new Map<string, Measured>();
  for (const [place, { name, sign, before, act }] of steps.entries()) {
    await before?.(page);
    // A dime more each time, so that the number on screen changes.
    const dimes = number * steps.length + place + 1;
    const write = (): void => chargeToday(home, estate, dimes * 100_000_000);
    results.set(name, await probe.measure(sign, () => act(page, write)));
  }
  return results;
}
