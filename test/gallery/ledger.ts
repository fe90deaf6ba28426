/** A made-up account behind the questions that the program's views ask their ledger. */
import { rateOn } from '../../electron/ledger/rates';
import { dayState } from '../../electron/ledger/day-state';
import type {
  DayKnowledge,
  Ledger,
  MeterSum,
  Question,
  ResourceSum,
  Scope,
} from '../../electron/ledger/types';
import { addDays, day, dayOf, eachDay, earlier, endOf } from '../../shared/day';
import type { Day } from '../../shared/day';
import type { Unit } from '../../shared/model';
import { convert, nanos, sum } from '../../shared/money';
import type { Nanos } from '../../shared/money';
import { FIRST_DAY, HOURS_UNTIL, HOUR_SHARES, NOW, TODAY, chargeOn } from './account';
import type { Account, FixtureResource } from './account';

type Asked = Pick<
  Ledger,
  | ('connections' | 'rates' | 'scopes' | 'goneScopes' | 'covered')
  | ('dayStates' | 'knownDays' | 'firstChargeDay' | 'lastChargeDay' | 'revisions')
  | ('daySums' | 'daySplit' | 'keySums' | 'resourceSums' | 'resourceMeters' | 'meterSums')
  | 'metersByResource'
  | ('hours' | 'lastDayByHour')
>;

/** A day older than this is settled at both vendors. */
const SETTLED_UNTIL = addDays(TODAY, -3);
/** Half of what Phala costs on this day is paid for 24 h ahead. */
const PREPAID_ON = day('2026-11-16');
const HOURS_TODAY = new Date(HOURS_UNTIL).getUTCHours();

interface Charge {
  readonly resource: FixtureResource;
  readonly day: Day;
  readonly native: bigint;
}

/** A charge by its meters; what rounding leaves is the last one's. */
function partsOf({ resource, native }: Charge): Array<{ meter: string; native: bigint }> {
  const parts = resource.meters.map(([meter, percent]) => ({ meter, native: (native * percent) / 100n }));
  const last = parts.at(-1);
  if (last !== undefined) last.native += native - sum(parts.map((part) => part.native));
  return parts;
}

interface Sum<T> {
  readonly of: T;
  readonly native: Nanos;
  readonly usd: Nanos;
  readonly charges: number;
}

/** Adds up what bears the same name, in the order in which the names come. */
function summed<T>(
  entries: Iterable<{ readonly name: string; readonly of: T; readonly native: bigint; readonly usd: bigint }>,
): Array<Sum<T>> {
  const found = new Map<string, Sum<T>>();
  for (const { name, of, native, usd } of entries) {
    const before = found.get(name);
    found.set(name, {
      of,
      native: nanos((before?.native ?? 0n) + native),
      usd: nanos((before?.usd ?? 0n) + usd),
      charges: (before?.charges ?? 0) + 1,
    });
  }
  return [...found.values()];
}

/** A connection's only scope, told by the connection's place. */
function scopeOf({ id, name, accountCreatedDay }: Account['connections'][number], index: number): Scope {
  return {
    id: index,
    connection: id,
    key: id,
    name,
    createdDay: accountCreatedDay,
    dormant: false,
    goneAt: null,
    endedAt: null,
    lastChargeDay: TODAY,
    auditedAt: null,
  };
}

