import { describe, expect, it } from 'vitest';

import { HistoryEnds, historyEnds } from '../../electron/polling/memo/history-ends.js';
import type { Scope } from '../../electron/ledger/types.js';
import { day } from '../../shared/day.js';

const scope = { id: 1, key: 'app' } as Scope;
const days = (from: string, to = from) => ({ from: day(from), to: day(to) });

describe('where history ends', () => {
  it('is kept until that day is given again', () => {
    const memo = {};
    const ends = new HistoryEnds(memo);
    expect(ends.of(scope)).toBeNull();
    ends.keep(scope, day('2026-08-31'));
    ends.wasRead(scope, days('2026-09-01', '2026-09-30'));
    expect(new HistoryEnds(memo).of(scope)).toBe('2026-08-31');
    ends.wasRead(scope, days('2026-08-31'));
    expect(new HistoryEnds(memo).of(scope)).toBeNull();
  });

  it.each([['zzz'], [''], ['2026-13-45'], [7], [null], [{}]])(
    'is nothing where the memo holds %j',
    (kept) => {
      expect(historyEnds({ historyEnds: { app: kept } })).toEqual(new Map());
      expect(historyEnds({ historyEnds: kept })).toEqual(new Map());
    },
  );
});
