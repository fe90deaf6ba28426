import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { dayDetail, rowDetail } from '../../electron/core/details.js';
import type { Ledger } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { day, endOf } from '../../shared/day.js';
import { nanos } from '../../shared/money.js';
import { addConnection, amount, bench, charge, days, listScopes, NOW, write } from './ledger-support.js';
import type { Bench } from './ledger-support.js';

const WINDOW = days('2026-11-19', '2026-11-20');
const DAY = '2026-11-20';
const { day: before, start, end } = charge('2026-11-19', '1');
const THE_DAY_BEFORE = { day: before, start, end };

let own: Bench;
let number = 0;

beforeEach(() => {
  own = bench();
});

afterEach(() => own.close());

function of(resource: string, meter: string, usd: string, changes: Partial<Charge> = {}): Charge {
  number += 1;
  return charge(DAY, usd, {
    key: `charge-${number}`,
    resource: { id: resource, name: null, kind: 'CVM' },
    meter,
    vendorMeter: meter,
    ...changes,
  });
}

function linesOf(ledger: Ledger) {
  return dayDetail(ledger, ledger.connections(), day(DAY), NOW).lines.map(({ resourceKey, usd, meters }) => ({
    resourceKey,
    usd,
    meters: meters.map((one) => `${one.meter} ${one.usd}`),
  }));
}

/** The same answers, with the number of questions that were put. */
function counting(ledger: Ledger): { readonly ledger: Ledger; readonly asked: () => number } {
  let asked = 0;
  const wrapped = new Proxy(ledger, {
    get: (target, name, receiver) => {
      asked += 1;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  return { ledger: wrapped, asked: () => asked };
}

describe('a day in detail', () => {
  it('gives each resource the meters of its own charges of that day', () => {
    const { ledger } = own;
    const phala = addConnection(ledger);
    const [shop, blog] = listScopes(ledger, phala, ['shop', 'blog'], WINDOW.from);
    if (shop === undefined || blog === undefined) throw new Error('two scopes were listed');
    write(ledger, shop, WINDOW, [
      [
        of('a', 'Compute', '3.00'),
        of('a', 'Storage', '0.50'),
        of('b', 'Compute', '1.00', { vendorMeter: 'cpu' }),
        of('b', 'Compute', '2.00', { vendorMeter: 'gpu' }),
        of('b', 'Backup', '-0.10'),
        of('a', 'Compute', '100', THE_DAY_BEFORE),
        of('c', 'Compute', '100', THE_DAY_BEFORE),
      ],
    ]);
    // A resource that moved from one app to the other within the day.
    write(ledger, blog, WINDOW, [[of('a', 'Compute', '0.25')]]);
    const clickHouse = addConnection(ledger, {
      provider: 'clickhouse',
      account: 'org_1',
      unit: 'CHC',
      rates: [{ from: day('2026-11-01'), usdPerUnit: nanos(amount('0.5')) }],
    });
    for (const scope of listScopes(ledger, clickHouse, ['org'], WINDOW.from)) {
      // The other vendor names a resource alike.
      write(ledger, scope, WINDOW, [[of('a', 'Storage', '1'), of('a', 'Compute', '10')]]);
    }
    expect(linesOf(ledger)).toEqual([
      {
        resourceKey: `${clickHouse.id}/a`,
        usd: amount('5.50'),
        meters: [`Compute ${amount('5.00')}`, `Storage ${amount('0.50')}`],
      },
      {
        resourceKey: `${phala.id}/a`,
        usd: amount('3.75'),
        meters: [`Compute ${amount('3.25')}`, `Storage ${amount('0.50')}`],
      },
      {
        resourceKey: `${phala.id}/b`,
        usd: amount('2.90'),
        meters: [`Compute ${amount('3.00')}`, `Backup ${amount('-0.10')}`],
      },
    ]);
  });

  it('asks the ledger no more for a hundred resources than for one', () => {
    const { ledger } = own;
    const phala = addConnection(ledger);
    const [scope] = listScopes(ledger, phala, ['shop'], WINDOW.from);
    if (scope === undefined) throw new Error('a scope was listed');
    const asked = (resources: number): number => {
      const charges = Array.from({ length: resources }, (_, index) => of(`vm-${index}`, 'Compute', '1'));
      // Not settled, so that nothing is a revision.
      write(ledger, scope, WINDOW, [charges], { readAt: endOf(WINDOW.to) });
      const counted = counting(ledger);
      expect(linesOf(counted.ledger)).toHaveLength(resources);
      return counted.asked();
    };
    const few = asked(1);
    expect(asked(100)).toBe(few);
  });
});

describe('a row of the breakdown', () => {
  it('says of a resource’s days what its own connection knows', () => {
    const { ledger } = own;
    const phala = addConnection(ledger);
    const clickHouse = addConnection(ledger, { provider: 'clickhouse', account: 'org_1', unit: 'CHC' });
    for (const scope of listScopes(ledger, phala, ['shop'], WINDOW.from)) {
      write(ledger, scope, WINDOW, [[of('a', 'Compute', '1')]]);
    }
    for (const scope of listScopes(ledger, clickHouse, ['org'], WINDOW.from)) {
      // Not settled.
      write(ledger, scope, WINDOW, [[of('w', 'Compute', '1')]], { readAt: endOf(WINDOW.to) });
    }
    const both = ledger.connections();
    const stateOf = (key: string, by: 'resource' | 'connection' | 'meter'): string | undefined =>
      rowDetail(ledger, both, key, by, days(DAY), NOW).days[0]?.state;
    expect(stateOf(`${phala.id}/a`, 'resource')).toBe('settled');
    expect(stateOf(`${clickHouse.id}/w`, 'resource')).toBe('provisional');
    expect(stateOf(phala.id, 'connection')).toBe('settled');
    expect(stateOf('Compute', 'meter')).toBe('provisional');
  });
});
