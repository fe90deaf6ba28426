import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scope } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { addDays, day, endOf, HOUR_MS } from '../../shared/day.js';
import { sum } from '../../shared/money.js';
import { ALL, addConnection, AGE, amount, bench, charge, listScopes, write } from './ledger-support.js';

describe('whatever the order of windows and pages', () => {
  const FIRST = day('2026-11-01');
  const chargeOf = fc
    .record({
      offset: fc.integer({ min: 0, max: 9 }),
      key: fc.constantFrom('a', 'b', 'c'),
      vm: fc.constantFrom('vm-1', 'vm-2'),
      meter: fc.constantFrom('compute', 'storage'),
      nano: fc.bigInt({ min: -5n, max: 1_000n }),
      project: fc.constantFrom(1, 2),
    })
    .map(({ offset, key, vm, meter, nano, project }) =>
      charge(addDays(FIRST, offset), '0', {
        key,
        resource: { id: vm, name: vm, kind: 'CVM' },
        meter,
        vendorMeter: meter,
        amount: nano as Charge['amount'],
        extra: { project_id: project },
      }),
    );
  const windowOf = fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
    .map(([a, b]) => ({ from: addDays(FIRST, Math.min(a, b)), to: addDays(FIRST, Math.max(a, b)) }));
  /** Where each charge of a window comes in its answer. */
  const ORDER = fc.array(fc.nat(), { minLength: 25, maxLength: 25 });
  const identity = (each: Charge): string =>
    [each.day, each.key, each.resource.id, each.vendorMeter].join(' ');
  const content = (each: Charge): string =>
    `${identity(each)} ${each.amount} ${String(each.extra['project_id'])}`;

  it('the ledger says what the vendor says', () => {
    fc.assert(
      fc.property(
        fc.array(chargeOf, { maxLength: 25 }),
        fc.array(fc.tuple(windowOf, fc.boolean(), ORDER, fc.boolean()), {
          maxLength: 6,
        }),
        fc.boolean(),
        (truth, windows, early) => {
          const own = bench();
          try {
            const [target] = listScopes(own.ledger, addConnection(own.ledger), ['app-1']) as [Scope];
            const whole = { from: FIRST, to: addDays(FIRST, 9) };
            const all = [...windows, [whole, true, [], false] as const];
            for (const [window, mayDelete, order, twice] of all) {
              const inside = truth
                .filter((each) => each.day >= addDays(window.from, -1) && each.day <= addDays(window.to, 1))
                .map((each, index) => ({ each, place: order[index] ?? 0 }))
                .sort((a, b) => a.place - b.place)
                .map(({ each }) => each);
              // Charges of one identity stay on one page: only there are they told apart.
              const pages = [0, 1].map((number) =>
                inside.filter(
                  (each) => (identity(each).charCodeAt(12) + each.day.charCodeAt(9)) % 2 === number,
                ),
              );
              const readAt = endOf(window.to) + (early ? 1 : 1_000) * HOUR_MS;
              write(own.ledger, target, window, twice ? [...pages, ...pages.reverse()] : pages, {
                mayDelete,
                readAt,
              });
            }
            const expected = [...new Set(truth.map(content))].sort();
            const stored = [...own.ledger.charges(ALL)];
            expect(stored.map((each) => content({ ...each, resource: each.resource })).sort()).toEqual(
              expected,
            );
            expect(sum(own.ledger.daySums(ALL).map((entry) => entry.native))).toBe(
              sum(stored.map((each) => each.amount)),
            );
            expect(sum(own.ledger.resourceSums(ALL).map((entry) => entry.usd))).toBe(
              sum(stored.map((each) => each.usd)),
            );
            expect(own.ledger.revisions(ALL)).toEqual([]);
            expect(own.ledger.integrityFault()).toBeNull();
          } finally {
            own.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('every sum is the sum of its charges, whatever the vendor says next', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            window: windowOf,
            answer: fc.array(chargeOf, { maxLength: 12 }),
            mayDelete: fc.boolean(),
            hours: fc.constantFrom(1, 1_000),
          }),
          { maxLength: 8 },
        ),
        fc.constantFrom('0.87', '1', '1.000000001'),
        (answers, rate) => {
          const own = bench();
          try {
            const account = addConnection(own.ledger, { unit: 'CHC' });
            own.ledger.setRate(account.id, {
              from: addDays(FIRST, 4),
              usdPerUnit: amount(rate) as Charge['amount'],
            });
            const [target] = listScopes(own.ledger, account, ['app-1']) as [Scope];
            for (const { window, answer, mayDelete, hours } of answers) {
              write(own.ledger, target, window, [answer], {
                mayDelete,
                readAt: endOf(window.to) + hours * HOUR_MS,
                settle: AGE,
              });
            }
            const stored = [...own.ledger.charges(ALL)];
            const by = (keyOf: (each: (typeof stored)[number]) => string): Record<string, bigint> => {
              const sums: Record<string, bigint> = {};
              for (const each of stored) sums[keyOf(each)] = (sums[keyOf(each)] ?? 0n) + each.usd;
              return sums;
            };
            const { ledger } = own;
            expect(Object.fromEntries(ledger.daySums(ALL).map((entry) => [entry.day, entry.usd]))).toEqual(
              by((each) => each.day),
            );
            expect(
              Object.fromEntries(ledger.meterSums(ALL).map((entry) => [entry.meter, entry.usd])),
            ).toEqual(by((each) => each.meter));
            const meters = ledger.meterSums(ALL).map(({ meter }) => meter);
            const resources = ledger.resourceSums(ALL).map(({ key }) => key);
            const split = (kind: 'meter' | 'resource', keys: readonly string[]): Record<string, bigint> =>
              Object.fromEntries(
                ledger.daySplit(ALL, kind, keys).map((entry) => [`${entry.day} ${entry.key}`, entry.usd]),
              );
            const resourceOf = (each: (typeof stored)[number]): string => `${account.id}/${each.resource.id}`;
            expect(split('meter', meters)).toEqual(by((each) => `${each.day} ${each.meter}`));
            expect(split('resource', resources)).toEqual(by((each) => `${each.day} ${resourceOf(each)}`));
            expect(Object.fromEntries(ledger.keySums(ALL, 'meter', meters))).toEqual(
              by((each) => each.meter),
            );
            expect(Object.fromEntries(ledger.keySums(ALL, 'resource', resources))).toEqual(by(resourceOf));
            for (const { key, usd } of ledger.resourceSums(ALL)) {
              expect(sum(ledger.daySplit(ALL, 'resource', [key]).map((entry) => entry.usd))).toBe(usd);
              expect(ledger.keySums(ALL, 'resource', [key])).toEqual(new Map([[key, usd]]));
              expect(sum(ledger.resourceMeters(ALL, key).map((entry) => entry.usd))).toBe(usd);
            }
            expect(ledger.metersByResource(ALL)).toEqual(
              new Map(resources.map((key) => [key, ledger.resourceMeters(ALL, key)])),
            );
            expect(ledger.countCharges(ALL)).toBe(stored.length);
            expect(ledger.integrityFault()).toBeNull();
          } finally {
            own.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
