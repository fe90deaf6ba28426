import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readDayFacts } from '../../electron/core/day-facts.js';
import { gapsOf } from '../../electron/core/day-gaps.js';
import { dayDetail } from '../../electron/core/details.js';
import { unknownDays } from '../../electron/export/unknown-days.js';
import { joinGaps } from '../../shared/policy/gaps.js';
import { periodAmount } from '../../shared/policy/period-amount.js';
import { ZERO } from '../../shared/money.js';
import { day, startOf } from '../../shared/day.js';
import type { Connection } from '../../electron/ledger/types.js';
import { addConnection, bench, charge, days, listScopes, NOW, TODAY, write } from './ledger-support.js';
import type { Bench } from './ledger-support.js';

/** Why a day is not known. */

let own: Bench;
let connection: Connection;

beforeEach(() => {
  own = bench();
  connection = addConnection(own.ledger);
});

afterEach(() => own.close());

/** What the vendor refused of each app, the newest day of it. */
function refuse(ends: Readonly<Record<string, string>>): void {
  const at = NOW;
  own.ledger.recordSync(connection.id, connection.epoch, {
    at,
    asOf: at,
    fault: null,
    reconciliation: null,
    memo: { historyEnds: ends },
  });
  connection = own.ledger.connection(connection.id) ?? connection;
}

function gaps(from: string, to: string): Array<string | null> {
  const range = days(from, to);
  const facts = readDayFacts(own.ledger, [connection], range, TODAY);
  const gapOf = gapsOf(own.ledger, [connection], facts);
  return facts.states.map((state) => gapOf(state.connection, state.day));
}

describe('a day that is not known', () => {
  it('is refused where each app that lacks it was refused it, unread where one was not', () => {
    const [shop, blog] = listScopes(own.ledger, connection, ['shop', 'blog']);
    if (shop === undefined || blog === undefined) throw new Error('apps were listed');
    write(own.ledger, shop, days('2026-11-05', '2026-11-10'), [[charge('2026-11-05', '1')]]);
    write(own.ledger, blog, days('2026-11-03', '2026-11-10'), [[charge('2026-11-03', '1', { key: 'b' })]]);
    refuse({ shop: '2026-11-04', blog: '2026-11-02' });
    expect(gaps('2026-11-01', '2026-11-06')).toEqual([
      'refused',
      'refused',
      'refused',
      'refused',
      null,
      null,
    ]);
    refuse({ shop: '2026-11-04' });
    expect(gaps('2026-11-01', '2026-11-06')).toEqual(['unread', 'unread', 'refused', 'refused', null, null]);
    expect(gaps('2026-11-11', '2026-11-11')).toEqual(['unread']);
    const [before] = dayDetail(own.ledger, [connection], day('2026-11-04'), NOW).connections;
    expect(before).toMatchObject({ state: 'unknown', gap: 'refused' });
  });

  it('is refused also where an app was read before the day’s end', () => {
    const [shop] = listScopes(own.ledger, connection, ['shop', 'blog']);
    if (shop === undefined) throw new Error('apps were listed');
    const noon = startOf(day('2026-11-05')) + 12 * 3_600_000;
    write(own.ledger, shop, days('2026-11-04', '2026-11-05'), [[charge('2026-11-04', '1')]], {
      readAt: noon,
      today: day('2026-11-05'),
    });
    refuse({ shop: '2026-11-05', blog: '2026-11-05' });
    expect(gaps('2026-11-05', '2026-11-05')).toEqual(['refused']);
  });

  it('is refused though an app that the vendor knows no longer was never read for it', () => {
    const [shop, old] = listScopes(own.ledger, connection, ['shop', 'old']);
    if (shop === undefined || old === undefined) throw new Error('apps were listed');
    write(own.ledger, shop, days('2026-11-05', '2026-11-10'), [[charge('2026-11-05', '1')]]);
    write(own.ledger, old, days('2026-11-06'), [[charge('2026-11-06', '1', { key: 'o' })]]);
    own.ledger.endScope(old.id, NOW);
    refuse({ shop: '2026-11-04' });
    expect(gaps('2026-11-04', '2026-11-06')).toEqual(['refused', 'in-part', null]);
  });

  it('is looked into only for apps that were refused something, and only up to there', () => {
    const names = Array.from({ length: 20 }, (_, index) => `app-${index}`);
    const [shop, ...others] = listScopes(own.ledger, connection, names);
    if (shop === undefined) throw new Error('apps were listed');
    write(own.ledger, shop, days('2026-11-05', '2026-11-10'), [[charge('2026-11-05', '1')]]);
    for (const other of others) write(own.ledger, other, days('2026-11-01', '2026-11-10'), [[]]);
    refuse({ [shop.key]: '2026-11-04' });
    const asked = vi.spyOn(own.ledger, 'covered');
    expect(gaps('2026-11-03', '2026-11-05')).toEqual(['refused', 'refused', null]);
    expect(asked.mock.calls).toEqual([[shop.id, days('2026-11-03', '2026-11-04')]]);
    asked.mockClear();
    expect(gaps('2026-11-05', '2026-11-11').at(-1)).toBe('unread');
    expect(asked).not.toHaveBeenCalled();
  });

  it('is told from one that was read before its end', () => {
    const [shop] = listScopes(own.ledger, connection, ['shop']);
    if (shop === undefined) throw new Error('an app was listed');
    const noon = startOf(day('2026-11-10')) + 12 * 3_600_000;
    write(own.ledger, shop, days('2026-11-09', '2026-11-10'), [[charge('2026-11-10', '1')]], {
      readAt: noon,
      today: day('2026-11-10'),
      roundedBy: ZERO,
    });
    expect(gaps('2026-11-10', '2026-11-11')).toEqual(['in-part', 'unread']);
    refuse({ shop: '2026-11-08' });
    expect(gaps('2026-11-08', '2026-11-11')).toEqual(['refused', null, 'in-part', 'unread']);
  });
});

