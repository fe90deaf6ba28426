import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { buildOverview } from '../../electron/core/overview.js';
import type { Ledger, StoredCharge } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { BREAKDOWNS, SPLITS } from '../../shared/choices.js';
import { addDays, contains, day, daysBetween, eachDay, earlier, endOf, startOf } from '../../shared/day.js';
import type { DayRange } from '../../shared/day.js';
import { DEFAULT_VIEW } from '../../shared/model.js';
import type { BreakdownBy, Overview, SplitBy, ViewChoice } from '../../shared/model.js';
import { nanos, sum } from '../../shared/money.js';
import { PERIOD_IDS } from '../../shared/period.js';
import { DEFAULT_SETTINGS } from '../../shared/settings.js';
import {
  addConnection,
  ALL,
  amount,
  bench,
  charge,
  days,
  listScopes,
  TODAY,
  write,
} from './ledger-support.js';

/** What an overview shows is the sum of the charges one by one, whichever way they are told apart. */

const WINDOW = days('2026-09-01', TODAY);
const CLOCK = startOf(TODAY) + 10 * 3_600_000;

interface Drawn {
  readonly back: number;
  readonly resource: number;
  readonly meter: string;
  readonly usd: number;
}

const drawn = fc.record<Drawn>({
  back: fc.integer({ min: 0, max: daysBetween(WINDOW.from, WINDOW.to) }),
  resource: fc.integer({ min: 0, max: 19 }),
  meter: fc.constantFrom('Compute', 'Storage', 'Backup'),
  usd: fc.integer({ min: -1_000_000, max: 1_000_000_000 }),
});

/** With it every day since is compared: none lies before the first charge. */
const FIRST: Drawn = { back: daysBetween(WINDOW.from, WINDOW.to), resource: 0, meter: 'Compute', usd: 1 };

/** A vendor whose clock is ahead: no view's day yet. */
const TOMORROW: Drawn = { back: -1, resource: 1, meter: 'Backup', usd: 7 };

function chargeOf({ back, resource, meter, usd }: Drawn, number: number): Charge {
  const on = addDays(WINDOW.to, -back);
  return {
    key: `charge-${number}`,
    day: on,
    start: startOf(on),
    end: startOf(on) + 3_600_000,
    resource: { id: `vm-${resource}`, name: resource % 3 === 0 ? null : `machine ${resource}`, kind: 'CVM' },
    group: null,
    meter,
    vendorMeter: meter,
    variant: '',
    // Beyond what a double holds exactly.
    amount: nanos(BigInt(usd) * 10_000_019n),
    locked: false,
    extra: {},
  };
}

function overviewOf(ledger: Ledger, view: ViewChoice, now = CLOCK): Overview {
  return buildOverview({
    ledger,
    settings: DEFAULT_SETTINGS,
    view,
    live: {
      now,
      cadenceMinutes: 15,
      syncing: new Map(),
      sessionOnly: new Set(),
      unrecorded: new Map(),
    },
    secretStore: 'keychain',
    ledgerNotice: null,
    nextPollAt: null,
    formatTime: () => '10:00',
  });
}

type KeyOf = (charge: StoredCharge) => string;

const KEYS: Readonly<Record<BreakdownBy | SplitBy, KeyOf>> = {
  provider: ({ provider }) => provider,
  connection: ({ connection }) => connection,
  resource: ({ connection, resource }) => `${connection}/${resource.id}`,
  meter: ({ meter }) => meter,
};

function sumsBy(charges: readonly StoredCharge[], keyOf: KeyOf): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const charge of charges) sums.set(keyOf(charge), (sums.get(keyOf(charge)) ?? 0n) + charge.usd);
  return sums;
}

function total(amounts: Iterable<bigint>): bigint {
  return [...amounts].reduce((all, usd) => all + usd, 0n);
}

function checkSeries(shown: Overview, stored: readonly StoredCharge[], splitBy: SplitBy): void {
  const chart = { from: shown.days[0]?.day ?? TODAY, to: earlier(shown.days.at(-1)?.day ?? TODAY, TODAY) };
  const sums = sumsBy(
    stored.filter(({ day }) => contains(chart, day)),
    KEYS[splitBy],
  );
  const told = shown.series.filter(({ key }) => key !== 'other');
  for (const { key, usd } of told) expect(usd).toBe(sums.get(key));
  const least = told.at(-1)?.usd ?? 0n;
  const untold = [...sums].filter(([key]) => !told.some((one) => one.key === key));
  for (const [, usd] of untold) expect(usd <= least).toBe(true);
  expect(total(shown.series.map(({ usd }) => usd))).toBe(total(sums.values()));
  for (const { day, usd, split } of shown.days.filter((bar) => bar.day <= TODAY)) {
    const ofDay = sumsBy(
      stored.filter((charge) => charge.day === day),
      KEYS[splitBy],
    );
    expect(total(split.map((part) => part.usd))).toBe(total(ofDay.values()));
    if (usd !== null) expect(usd).toBe(total(ofDay.values()));
    for (const part of split) if (part.key !== 'other') expect(part.usd).toBe(ofDay.get(part.key));
  }
}

