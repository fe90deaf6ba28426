import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../electron/ledger/ledger.js';
import type {
  CommitOptions,
  CommitResult,
  Connection,
  Ledger,
  NewConnection,
  Scope,
} from '../../electron/ledger/types.js';
import type { Charge, SettlePolicy } from '../../electron/providers/adapter.js';
import { day, endOf, HOUR_MS, startOf } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import { nanos, parseNanos, ZERO } from '../../shared/money.js';

/** Everything a ledger test starts from. */

export const NOW = Date.parse('2026-11-22T10:00:00Z');
export const TODAY = day('2026-11-22');
export const AGE: SettlePolicy = { by: 'age', afterMs: 48 * HOUR_MS, pollBackDays: 62 };
export const LOCKS: SettlePolicy = { by: 'locks', afterMs: 31 * 24 * HOUR_MS, pollBackDays: 62 };

export interface Bench {
  readonly folder: string;
  readonly file: string;
  readonly ledger: Ledger;
  close(): void;
}

export function bench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'cost-tray-ledger-'));
  const file = join(folder, 'ledger.sqlite');
  const { ledger } = openLedger(file, () => NOW);
  return {
    folder,
    file,
    ledger,
    close() {
      ledger.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function addConnection(ledger: Ledger, changes: Partial<NewConnection> = {}): Connection {
  return ledger.addConnection(
    {
      provider: 'phala',
      account: 'ws_1',
      accountName: 'Team',
      name: 'Phala',
      unit: 'USD',
      origin: 'https://vendor.test/api/v1',
      accountCreatedDay: null,
      billingAnchor: null,
      creditLeft: null,
      ...changes,
    },
    NOW,
  );
}

/** Lists the given scopes, created on `created`, and returns them in that order. */
export function listScopes(
  ledger: Ledger,
  connection: Connection,
  keys: readonly string[],
  created: Day | null = null,
  at = NOW,
): Scope[] {
  ledger.recordListing(
    connection.id,
    keys.map((key) => ({ key, name: key, createdDay: created, dormant: false })),
    [],
    at,
  );
  const scopes = ledger.scopes(connection.id);
  return keys.flatMap((key) => scopes.filter((scope) => scope.key === key));
}

/** One hour of one CVM; `usd` in decimal. */
export function charge(on: string, usd: string, changes: Partial<Charge> = {}): Charge {
  const start = startOf(day(on)) + 9 * HOUR_MS;
  return {
    key: `bk-${on}`,
    day: day(on),
    start,
    end: start + HOUR_MS,
    resource: { id: 'vm-1', name: 'web', kind: 'CVM' },
    group: { id: 'app-1', name: 'shop' },
    meter: 'compute',
    vendorMeter: 'compute',
    variant: 'metered',
    amount: parseNanos(usd),
    locked: false,
    extra: { project_id: 7, details: null },
    ...changes,
  };
}

/** Reads a window whole in the given pages and commits it. Read three days after its end unless told. */
export function write(
  ledger: Ledger,
  scope: Scope,
  window: DayRange,
  pages: ReadonlyArray<readonly Charge[]>,
  options: Partial<CommitOptions> = {},
): CommitResult {
  const writer = ledger.writeWindow(scope, window);
  try {
    for (const charges of pages) writer.stage({ charges });
    return writer.commit({
      readAt: endOf(window.to) + 72 * HOUR_MS,
      today: TODAY,
      settle: AGE,
      mayDelete: true,
      epoch: ledger.connection(scope.connection)?.epoch ?? 0,
      reported: null,
      roundedBy: ZERO,
      ...options,
    });
  } finally {
    writer.close();
  }
}

export function days(from: string, to: string = from): DayRange {
  return { from: day(from), to: day(to) };
}

export const EVER: DayRange = days('2020-01-01', '2030-12-31');
export const ALL = { range: EVER, connections: null };

/** A charge as one line: what must not change, without what a second reading may. */
export function line(stored: {
  readonly day: Day;
  readonly key: string;
  readonly ordinal: number;
  readonly amount: bigint;
}): string {
  return `${stored.day} ${stored.key}#${stored.ordinal} ${stored.amount}`;
}

export function lines(ledger: Ledger): string[] {
  return [...ledger.charges(ALL)].map(line);
}

export function amount(text: string): bigint {
  return nanos(parseNanos(text));
}