it('is known that a removed connection left a day half read, and no news that it left one unread', () => {
  const [shop] = listScopes(own.ledger, connection, ['shop']);
  if (shop === undefined) throw new Error('an app was listed');
  const noon = startOf(day('2026-11-10')) + 12 * 3_600_000;
  write(own.ledger, shop, days('2026-11-08', '2026-11-10'), [[charge('2026-11-10', '1')]], {
    readAt: noon,
    today: day('2026-11-10'),
  });
  own.ledger.removeConnection(connection.id, { forget: false }, noon + 3_600_000);
  // Another one knows all of its days.
  const other = addConnection(own.ledger, { account: 'ws_2', name: 'Other' });
  for (const scope of listScopes(own.ledger, other, ['blog'])) {
    write(own.ledger, scope, days('2026-11-07', '2026-11-13'), [[charge('2026-11-09', '1', { key: 'b' })]]);
  }
  const range = days('2026-11-07', '2026-11-13');
  const both = own.ledger.connections();
  const facts = readDayFacts(own.ledger, both, range, TODAY);
  const { known, unknownDays: lacking } = periodAmount({ range, today: TODAY, ...facts });
  expect({ known, lacking }).toEqual({ known: 'part', lacking: ['2026-11-10'] });
  const gapOf = gapsOf(own.ledger, both, facts);
  expect(gapOf(connection.id, day('2026-11-10'))).toBe('cut-short');
  expect(gapOf(connection.id, day('2026-11-07'))).toBeNull();
  expect(
    unknownDays({
      ...facts,
      connections: both,
      today: TODAY,
      historyFrom: day('2026-01-01'),
      isRefused: () => false,
    }),
  ).toEqual([
    {
      connection: connection.id,
      name: 'Phala',
      inPart: true,
      days: ['2026-11-10'],
      since: null,
      stays: 'removed',
    },
  ]);
});

it('is said of several connections only where it is the same for all that lack the day', () => {
  expect(joinGaps([null, 'refused', 'refused'])).toBe('refused');
  expect(joinGaps(['refused', 'in-part'])).toBe('unread');
  expect(joinGaps([null])).toBeNull();
});
