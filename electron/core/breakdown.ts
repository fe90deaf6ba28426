import type { Day, DayRange } from '../../shared/day.js';
import { addDays, later } from '../../shared/day.js';
import type { Breakdown, BreakdownBy, BreakdownRow, ProviderId, Unit } from '../../shared/model.js';
import { ZERO, nanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { changeRatio } from '../../shared/policy/change.js';
import { HISTORY_DAYS } from '../../shared/policy/forecast.js';
import type { KnownDay } from '../../shared/policy/known-days.js';
import { resourceNotes } from '../../shared/policy/notes.js';
import type { Connection, Ledger, MeterSum, Question, ResourceSum } from '../ledger/types.js';
import { vendorId } from '../providers/qualified-id.js';
import { byConnection, within } from './day-facts.js';
import type { DayFacts } from './day-facts.js';

/** Rows beyond these fold into "12 more". */
const SHOWN_ROWS = 12;
/** Notes cost a question each, so only the rows one sees first bear them. */
const NOTED_ROWS = 12;

export interface BreakdownInput {
  readonly ledger: Ledger;
  readonly connections: readonly Connection[];
  readonly by: BreakdownBy;
  readonly showAll: boolean;
  readonly range: DayRange;
  /** The stretches that can be compared as ranges, or null. */
  readonly compared: { readonly now: DayRange; readonly before: DayRange } | null;
  readonly today: Day;
  /** Of these connections: at least the period, what it is compared with, and the last 28 days. */
  readonly facts: DayFacts;
  readonly resourceSums: (range: DayRange) => ResourceSum[];
}

/** A row before shares and changes. */
interface Line {
  readonly key: string;
  readonly name: string;
  readonly detail: string | null;
  readonly provider: ProviderId | null;
  readonly usd: Nanos;
  readonly native: { readonly amount: Nanos; readonly unit: Unit } | null;
  readonly resource: ResourceSum | null;
}

export function breakdown(input: BreakdownInput): Breakdown {
  const lines = linesOf(input).sort(byAmount);
  const total = lines.reduce((all, { usd }) => all + usd, 0n);
  const shown = input.showAll || lines.length <= SHOWN_ROWS + 1 ? lines : lines.slice(0, SHOWN_ROWS);
  const folded = lines.slice(shown.length);
  const changes = changesOf(
    input,
    shown.map(({ key }) => key),
  );
  const notes = notesOf(
    input,
    shown.slice(0, NOTED_ROWS).flatMap(({ resource }) => resource ?? []),
  );
  return {
    by: input.by,
    rows: shown.map(({ key, name, detail, provider, usd, native }): BreakdownRow => ({
      key,
      name,
      detail,
      provider,
      usd,
      native,
      share: total > 0n ? Number((usd * 1_000_000n) / total) / 1_000_000 : null,
      change: changes.get(key) ?? null,
      notes: notes.get(key) ?? [],
    })),
    tail:
      folded.length === 0
        ? null
        : { count: folded.length, usd: nanos(folded.reduce((all, { usd }) => all + usd, 0n)) },
  };
}

function byAmount(a: Line, b: Line): number {
  if (a.usd !== b.usd) return a.usd > b.usd ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}

function linesOf(input: BreakdownInput): Line[] {
  switch (input.by) {
    case 'resource':
      return input.resourceSums(input.range).map((sum) => ({
        key: sum.key,
        name: resourceName(sum),
        detail: resourceDetail(sum),
        provider: sum.provider,
        usd: sum.usd,
        native: native(sum.native, sum.unit),
        resource: sum,
      }));
    case 'meter':
      return meterLines(input.ledger.meterSums(questionOf(input, input.range)));
    case 'connection':
      return connectionLines(input);
  }
}

function questionOf(input: BreakdownInput, range: DayRange): Question {
  return { range, connections: input.connections.map(({ id }) => id) };
}

/** A name where there is one, else the vendor's id, never nothing. */
export function resourceName({ resource }: Pick<ResourceSum, 'resource'>): string {
  return resource.name ?? (resource.id === '' ? 'Unnamed' : vendorId(resource.id));
}

/** "CVM · web-prod": the kind and the group, where the group says more than the name. */
export function resourceDetail(sum: Pick<ResourceSum, 'resource' | 'group'>): string {
  const group = sum.group?.name ?? null;
  return group === null || group === sum.resource.name
    ? sum.resource.kind
    : `${sum.resource.kind} · ${group}`;
}

function native(amount: Nanos, unit: Unit): Line['native'] {
  return unit === 'USD' ? null : { amount, unit };
}

/** One row a meter's name: both providers may charge for "Compute". */
function meterLines(sums: readonly MeterSum[]): Line[] {
  const byName = new Map<string, MeterSum[]>();
  for (const sum of sums) byName.set(sum.meter, [...(byName.get(sum.meter) ?? []), sum]);
  return [...byName].map(([meter, parts]) => {
    const [only] = parts;
    const single = parts.length === 1 && only !== undefined ? only : null;
    return {
      key: meter,
      name: meter,
      detail: null,
      provider: single?.provider ?? null,
      usd: nanos(parts.reduce((all, { usd }) => all + usd, 0n)),
      native: single === null ? null : native(single.native, single.unit),
      resource: null,
    };
  });
}

function connectionLines(input: BreakdownInput): Line[] {
  const { sums } = within(input.facts, input.range);
  return input.connections.flatMap((connection): Line[] => {
    const own = sums.filter((sum) => sum.connection === connection.id);
    if (own.length === 0) return [];
    return [
      {
        key: connection.id,
        name: connection.name,
        detail: connection.removedAt === null ? connection.accountName : 'Removed, history kept',
        provider: connection.provider,
        usd: nanos(own.reduce((all, { usd }) => all + usd, 0n)),
        native: native(nanos(own.reduce((all, sum) => all + sum.native, 0n)), connection.unit),
        resource: null,
      },
    ];
  });
}

/** By key, of the rows that are shown. */
function changesOf(input: BreakdownInput, keys: readonly string[]): Map<string, number> {
  const changes = new Map<string, number>();
  if (input.compared === null) return changes;
  const before = amountsOf(input, keys, input.compared.before);
  for (const [key, usd] of amountsOf(input, keys, input.compared.now)) {
    const ratio = changeRatio(usd, before.get(key) ?? ZERO);
    if (ratio !== null) changes.set(key, ratio);
  }
  return changes;
}

function amountsOf(
  input: BreakdownInput,
  keys: readonly string[],
  range: DayRange,
): ReadonlyMap<string, bigint> {
  if (input.by !== 'connection') return input.ledger.keySums(questionOf(input, range), input.by, keys);
  const amounts = new Map<string, bigint>();
  for (const { connection, usd } of within(input.facts, range).sums) {
    amounts.set(connection, (amounts.get(connection) ?? 0n) + usd);
  }
  return amounts;
}

/** By key. */
function notesOf(input: BreakdownInput, resources: readonly ResourceSum[]): Map<string, string[]> {
  const notes = new Map<string, string[]>();
  if (resources.length === 0) return notes;
  const { ledger, today } = input;
  const range = { from: addDays(today, -HISTORY_DAYS), to: today };
  const keys = resources.map(({ key }) => key);
  const amounts = new Map(keys.map((key) => [key, new Map<Day, Nanos>()]));
  for (const { day, key, usd } of ledger.daySplit(questionOf(input, range), 'resource', keys)) {
    amounts.get(key)?.set(day, usd);
  }
  const recent = byConnection(within(input.facts, range));
  for (const { key, connection, resource } of resources) {
    const usdOf = amounts.get(key);
    const states = recent.get(connection)?.states ?? [];
    const days = states.map(({ day, state }) => ({ day, state, usd: usdOf?.get(day) ?? ZERO }));
    const newest = resource.stopped ? newestCharged(days, today) : null;
    const newestMeters =
      newest === null
        ? null
        : ledger.resourceMeters({ range: { from: newest, to: newest }, connections: [connection] }, key);
    notes.set(key, resourceNotes({ stopped: resource.stopped, days, newestMeters }, today));
  }
  return notes;
}

/** The newest day before today that bears an amount. */
function newestCharged(days: readonly KnownDay[], today: Day): Day | null {
  return days
    .filter(({ day, state }) => day < today && (state === 'provisional' || state === 'settled'))
    .reduce<Day | null>((newest, { day }) => (newest === null ? day : later(newest, day)), null);
}
