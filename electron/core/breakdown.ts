import type { Day, DayRange } from '../../shared/day.js';
import { addDays } from '../../shared/day.js';
import type { Breakdown, BreakdownBy, BreakdownRow, ProviderId, Unit } from '../../shared/model.js';
import { ZERO, nanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { changeRatio } from '../../shared/policy/change.js';
import { HISTORY_DAYS } from '../../shared/policy/forecast.js';
import { resourceNotes } from '../../shared/policy/notes.js';
import type { Connection, Ledger, MeterSum, ResourceSum } from '../ledger/types.js';
import { ofConnections } from './day-facts.js';
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
  /** States of at least the last 28 days. */
  readonly facts: DayFacts;
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
  const lines = linesOf(input, input.range).sort(byAmount);
  const total = lines.reduce((all, { usd }) => all + usd, 0n);
  const changes = changesOf(input);
  const shown = input.showAll || lines.length <= SHOWN_ROWS + 1 ? lines : lines.slice(0, SHOWN_ROWS);
  const folded = lines.slice(shown.length);
  return {
    by: input.by,
    rows: shown.map((line, index): BreakdownRow => {
      const { resource, ...row } = line;
      return {
        ...row,
        share: total > 0n ? Number((line.usd * 1_000_000n) / total) / 1_000_000 : null,
        change: changes.get(line.key) ?? null,
        notes: resource !== null && index < NOTED_ROWS ? notesOf(input, resource) : [],
      };
    }),
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

function linesOf(input: BreakdownInput, range: DayRange): Line[] {
  const question = { range, connections: input.connections.map(({ id }) => id) };
  switch (input.by) {
    case 'resource':
      return input.ledger.resourceSums(question).map((sum) => ({
        key: sum.key,
        name: resourceName(sum),
        detail: resourceDetail(sum),
        provider: sum.provider,
        usd: sum.usd,
        native: native(sum.native, sum.unit),
        resource: sum,
      }));
    case 'meter':
      return meterLines(input.ledger.meterSums(question));
    case 'connection':
      return connectionLines(input, range);
  }
}

/** A name where there is one, else the vendor's id, never nothing. */
export function resourceName({ resource }: Pick<ResourceSum, 'resource'>): string {
  return resource.name ?? (resource.id === '' ? 'Unnamed' : resource.id);
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

function connectionLines(input: BreakdownInput, range: DayRange): Line[] {
  const sums = input.ledger.daySums({ range, connections: input.connections.map(({ id }) => id) });
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

function changesOf(input: BreakdownInput): Map<string, number> {
  const changes = new Map<string, number>();
  if (input.compared === null) return changes;
  const before = new Map(linesOf(input, input.compared.before).map(({ key, usd }) => [key, usd]));
  for (const { key, usd } of linesOf(input, input.compared.now)) {
    const ratio = changeRatio(usd, before.get(key) ?? ZERO);
    if (ratio !== null) changes.set(key, ratio);
  }
  return changes;
}

function notesOf(input: BreakdownInput, resource: ResourceSum): string[] {
  const { ledger, today } = input;
  const connections = [resource.connection];
  const range = { from: addDays(today, -HISTORY_DAYS), to: today };
  const usdOf = new Map(
    ledger.resourceDays({ range, connections }, resource.key).map(({ day, usd }) => [day, usd]),
  );
  const days = ofConnections(input.facts, new Set(connections))
    .states.filter(({ day }) => day >= range.from)
    .map(({ day, state }) => ({ day, state, usd: usdOf.get(day) ?? ZERO }));
  const newest = days
    .filter(({ state }) => state === 'provisional' || state === 'settled')
    .map(({ day }) => day)
    .filter((day) => day < today)
    .sort()
    .at(-1);
  const newestMeters =
    resource.resource.stopped && newest !== undefined
      ? ledger.resourceMeters({ range: { from: newest, to: newest }, connections }, resource.key)
      : null;
  return resourceNotes({ stopped: resource.resource.stopped, days, newestMeters }, today);
}
