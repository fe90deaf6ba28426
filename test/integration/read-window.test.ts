/** What one window's answers lead to, over a real ledger: how often it is read, and what may go. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Connection, Scope } from '../../electron/ledger/types.js';
import { readWhole } from '../../electron/polling/read-window.js';
import type { ReadWhole } from '../../electron/polling/read-window.js';
import type { Charge, WindowOutcome } from '../../electron/providers/adapter.js';
import { HOUR_MS, endOf } from '../../shared/day.js';
import { roundingOf } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import {
  AGE,
  TODAY,
  addConnection,
  amount,
  bench,
  charge,
  days,
  lines,
  listScopes,
  write,
} from './ledger-support.js';
import type { Bench } from './ledger-support.js';

let place: Bench;
let connection: Connection;
let scope: Scope;

const WINDOW = days('2026-11-10', '2026-11-11');
const EARLY = { readAt: endOf(WINDOW.to) + HOUR_MS };
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((key) => charge('2026-11-10', '1', { key })) as [
  Charge,
  Charge,
  Charge,
  Charge,
];

beforeEach(() => {
  place = bench();
  connection = addConnection(place.ledger);
  [scope] = listScopes(place.ledger, connection, ['app-1']) as [Scope];
});
afterEach(() => place.close());

interface Answer {
  readonly pages: ReadonlyArray<readonly Charge[]>;
  readonly reported?: string;
  readonly confirm?: () => Promise<boolean>;
  readonly verifiedLately?: boolean;
  readonly split?: true;
}

/** Reads the window of which the vendor gives these answers, the last one for ever. */
async function read(answers: readonly Answer[], options: Partial<ReadWhole> = {}) {
  const writer = place.ledger.writeWindow(scope, WINDOW);
  let reads = 0;
  try {
    const result = await readWhole({
      writer,
      splittable: true,
      lastLook: false,
      read: (onPage): Promise<WindowOutcome> => {
        const answer = answers[Math.min(reads, answers.length - 1)];
        reads += 1;
        if (answer === undefined || answer.split) return Promise.resolve({ kind: 'split', rows: 5_000 });
        for (const charges of answer.pages) onPage({ charges });
        return Promise.resolve({
          kind: 'whole',
          pages: answer.pages.length,
          reported: answer.reported === undefined ? null : (amount(answer.reported) as Nanos),
          roundedBy: roundingOf(answer.reported),
          unknownResources: false,
          ...(answer.confirm === undefined ? {} : { confirm: answer.confirm }),
          verifiedLately: answer.verifiedLately === true,
        });
      },
      ...options,
    });
    if (result.kind === 'split') return { reads, result, after: lines(place.ledger) };
    writer.commit({
      ...EARLY,
      today: TODAY,
      settle: AGE,
      mayDelete: result.mayDelete,
      epoch: connection.epoch,
      reported: result.reported,
      roundedBy: result.roundedBy,
    });
    return { reads, result, after: lines(place.ledger) };
  } finally {
    writer.close();
  }
}

const keys = (stored: readonly string[]): string[] => stored.map((line) => line.slice(11, 12));
const keep = (...charges: Charge[]) => write(place.ledger, scope, WINDOW, [charges], EARLY);

describe('an answer of one page', () => {
  it('is read once, and deletes what it lacks', async () => {
    keep(a, b);
    const { reads, after } = await read([{ pages: [[a]] }]);
    expect({ reads, left: keys(after) }).toEqual({ reads: 1, left: ['a'] });
  });

  it('that differs from its own total deletes nothing', async () => {
    keep(a, b);
    const { reads, result, after } = await read([{ pages: [[a]], reported: '2' }]);
    expect({ reads, left: keys(after) }).toEqual({ reads: 1, left: ['a', 'b'] });
    expect(result).toMatchObject({ mayDelete: false });
  });

  it('whose total is rounded to cents deletes what it lacks, and nothing while a cent is missing', async () => {
    const fine = { ...a, amount: amount('0.2829') as Nanos };
    keep(fine, { ...b, amount: amount('0.0123') as Nanos });
    expect(keys((await read([{ pages: [[fine]], reported: '0.29' }])).after)).toEqual(['a', 'b']);
    expect(keys((await read([{ pages: [[fine]], reported: '0.28' }])).after)).toEqual(['a']);
  });

  it('of nothing is asked for again before it empties anything', async () => {
    keep(a, b);
    expect(await read([{ pages: [[]] }, { pages: [[a, b]] }])).toMatchObject({ reads: 2 });
    expect(keys(lines(place.ledger))).toEqual(['a', 'b']);
    const { reads, after } = await read([{ pages: [[]] }]);
    expect({ reads, after }).toEqual({ reads: 2, after: [] });
    expect((await read([{ pages: [[]] }])).reads).toBe(1);
  });
});

