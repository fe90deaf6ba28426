import { describe, expect, it } from 'vitest';

import type { Core } from '../../electron/core/core.js';
import { createHandlers } from '../../electron/shell/handlers.js';
import type { HandlerShell } from '../../electron/shell/handlers.js';
import { day } from '../../shared/day.js';
import { FaultError } from '../../shared/faults.js';

/** Only what the calls under test reach of either side. */
function handlersOver(core: Record<string, unknown>, more: Partial<HandlerShell> = {}) {
  let changes = 0;
  const shell = { changed: () => (changes += 1), ...more } as unknown as HandlerShell;
  return { handlers: createHandlers(core as unknown as Core, shell), changes: () => changes };
}

describe('a question of the page', () => {
  const today = day('2026-11-22');

  it('is answered without telling the views of a change, or they would ask for ever', async () => {
    const { handlers, changes } = handlersOver({ dayDetail: () => 'a day', rowDetail: () => 'a row' });
    expect(await handlers.dayDetail({ day: today })).toEqual({ ok: true, value: 'a day' });
    expect(await handlers.resourceDetail({ key: 'a', by: 'resource' })).toEqual({ ok: true, value: 'a row' });
    expect(changes()).toBe(0);
  });

  it('that fails is a sentence, and no change either', async () => {
    const { handlers, changes } = handlersOver({
      dayDetail: () => {
        throw new FaultError('ledger');
      },
    });
    expect(await handlers.dayDetail({ day: today })).toMatchObject({ ok: false, kind: 'ledger' });
    expect(changes()).toBe(0);
  });
});

it('a page that comes is shown what stands', async () => {
  const { handlers } = handlersOver({}, { pageReady: () => undefined, state: () => 'what stands' as never });
  expect(await handlers.snapshot(undefined)).toBe('what stands');
});

describe('a change that the page asks for', () => {
  it.each([
    ['done', () => undefined],
    ['refused', () => Promise.reject(new FaultError('ledger'))],
  ])('is told to the views when it was %s', async (_outcome, rename) => {
    const { handlers, changes } = handlersOver({ connections: { rename } });
    await handlers.rename({ connection: 'a', name: 'b' });
    expect(changes()).toBe(1);
  });
});

describe('an export', () => {
  it('counts a day once, and as known in part only where no connection lacks all of it', async () => {
    const [first, second, third] = [day('2026-11-19'), day('2026-11-20'), day('2026-11-21')];
    const fourth = day('2026-11-22');
    const { handlers } = handlersOver(
      {
        exportFile: () => Promise.resolve({ ok: true, rows: 7 }),
        unknownDays: () => [
          { inPart: false, stays: null, days: [first] },
          { inPart: true, stays: null, days: [first, second, third] },
          { inPart: true, stays: null, days: [third] },
          { inPart: false, stays: 'unreported', days: [third, fourth] },
        ],
      },
      { chooseExportPath: () => Promise.resolve('/home/ada/costs.csv') },
    );
    const range = { from: first, to: third };
    expect(await handlers.exportCsv({ range, profile: 'plain', connection: null })).toEqual({
      ok: true,
      value: { path: '/home/ada/costs.csv', rows: 7, unknownDays: 1, daysInPart: 2, unreportedDays: 1 },
    });
  });
});
