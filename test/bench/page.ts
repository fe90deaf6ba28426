/**
 * One page on its way from bytes to the ledger, as a sync takes it, beside the
 * least that could be done with the same bytes: JSON.parse and one bulk insert
 * into a table without a key.
 */
import { join } from 'node:path';

import { startDemoServers } from '../../electron/demo/servers.js';
import { Database } from '../../electron/ledger/driver.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import type { WindowWriter } from '../../electron/ledger/types.js';
import { readWhole } from '../../electron/polling/read-window.js';
import type { ClientContext, VendorResponse } from '../../electron/providers/adapter.js';
import { phalaAdapter } from '../../electron/providers/phala/adapter.js';
import { USAGE_LIMIT, fetchUsage } from '../../electron/providers/phala/client.js';
import { chargesOf } from '../../electron/providers/phala/mapper.js';
import { ResourceNames } from '../../electron/providers/phala/resources.js';
import { optionalNanos } from '../../electron/providers/wire.js';
import { addDays, day, dayOf, startOf } from '../../shared/day.js';
import type { DayRange } from '../../shared/day.js';
import { ZERO } from '../../shared/money.js';
import { withFolder } from './folder.js';
import { medianOf, milliseconds, table, times, timed } from './report.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const ROUNDS = { quick: 15, full: 41 };
/** The compiler is warm after so many, as it is in a backfill. */
const WARM_UP = 5;

const WINDOW: DayRange = { from: day('2026-10-02'), to: day('2026-10-19') };
const APP = { key: 'app', name: 'app' };

/** Times of one round in ms. */
interface Round {
  readonly read: number;
  readonly stage: number;
  readonly checks: number;
  readonly commit: number;
  readonly parse: number;
  readonly insert: number;
}

export async function pageBench({ quick }: { readonly quick: boolean }): Promise<string> {
  const body = await usagePage();
  const rounds: Round[] = [];
  const count = quick ? ROUNDS.quick : ROUNDS.full;
  for (let number = 0; number < WARM_UP + count; number += 1) {
    const round = await withFolder(async (folder) => ({
      ...(await readAndStore(join(folder, 'ledger.sqlite'), body)),
      ...leastPossible(join(folder, 'plain.sqlite'), body),
    }));
    if (number >= WARM_UP) rounds.push(round);
  }
  const least = ({ parse, insert }: Round): number => parse + insert;
  const all = ({ read, stage, checks, commit }: Round): number => read + stage + checks + commit;
  const row = (name: string, part: (round: Round) => number): string[] => [
    name,
    milliseconds(medianOf(rounds, part)),
    times(medianOf(rounds, (round) => part(round) / least(round))),
  ];
  return table(
    ['step', 'time', 'beside JSON.parse and one bulk insert'],
    [
      row('JSON.parse alone', ({ parse }) => parse),
      row('bulk insert alone', ({ insert }) => insert),
      row('parse and check', ({ read }) => read),
      row('map and stage', ({ stage }) => stage),
      row('compare with what is stored', ({ checks }) => checks),
      row('commit', ({ commit }) => commit),
      row('**all** (aim ≤ 2 ×)', all),
    ],
  );
}

/** Exactly one page of an app with five CVMs: some 19 days. */
async function usagePage(): Promise<Uint8Array> {
  const scale = { apps: 1, cvmsPerApp: 5, months: 3 };
  const servers = await startDemoServers({ now: () => NOW, scale });
  try {
    const ask = async (path: string, query: Record<string, string> = {}): Promise<Response> =>
      fetch(`${servers.phalaUrl}${path}?${new URLSearchParams(query).toString()}`, {
        headers: {
          'user-agent': 'CostTray/bench',
          ...phalaAdapter.headers({ provider: 'phala', apiKey: servers.keys.phala }),
        },
      });
    const { scopes } = await phalaAdapter.list(
      contextOf(async (path, query) => responseOf(await ask(path, query))),
      { id: '', name: null, createdDay: null, billingAnchor: null, creditLeft: null, warning: null },
    );
    const answer = await ask(`/apps/${scopes[0]?.key ?? ''}/usage`, {
      start_date: new Date(startOf(addDays(WINDOW.from, -1))).toISOString(),
      end_date: new Date(startOf(addDays(WINDOW.to, 3))).toISOString(),
      limit: String(USAGE_LIMIT),
    });
    return new Uint8Array(await answer.arrayBuffer());
  } finally {
    await servers.close();
  }
}

