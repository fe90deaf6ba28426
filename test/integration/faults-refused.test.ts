import { afterEach, describe, expect, it } from 'vitest';

import type { NotACost } from '../../electron/demo/faults.js';
import { sum } from '../../shared/money.js';
import {
  SINCE,
  begin,
  clickhouseRecord,
  clickhouseResult,
  closeProgram,
  editing,
  expectDone,
  expectRefused,
  expectTruth,
  phalaRow,
  titled,
} from '../support/fault-table.js';
import type { Edit, RefusedRow } from '../support/fault-table.js';

afterEach(closeProgram);

const LATER = 25;

const NOT_A_COST: ReadonlyArray<readonly [NotACost, string]> = [
  ['NaN', ': "NaN" is not an amount'],
  ['"NaN"', ': "NaN" is not an amount'],
  ['Infinity', ': "Infinity" is not an amount'],
  ['word', ': "free" is not an amount'],
  ['25-digits', ': 1.2345678901234568e+24 is not an amount'],
  ['object', ': [object Object] is not an amount'],
  ['boolean', ': true is not an amount'],
  ['empty', ': "" is not an amount'],
];

/** Field and record are named, whichever record it is. */
const REFUSED_COSTS: readonly RefusedRow[] = [
  ...NOT_A_COST.flatMap(([as, what]): RefusedRow[] => [
    {
      name: `a cost that is ${as}`,
      provider: 'phala',
      fault: { kind: 'cost', as, row: 16 },
      kind: 'format',
      says: new RegExp(`cost of record 17 of app [\\w-]+${escaped(what)}`),
    },
    {
      name: `a total that is ${as}`,
      provider: 'clickhouse',
      fault: { kind: 'cost', as, row: 16 },
      kind: 'format',
      says: `totalCHC of record 17${what}`,
    },
  ]),
  {
    name: 'a cost that is null',
    provider: 'phala',
    fault: { kind: 'cost', as: 'null', row: 0 },
    kind: 'format',
    says: /cost of record 1 of app [\w-]+: null is not an amount/,
  },
  {
    name: 'a cost that is missing',
    provider: 'phala',
    fault: { kind: 'cost', as: 'missing' },
    kind: 'format',
    says: /cost of record \d+ of app [\w-]+ is missing/,
  },
];

const phalaRefused = (
  name: string,
  edit: Edit,
  says: string | RegExp,
  more: Partial<RefusedRow> = {},
): RefusedRow => ({
  name,
  provider: 'phala',
  edit,
  kind: 'format',
  says,
  ...more,
});
const clickhouseRefused = (
  name: string,
  edit: Edit,
  says: string | RegExp,
  more: Partial<RefusedRow> = {},
): RefusedRow => ({ name, provider: 'clickhouse', edit, kind: 'format', says, ...more });

