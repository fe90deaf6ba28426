/** Amounts and days that a user writes: what is saved is what was shown to be saved. */
import { expect, it } from 'vitest';

import { usePopover } from './popover';

const { asked, press, show, window } = usePopover();

const budget = () => window().page.getByLabel('For the month, in USD');
const setBudget = () => window().page.getByRole('button', { name: 'Set', exact: true });
const rate = () => window().page.getByLabel('USD for 1 CHC');
const setRate = () => window().page.getByRole('button', { name: 'Set rate' }).last();
const told = (words: string) => window().page.getByText(words).waitFor();

/** Writes a date into the field of the rate's first day, part by part as it stands. */
async function setFirstDay(...parts: readonly string[]): Promise<void> {
  const segments = window().page.getByRole('spinbutton');
  for (const [index, part] of parts.entries()) {
    await segments.nth(index).focus();
    await press(...part);
  }
}

it('sets a budget, shows it before, and refuses what is no amount', async () => {
  await show('settings-end');
  expect(await budget().inputValue()).toBe('2500');
  for (const wrong of ['much', '3.000,50', '2,5000', '0,85']) {
    await budget().fill(wrong);
    await told('Write an amount such as 2500.50.');
    expect(await setBudget().isDisabled()).toBe(true);
  }
  await budget().fill('1234567890');
  await told('Write an amount below $1,000,000,000.00.');
  await budget().fill('3,000.50');
  await told('$3,000.50 a month');
  await press('Enter');
  await show('settings-end');
  await budget().fill('');
  await press('Enter');
  expect(await asked('setSettings')).toEqual([{ budgetUsd: null }]);
});

it('writes and reads a budget in the user’s own format', async () => {
  await show('rate-german');
  expect(await budget().inputValue()).toBe('2500,50');
  // Nothing is changed by writing the same in another way.
  await budget().fill('2.500,5');
  expect(await setBudget().isDisabled()).toBe(true);
  await budget().fill('2500.50');
  await told('Write an amount such as 2500,50.');
  // Both readings are amounts: the locale's counts, and is shown.
  await budget().fill('1.234');
  await told('1.234,00\u00a0$ a month');
  await press('Enter');
  expect(await asked('setSettings')).toEqual([{ budgetUsd: '1234' }]);
});

it('sets the rate of ClickHouse Credits from a day on, and shows it before', async () => {
  await show('rate');
  expect(await rate().inputValue()).toBe('1');
  await rate().fill('cheap');
  await setRate().click();
  await told('Write an amount such as 0.85.');
  await rate().fill('0,85');
  await told('Write an amount such as 0.85.');
  await rate().fill('');
  await setRate().click();
  await told('Write an amount such as 0.85.');
  expect(await asked('setRate')).toEqual([]);
  await rate().fill('0.85');
  await told('1 CHC = $0.85 from Nov 1 on. Days before Nov 1 keep the rate they had.');
  await press('Enter');
  expect(await asked('setRate')).toEqual([{ connection: 'c1', usdPerUnit: '0.85', from: '2026-11-01' }]);
});

it('writes and reads a rate in the user’s own format', async () => {
  await show('rate-german');
  expect(await rate().inputValue()).toBe('0,85');
  await rate().fill('0.125');
  await told('Write an amount such as 0,85.');
  await rate().fill('0,125');
  await told('1 CHC = 0,125\u00a0$ from Nov 1 until the next rate, Nov 10 at the latest.');
  await press('Enter');
  expect(await asked('setRate')).toMatchObject([{ usdPerUnit: '0.125' }]);
});

it('says that closed months are converted anew where the first day lies in one', async () => {
  await show('rate');
  await rate().fill('0.85');
  // Day, month, year: as British readers write it.
  await setFirstDay('03', '10');
  await told(
    '1 CHC = $0.85 from Oct 3 on. Days before Oct 3 keep the rate they had; closed months since then are converted anew.',
  );
  await setFirstDay('30', '11');
  await told('The first day is today or one before.');
  await setRate().click();
  expect(await asked('setRate')).toEqual([]);
});