describe('a page that earlier answers alone vouch for', () => {
  const confirming = (isWhole: boolean) => {
    const asked = { times: 0 };
    const confirm = (): Promise<boolean> => {
      asked.times += 1;
      return Promise.resolve(isWhole);
    };
    return { asked, confirm };
  };

  it('is taken at its word where it takes nothing away and days are looked at again', async () => {
    const { asked, confirm } = confirming(true);
    keep(a);
    expect((await read([{ pages: [[a, b]], confirm }])).reads).toBe(1);
    expect(asked.times).toBe(0);
  });

  it.each([
    ['it lacks a charge', [a], false],
    ['nothing looks at its days again', [a, b, c], true],
  ])('is made sure of where %s', async (_name, answer, lastLook) => {
    keep(a, b);
    const sure = confirming(true);
    const first = await read([{ pages: [answer], confirm: sure.confirm }], { lastLook });
    expect({ reads: first.reads, asked: sure.asked.times }).toEqual({ reads: 1, asked: 1 });
    expect(keys(first.after)).toEqual(answer.map(({ key }) => key));
  });

  it.each([
    ['is made sure of where it lacks a charge', [a], false, 1],
    ['is believed where nothing looks at its days again', [a, b, c], true, 0],
  ])('and did so minutes ago %s', async (_name, answer, lastLook, asked) => {
    keep(a, b);
    const sure = confirming(true);
    await read([{ pages: [answer], confirm: sure.confirm, verifiedLately: true }], { lastLook });
    expect(sure.asked.times).toBe(asked);
  });

  it('and turns out to be cut is read anew, and takes nothing away', async () => {
    keep(a, b, d);
    const cut = confirming(false);
    const { reads, after } = await read([{ pages: [[a]], confirm: cut.confirm }, { pages: [[a, b, c]] }]);
    expect({ reads, left: keys(after) }).toEqual({ reads: 2, left: ['a', 'b', 'c', 'd'] });
    expect(
      await read([
        { pages: [[a]], confirm: cut.confirm },
        { split: true, pages: [] },
      ]),
    ).toMatchObject({
      result: { kind: 'split', rows: 5_000 },
    });
  });
});

describe('an answer of several pages', () => {
  it('is read twice, and deletes where both say the same', async () => {
    keep(a, b, c, d);
    const { reads, after } = await read([{ pages: [[a, b], [c]] }]);
    expect({ reads, left: keys(after) }).toEqual({ reads: 2, left: ['a', 'b', 'c'] });
  });

  /** Each reading repeats one row, in the place of another; the last one, given for ever, does not. */
  const MOVING: readonly Answer[] = [
    { pages: [[a, b], [b]] },
    { pages: [[b, c], [c]] },
    { pages: [[c, a], [b]] },
  ];

  it('whose rows move between pages is read on until all are there', async () => {
    keep(a, b);
    const { reads, after } = await read(MOVING);
    expect({ reads, left: keys(after) }).toEqual({ reads: 3, left: ['a', 'b', 'c'] });
  });

  it('whose rows move, and which lacks one, is read until a pass finds nothing else; then it may go', async () => {
    keep(a, b, c, d);
    const { reads, after } = await read(MOVING);
    expect({ reads, left: keys(after) }).toEqual({ reads: 4, left: ['a', 'b', 'c'] });
  });

  it('of which no pass counts as many rows as there are deletes nothing', async () => {
    keep(a, b, c, d);
    const { after } = await read([
      ...MOVING,
      {
        pages: [
          [c, a],
          [b, b],
        ],
      },
    ]);
    expect(keys(after)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that never stands still is a fault, and stores nothing', async () => {
    let number = 0;
    const moving: Answer = {
      get pages() {
        number += 1;
        const fresh = ['x', 'y', 'z'].map((key) => charge('2026-11-10', '1', { key: `${key}${number}` }));
        return [fresh.slice(0, 2), fresh.slice(2), [...fresh, ...Array.from({ length: 99 }, () => a)]];
      },
    };
    await expect(read([moving])).rejects.toMatchObject({ kind: 'paging' });
    expect(lines(place.ledger)).toEqual([]);
  });
});

describe('a window that does not fit an answer', () => {
  it('is handed back to be halved, or a fault where it is one day', async () => {
    expect((await read([{ split: true, pages: [] }])).result).toEqual({ kind: 'split', rows: 5_000 });
    await expect(read([{ split: true, pages: [] }], { splittable: false })).rejects.toMatchObject({
      kind: 'paging',
    });
  });
});