const REFUSED: readonly RefusedRow[] = [
  phalaRefused(
    'usage that is no list',
    (json) => ({ ...json, usage: {} }),
    '(usage: usage is not a list of records)',
  ),
  phalaRefused(
    'usage under another name',
    ({ usage, ...rest }) => ({ ...rest, records: usage }),
    '(usage: usage ',
  ),
  phalaRefused(
    'a record that is null',
    phalaRow(() => null, 3),
    '(usage: usage is not a list of records)',
  ),
  phalaRefused(
    'a record without a day',
    phalaRow(({ cost, billing_key }) => ({ cost, billing_key }), 5),
    /record 5 of app [\w-]+ bears no day/,
  ),
  phalaRefused(
    'records of 999,999,999 dollars each',
    ({ usage, ...rest }) => ({
      ...rest,
      usage: (usage as object[]).map((row) => ({ ...row, cost: 999_999_999 })),
    }),
    'cannot be read safely (the amounts add up to more than can be counted)',
  ),
  phalaRefused('an answer that is a list', () => [], '(usage: '),
  phalaRefused('an account without a name', () => ({ credits: 1 }), '(auth/me names no workspace)', {
    path: /auth\/me/,
    later: LATER,
  }),
  phalaRefused('no list of apps', () => ({ items: [] }), '(apps: dstack_apps', {
    path: /^\/apps$/,
    later: LATER,
  }),
  {
    name: 'a list of apps that goes on with the same page',
    provider: 'phala',
    prepare: (program) => {
      const edit = editing(/^\/apps$/, (json) => ({ ...json, total_pages: 9 }));
      program.wrap = (http) =>
        edit({ get: (path, query) => http.get(path, path === '/apps' ? { ...query, page: '1' } : query) });
    },
    kind: 'paging',
    says: 'Phala repeats the same page, so its answer cannot be read whole (/apps, page 2)',
    later: LATER,
  },
  clickhouseRefused(
    'costs missing beside a total',
    clickhouseResult(({ grandTotalCHC }) => ({ grandTotalCHC })),
    '(usageCost: costs is missing)',
  ),
  clickhouseRefused(
    'neither costs nor a total',
    clickhouseResult(() => ({})),
    '(usageCost: costs is missing)',
  ),
  clickhouseRefused(
    'costs that are null',
    clickhouseResult((result) => ({ ...result, costs: null })),
    '(usageCost: costs',
  ),
  clickhouseRefused(
    'costs that are a word',
    clickhouseResult((result) => ({ ...result, costs: 'none' })),
    '(usageCost: costs ',
  ),
  clickhouseRefused(
    'a record that is a word',
    clickhouseRecord(() => 'x', 2),
    '(usageCost: costs.1 is not an object)',
  ),
  clickhouseRefused(
    'a day that is none',
    clickhouseRecord((record) => ({ ...record, date: '2026-02-30' }), 4),
    '(date of record 4 is not a day)',
  ),
  clickhouseRefused(
    'a day that was not asked for',
    clickhouseRecord((record) => ({ ...record, date: '2026-01-02' }), 4),
    '(record 4 bears 2026-01-02, which was not asked for)',
  ),
  clickhouseRefused(
    'a record of nobody',
    clickhouseRecord(({ date, metrics }) => ({ date, metrics }), 6),
    '(entityId of record 6 is missing)',
  ),
  clickhouseRefused(
    'metrics that are a list',
    clickhouseRecord((record) => ({ ...record, metrics: [1] }), 2),
    '(metrics of record 2 is not an object)',
  ),
  clickhouseRefused(
    'a metric that is a word',
    clickhouseRecord((record) => ({ ...record, metrics: { computeCHC: 'much' } }), 2),
    '(computeCHC of record 2: "much" is not an amount of money)',
  ),
  clickhouseRefused(
    'a grand total that is a word',
    clickhouseResult((result) => ({ ...result, grandTotalCHC: 'a lot' })),
    '(grandTotalCHC: "a lot" is not an amount of money)',
  ),
  clickhouseRefused(
    'an error that comes with 200',
    () => ({ status: 503, error: 'Try again' }),
    '(HTTP 503: Try again)',
    { kind: 'vendor-fault' },
  ),
  clickhouseRefused(
    'a key of two organizations',
    clickhouseOrganizations((one) => [one, one]),
    '(the key sees 2 organizations instead of one)',
    { path: /organizations$/, later: LATER },
  ),
  clickhouseRefused(
    'a key of no organization',
    clickhouseOrganizations(() => []),
    '(the key sees no organization)',
    { path: /organizations$/, later: LATER, kind: 'permission' },
  ),
];

describe('an answer that cannot be money is refused whole', () => {
  it.each(titled([...REFUSED_COSTS, ...REFUSED]))('%s', (_, row) => expectRefused(row));

  it('phala: of one app; the others are read, and that one stands', async () => {
    const program = await begin({ since: SINCE });
    const id = await program.connect('phala');
    expectDone(await program.sync(id));
    const web = program.ledger.scopes(id).find(({ name }) => name === 'web-prod');
    const range = program.servers.truth.whole();
    const sums = (key: string | undefined): bigint[] => {
      const charges = [...program.ledger.charges({ range, connections: [id] })];
      return [true, false].map((own) =>
        sum(charges.filter(({ scopeKey }) => (scopeKey === key) === own).map(({ amount }) => amount)),
      );
    };
    const [webBefore] = sums(web?.key);
    program.now += 6 * 3_600_000;
    program.servers.setFault('phala', {
      kind: 'cost',
      as: 'word',
      row: 0,
      path: `/apps/${web?.key ?? ''}/usage`,
    });
    expect(await program.sync(id)).toMatchObject({
      kind: 'failed',
      fault: { kind: 'format', detail: 'cost of record 1 of app web-prod: "free" is not an amount of money' },
    });
    const others = [...program.servers.truth.charges('phala', range)].filter(
      ({ scope }) => scope !== web?.key,
    );
    expect(sums(web?.key)).toEqual([webBefore, sum(others.map(({ amount }) => amount))]);
    program.servers.setFault('phala', null);
    program.now += 15 * 60_000;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function clickhouseOrganizations(change: (one: Record<string, unknown>) => unknown[]): Edit {
  return (json) => ({ ...json, result: (json['result'] as Array<Record<string, unknown>>).flatMap(change) });
}
