import { afterEach, describe, expect, it } from 'vitest';

import { DAY_MS, HOUR_MS, addDays, day, dayOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import type { ProviderId } from '../../shared/model.js';
import { NANOS_PER_UNIT, divideHalfEven, nanos, sum } from '../../shared/money.js';
import {
  SINCE,
  begin,
  closeProgram,
  editing,
  expectDone,
  expectTruth,
  storedDays,
} from '../support/fault-table.js';
import type { WireRow } from '../support/fault-table.js';
import type { Program } from '../support/program.js';

afterEach(closeProgram);

const BOTH = ['phala', 'clickhouse'] as const satisfies readonly ProviderId[];
/** Far enough back for ClickHouse’s days to be locked. */
const LONG_AGO = day('2026-11-02');

/** A program whose ledger holds the truth. */
async function settled(provider: ProviderId, options: Parameters<typeof begin>[0] = {}) {
  const program = await begin({ since: provider === 'phala' ? SINCE : LONG_AGO, ...options });
  const id = await program.connect(provider);
  expectDone(await program.sync(id));
  expectTruth(program, id, provider);
  return { program, id };
}

async function backToTheTruth(program: Program, id: string, provider: ProviderId): Promise<void> {
  program.servers.setFault(provider, null);
  program.wrap = (http) => http;
  program.now += HOUR_MS;
  expectDone(await program.sync(id));
  expectTruth(program, id, provider);
}

/** The days that every scope holds for settled. */
function settledDays(program: Program, id: string): Set<Day> {
  const range = program.servers.truth.whole();
  const covered = program.ledger.scopes(id).flatMap((scope) => program.ledger.covered(scope.id, range));
  const open = new Set(covered.filter((known) => !known.settled).map((known) => known.day));
  return new Set(covered.map((known) => known.day).filter((known) => !open.has(known)));
}

const onDays = (stored: ReadonlyArray<readonly [Day, bigint]>, days: ReadonlySet<Day>) =>
  stored.filter(([on]) => days.has(on));

describe.each(BOTH)('%s: an answer of less than before', (provider) => {
  it('nothing, once: nothing is lost', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    program.servers.setFault(provider, { kind: 'nothing', times: 1 });
    program.now += 60_000;
    expectDone(await program.sync(id));
    expect(storedDays(program, id)).toEqual(before);
    await backToTheTruth(program, id, provider);
  });

  it('nothing, for long: asked twice, and settled days keep their charges', async () => {
    const { program, id } = await settled(provider);
    const closed = settledDays(program, id);
    expect(closed.size).toBeGreaterThan(0);
    const before = storedDays(program, id);
    program.servers.setFault(provider, { kind: 'nothing' });
    const asked = program.servers.counts[provider];
    program.now += 60_000;
    expectDone(await program.sync(id));
    const scopes = program.ledger.scopes(id).filter(({ lastChargeDay }) => lastChargeDay !== null).length;
    expect(program.servers.counts[provider] - asked).toBeGreaterThanOrEqual(2 * scopes);
    expect(onDays(storedDays(program, id), closed)).toEqual(onDays(before, closed));
    await backToTheTruth(program, id, provider);
  });

  it('nothing, through the polls in which days settle: they do not settle at $0, and come back', async () => {
    const { program, id } = await settled(provider, { since: day('2026-10-13') });
    if (provider === 'clickhouse') {
      // Unlocked, so that it is 31 days old with a record that may go.
      program.servers.setFault(provider, { kind: 'never-locked' });
      expectDone(await program.sync(id, { onDemand: true, since: program.servers.truth.firstDay }));
    }
    const before = storedDays(program, id);
    // The lid was closed for some days: of them nothing is stored yet.
    program.now += 3 * DAY_MS;
    program.servers.setFault(provider, { kind: 'nothing' });
    for (let poll = 0; poll < 3; poll += 1) {
      expectDone(await program.sync(id));
      program.now += 15 * 60_000;
    }
    const range = { from: program.servers.truth.firstDay, to: dayOf(program.now) };
    const lost = before.filter(([on, amount]) => program.total(id, { from: on, to: on }) !== amount);
    expect(lost.length).toBeGreaterThan(0);
    const states = new Map(
      program.ledger
        .dayStates({ range, connections: [id] }, dayOf(program.now))
        .map(({ day: on, state }) => [on, state]),
    );
    for (const [on] of lost) expect(['open', 'provisional']).toContain(states.get(on));
    await backToTheTruth(program, id, provider);
    program.now += 48 * HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
    if (provider === 'phala') expect(settledDays(program, id)).toContain(lost.at(-1)?.[0]);
  });

  it('nothing, over all settled days: each keeps its charges', async () => {
    const { program, id } = await settled(provider);
    const closed = settledDays(program, id);
    const before = storedDays(program, id);
    program.servers.setFault(provider, { kind: 'nothing' });
    program.now += 60_000;
    expectDone(await program.sync(id, { onDemand: true, since: program.servers.truth.firstDay }));
    const kept = onDays(storedDays(program, id), closed);
    expect(kept).toEqual(onDays(before, closed));
    // The vendor says nothing was charged, and what stands says otherwise: that is shown.
    expect(program.ledger.connection(id)?.reconciliation).toMatchObject({
      reported: 0n,
      stored: sum(kept.map(([, amount]) => amount)),
      rounding: false,
    });
    await backToTheTruth(program, id, provider);
  });

  it('a tenth withdrawn: open days follow, settled days stay', async () => {
    const { program, id } = await settled(provider);
    const closed = settledDays(program, id);
    const before = storedDays(program, id);
    program.servers.setFault(provider, { kind: 'withdrawn' });
    program.now += 60_000;
    expectDone(await program.sync(id));
    const after = storedDays(program, id);
    expect(onDays(after, closed)).toEqual(onDays(before, closed));
    expect(sum(after.map(([, amount]) => amount))).toBeLessThan(sum(before.map(([, amount]) => amount)));
    expect(program.ledger.connection(id)?.reconciliation).toMatchObject({ difference: 0n });
    await backToTheTruth(program, id, provider);
  });

  it('a tenth withdrawn while the totals disagree: nothing is deleted, and the difference shows', async () => {
    const { program, id } = await settled(provider);
    const before = storedDays(program, id);
    program.servers.setFault(provider, [{ kind: 'withdrawn' }, { kind: 'totals-disagree' }]);
    program.now += 60_000;
    expectDone(await program.sync(id));
    expect(storedDays(program, id)).toEqual(before);
    const reconciliation = program.ledger.connection(id)?.reconciliation;
    expect(reconciliation?.rounding).toBe(false);
    expect(reconciliation?.difference).not.toBe(0n);
    await backToTheTruth(program, id, provider);
  });
});

