import { describe, expect, it } from 'vitest';

import { PLAIN_STATES } from '../gallery/states';
import { usePopover } from './popover';

const { show, window } = usePopover();

/** Regions, but tables that scroll in their own frame, and the page that are wider than the window. */
function tooWide(): Promise<string[]> {
  return window().page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('[role=region]:not(:has(> table))')]
      .filter((node) => node.scrollWidth > innerWidth)
      .map((node) => node.getAttribute('aria-label') ?? node.tagName),
  );
}

describe.each(PLAIN_STATES.map(({ name }) => name))('%s', (name) => {
  it('gives axe-core nothing to find in either theme, and fits at 200 % zoom', async () => {
    await show(name, { theme: 'light' });
    expect(await window().axe()).toEqual([]);
    await window().look({ theme: 'dark' });
    // All but the colours is the same page.
    expect(await window().axe(['color-contrast'])).toEqual([]);
    await window().look({ zoom: 2 });
    // What floats over the page is placed anew after the page itself.
    await expect.poll(tooWide).toEqual([]);
  });
});