function checkBreakdown(shown: Overview, stored: readonly StoredCharge[], by: BreakdownBy): void {
  const within = (range: DayRange): Map<string, bigint> =>
    sumsBy(
      stored.filter(({ day }) => contains(range, day)),
      KEYS[by],
    );
  const { rows, tail } = shown.breakdown;
  const sums = within(shown.total.range);
  for (const { key, usd } of rows) expect(usd).toBe(sums.get(key));
  expect(rows.length + (tail?.count ?? 0)).toBe(sums.size);
  expect(total(rows.map(({ usd }) => usd)) + (tail?.usd ?? 0n)).toBe(total(sums.values()));
  expect(shown.total.usd).toBe(total(sums.values()));
  // Every day of both stretches is read, so the ended days of the period are compared one by one.
  const { change } = shown;
  if (change === null) return;
  const pairs = daysBetween(change.range.from, change.range.to);
  const from = shown.total.range.from;
  const compared = { now: within({ from, to: addDays(from, pairs) }), before: within(change.range) };
  for (const { key, change: ratio } of rows) {
    const now = compared.now.get(key);
    const before = compared.before.get(key) ?? 0n;
    if (now === undefined || before <= 0n) expect(ratio).toBeNull();
    else expect(ratio).toBeCloseTo(Number(((now - before) * 10_000_000n) / before) / 10_000_000, 5);
  }
}

const view: fc.Arbitrary<ViewChoice> = fc.record({
  period: fc.constantFrom(...PERIOD_IDS),
  custom: fc.constant(days('2026-10-05', '2026-11-01')),
  connection: fc.constantFrom(null, 'first'),
  splitBy: fc.constantFrom<SplitBy[]>('provider', 'resource', 'meter'),
  breakdownBy: fc.constantFrom<BreakdownBy[]>('resource', 'meter', 'connection'),
  showAll: fc.boolean(),
});

describe('an overview', () => {
  it('shows the sums of the charges, whichever way they are told apart', () => {
    fc.assert(
      fc.property(
        fc.array(drawn, { minLength: 60, maxLength: 300 }),
        fc.array(drawn, { maxLength: 60 }),
        fc.array(view, { minLength: 4, maxLength: 4 }),
        (machines, services, views) => {
          const own = bench();
          try {
            const phala = addConnection(own.ledger);
            const clickHouse = addConnection(own.ledger, {
              provider: 'clickhouse',
              account: 'org_1',
              name: 'ClickHouse',
              unit: 'CHC',
              rates: [{ from: day('2026-10-20'), usdPerUnit: nanos(amount('0.87')) }],
            });
            for (const [connection, charges] of [
              [phala, machines],
              [clickHouse, services],
            ] as const) {
              for (const scope of listScopes(own.ledger, connection, ['scope'], WINDOW.from)) {
                write(own.ledger, scope, WINDOW, [[FIRST, TOMORROW, ...charges].map(chargeOf)], {
                  readAt: endOf(TODAY),
                });
              }
            }
            const stored = [...own.ledger.charges(ALL)];
            expect(stored.some((charge) => charge.day > TODAY)).toBe(true);
            for (const each of views) {
              const connection = each.connection === null ? null : phala.id;
              const shown = overviewOf(own.ledger, { ...each, connection });
              const mine = stored.filter((one) => connection === null || one.connection === connection);
              checkSeries(shown, mine, each.splitBy);
              checkBreakdown(shown, mine, each.breakdownBy);
            }
          } finally {
            own.close();
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('shows them also where those of a period need more than 64 bits', () => {
    const own = bench();
    try {
      const connection = addConnection(own.ledger);
      // Each day's sum is far from it: a window is refused only where a day is not.
      const charges = eachDay(days('2026-10-01', '2026-11-20')).flatMap((on) =>
        ['999999999.999999999', '1000000000', '-1000000000'].map((usd, number) =>
          charge(on, usd, {
            key: `charge-${number}`,
            resource: { id: `vm-${number}`, name: null, kind: 'CVM' },
            meter: number === 0 ? 'Compute' : 'Storage',
            vendorMeter: `meter-${number}`,
          }),
        ),
      );
      for (const scope of listScopes(own.ledger, connection, ['scope'], WINDOW.from)) {
        const pages = [charges.slice(0, 70), charges.slice(70)];
        expect(
          write(own.ledger, scope, WINDOW, pages, { reported: sum(charges.map((one) => one.amount)) }),
        ).toMatchObject({
          kind: 'committed',
        });
      }
      const stored = [...own.ledger.charges(ALL)];
      for (const splitBy of SPLITS) {
        for (const breakdownBy of BREAKDOWNS) {
          const shown = overviewOf(own.ledger, { ...DEFAULT_VIEW, splitBy, breakdownBy });
          checkSeries(shown, stored, splitBy);
          checkBreakdown(shown, stored, breakdownBy);
        }
      }
      const meters = own.ledger.metersByResource(ALL);
      for (const { key, usd } of own.ledger.resourceSums(ALL)) {
        expect(total(stored.filter((one) => KEYS.resource(one) === key).map((one) => one.usd))).toBe(usd);
        expect(own.ledger.resourceMeters(ALL, key)).toMatchObject([{ usd }]);
        expect(meters.get(key)).toMatchObject([{ usd }]);
      }
    } finally {
      own.close();
    }
  });

  it.each([
    ['2026-01-31', '2026-05-30', '2026-05-30'],
    ['2026-01-29', '2026-03-28', '2026-03-28'],
    ['2026-01-17', '2026-05-30', '2026-06-16'],
    [null, '2026-02-28', '2026-02-28'],
  ])('charts the billing period of an account of %s on %s up to %s', (anchor, now, last) => {
    const own = bench();
    try {
      const billingAnchor = anchor === null ? null : day(anchor);
      const { id } = addConnection(own.ledger, { billingAnchor });
      const view = { ...DEFAULT_VIEW, period: 'billingPeriod', connection: id } as const;
      const { days: bars, total: period } = overviewOf(own.ledger, view, startOf(day(now)));
      expect(bars[0]?.day).toBe(period.range.from);
      expect(bars.at(-1)?.day).toBe(last);
      expect(bars.filter(({ state }) => state !== 'future').at(-1)?.day).toBe(now);
    } finally {
      own.close();
    }
  });
});