describe.each(BOTH)('%s: totals', (provider) => {
  it('that disagree: the numbers are those of the records, the difference is stored with its size', async () => {
    const { program, id } = await settled(provider);
    program.servers.setFault(provider, { kind: 'totals-disagree' });
    program.now += 6 * HOUR_MS;
    const asked = program.servers.counts[provider];
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
    const answers = BigInt(program.servers.counts[provider] - asked);
    expect(program.ledger.connection(id)?.reconciliation).toMatchObject({
      difference: answers * 1_000_000_001n,
      rounding: false,
    });
    await backToTheTruth(program, id, provider);
    expect(program.ledger.connection(id)?.reconciliation).toMatchObject({ difference: 0n });
  });

  it('that are no longer given are no total: a difference of before does not stand for now', async () => {
    const { program, id } = await settled(provider);
    program.servers.setFault(provider, { kind: 'totals-disagree' });
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expect(program.ledger.connection(id)?.reconciliation).not.toBeNull();
    program.servers.setFault(provider, { kind: 'totals-missing' });
    program.now += HOUR_MS;
    expectDone(await program.sync(id));
    expect(program.ledger.connection(id)?.reconciliation).toBeNull();
    await backToTheTruth(program, id, provider);
    expect(program.ledger.connection(id)?.reconciliation).toMatchObject({ difference: 0n });
  });

  it('that are a nano apart: rounding, kept with its size', async () => {
    const { program, id } = await settled(provider);
    program.servers.setFault(provider, { kind: 'totals-disagree', nanos: 1 });
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
    const reconciliation = program.ledger.connection(id)?.reconciliation;
    expect(reconciliation?.rounding).toBe(true);
    expect(reconciliation?.difference).toBeGreaterThan(0n);
    await backToTheTruth(program, id, provider);
  });
});

