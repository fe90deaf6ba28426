import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Scope } from '../../electron/ledger/types.js';
import type { Bench } from './ledger-support.js';
import { addConnection, bench, charge, days, lines, listScopes, write } from './ledger-support.js';

let place: Bench;

beforeEach(() => {
  place = bench();
});
afterEach(() => place.close());

it('a reading that takes charges from a day does not settle it: a vendor’s slip is mended by the next', () => {
  const { ledger } = place;
  const [scope] = listScopes(ledger, addConnection(ledger), ['app-1']) as [Scope];
  const window = days('2026-11-10', '2026-11-11');
  const both = [charge('2026-11-10', '1', { key: 'a' }), charge('2026-11-10', '2', { key: 'b' })];
  const settled = (): boolean[] => ledger.covered(scope.id, window).map((entry) => entry.settled);
  write(ledger, scope, window, [both], { readAt: Date.parse('2026-11-12T10:00:00Z') });
  expect(settled()).toEqual([false, false]);

  const late = { readAt: Date.parse('2026-11-15T10:00:00Z') };
  expect(write(ledger, scope, window, [both.slice(1)], late)).toMatchObject({ deleted: 1 });
  expect(settled()).toEqual([false, true]);

  expect(write(ledger, scope, window, [both], late)).toMatchObject({ inserted: 1, revisedDays: 0 });
  expect(settled()).toEqual([true, true]);
  expect(lines(ledger)).toEqual(['2026-11-10 a#0 1000000000', '2026-11-10 b#0 2000000000']);
});
