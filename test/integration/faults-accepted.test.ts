import { afterEach, describe, expect, it } from 'vitest';

import type { Fault, TimeFormat } from '../../electron/demo/faults.js';
import { day } from '../../shared/day.js';
import type { ProviderId } from '../../shared/model.js';
import { sum } from '../../shared/money.js';
import {
  SINCE,
  begin,
  clickhouseRecord,
  clickhouseResult,
  closeProgram,
  expectAccepted,
  expectDone,
  expectTruth,
  phalaRow,
  storedDays,
  titled,
} from '../support/fault-table.js';
import type { AcceptedRow, Edit } from '../support/fault-table.js';

afterEach(closeProgram);

const BOTH = ['phala', 'clickhouse'] as const satisfies readonly ProviderId[];

const both = (name: string, fault: Fault, more: Partial<AcceptedRow> = {}): AcceptedRow[] =>
  BOTH.map((provider) => ({ name, provider, fault, ...more }));
const phalaAccepted = (name: string, what: Fault | Edit, more: Partial<AcceptedRow> = {}): AcceptedRow => ({
  name,
  provider: 'phala',
  ...(typeof what === 'function' ? { edit: what } : { fault: what }),
  ...more,
});
const clickhouseAccepted = (
  name: string,
  what: Fault | Edit,
  more: Partial<AcceptedRow> = {},
): AcceptedRow => ({
  name,
  provider: 'clickhouse',
  ...(typeof what === 'function' ? { edit: what } : { fault: what }),
  ...more,
});

const TIMES: readonly TimeFormat[] = ['T', 'space', 'zulu', 'micros', 'offset', 'hours-only'];

const ACCEPTED: readonly AcceptedRow[] = [
  ...both('costs as decimal strings', { kind: 'decimal-strings' }),
  ...both('costs with exponents', { kind: 'exponents' }),
  ...both('a refund', { kind: 'negative' }),
  // The app without a name is six days younger than the account.
  ...both('names that are null', { kind: 'null-names' }, { since: day('2026-11-14') }),
  ...both('keys that nobody knows', { kind: 'extra-keys' }),
  ...both('types that nobody knows', { kind: 'unknown-types' }),
  ...both('no totals', { kind: 'totals-missing' }),
  phalaAccepted('a total of the whole window', { kind: 'total-whole' }),
  ...TIMES.map((format) => phalaAccepted(`times as in ${format}`, { kind: 'times', format })),
  ...[6, 23, -6].map((hours) =>
    phalaAccepted(`a billing day ${hours} h apart`, { kind: 'billing-day-apart', hours }),
  ),
  phalaAccepted(
    'a billing day that is null',
    phalaRow((row) => ({ ...row, billing_day: null })),
  ),
  phalaAccepted(
    'no billing key',
    phalaRow(({ billing_key: _, ...row }) => row),
  ),
  phalaAccepted(
    'no instance',
    phalaRow((row) => ({ ...row, instance_id: null })),
  ),
  phalaAccepted(
    'details that are an object',
    phalaRow((row) => ({ ...row, details: { gb: 3 } })),
  ),
  phalaAccepted(
    'durations that are none',
    phalaRow((row) => ({ ...row, duration_minutes: -1 })),
  ),
  phalaAccepted('a total cost that is a word', (json) => ({ ...json, total_cost: 'n/a' })),
  phalaAccepted(
    'an account in its older shape',
    ({ user, workspace }) => ({
      ...(Object(user) as object),
      workspace,
      credits: 4.5,
      granted_credits: null,
    }),
    { path: /auth\/me/ },
  ),
  phalaAccepted(
    'lists without counts',
    ({ dstack_apps, items }) => (dstack_apps === undefined ? { items } : { dstack_apps }),
    { path: /^\/(apps|cvms\/paginated)$/ },
  ),
  phalaAccepted('a list that promises more pages', (json) => ({ ...json, total_pages: 9 }), {
    path: /^\/apps$/,
  }),
  clickhouseAccepted('a bare result', { kind: 'bare-result' }),
  clickhouseAccepted('metrics that are null', { kind: 'metrics-null' }),
  clickhouseAccepted('metrics with null values', { kind: 'metrics-null-values' }),
  clickhouseAccepted('metrics in another case', { kind: 'metrics-recased' }),
  clickhouseAccepted('metrics short of the total', { kind: 'metrics-short' }),
  clickhouseAccepted('a metric that nobody knows', { kind: 'unknown-metric' }),
  clickhouseAccepted(
    'metrics missing',
    clickhouseRecord(({ metrics: _, ...record }) => record),
  ),
  clickhouseAccepted(
    'a metric twice, in two cases',
    clickhouseRecord((record) => ({ ...record, metrics: split(record['metrics']) })),
  ),
  clickhouseAccepted('entities in another case', { kind: 'entity-recased' }),
  clickhouseAccepted(
    'entities without a type',
    clickhouseRecord((record) => ({ ...record, entityType: null })),
  ),
  clickhouseAccepted('a total that is null', { kind: 'cost', as: 'null' }),
  clickhouseAccepted('a total that is missing', { kind: 'cost', as: 'missing', row: 0 }),
  clickhouseAccepted(
    'days with a time',
    clickhouseRecord((record) => ({ ...record, date: `${String(record['date'])}T00:00:00Z` })),
  ),
  clickhouseAccepted(
    'a lock that is a word',
    clickhouseRecord((record) => ({ ...record, locked: String(record['locked']) })),
  ),
  clickhouseAccepted('records that never lock', { kind: 'never-locked' }),
  clickhouseAccepted(
    'a grand total that is null',
    clickhouseResult((result) => ({ ...result, grandTotalCHC: null })),
  ),
  clickhouseAccepted(
    'no organization’s name',
    clickhouseOrganizations((one) => [{ ...one, name: null, createdAt: null }]),
    { path: /organizations$/ },
  ),
  clickhouseAccepted('credit that may not be asked for', {
    kind: 'status',
    status: 403,
    path: 'creditBalances',
  }),
  clickhouseAccepted('credit that fails', { kind: 'status', status: 500, path: 'creditBalances' }),
  phalaAccepted('CVMs that may not be listed', { kind: 'status', status: 403, path: '^/cvms' }),
];

