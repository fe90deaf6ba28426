/** A vendor that answers for newer days only. */
import { afterEach, describe, expect, it } from 'vitest';

import { connectionViews } from '../../electron/core/connection-views.js';
import { readDayFacts } from '../../electron/core/day-facts.js';
import type { VendorHttp } from '../../electron/providers/adapter.js';
import { DAY_MS, addDays, dayOf, eachDay } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { startProgram, trueDays } from '../support/program.js';
import type { Program } from '../support/program.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);
const TODAY = dayOf(START);
const PROVIDERS = ['phala', 'clickhouse'] as const;
/** Phala is asked for a day more on each side. */
const MARGIN = { phala: 1, clickhouse: 0 } as const;

let program: Program;

afterEach(() => program.close());

/** Every question that begins with one of these days is refused. */
function refusing(isRefused: (day: Day) => boolean): { wrap: Program['wrap']; refused: Day[] } {
  const refused: Day[] = [];
  const wrap = (http: VendorHttp): VendorHttp => ({
    get: async (path, query = {}) => {
      const first = (query['start_date'] ?? query['from_date'])?.slice(0, 10) as Day | undefined;
      if (first === undefined || !isRefused(first)) return http.get(path, query);
      refused.push(first);
      const said = JSON.stringify({ detail: 'out of range', error: 'out of range' });
      return { status: 400, headers: {}, body: new TextEncoder().encode(said) };
    },
  });
  return { wrap, refused };
}

function unreadDays(id: string): Day[] {
  const [scope] = program.ledger.scopes(id).filter(({ createdDay }) => createdDay === null);
  const since = addDays(TODAY, -120);
  const scopes = scope === undefined ? program.ledger.scopes(id) : [scope];
  const known = new Set(
    scopes.flatMap(({ id: number }) =>
      program.ledger.covered(number, { from: since, to: TODAY }).map(({ day }) => day),
    ),
  );
  return eachDay({ from: since, to: TODAY }).filter((day) => !known.has(day));
}

function notesOf(id: string): readonly string[] {
  const { ledger, now } = program;
  const facts = readDayFacts(ledger, ledger.connections(), { from: TODAY, to: TODAY }, TODAY, now);
  const live = {
    now,
    cadenceMinutes: 15,
    syncing: new Map(),
    sessionOnly: new Set<string>(),
    unrecorded: new Map(),
  };
  return connectionViews(ledger, facts, live).find((view) => view.id === id)?.notes ?? [];
}

describe.each(PROVIDERS)('where %s gives no older days', (provider) => {
  const kept = addDays(TODAY, -80);
  /** The oldest day that can be had. */
  const oldest = addDays(kept, MARGIN[provider]);

  it('reads all that it gives, to the day, and calls the rest unknown, not failed', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const { wrap, refused } = refusing((day) => day < kept);
    program.wrap = wrap;
    const id = await program.connect(provider);
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(unreadDays(id)).toEqual(eachDay({ from: addDays(TODAY, -120), to: addDays(oldest, -1) }));
    const given = { from: oldest, to: TODAY };
    expect(program.byDay(id, given)).toEqual(trueDays(program, provider, given));
    expect(notesOf(id).at(-1)).toMatch(new RegExp(`gives no days .*before ${oldest};`));
    const scopes = program.ledger.scopes(id).length;
    expect(refused.length).toBeLessThanOrEqual(15 * scopes);
    expect(program.ledger.connection(id)?.lastSuccess).toBe(program.now);
  });

  it('asks for a refused day once a day, and for all once it is given again', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const { wrap, refused } = refusing((day) => day < kept);
    program.wrap = wrap;
    const id = await program.connect(provider);
    await program.sync(id);
    refused.length = 0;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(refused).toEqual([]);
    program.now += 1.1 * DAY_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(new Set(refused)).toEqual(new Set([addDays(oldest, -1 - MARGIN[provider])]));
    program.wrap = (http) => http;
    program.now += 1.1 * DAY_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const whole = program.servers.truth.whole();
    expect(program.byDay(id, whole)).toEqual(trueDays(program, provider, whole));
    expect(notesOf(id)).toEqual([]);
  });

  it('fails where a day is refused that is asked for by its date', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    program.wrap = refusing((day) => day < kept).wrap;
    const id = await program.connect(provider);
    await program.sync(id);
    const outcome = await program.sync(id, { since: addDays(kept, -20) });
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
  });

  it('fails where it refuses a day amid others, and reads the others', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const hole = addDays(TODAY, -70);
    // Any window that holds the day is refused.
    program.wrap = (http) => ({
      get: (path, query = {}) => {
        const first = (query['start_date'] ?? query['from_date'])?.slice(0, 10) as Day | undefined;
        const last = (query['end_date'] ?? query['to_date'])?.slice(0, 10) as Day | undefined;
        // Phala's end is not asked for itself.
        const isBefore = last !== undefined && (provider === 'phala' ? hole < last : hole <= last);
        const holds = first !== undefined && first <= hole && isBefore;
        if (!holds) return http.get(path, query);
        const body = new TextEncoder().encode('{"detail":"no","error":"no"}');
        return Promise.resolve({ status: 400, headers: {}, body });
      },
    });
    const id = await program.connect(provider);
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
    expect(unreadDays(id)).toContain(hole);
    expect(unreadDays(id).length).toBeLessThanOrEqual(1 + 3 * MARGIN[provider]);
    expect(notesOf(id)).toEqual([]);
  });

  it('fails where it refuses the newest days', async () => {
    program = await startProgram({ now: () => START, months: 1 });
    program.wrap = refusing(() => true).wrap;
    const id = await program.connect(provider);
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'range' } });
  });

  it('lets a second look at days that are no longer given pass', async () => {
    program = await startProgram({ now: () => START, months: 5 });
    const id = await program.connect(provider);
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    program.now += 8 * DAY_MS;
    program.wrap = refusing((day) => day < addDays(TODAY, -62)).wrap;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const whole = program.servers.truth.whole();
    expect(program.byDay(id, whole)).toEqual(trueDays(program, provider, whole));
  });
});
