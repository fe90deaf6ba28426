/** Days and times: in the order and with the clock of the chosen number format. */
import { expect, it } from 'vitest';

import { usePopover } from './popover';

const { click, press, show, text, window } = usePopover();

it('writes days and times as the chosen format does, whatever the system’s', async () => {
  await show('export-german');
  const parts = window().page.getByRole('spinbutton');
  expect((await parts.allInnerTexts()).slice(0, 3)).toEqual(['03', '11', '2026']);
  expect(await text('main:not([hidden])')).toMatch(/as of 11:40/);
  await click('button', /Calendar/);
  // The week begins on a Monday.
  expect(await window().page.getByRole('dialog').locator('th').allInnerTexts()).toEqual([...'MTWTFSS']);
  await press('Escape', 'Escape');
  expect(await text('[role=status]')).toBe('Current · as of 11:40');
  await show('american');
  expect(await text('[role=status]')).toMatch(/^Current · as of 11:40\sAM$/);
  await press('e');
  await window()
    .page.getByText(/UTC days, as of 11:40\sAM/)
    .waitFor();
});