describe('what the vendors’ pages allow leads to the truth', () => {
  it.each(titled(ACCEPTED))('%s', (_, row) => expectAccepted(row));

  it('clickhouse: one record in place of a list', async () => {
    const program = await begin({ since: SINCE });
    const id = await program.connect('clickhouse');
    program.servers.setFault('clickhouse', { kind: 'costs-object' });
    expectDone(await program.sync(id));
    const stored = sum(storedDays(program, id).map(([, amount]) => amount));
    expect(stored).toBeGreaterThan(0n);
    expect(program.ledger.connection(id)?.reconciliation).toMatchObject({
      reported: stored,
      stored,
      difference: 0n,
    });
    program.servers.setFault('clickhouse', null);
    program.now += 15 * 60_000;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'clickhouse');
  });

  it('clickhouse: costs missing beside a total of nothing', async () => {
    const program = await begin({ since: SINCE });
    const id = await program.connect('clickhouse');
    program.servers.setFault('clickhouse', { kind: 'costs-missing', total: 'zero' });
    expectDone(await program.sync(id));
    expect(storedDays(program, id)).toEqual([]);
    program.servers.setFault('clickhouse', null);
    program.now += 15 * 60_000;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'clickhouse');
  });

  it.each(BOTH)('%s: an account without any charge', async (provider) => {
    const program = await begin({ since: SINCE });
    program.useKey(provider, 'stranger');
    const id = await program.connect(provider);
    expectDone(await program.sync(id));
    expect(storedDays(program, id)).toEqual([]);
    expect(program.ledger.connection(id)).toMatchObject({ fault: null, lastSuccess: program.now });
  });
});

/** Every metric in two parts of the same sum, the second under the key in lower case. */
function split(metrics: unknown): Record<string, unknown> {
  const parts = Object.entries(metrics as Record<string, number>).flatMap(([key, value]) => {
    const nanos = Math.round(value * 1e9);
    const half = Math.floor(nanos / 2);
    return [
      [key, half / 1e9],
      [key.toLowerCase(), (nanos - half) / 1e9],
    ];
  });
  return Object.fromEntries(parts) as Record<string, unknown>;
}

function clickhouseOrganizations(change: (one: Record<string, unknown>) => unknown[]): Edit {
  return (json) => ({ ...json, result: (json['result'] as Array<Record<string, unknown>>).flatMap(change) });
}
