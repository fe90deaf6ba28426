import { describe, expect, it } from 'vitest';

import { WindowFit } from '../../electron/polling/window-fit.js';

const FULL = 5_000;

describe('how long windows may be', () => {
  it('is half of what did not fit, and as long again where that leaves much of an answer empty', () => {
    const fit = new WindowFit(null);
    expect(fit.longest).toBe(Infinity);
    expect(fit.wasTooLong(31, FULL)).toBe(16);
    fit.wasRead(16, 1_999);
    expect(fit.longest).toBe(32);
  });

  it('stays where twice as many days may not fit, or where no whole window was read', () => {
    const fit = new WindowFit(null);
    fit.wasTooLong(31, FULL);
    fit.wasRead(16, 2_000);
    fit.wasRead(15, 10);
    expect(fit.longest).toBe(16);
  });

  it('never exceeds what was too long for another reason than its rows', () => {
    const fit = new WindowFit(null);
    expect(fit.wasTooLong(31, null)).toBe(16);
    expect(fit.wasTooLong(16, FULL)).toBe(8);
    for (let read = 0; read < 5; read += 1) fit.wasRead(fit.longest, 1);
    expect(fit.longest).toBe(16);
  });

  it('never exceeds what earlier syncs have found', () => {
    const fit = new WindowFit(4);
    expect(fit.longest).toBe(4);
    fit.wasTooLong(4, FULL);
    for (let read = 0; read < 5; read += 1) fit.wasRead(fit.longest, 1);
    expect(fit.longest).toBe(4);
  });

  it('takes twice as many sparse windows in a row each time that longer ones did not fit', () => {
    const fit = new WindowFit(null);
    fit.wasTooLong(8, FULL);
    const readUntilLonger = (): number => {
      const before = fit.longest;
      for (let reads = 1; reads < 100; reads += 1) {
        fit.wasRead(fit.longest, 1);
        if (fit.longest > before) return reads;
      }
      return Infinity;
    };
    expect(readUntilLonger()).toBe(1);
    fit.wasTooLong(8, FULL);
    expect(readUntilLonger()).toBe(2);
    fit.wasTooLong(8, FULL);
    fit.wasRead(4, 1);
    fit.wasRead(4, 1);
    fit.wasRead(4, 4_000);
    expect(readUntilLonger()).toBe(4);
  });

  it('is likely to do for what is no longer than what was read', () => {
    const fit = new WindowFit(null);
    expect(fit.isLikely(1)).toBe(false);
    fit.wasRead(16, 1);
    expect([fit.isLikely(16), fit.isLikely(17)]).toEqual([true, false]);
    fit.wasTooLong(31, FULL);
    expect(fit.isLikely(16)).toBe(false);
  });
});