describe.each(BOTH)('%s: other amounts than before', (provider) => {
  it('on settled days: a revision; the new sum counts, the old one is kept', async () => {
    const { program, id } = await settled(provider);
    const closed = settledDays(program, id);
    const before = new Map(storedDays(program, id));
    program.servers.setFault(provider, { kind: 'revised', permille: 1_100 });
    program.now += 60_000;
    expectDone(await program.sync(id, { onDemand: true, since: program.servers.truth.firstDay }));
    const range = program.servers.truth.whole();
    const revisions = program.ledger.revisions({ range, connections: [id] });
    expect(new Set(revisions.map((revision) => revision.day))).toEqual(closed);
    for (const on of closed) {
      const ofDay = revisions.filter((revision) => revision.day === on);
      expect(sum(ofDay.map((revision) => revision.before))).toBe(before.get(on));
      expect(sum(ofDay.map((revision) => revision.after))).toBe(program.total(id, { from: on, to: on }));
      expect(program.total(id, { from: on, to: on })).toBeGreaterThan(before.get(on) ?? 0n);
    }
    program.servers.setFault(provider, null);
    program.now += HOUR_MS;
    expectDone(await program.sync(id, { onDemand: true, since: program.servers.truth.firstDay }));
    expectTruth(program, id, provider);
    expect(program.ledger.revisions({ range, connections: [id] }).length).toBe(2 * revisions.length);
  });

  it('on open days: followed without a word', async () => {
    const { program, id } = await settled(provider);
    const before = sum(storedDays(program, id).map(([, amount]) => amount));
    program.servers.setFault(provider, { kind: 'revised', permille: 900 });
    program.now += 60_000;
    expectDone(await program.sync(id));
    expect(sum(storedDays(program, id).map(([, amount]) => amount))).toBeLessThan(before);
    expect(program.ledger.revisions({ range: program.servers.truth.whole(), connections: [id] })).toEqual([]);
    await backToTheTruth(program, id, provider);
  });
});

describe('phala: apps that go', () => {
  const goneApp = (program: Program, id: string) => {
    const scope = program.ledger.scopes(id).find(({ name }) => name === 'web-prod');
    if (scope === undefined) throw new Error('no app');
    return scope;
  };
  const askedFor = (program: Program, key: string, from: number): number =>
    program.servers.requests.slice(from).filter(({ path }) => path === `/apps/${key}/usage`).length;

  it('from the list alone: asked by their id until settled, then no more', async () => {
    const { program, id } = await settled('phala');
    const { key } = goneApp(program, id);
    program.servers.setFault('phala', { kind: 'app-gone', app: key });
    // Nothing is charged for it any more.
    const last = dayOf(program.now);
    program.wrap = editing(/\/usage$/, (body) => {
      const rows = (body['usage'] as readonly WireRow[]).filter((row) => String(row['billing_day']) <= last);
      return { ...body, usage: rows, total: rows.length, total_cost: null };
    });
    program.now += 25 * HOUR_MS;
    expectDone(await program.sync(id));
    expect(goneApp(program, id).goneAt).not.toBeNull();
    const before = program.servers.requests.length;
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expect(askedFor(program, key, before)).toBeGreaterThan(0);
    program.now += 3 * DAY_MS;
    expectDone(await program.sync(id));
    const later = program.servers.requests.length;
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expect(askedFor(program, key, later)).toBe(0);
    program.servers.setFault('phala', null);
    program.wrap = (http) => http;
    program.now += 25 * HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
  });

  it('answered with nothing before the list is due again: the list is asked, and nothing is lost', async () => {
    const { program, id } = await settled('phala');
    const { key } = goneApp(program, id);
    program.now += HOUR_MS / 4;
    expectDone(await program.sync(id));
    const before = storedDays(program, id);
    program.servers.setFault('phala', [
      { kind: 'app-gone', app: key },
      { kind: 'nothing', path: `/apps/${key}/usage` },
    ]);
    program.now += 60_000;
    const asked = program.servers.requests.length;
    expectDone(await program.sync(id));
    expect(storedDays(program, id)).toEqual(before);
    expect(goneApp(program, id).goneAt).not.toBeNull();
    expect(program.servers.requests.slice(asked).filter(({ path }) => path === '/apps')).toHaveLength(1);
  });

  it('from the list, and then answered with nothing: its last days stay, and settle', async () => {
    const { program, id } = await settled('phala');
    const { key, id: scope } = goneApp(program, id);
    const range = program.servers.truth.whole();
    const ofApp = () =>
      [...program.ledger.charges({ range, connections: [id] })]
        .filter(({ scopeKey }) => scopeKey === key)
        .map((charge) => `${charge.day} ${charge.key} ${charge.amount}`);
    program.servers.setFault('phala', { kind: 'app-gone', app: key });
    program.now += 25 * HOUR_MS;
    expectDone(await program.sync(id));
    const before = ofApp();
    expect(before.length).toBeGreaterThan(0);
    program.servers.setFault('phala', [
      { kind: 'app-gone', app: key },
      { kind: 'nothing', path: `/apps/${key}/usage` },
    ]);
    for (let poll = 0; poll < 4; poll += 1) {
      program.now += DAY_MS;
      expectDone(await program.sync(id));
      expect(ofApp()).toEqual(before);
    }
    const known = program.ledger.covered(scope, program.servers.truth.whole());
    expect(known.map((each) => each.settled)).not.toContain(false);
  });

  it('with a 404: the scope ends, its history stays, the others go on; listed again, it is read on', async () => {
    const { program, id } = await settled('phala');
    const { key } = goneApp(program, id);
    const range = program.servers.truth.whole();
    const ofApp = () =>
      sum(
        [...program.ledger.charges({ range, connections: [id] })]
          .filter(({ scopeKey }) => scopeKey === key)
          .map(({ amount }) => amount),
      );
    const before = ofApp();
    program.servers.setFault('phala', { kind: 'app-404', app: key });
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expect(goneApp(program, id).endedAt).not.toBeNull();
    expect(ofApp()).toBe(before);
    const asked = program.servers.requests.length;
    program.now += 6 * HOUR_MS;
    expectDone(await program.sync(id));
    expect(askedFor(program, key, asked)).toBe(0);
    expect(ofApp()).toBe(before);
    program.servers.setFault('phala', null);
    program.now += 25 * HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
  });

  it('with a 404 although it is listed: a fault of the vendor, said each time, and the next poll reads on', async () => {
    const { program, id } = await settled('phala');
    const before = storedDays(program, id);
    program.servers.setFault('phala', { kind: 'status', status: 404, path: '/usage' });
    for (let poll = 0; poll < 2; poll += 1) {
      program.now += 6 * HOUR_MS;
      expect(await program.sync(id)).toMatchObject({
        kind: 'failed',
        fault: { kind: 'vendor-fault', detail: expect.stringMatching(/ is listed but not found$/) as string },
      });
      expect(storedDays(program, id)).toEqual(before);
      expect(program.ledger.scopes(id).filter(({ endedAt }) => endedAt !== null)).toEqual([]);
    }
    program.servers.setFault('phala', null);
    program.now += HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'phala');
  });
});