export function ledgerOf(account: Account): Ledger {
  const charged = new Map<string, ReadonlyMap<Day, bigint>>();
  /** A resource's charges by day, worked out once. */
  const chargesOf = (resource: FixtureResource): ReadonlyMap<Day, bigint> => {
    const known = charged.get(resource.key);
    if (known !== undefined) return known;
    const unread = account.unread.get(resource.connection);
    const charges = new Map(
      eachDay({ from: resource.from ?? FIRST_DAY, to: TODAY })
        .filter((day) => unread?.has(day) !== true)
        .map((day): [Day, bigint] => [day, chargeOn(resource, day)])
        .filter(([, amount]) => amount > 0n),
    );
    charged.set(resource.key, charges);
    return charges;
  };
  const asked = ({ connections }: Pick<Question, 'connections'>): readonly FixtureResource[] =>
    account.resources.filter(({ connection }) => connections === null || connections.includes(connection));
  const chargesIn = (question: Question, key: string | null = null): Charge[] => {
    const days = eachDay(question.range);
    return asked(question)
      .filter((resource) => key === null || resource.key === key)
      .flatMap((resource) => {
        const charges = chargesOf(resource);
        return days.flatMap((day) => {
          const native = charges.get(day);
          return native === undefined ? [] : [{ resource, day, native }];
        });
      });
  };
  const unitOf = ({ provider }: FixtureResource): Unit => (provider === 'phala' ? 'USD' : 'CHC');
  const usdOf = ({ resource, day }: Charge, native: bigint): Nanos =>
    unitOf(resource) === 'USD' ? nanos(native) : convert(nanos(native), rateOn(account.rates, day));
  const byMeter = (charges: readonly Charge[]) =>
    charges.flatMap((charge) =>
      partsOf(charge).map(({ meter, native }) => ({ charge, meter, native, usd: usdOf(charge, native) })),
    );
  /** What each charge adds to the named resources or meters. */
  const keyed = (question: Question, by: 'resource' | 'meter', keys: readonly string[]) => {
    const wanted = new Set(keys);
    const parts =
      by === 'meter'
        ? byMeter(chargesIn(question)).map(({ meter, ...part }) => ({ ...part, key: meter }))
        : chargesIn(question).map((charge) => ({
            charge,
            key: charge.resource.key,
            native: charge.native,
            usd: usdOf(charge, charge.native),
          }));
    return parts
      .filter(({ key }) => wanted.has(key))
      .map(({ charge, key, native, usd }) => ({ day: charge.day, key, native, usd }));
  };
  const meterSums = (charges: readonly Charge[]): MeterSum[] =>
    summed(
      byMeter(charges).map(({ charge: { resource }, meter, native, usd }) => ({
        name: `${resource.provider} ${meter}`,
        of: { meter, provider: resource.provider, unit: unitOf(resource) },
        native,
        usd,
      })),
    ).map(({ of, native, usd }): MeterSum => ({ ...of, native, usd }));
  const firstChargeDay = (id: string): Day | null =>
    asked({ connections: [id] })
      .flatMap((resource) => chargesOf(resource).keys().next().value ?? [])
      .sort()[0] ?? null;

  const answers: Asked = {
    connections: () => [...account.connections],
    rates: () => [...account.rates],
    scopes: (id) => account.connections.flatMap((one, index) => (one.id === id ? [scopeOf(one, index)] : [])),
    goneScopes: () => [],
    covered: (scope, range) => {
      const { id = '', lastSuccess } = account.connections[scope] ?? {};
      return eachDay(range)
        .filter((day) => account.unread.get(id)?.has(day) !== true)
        .map((day) => ({ day, readAt: lastSuccess ?? NOW, charges: 0, settled: day <= SETTLED_UNTIL }));
    },
    knownDays: (id) => {
      const from = firstChargeDay(id);
      return from === null ? null : { from, to: TODAY };
    },
    firstChargeDay,
    lastChargeDay: (id) =>
      asked({ connections: [id] })
        .flatMap((resource) => [...chargesOf(resource).keys()].slice(-1))
        .sort()
        .at(-1) ?? null,
    dayStates: ({ range, connections }, today) =>
      account.connections
        .filter(({ id }) => connections === null || connections.includes(id))
        .flatMap(({ id, accountCreatedDay, removedAt, lastSuccess, listedAt }) => {
          const first = firstChargeDay(id);
          const charges = new Set(
            asked({ connections: [id] }).flatMap((resource) => [...chargesOf(resource).keys()]),
          );
          return eachDay({ from: range.from, to: earlier(range.to, today) }).map((day): DayKnowledge => {
            const followed = removedAt === null || day <= dayOf(removedAt);
            const read = followed && account.unread.get(id)?.has(day) !== true;
            const whole = read && account.readEarly.get(id)?.has(day) !== true;
            const settled = day <= SETTLED_UNTIL;
            const readAt = lastSuccess ?? listedAt ?? NOW;
            const state = dayState({
              day,
              today,
              expected: 1,
              expectedRead: whole ? 1 : 0,
              read: read ? 1 : 0,
              allSettled: settled,
              oldestUnsettled: settled ? null : readAt,
              charges: charges.has(day) ? 1 : 0,
              sum: charges.has(day) ? 1n : 0n,
              firstChargeDay: first,
              createdDay: accountCreatedDay,
              listedAt,
              removedAt,
            });
            // A settled day is not read again with every poll.
            const at = settled ? Math.min(readAt, endOf(addDays(day, 2))) : readAt;
            const lacking = whole ? 0 : 1;
            return { connection: id, day, state, lacking, readAt: state === 'unknown' ? null : at };
          });
        }),
    daySums: (question) =>
      summed(
        chargesIn(question).map((charge) => ({
          name: `${charge.resource.connection} ${charge.day}`,
          of: { connection: charge.resource.connection, day: charge.day },
          native: charge.native,
          usd: usdOf(charge, charge.native),
        })),
      ).map(({ of, ...amounts }) => ({ ...of, ...amounts })),
    daySplit: (question, by, keys) =>
      summed(
        keyed(question, by, keys).map((part) => ({
          ...part,
          name: `${part.day} ${part.key}`,
          of: { day: part.day, key: part.key },
        })),
      ).map(({ of, usd }) => ({ ...of, usd })),
    keySums: (question, by, keys) =>
      new Map(
        summed(keyed(question, by, keys).map((part) => ({ ...part, name: part.key, of: part.key }))).map(
          ({ of, usd }) => [of, usd],
        ),
      ),
    resourceSums: (question) =>
      summed(
        chargesIn(question).map((charge) => ({
          name: charge.resource.key,
          of: charge.resource,
          native: charge.native,
          usd: usdOf(charge, charge.native),
        })),
      ).map(({ of, native, usd }): ResourceSum => {
        const { connection, provider, key, name, kind, group, stopped } = of;
        return {
          connection,
          provider,
          unit: unitOf(of),
          key,
          resource: { id: key, name, kind, stopped },
          group: group === null ? null : { id: group, name: group },
          native,
          usd,
        };
      }),
    resourceMeters: (question, key) => meterSums(chargesIn(question, key)),
    meterSums: (question) => meterSums(chargesIn(question)),
    metersByResource: (question) => {
      const byResource = new Map<string, Charge[]>();
      for (const charge of chargesIn(question)) {
        const { key } = charge.resource;
        byResource.set(key, [...(byResource.get(key) ?? []), charge]);
      }
      return new Map([...byResource].map(([key, charges]) => [key, meterSums(charges)]));
    },
    hours: (question) => {
      const spent = sum(
        chargesIn(question)
          .filter(({ resource }) => resource.provider === 'phala')
          .map(({ native }) => native),
      );
      if (spent === 0n) return null;
      const longer = question.range.from === PREPAID_ON ? spent / 2n : 0n;
      const short = spent - longer;
      const reached = question.range.from === TODAY ? HOURS_TODAY : 24;
      const shares = sum(HOUR_SHARES.slice(0, reached));
      const hours = HOUR_SHARES.map((share, hour) => (hour < reached ? (short * share) / shares : 0n));
      hours[reached - 1] = (hours[reached - 1] ?? 0n) + short - sum(hours);
      return { byHour: hours.map(nanos), longer: nanos(longer) };
    },
    lastDayByHour: (id) => {
      const phala = chargesIn({ range: { from: addDays(TODAY, -1), to: TODAY }, connections: [id] }).filter(
        ({ resource }) => resource.provider === 'phala',
      );
      if (phala.length === 0) return null;
      const yesterdays = sum(HOUR_SHARES.slice(HOURS_TODAY));
      const parts = phala.map(({ day, native }) => (day === TODAY ? native : (native * yesterdays) / 100n));
      return { until: HOURS_UNTIL, usd: sum(parts) };
    },
    revisions: ({ range, connections }) =>
      account.revised
        .filter(({ connection }) => connections === null || connections.includes(connection))
        .filter(({ day }) => day >= range.from && day <= range.to)
        .map(({ connection, day, by }) => {
          const charges = chargesIn({ range: { from: day, to: day }, connections: [connection] });
          const after = sum(charges.map(({ native }) => native));
          const at = endOf(addDays(day, 3)) + 4_500_000;
          return { connection, scopeKey: connection, day, at, before: nanos(after - by), after };
        }),
  };
  // A view that asked anything else would end with "is not a function".
  return answers as Ledger;
}
