import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, Scope } from '../../electron/ledger/types.js';
import type { Charge } from '../../electron/providers/adapter.js';
import { day, endOf, HOUR_MS, startOf } from '../../shared/day.js';
import type { Nanos } from '../../shared/money.js';
import { addConnection, amount, bench, charge, days, listScopes, NOW, write } from './ledger-support.js';
import type { Bench } from './ledger-support.js';

let place: Bench;
let ledger: Ledger;

beforeEach(() => {
  place = bench();
  ledger = place.ledger;
});
afterEach(() => place.close());

const usd = (text: string): Nanos => amount(text) as Nanos;

describe('hours', () => {
  it('spread a day’s short charges, and tell of the others beside them', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['a']) as [Scope];
    const start = Date.parse('2026-11-10T09:30:00Z');
    const long = charge('2026-11-10', '24', {
      key: 'day',
      start: Date.parse('2026-11-10T00:00:00Z'),
      end: endOf(day('2026-11-10')),
    });
    write(ledger, scope, days('2026-11-10'), [[long]]);
    const question = { range: days('2026-11-10'), connections: null };
    expect(ledger.hours(question)).toBeNull();
    expect(ledger.lastDayByHour(connection.id)).toBeNull();
    write(ledger, scope, days('2026-11-10'), [
      [long, charge('2026-11-10', '4', { start, end: start + HOUR_MS })],
    ]);
    const { byHour = [], longer } = ledger.hours(question) ?? {};
    expect(longer).toBe(usd('24'));
    expect(byHour.map((sum, hour) => (sum === 0n ? '' : `${hour}: ${sum}`)).filter(Boolean)).toEqual([
      '9: 2000000000',
      '10: 2000000000',
    ]);
  });

  it('sum the 24 hours before the newest end', () => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['a']) as [Scope];
    const at = (text: string, usdText: string): Charge =>
      charge(text.slice(0, 10), usdText, {
        key: text,
        start: Date.parse(`${text}:00Z`),
        end: Date.parse(`${text}:00Z`) + HOUR_MS,
      });
    const rows = [
      at('2026-11-10T14:00', '100'),
      at('2026-11-10T15:00', '8'),
      at('2026-11-10T20:00', '1'),
      at('2026-11-11T14:45', '2'),
    ];
    write(ledger, scope, days('2026-11-10', '2026-11-11'), [rows]);
    // Until 15:45; of the charge from 15:00 to 16:00 the day before, a quarter counts.
    expect(ledger.lastDayByHour(connection.id)).toEqual({
      until: Date.parse('2026-11-11T15:45:00Z'),
      usd: usd('5'),
    });
  });
});

describe('the 24 hours before the newest reported hour', () => {
  /** Cents an hour, up to this hour of the second day. */
  const hourly = (cents: string, until: number): Charge[] =>
    ['2026-11-10', '2026-11-11'].flatMap((date, back) =>
      Array.from({ length: back === 0 ? 24 : until }, (_, hour) => {
        const start = startOf(day(date)) + hour * HOUR_MS;
        return charge(date, cents, { key: `${date} ${hour}`, start, end: start + HOUR_MS });
      }),
    );
  const ahead = (date: string, usdText: string, from: number, length: number): Charge => {
    const start = startOf(day(date)) + from * HOUR_MS;
    return charge(date, usdText, { key: `${date} ahead`, start, end: start + length * HOUR_MS });
  };
  const perDay = (charges: Charge[]) => {
    const connection = addConnection(ledger);
    const [scope] = listScopes(ledger, connection, ['a']) as [Scope];
    write(ledger, scope, days(charges.map((each) => each.day).sort()[0] ?? '', '2026-11-11'), [charges]);
    return ledger.lastDayByHour(connection.id);
  };
  const until = Date.parse('2026-11-11T10:00:00Z');

  it('hold a machine that is paid for 24 h ahead, day after day', () => {
    const blocks = [ahead('2026-11-10', '84', 8, 24), ahead('2026-11-11', '84', 8, 24)];
    expect(perDay([...hourly('0.01', 10), ...blocks])).toEqual({ until, usd: usd('84.24') });
  });

  it('hold of what is paid ahead only the hours that have passed', () => {
    const charges = [...hourly('1', 10), ahead('2026-11-11', '0.12', 8, 12)];
    expect(perDay(charges)).toEqual({ until, usd: usd('24.02') });
  });

  it.each([
    ['weeks', '2026-10-20', '300', 30],
    ['months', '2026-01-20', '3000', 300],
  ])('hold a part of what was charged %s ago and lasts until now', (_, date, usdText, length) => {
    const charges = [...hourly('1', 10), ahead(date, usdText, 0, length * 24)];
    expect(perDay(charges)).toEqual({ until, usd: usd('34') });
    expect(ledger.integrityFault()).toBeNull();
  });

  it('hold nothing of a connection that was forgotten', () => {
    perDay([...hourly('1', 10), ahead('2026-11-11', '84', 8, 24)]);
    const [before] = ledger.connections();
    ledger.removeConnection(before?.id ?? '', { forget: true }, NOW);
    expect(ledger.integrityFault()).toBeNull();
    expect(perDay(hourly('1', 10))).toEqual({ until, usd: usd('24') });
  });
});
