/**
 * What must hold of a ledger whose process was killed, checked on a copy: the
 * program itself is to find the file and its log as the killed process left them.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { DemoServers, LoggedRequest } from '../../electron/demo/servers.js';
import { Database } from '../../electron/ledger/driver.js';
import { openLedger } from '../../electron/ledger/ledger.js';
import { addDays, day, dayFromNumber, dayOf, eachDay } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { ProviderId } from '../../shared/model.js';

/** What is true of one scope's day. Charges of nothing are not counted. */
interface TrueDay {
  sum: bigint;
  readonly charges: Map<string, bigint>;
}

/** The servers' whole truth by provider, scope and day: made once, since their clock stands. */
export class Truth {
  private readonly days = new Map<string, TrueDay>();

  constructor(servers: DemoServers) {
    for (const provider of ['phala', 'clickhouse'] as const) {
      for (const charge of servers.truth.charges(provider, servers.truth.whole())) {
        const place = `${provider} ${charge.scope} ${charge.day}`;
        const entry = this.days.get(place) ?? { sum: 0n, charges: new Map<string, bigint>() };
        this.days.set(place, entry);
        entry.sum += charge.amount;
        // Phala's keys are unique within an app, ClickHouse's are a kind of resource.
        const id = `${charge.key} ${provider === 'phala' ? '' : charge.resource} ${charge.meter} ${charge.variant}`;
        entry.charges.set(id, charge.amount);
      }
    }
  }

  sum(provider: ProviderId, scope: string, of: Day): bigint {
    return this.days.get(`${provider} ${scope} ${of}`)?.sum ?? 0n;
  }

  count(provider: ProviderId, scope: string, of: Day): number {
    return [...(this.days.get(`${provider} ${scope} ${of}`)?.charges.values() ?? [])].filter(
      (amount) => amount !== 0n,
    ).length;
  }

  has(provider: ProviderId, scope: string, of: Day, id: string, amount: bigint): boolean {
    return this.days.get(`${provider} ${scope} ${of}`)?.charges.get(id) === amount;
  }
}

/** The windows that the program asked for, by scope: without the day of margin that Phala is asked on each side. */
export class AskedWindows {
  private readonly windows = new Map<string, Map<string, DayRange>>();

  add({ provider, path, query }: LoggedRequest): void {
    const scope = /^\/(?:apps|organizations)\/([^/]+)\/usage/.exec(path)?.[1];
    if (scope === undefined) return;
    const asked = new URLSearchParams(query);
    const at = (name: string): Day => day((asked.get(name) ?? '').slice(0, 10));
    const window =
      provider === 'phala'
        ? { from: addDays(at('start_date'), 1), to: addDays(at('end_date'), -2) }
        : { from: at('from_date'), to: at('to_date') };
    const ofScope = this.windows.get(scope) ?? new Map<string, DayRange>();
    this.windows.set(scope, ofScope.set(`${window.from} ${window.to}`, window));
  }

  of(scope: string): DayRange[] {
    return [...(this.windows.get(scope)?.values() ?? [])];
  }
}

export interface CheckedLedger {
  /** False where the process was killed before it had made the file. */
  readonly exists: boolean;
  readonly connections: number;
  readonly charges: number;
  /** Every day of every scope is known. */
  readonly complete: boolean;
  /** Pages of a transaction that the log holds without its end: the kill fell into a commit. */
  readonly torn: number;
}

interface StoredDay {
  readonly provider: ProviderId;
  readonly scope: string;
  readonly day: bigint;
  readonly sum: bigint;
  readonly count: bigint;
}

