/** What every row of the table of faults has in common: the fault comes, is seen, and goes. */
import { expect } from 'vitest';

import type { Fault } from '../../electron/demo/faults.js';
import type { DemoScale } from '../../electron/demo/fleet.js';
import type { DemoOptions } from '../../electron/demo/servers.js';
import type { SyncOutcome } from '../../electron/polling/sync.js';
import type { VendorHttp, VendorResponse } from '../../electron/providers/adapter.js';
import { HOUR_MS, day } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import { faultMessage } from '../../shared/faults.js';
import type { FaultKind } from '../../shared/faults.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { ProviderId } from '../../shared/model.js';
import type { Nanos } from '../../shared/money.js';
import { startProgram, trueDays } from './program.js';
import type { Program } from './program.js';

export const START = Date.UTC(2026, 10, 22, 12, 34, 56);
/** Four days back: one of Phala's days is settled at the start, three are not. */
export const SINCE = day('2026-11-18');
const EVER: DayRange = { from: day('2000-01-01'), to: day('2100-01-01') };

/** Changes an answer's JSON on its way. */
export type Edit = (json: Record<string, unknown>) => unknown;

export interface RowBase {
  readonly name: string;
  readonly provider: ProviderId;
  /** What the servers do wrong. */
  readonly fault?: Fault | readonly Fault[] | ((program: Program) => Fault);
  /** What becomes of the answers about usage on their way. */
  readonly edit?: Edit;
  /** Which answers `edit` is about; default: those about usage. */
  readonly path?: RegExp;
  /** The account's first day. */
  readonly since?: Day;
  readonly scale?: DemoScale;
  /** Whatever else is particular about the row. */
  readonly prepare?: (program: Program) => void;
}

export interface RefusedRow extends RowBase {
  readonly kind: FaultKind;
  /** What the sentence that the user sees contains. */
  readonly says: string | RegExp;
  /** `retryAt` in ms from the time at which the sync ended; null for none. Default null. */
  readonly waits?: number | null;
  /** Hours between the last good sync and the one that fails; from 24 on the lists are asked first. */
  readonly later?: number;
}

export interface AcceptedRow extends RowBase {
  /** The milliseconds that the program waited while the fault lasted. */
  readonly waited?: number;
}

let running: Program | null = null;

/** A program with a short history. It is closed by {@link closeProgram}. */
export async function begin(options: Partial<DemoOptions>): Promise<Program> {
  running = await startProgram({ now: () => START, ...options });
  return running;
}

/** Rows with the title that each is reported under. */
export function titled<Row extends RowBase>(rows: readonly Row[]): Array<[string, Row]> {
  return rows.map((row) => [`${row.provider}: ${row.name}`, row]);
}

export async function closeProgram(): Promise<void> {
  const program = running;
  running = null;
  await program?.close();
}

/** Stored sums by day, days of nothing left out. */
export function storedDays(program: Program, id: string): Array<[Day, Nanos]> {
  return [...program.byDay(id, EVER)].sort();
}

/** The ledger is sound and holds what the servers mean, day by day, to the nano. */
export function expectTruth(program: Program, id: string, provider: ProviderId): void {
  const truth = [...trueDays(program, provider, program.servers.truth.whole())].sort();
  expect(truth.length).toBeGreaterThan(0);
  expect(storedDays(program, id)).toEqual(truth);
  expect(program.ledger.integrityFault()).toBeNull();
}

export function expectDone(outcome: SyncOutcome): void {
  expect(outcome).toEqual({ kind: 'done' });
}

/** The outcome is a fault of this kind, kept with the connection and told in this sentence. @returns `retryAt` */
export function expectFault(
  program: Program,
  id: string,
  outcome: SyncOutcome,
  { kind, says }: Pick<RefusedRow, 'kind' | 'says'>,
): number | null {
  expect(outcome).toMatchObject({ kind: 'failed', fault: { kind } });
  if (outcome.kind !== 'failed') throw new Error('unreachable');
  const connection = program.ledger.connection(id);
  expect(connection?.fault).toEqual(outcome.fault);
  const sentence = faultMessage(outcome.fault, PROVIDER_NAMES[connection?.provider ?? 'phala']);
  expect(sentence).toMatch(says);
  return outcome.fault.retryAt;
}