describe('days that stay open', () => {
  it('clickhouse: a record that never locks keeps its day provisional, and read', async () => {
    const { program, id } = await settled('clickhouse', { since: day('2026-10-13') });
    const entity = [...program.servers.truth.charges('clickhouse', program.servers.truth.whole())][0]
      ?.resource;
    const since = program.servers.truth.firstDay;
    program.servers.setFault('clickhouse', {
      kind: 'never-locked',
      ...(entity === undefined ? {} : { entity }),
    });
    expectDone(await program.sync(id, { onDemand: true, since }));
    program.now += HOUR_MS;
    const asked = program.servers.requests.length;
    expectDone(await program.sync(id));
    const question = { range: { from: since, to: since }, connections: [id] };
    const [known] = program.ledger.dayStates(question, dayOf(program.now));
    expect(known).toMatchObject({ state: 'provisional', readAt: program.now });
    expect(
      program.servers.requests.slice(asked).some(({ query }) => query.includes(`from_date=${since}`)),
    ).toBe(true);
    expectTruth(program, id, 'clickhouse');
    await backToTheTruth(program, id, 'clickhouse');
  });

  it('phala: a day read before the vendor published it is read on', async () => {
    const program = await begin({ since: SINCE });
    const id = await program.connect('phala');
    program.servers.setFault('phala', { kind: 'nothing' });
    expectDone(await program.sync(id));
    expect(storedDays(program, id)).toEqual([]);
    program.servers.setFault('phala', null);
    program.now += HOUR_MS;
    expectDone(await program.sync(id));
    const open = program.servers.truth.whole();
    const recent = { from: addDays(open.to, -2), to: open.to };
    expect(program.total(id, recent)).toBe(program.servers.truth.total('phala', recent));
    expectDone(await program.sync(id, { onDemand: true, since: open.from }));
    expectTruth(program, id, 'phala');
  });
});

describe('prices', () => {
  it('phala: a price that changes within the month', async () => {
    const { program, id } = await settled('phala', {
      priceChange: { from: day('2026-11-20'), permille: 1_350 },
    });
    await backToTheTruth(program, id, 'phala');
  });

  it('clickhouse: a rate that changes within the month leaves the days before as they were', async () => {
    const { program, id } = await settled('clickhouse');
    const from = day('2026-11-15');
    const usdPerUnit = nanos(731_000_001n);
    const range = program.servers.truth.whole();
    const before = program.ledger.daySums({ range, connections: [id] });
    program.ledger.setRate(id, { from, usdPerUnit });
    program.now += HOUR_MS;
    expectDone(await program.sync(id));
    expectTruth(program, id, 'clickhouse');
    const after = program.ledger.daySums({ range, connections: [id] });
    expect(after.filter((entry) => entry.day < from)).toEqual(before.filter((entry) => entry.day < from));
    // Each charge is converted once, half-even; a day is the sum of them.
    for (const entry of after.filter((each) => each.day >= from)) {
      const charges = program.ledger.charges({
        range: { from: entry.day, to: entry.day },
        connections: [id],
      });
      const usd = [...charges].map(({ amount }) => divideHalfEven(amount * usdPerUnit, NANOS_PER_UNIT));
      expect(entry.usd).toBe(sum(usd));
    }
  });
});