/** @throws AssertionError */
export function checkLedger(
  file: string,
  truth: Truth,
  asked: AskedWindows,
  history: DayRange,
): CheckedLedger {
  const nothing = { connections: 0, charges: 0, complete: false, torn: 0 };
  if (!existsSync(file)) return { exists: false, ...nothing };
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-crash-'));
  try {
    const copy = join(folder, 'ledger.sqlite');
    for (const suffix of ['', '-journal', '-wal']) {
      if (existsSync(`${file}${suffix}`)) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    }
    const torn = tornPages(`${copy}-wal`);
    const { ledger, setAside } = openLedger(copy, Date.now);
    try {
      expect(setAside).toBeNull();
      expect(ledger.integrityFault()).toBeNull();
      const connections = ledger.connections();
      const states = ledger.dayStates({ range: history, connections: null }, history.to);
      const complete = connections.length === 2 && states.every(({ state }) => state !== 'unknown');
      const charges = checkContent(copy, truth, asked);
      return { exists: true, connections: connections.length, charges, complete, torn };
    } finally {
      ledger.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the number of charges */
function checkContent(file: string, truth: Truth, asked: AskedWindows): number {
  const db = new Database(file);
  try {
    db.exec(`CREATE TEMP VIEW charge AS
      SELECT scope_id, day, value->>0 AS key, value->>1 AS resource_id, value->>2 AS meter_id,
        CAST(value->>6 AS INTEGER) AS amount
      FROM day_charges, json_each(text, '$[1]')`);
    const orphans = db.integer(
      'SELECT count(*) AS value FROM charge WHERE scope_id NOT IN (SELECT id FROM scope)',
    );
    expect(orphans).toBe(0n);
    checkRollup(db);
    const covered = coveredDays(db);
    const stored = db.all<StoredDay>(
      `SELECT k.provider, s.key AS scope, c.day, sum(c.amount) AS sum, sum(c.amount <> 0) AS count
       FROM charge c JOIN scope s ON s.id = c.scope_id JOIN connection k ON k.n = s.connection_n
       GROUP BY s.id, c.day`,
    );
    const sums = new Map(stored.map((row) => [`${row.scope} ${dayFromNumber(Number(row.day))}`, row]));
    for (const { provider, scope, days } of covered) {
      for (const known of days.keys()) {
        const found = sums.get(`${scope} ${known}`);
        const place = `${provider} ${scope} ${known}`;
        expect({ place, sum: found?.sum ?? 0n, count: Number(found?.count ?? 0n) }).toEqual({
          place,
          sum: truth.sum(provider, scope, known),
          count: truth.count(provider, scope, known),
        });
      }
      checkWholeWindows(scope, days, asked);
    }
    checkMargins(db, stored, covered, truth);
    return Number(db.integer('SELECT count(*) AS value FROM charge'));
  } finally {
    db.close();
  }
}

interface CoveredScope {
  readonly provider: ProviderId;
  readonly scope: string;
  /** When each day was read. */
  readonly days: Map<Day, bigint>;
}

function coveredDays(db: Database): CoveredScope[] {
  const scopes = db.all<{ id: bigint; provider: ProviderId; scope: string }>(
    'SELECT s.id, k.provider, s.key AS scope FROM scope s JOIN connection k ON k.n = s.connection_n',
  );
  return scopes.map(({ id, provider, scope }) => {
    const rows = db.all<{ day: bigint; read_at: bigint }>(
      'SELECT day, read_at FROM covered WHERE scope_id = ?',
      id,
    );
    const days = new Map(rows.map((row) => [dayFromNumber(Number(row.day)), row.read_at]));
    return { provider, scope, days };
  });
}

/**
 * Days read at one moment are one window that was asked for, all of it: what of
 * it bears another moment was read again later.
 */
function checkWholeWindows(scope: string, days: ReadonlyMap<Day, bigint>, asked: AskedWindows): void {
  const readings = new Map<bigint, Day[]>();
  for (const [known, readAt] of days) readings.set(readAt, [...(readings.get(readAt) ?? []), known]);
  for (const [readAt, group] of readings) {
    const whole = asked.of(scope).some((window) => {
      const all = eachDay(window).filter((each) => each <= dayOf(Number(readAt)));
      return (
        group.every((each) => all.includes(each)) && all.every((each) => (days.get(each) ?? -1n) >= readAt)
      );
    });
    expect(whole, `${scope}: ${group.join(' ')} are a part of a window`).toBe(true);
  }
}

/** A day that is not known holds at most what a known window's margin brought: true charges, beside it. */
function checkMargins(
  db: Database,
  stored: readonly StoredDay[],
  covered: readonly CoveredScope[],
  truth: Truth,
): void {
  for (const row of stored) {
    const of = dayFromNumber(Number(row.day));
    const days = covered.find(({ scope }) => scope === row.scope)?.days ?? new Map<Day, bigint>();
    if (days.has(of)) continue;
    expect(row.provider, `${row.scope} ${of} is not known`).toBe('phala');
    // The end of a question is included, so an hour of one day more may come.
    expect([-1, 1, 2].some((distance) => days.has(addDays(of, -distance)))).toBe(true);
    const charges = db.all<{ id: string; amount: bigint }>(
      `SELECT c.key || '  ' || m.vendor_meter || ' ' || m.variant AS id, c.amount
       FROM charge c JOIN scope s ON s.id = c.scope_id JOIN meter m ON m.id = c.meter_id
       WHERE s.key = ? AND c.day = ?`,
      row.scope,
      row.day,
    );
    for (const { id, amount } of charges) {
      expect(truth.has(row.provider, row.scope, of, id, amount), `${of} ${id} ${amount}`).toBe(true);
    }
  }
}

const ROLLUPS = {
  daily: 'connection_n, day, scope_id, resource_id, meter_id',
  resource_day: 'connection_n, day, resource_id',
  meter_day: 'connection_n, day, meter_id',
  day_total: 'connection_n, day',
} as const;

function checkRollup(db: Database): void {
  for (const [table, columns] of Object.entries(ROLLUPS)) {
    const stored = `SELECT ${columns}, native, usd FROM ${table}`;
    const summed = `SELECT ${columns}, sum(amount), sum(amount)
      FROM charge JOIN scope ON scope.id = charge.scope_id GROUP BY ${columns}`;
    for (const [left, right] of [
      [stored, summed],
      [summed, stored],
    ]) {
      const differing = db.integer(
        `SELECT count(*) AS value FROM (SELECT * FROM (${left}) EXCEPT SELECT * FROM (${right}))`,
      );
      expect({ table, differing }).toEqual({ table, differing: 0n });
    }
  }
}

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const BIG_ENDIAN_BIT = 1;

/** Sound pages after the last commit of a log, by the checksums of sqlite.org/fileformat.html#walformat. */
function tornPages(file: string): number {
  if (!existsSync(file) || statSync(file).size < WAL_HEADER_BYTES) return 0;
  const log = readFileSync(file);
  const frame = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  const big = (log.readUInt32BE(0) & BIG_ENDIAN_BIT) === 1;
  let first = log.readUInt32BE(24);
  let second = log.readUInt32BE(28);
  const add = (from: number, to: number): void => {
    for (let at = from; at < to; at += 8) {
      first = (first + (big ? log.readUInt32BE(at) : log.readUInt32LE(at)) + second) >>> 0;
      second = (second + (big ? log.readUInt32BE(at + 4) : log.readUInt32LE(at + 4)) + first) >>> 0;
    }
  };
  let torn = 0;
  for (let at = WAL_HEADER_BYTES; at + frame <= log.length; at += frame) {
    add(at, at + 8);
    add(at + FRAME_HEADER_BYTES, at + frame);
    if (log.readUInt32BE(at + 16) !== first || log.readUInt32BE(at + 20) !== second) break;
    torn = log.readUInt32BE(at + 4) === 0 ? torn + 1 : 0;
  }
  return torn;
}