async function responseOf(answer: Response): Promise<VendorResponse> {
  return { status: answer.status, headers: {}, body: new Uint8Array(await answer.arrayBuffer()) };
}

function contextOf(get: ClientContext['http']['get']): ClientContext {
  return {
    http: { get },
    now: () => NOW,
    random: () => 0.5,
    signal: new AbortController().signal,
    memo: {},
    wait: () => Promise.resolve(),
  };
}

/** The adapter's and the sync's own code, on a ledger that knows nothing yet. */
async function readAndStore(
  file: string,
  body: Uint8Array,
): Promise<Pick<Round, 'read' | 'stage' | 'checks' | 'commit'>> {
  const { ledger } = openLedger(file, () => NOW);
  const connection = ledger.addConnection(
    {
      provider: 'phala',
      account: 'bench',
      accountName: null,
      name: 'bench',
      unit: 'USD',
      origin: 'http://127.0.0.1/api/v1',
      accountCreatedDay: null,
      billingAnchor: null,
      creditLeft: null,
    },
    NOW,
  );
  ledger.recordListing(connection.id, [{ ...APP, createdDay: null, dormant: false }], [], NOW);
  const scope = ledger.scopes(connection.id)[0];
  if (scope === undefined) throw new Error('the app was not listed');
  const context = contextOf(() => Promise.resolve({ status: 200, headers: {}, body }));
  const spent = { stage: 0, checks: 0 };
  const writer = ledger.writeWindow(scope, WINDOW);
  const began = performance.now();
  const result = await readWhole({
    writer: measured(writer, spent),
    splittable: true,
    lastLook: false,
    read: async (onPage) => {
      const names = new ResourceNames(APP, new Map(), context.memo);
      const answer = await fetchUsage(context, APP.key, { start: 0, end: 0 }, 0);
      onPage({ charges: chargesOf(answer.usage, 0, APP, names) });
      return {
        kind: 'whole',
        pages: 1,
        reported: optionalNanos(answer.total_cost),
        roundedBy: ZERO,
        unknownResources: false,
      };
    },
  });
  const read = performance.now() - began - spent.stage - spent.checks;
  if (result.kind !== 'whole' || result.rows !== USAGE_LIMIT) throw new Error('not one whole page');
  const commit = timed(() => {
    writer.commit({
      readAt: NOW,
      today: dayOf(NOW),
      settle: phalaAdapter.settle,
      mayDelete: result.mayDelete,
      epoch: connection.epoch,
      reported: null,
      roundedBy: ZERO,
    });
  });
  ledger.close();
  return { read, ...spent, commit };
}

function measured(writer: WindowWriter, spent: { stage: number; checks: number }): WindowWriter {
  const during = <T>(part: 'stage' | 'checks', body: () => T): T => {
    const began = performance.now();
    const result = body();
    spent[part] += performance.now() - began;
    return result;
  };
  return {
    ...writer,
    stage: (page) => during('stage', () => writer.stage(page)),
    total: () => during('checks', () => writer.total()),
    missing: () => during('checks', () => writer.missing()),
  };
}

/** The fields of a usage row, each in a column of its own. */
const FIELDS = [
  'instance_id',
  'project_id',
  'team_id',
  'timestamp',
  'event_type',
  'cost',
  'details',
  'usage_type',
  'billing_start',
  'billing_end',
  'duration_minutes',
  'billing_key',
  'billing_hour',
  'billing_day',
];

function leastPossible(file: string, body: Uint8Array): Pick<Round, 'parse' | 'insert'> {
  const db = new Database(file);
  db.all('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = NORMAL; CREATE TABLE plain (${FIELDS.join(', ')})`);
  let rows: readonly unknown[] = [];
  const parse = timed(() => {
    const answer = JSON.parse(new TextDecoder().decode(body)) as { usage: unknown[] };
    rows = answer.usage;
  });
  const columns = FIELDS.map((field) => `value->>'${field}'`);
  const insert = timed(() => {
    const inserted = db.run(
      `INSERT INTO plain SELECT ${columns.join(', ')} FROM json_each(?)`,
      JSON.stringify(rows),
    );
    if (inserted !== USAGE_LIMIT) throw new Error('not one whole page');
  });
  db.close();
  return { parse, insert };
}
