/** A difference from the vendor's own total is shown as long as there is one. */
import { afterEach, describe, expect, it } from 'vitest';

import { DAY_MS, HOUR_MS, addDays, dayOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { formatDecimal, parseNanos, sum } from '../../shared/money.js';
import { clickhouseResult, editing } from '../support/fault-table.js';
import type { WireRow } from '../support/fault-table.js';
import { startProgram, trueDays } from '../support/program.js';
import type { Program } from '../support/program.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);
const TODAY = dayOf(START);

let program: Program;

afterEach(() => program.close());

/** The vendor no longer has the charges of these days, and its totals agree with that. */
const withdrawing = (isGone: (day: Day) => boolean): Program['wrap'] =>
  editing(/\/usage$/, (body) => {
    const rows = (body['usage'] as readonly WireRow[]).filter((row) => !isGone(row['billing_day'] as Day));
    const cost = formatDecimal(sum(rows.map((row) => parseNanos(row['cost']))));
    return { ...body, usage: rows, total: rows.length, total_cost: cost };
  });

function difference(id: string): bigint | undefined {
  return program.ledger.connection(id)?.reconciliation?.difference;
}

async function begin(): Promise<string> {
  program = await startProgram({ now: () => START, months: 2, scale: { apps: 2, cvmsPerApp: 1 } });
  const id = await program.connect('phala');
  expect(await program.sync(id)).toEqual({ kind: 'done' });
  expect(difference(id)).toBe(0n);
  return id;
}

describe('a settled day that the vendor withdraws', () => {
  it('is kept, and its difference shows until the vendor gives it again', async () => {
    const id = await begin();
    const gone = addDays(TODAY, -6);
    const held = trueDays(program, 'phala', { from: gone, to: gone }).get(gone) ?? 0n;
    expect(held).toBeGreaterThan(0n);
    program.wrap = withdrawing((day) => day === gone);
    // The second look at young settled days meets it; the polls after it do not ask for it.
    program.now += DAY_MS;
    for (let poll = 0; poll < 3; poll += 1) {
      expect(await program.sync(id)).toEqual({ kind: 'done' });
      expect(difference(id)).toBe(0n - held);
      program.now += HOUR_MS;
    }
    const stored = program.byDay(id, { from: gone, to: gone });
    expect(sum([...stored.values()])).toBe(held);
    program.wrap = (http) => http;
    program.now += DAY_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(difference(id)).toBe(0n);
  });
});

/** ClickHouse, every record locked: without records of some days, and with a total or none. */
const locking = (isGone: (day: Day) => boolean, hasTotal: boolean): Program['wrap'] =>
  editing(
    /usageCost$/,
    clickhouseResult((result) => {
      const costs = (result['costs'] as readonly WireRow[])
        .filter((record) => !isGone(record['date'] as Day))
        .map((record): WireRow => ({ ...record, locked: true }));
      const total = formatDecimal(sum(costs.map((record) => parseNanos(record['totalCHC']))));
      return { ...result, costs, grandTotalCHC: hasTotal ? total : null };
    }),
  );

describe('a withdrawn day of ClickHouse', () => {
  const gone = addDays(TODAY, -6);

  async function beginLocked(hasTotal: boolean): Promise<string> {
    program = await startProgram({ now: () => START, months: 2 });
    program.wrap = locking(() => false, hasTotal);
    const id = await program.connect('clickhouse');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.wrap = locking((day) => day === gone, hasTotal);
    return id;
  }

  it('is a difference also once it is the oldest of the days that are looked at', async () => {
    const id = await beginLocked(true);
    for (let days = 1; days <= 12; days += 1) {
      program.now = START + days * DAY_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
      expect(difference(id)).toBeLessThan(0n);
    }
  });

  it('is told of no total where the vendor names none', async () => {
    const id = await beginLocked(false);
    program.now += DAY_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(program.ledger.connection(id)?.reconciliation).toBeNull();
  });
});

describe('days that the vendor answers with nothing from some day back', () => {
  it('are what it reported once, and no difference', async () => {
    const id = await begin();
    const before = { from: addDays(TODAY, -40), to: addDays(TODAY, -6) };
    const held = program.byDay(id, before);
    program.wrap = withdrawing((day) => day <= addDays(TODAY, -6));
    for (let days = 1; days <= 9; days += 1) {
      program.now = START + days * DAY_MS;
      for (let poll = 0; poll < 2; poll += 1) {
        expect(await program.sync(id)).toEqual({ kind: 'done' });
        expect(difference(id)).toBe(0n);
        program.now += HOUR_MS;
      }
    }
    expect(program.byDay(id, before)).toEqual(held);
  });
});
