import { expect, it } from 'vitest';

import { usePopover } from './popover';

declare global {
  interface Window {
    /** Intervals that run, kept by the test. */
    ticking?: Set<number>;
  }
}

const { show, window } = usePopover();

/** The page is told that it can be seen or not, as the hidden popover's is. */
async function see(visible: boolean): Promise<number> {
  return window().page.evaluate((visible) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible });
    document.dispatchEvent(new Event('visibilitychange'));
    return globalThis.window.ticking?.size ?? 0;
  }, visible);
}

it.each(['overview', 'rate-limited', 'backfill', 'day', 'settings'])(
  'has no timer while it is hidden: %s',
  async (state) => {
    await show(state);
    await window().page.evaluate(() => {
      const page = globalThis.window;
      const set = page.setInterval.bind(page);
      const clear = page.clearInterval.bind(page);
      const ticking = new Set<number>();
      page.ticking = ticking;
      page.setInterval = ((body: () => void, ms: number) => {
        const timer = set(body, ms);
        ticking.add(timer);
        return timer;
      }) as typeof page.setInterval;
      page.clearInterval = (timer) => {
        if (typeof timer === 'number') ticking.delete(timer);
        clear(timer);
      };
    });
    await see(false);
    // Those that run from now on are known.
    expect(await see(true)).toBeGreaterThan(0);
    expect(await see(false)).toBe(0);
  },
);
