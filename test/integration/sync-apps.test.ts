/** Apps in trouble of their own, or gone from the list, beside others that are well. */
import { afterEach, describe, expect, it } from 'vitest';

import { dueAt } from '../../electron/polling/cadence.js';
import { HOUR_MS, addDays, dayOf } from '../../shared/day.js';
import { editing } from '../support/fault-table.js';
import { startProgram, trueDays } from '../support/program.js';
import type { Program } from '../support/program.js';

const START = Date.UTC(2026, 10, 22, 12, 34, 56);

let program: Program;

afterEach(() => program.close());

function equalTruth(id: string): void {
  const whole = program.servers.truth.whole();
  expect([...program.byDay(id, whole)].sort()).toEqual([...trueDays(program, 'phala', whole)].sort());
}

describe('an app whose usage cannot be had', () => {
  /** A connection of five apps, of which the first ones that are asked are answered so from then on. */
  async function begin(inTrouble: number, status: number) {
    program = await startProgram({ now: () => START, months: 2, scale: { apps: 5, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    const troubled = new Set<string>();
    const asked: string[] = [];
    program.wrap = (http) => ({
      get: async (path, query = {}) => {
        const answer = await http.get(path, query);
        if (!path.endsWith('/usage')) return answer;
        asked.push(path);
        if (troubled.size < inTrouble) troubled.add(path);
        return troubled.has(path) ? { ...answer, status, body: Buffer.from('{}') } : answer;
      },
    });
    /** How many apps were asked, and how many are known. */
    const counts = () => ({
      asked: new Set(asked.splice(0)).size,
      known: program.ledger.scopes(id).filter(({ lastChargeDay }) => lastChargeDay !== null).length,
    });
    return { id, counts };
  }

  it.each([
    [500, 'vendor-fault'],
    [504, 'timeout'],
    [403, 'permission'],
  ])('(%i) keeps none of the others from being read, and is named', async (status, kind) => {
    const { id, counts } = await begin(1, status);
    const outcome = await program.sync(id);
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind } });
    expect(counts()).toEqual({ asked: 5, known: 4 });
    const unread = program.ledger.scopes(id).filter(({ lastChargeDay }) => lastChargeDay === null);
    expect(outcome.kind === 'failed' && outcome.fault.detail).toContain(unread[0]?.name);
    program.wrap = (http) => http;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    equalTruth(id);
  });

  it('is asked last in the next sync, so that two of them do not hold it up either', async () => {
    const { id, counts } = await begin(2, 500);
    expect((await program.sync(id)).kind).toBe('failed');
    expect(counts()).toEqual({ asked: 2, known: 0 });
    for (const asked of [5, 5]) {
      program.now += HOUR_MS;
      expect((await program.sync(id)).kind).toBe('failed');
      expect(counts()).toEqual({ asked, known: 3 });
    }
    program.wrap = (http) => http;
    program.now += HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    equalTruth(id);
    expect(program.ledger.connection(id)?.memo['troubled']).toEqual([]);
  });

  it('keeps none from being read where each is refused to the key by itself', async () => {
    const { id, counts } = await begin(4, 403);
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'permission' } });
    expect(counts()).toEqual({ asked: 5, known: 1 });
  });

  it('is ended where the vendor neither lists it nor lets the key ask for it', async () => {
    program = await startProgram({ now: () => START, months: 1, scale: { apps: 3, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    const [gone] = program.ledger.scopes(id);
    if (gone === undefined) throw new Error('no app');
    const before = program.total(id, program.servers.truth.whole());
    const unlisted = editing(/^\/apps$/, (body) => {
      const apps = body['dstack_apps'] as ReadonlyArray<{ readonly app_id: string }>;
      return { ...body, dstack_apps: apps.filter(({ app_id: key }) => key !== gone.key), total: 2 };
    });
    let asked = 0;
    program.wrap = (http) => {
      const rest = unlisted(http);
      return {
        get: (path, query) => {
          if (path !== `/apps/${gone.key}/usage`) return rest.get(path, query);
          asked += 1;
          return Promise.resolve({ status: 403, headers: {}, body: new TextEncoder().encode('{}') });
        },
      };
    };
    // By then the list is asked for again.
    program.now += 25 * HOUR_MS;
    for (let poll = 0; poll < 2; poll += 1) expect(await program.sync(id)).toEqual({ kind: 'done' });
    expect(asked).toBe(1);
    expect(program.ledger.scopes(id).find(({ key }) => key === gone.key)?.endedAt).not.toBeNull();
    expect(program.total(id, program.servers.truth.whole())).toBeGreaterThanOrEqual(before);
  });

  it('is followed on while it bills, also where it is no longer listed', async () => {
    program = await startProgram({ now: () => START, months: 1, scale: { apps: 2, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    await program.sync(id);
    const [missing] = program.ledger.scopes(id);
    program.wrap = editing(/^\/apps$/, (body) => {
      const apps = body['dstack_apps'] as ReadonlyArray<{ readonly app_id: string }>;
      return { ...body, dstack_apps: apps.filter(({ app_id: key }) => key !== missing?.key), total: 1 };
    });
    for (let day = 0; day < 4; day += 1) {
      program.now += 24 * HOUR_MS;
      expect(await program.sync(id)).toEqual({ kind: 'done' });
    }
    expect(program.ledger.scopes(id).find(({ key }) => key === missing?.key)?.goneAt).not.toBeNull();
    equalTruth(id);
    // Asleep meanwhile.
    program.now += 5 * 24 * HOUR_MS;
    expect(await program.sync(id)).toEqual({ kind: 'done' });
    equalTruth(id);
  });

  it('is not asked day by day for what could not be read, where it is no longer listed', async () => {
    program = await startProgram({ now: () => START, months: 3, scale: { apps: 2, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    program.wrap = (http) => ({
      get: (path, query) =>
        path.endsWith('/usage')
          ? Promise.resolve({ status: 500, headers: {}, body: new Uint8Array() })
          : http.get(path, query),
    });
    expect((await program.sync(id)).kind).toBe('failed');
    // Nothing was ever read of the app that is gone now, and an answer that holds the bad day makes no sense.
    const [missing] = program.ledger.scopes(id);
    const bad = addDays(dayOf(START), -2);
    const asked: string[] = [];
    const list = editing(/^\/apps$/, (body) => {
      const apps = body['dstack_apps'] as ReadonlyArray<{ readonly app_id: string }>;
      return { ...body, dstack_apps: apps.filter(({ app_id: key }) => key !== missing?.key), total: 1 };
    });
    program.wrap = (http) => ({
      get: (path, query = {}) => {
        if (path !== `/apps/${missing?.key}/usage`) return list(http).get(path, query);
        const { start_date: from = '', end_date: to = '' } = query;
        asked.push(`${from} to ${to}`);
        const isBad = from <= bad && bad < to;
        return isBad
          ? Promise.resolve({ status: 200, headers: {}, body: new TextEncoder().encode('[]') })
          : http.get(path, query);
      },
    });
    program.now += 25 * HOUR_MS;
    expect(await program.sync(id)).toMatchObject({ kind: 'failed', fault: { kind: 'format' } });
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThan(7);
  });

  it.each([1, 2, 12])('lets the others be read on as often as ever (%i refused)', async (count) => {
    program = await startProgram({ now: () => START, months: 1, scale: { apps: count + 2, cvmsPerApp: 1 } });
    const id = await program.connect('phala');
    const refused = new Set<string>();
    program.wrap = (http) => ({
      get: (path, query) => {
        if (path.endsWith('/usage') && refused.size < count) refused.add(path);
        if (!refused.has(path)) return http.get(path, query);
        return Promise.resolve({ status: 403, headers: {}, body: new TextEncoder().encode('{}') });
      },
    });
    const outcome = await program.sync(id);
    expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'permission' } });
    const names = program.ledger.scopes(id).map(({ name, key }) => name ?? key);
    const { detail } = outcome.kind === 'failed' ? outcome.fault : { detail: null };
    expect(names.some((name) => detail?.includes(name))).toBe(true);
    const today = { from: dayOf(START), to: dayOf(START) };
    const read = program.ledger
      .scopes(id)
      .filter((scope) => program.ledger.covered(scope.id, today).length > 0);
    expect(read).toHaveLength(2);
    const connection = program.ledger.connection(id);
    if (connection === null) throw new Error('no connection');
    const cadence = { now: program.now, cadenceMinutes: 15, onBattery: false, random: 0 };
    expect(dueAt(connection, cadence)).toBeLessThanOrEqual(program.now + 15 * 60_000);
  });

  it('is the vendor’s trouble where the next one’s cannot be had either', async () => {
    const { id, counts } = await begin(5, 500);
    expect((await program.sync(id)).kind).toBe('failed');
    expect(counts()).toEqual({ asked: 2, known: 0 });
  });
});