/** No key went to another host, and none is in what is kept of the connection. */
export function expectNoKeyLeaked(program: Program, id: string): void {
  expect(program.servers.strays.filter((stray) => stray.withKey)).toEqual([]);
  const kept = JSON.stringify(program.ledger.connection(id), (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  const { phala, clickhouse } = program.servers.keys;
  for (const secret of [phala, clickhouse.keyId, clickhouse.keySecret]) expect(kept).not.toContain(secret);
}

/** The numbers stand; then the fault: it is named, and nothing moves; then the truth again. */
export async function expectRefused(row: RefusedRow): Promise<void> {
  const program = await begin({ since: row.since ?? SINCE, scale: row.scale ?? 'demo' });
  const { provider } = row;
  const id = await program.connect(provider);
  expectDone(await program.sync(id));
  expectTruth(program, id, provider);
  const before = storedDays(program, id);
  const charges = program.ledger.countCharges({ range: EVER, connections: [id] });
  const lastSuccess = program.ledger.connection(id)?.lastSuccess;

  program.now += (row.later ?? 6) * HOUR_MS;
  const restore = setFault(program, row);
  const retryAt = expectFault(program, id, await program.sync(id), row);
  expect(retryAt === null ? null : retryAt - program.now).toBe(row.waits ?? null);
  expect(storedDays(program, id)).toEqual(before);
  expect(program.ledger.countCharges({ range: EVER, connections: [id] })).toBe(charges);
  expect(program.ledger.integrityFault()).toBeNull();
  expect(program.ledger.connection(id)?.lastSuccess).toBe(lastSuccess);
  expectNoKeyLeaked(program, id);

  restore();
  program.now = Math.max(program.now + HOUR_MS, retryAt ?? 0);
  expectDone(await program.sync(id));
  expectTruth(program, id, provider);
  expect(program.ledger.connection(id)?.fault).toBeNull();
}

/** The fault is there from the first sync on, and the truth is read all the same; and again when it is gone. */
export async function expectAccepted(row: AcceptedRow): Promise<void> {
  const program = await begin({ since: row.since ?? SINCE, scale: row.scale ?? 'demo' });
  const { provider } = row;
  const id = await program.connect(provider);
  const restore = setFault(program, row);
  expectDone(await program.sync(id));
  expectTruth(program, id, provider);
  if (row.waited !== undefined) expect(program.waited).toBe(row.waited);
  program.now += 6 * HOUR_MS;
  // By hand: a poll's number of requests may not suffice for small pages.
  expectDone(await program.sync(id, { onDemand: true }));
  expectTruth(program, id, provider);

  restore();
  program.now += 6 * HOUR_MS;
  expectDone(await program.sync(id, { onDemand: true }));
  expectTruth(program, id, provider);
  // What was read under the fault gives way where it is read anew: nothing counts twice.
  expectDone(await program.sync(id, { onDemand: true, since: program.servers.truth.firstDay }));
  expectTruth(program, id, provider);
  expectNoKeyLeaked(program, id);
}

/** @returns what ends it */
function setFault(program: Program, row: RowBase): () => void {
  const { timeouts, maxBytes } = program;
  const bases = { ...program.bases };
  if (row.fault !== undefined) {
    program.servers.setFault(row.provider, typeof row.fault === 'function' ? row.fault(program) : row.fault);
  }
  if (row.edit !== undefined) program.wrap = editing(row.path ?? /\/usage(Cost)?$/, row.edit);
  row.prepare?.(program);
  return () => {
    program.servers.setFault(row.provider, null);
    Object.assign(program, { timeouts, maxBytes, wrap: (http: VendorHttp) => http });
    Object.assign(program.bases, bases);
  };
}

/** Stands in the way of the network and changes what comes. */
export function editing(path: RegExp, edit: Edit): (http: VendorHttp) => VendorHttp {
  return (http) => ({
    get: async (asked, query) => {
      const response = await http.get(asked, query);
      return path.test(asked) ? edited(response, edit) : response;
    },
  });
}

function edited(response: VendorResponse, edit: Edit): VendorResponse {
  const json = JSON.parse(new TextDecoder().decode(response.body)) as Record<string, unknown>;
  return { ...response, body: new TextEncoder().encode(JSON.stringify(edit(json))) };
}

/** A record as a vendor sends it. */
export type WireRow = Record<string, unknown>;

/** Changes one record of Phala's usage answers, or with no number every one. */
export function phalaRow(change: (row: WireRow) => unknown, number?: number): Edit {
  return (json) => ({ ...json, usage: changed(json['usage'], change, number) });
}

/** Changes one record of ClickHouse's cost answers, or with no number every one. */
export function clickhouseRecord(change: (record: WireRow) => unknown, number?: number): Edit {
  return clickhouseResult((result) => ({ ...result, costs: changed(result['costs'], change, number) }));
}

export function clickhouseResult(change: (result: WireRow) => unknown): Edit {
  return (json) => ({ ...json, result: change(json['result'] as WireRow) });
}

function changed(records: unknown, change: (record: WireRow) => unknown, number?: number): unknown[] {
  return (records as WireRow[]).map((record, index) =>
    number === undefined || index + 1 === number ? change(record) : record,
  );
}
