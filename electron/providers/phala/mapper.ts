/** From Phala's usage rows, apps and CVMs to charges, scopes and resources. */
import { DAY_MS, HOUR_MS, dayOf, endOf, startOf } from '../../../shared/day.js';
import type { Day } from '../../../shared/day.js';
import { FaultError } from '../../../shared/faults.js';
import type { Charge, ResourceListing, ScopeListing } from '../adapter.js';
import { plainText } from '../text.js';
import { bareDate, dayOfText, numberOf, requiredNanos, textOf, timeOf } from '../wire.js';
import type { WireObject } from '../wire.js';
import type { AppRef, ResourceNames } from './resources.js';
import type { App, Cvm } from './schema.js';

const METERS: ReadonlyMap<string, string> = new Map([
  ['compute', 'Compute'],
  ['storage', 'Storage'],
  ['disk', 'Storage'],
  ['egress', 'Data transfer'],
  ['bandwidth', 'Data transfer'],
  ['network', 'Data transfer'],
  ['backup', 'Backup'],
]);

/** What a CVM's status says when it no longer runs. A stopped one still pays for its disk. */
const STOPPED: ReadonlySet<string> = new Set([
  'stopped',
  'exited',
  'terminated',
  'deleted',
  'removed',
  'shutdown',
  'off',
]);

const MINUTE_MS = 60_000;
/** A longer duration is a mistake rather than a charge. */
const MAX_DURATION_MS = 366 * DAY_MS;

/**
 * Usage rows as charges, made one after another as they are asked for.
 *
 * @param before how many rows of the window came before these
 * @throws FaultError format, where a row bears no money or no day
 */
export function* chargesOf(
  rows: readonly WireObject[],
  before: number,
  app: AppRef,
  names: ResourceNames,
): Generator<Charge> {
  const group = { id: app.key, name: app.name };
  let number = before;
  for (const row of rows) {
    number += 1;
    yield chargeOf(row, number, app, group, names);
  }
}

/** @param number of the row in its window, from 1: it names the row in a fault */
function chargeOf(
  row: WireObject,
  number: number,
  app: AppRef,
  group: NonNullable<Charge['group']>,
  names: ResourceNames,
): Charge {
  const amount = requiredNanos(row.cost, () => `cost of ${recordPlace(number, app)}`);
  const day = dayOfRow(row);
  if (day === null) throw new FaultError('format', plainText(`${recordPlace(number, app)} bears no day`));
  const { start, end } = spanOfRow(row, day);
  const instance = textOf(row.instance_id);
  const resource = names.of(instance);
  const usageType = textOf(row.usage_type);
  const eventType = textOf(row.event_type);
  const billingKey = textOf(row.billing_key);
  return {
    key: billingKey ?? substituteKey(row),
    day,
    start,
    end,
    resource,
    group,
    meter: meterOf(usageType),
    vendorMeter: usageType ?? '',
    variant: eventType ?? '',
    amount,
    locked: false,
    extra: row,
    held: heldFields(usageType, eventType, billingKey, row.billing_day === day, resource.id === instance),
  };
}

function recordPlace(number: number, app: AppRef): string {
  return `record ${number} of app ${app.name ?? app.key}`;
}

/** What a row may say that its charge says elsewhere; the place of each is its bit in {@link heldFields}. */
const HOLDABLE = ['usage_type', 'event_type', 'billing_key', 'billing_day', 'instance_id'];

/** A set for each choice of them, so that rows share it. */
const HELD_FIELDS: ReadonlyArray<ReadonlySet<string>> = Array.from(
  { length: 2 ** HOLDABLE.length },
  (_, choice) => new Set(['cost', ...HOLDABLE.filter((_field, place) => (choice >> place) & 1)]),
);

function heldFields(
  usageType: string | null,
  eventType: string | null,
  billingKey: string | null,
  holdsDay: boolean,
  holdsInstance: boolean,
): ReadonlySet<string> | undefined {
  const choice =
    (usageType === null ? 0 : 1) |
    (eventType === null ? 0 : 2) |
    (billingKey === null ? 0 : 4) |
    (holdsDay ? 8 : 0) |
    (holdsInstance ? 16 : 0);
  return HELD_FIELDS[choice];
}

function meterOf(usageType: string | null): string {
  if (usageType === null) return 'Other';
  return METERS.get(usageType) ?? METERS.get(usageType.trim().toLowerCase()) ?? usageType;
}

/** The vendor's own day bucket where it is a day, else the UTC day of the hour, else of the record. */
function dayOfRow(row: WireObject): Day | null {
  const day = bareDate(row.billing_day);
  if (day !== null) return day;
  const time = timeOf(row.billing_hour) ?? timeOf(row.timestamp) ?? timeOf(row.billing_day);
  return time === null ? dayOfText(row.billing_start) : dayOf(time);
}

/** Without a billing key a row is told apart by what else does not change about it. */
function substituteKey(row: WireObject): string {
  const parts = [row.billing_hour, row.timestamp, row.billing_start, row.billing_end];
  return `~${parts.map((part) => textOf(part) ?? '').join('|')}`;
}

/**
 * When a charge begins and ends. An hourly one spans its duration from the hour
 * bucket on; one that is paid for days ahead (an H200's 24 h) begins where its
 * billing period does, if that bears a time of day.
 */
function spanOfRow(row: WireObject, day: Day): { start: number; end: number } {
  const hour = timeOf(row.billing_hour);
  const minutes = numberOf(row.duration_minutes) ?? 0;
  const duration = Math.round(minutes * MINUTE_MS);
  const usable = duration > 0 && duration <= MAX_DURATION_MS;
  const fromHour = (): { start: number; end: number } => {
    const start = hour ?? hourOf(row.timestamp) ?? startOf(day);
    return { start, end: start + duration };
  };
  // Most rows are hours: what only the others need is not read for them.
  if (usable && duration <= HOUR_MS) return fromHour();
  const from = timeOf(row.billing_start);
  const to = timeOf(row.billing_end);
  if (usable && (from === null || bareDate(row.billing_start) !== null)) return fromHour();
  if (usable && from !== null) return { start: from, end: from + duration };
  if (hour !== null) return { start: hour, end: hour + HOUR_MS };
  if (from !== null && to !== null && to >= from && to - from <= MAX_DURATION_MS) {
    return { start: from, end: to === from ? from + DAY_MS : to };
  }
  return { start: startOf(day), end: endOf(day) };
}

function hourOf(value: unknown): number | null {
  const time = timeOf(value);
  return time === null ? null : Math.floor(time / HOUR_MS) * HOUR_MS;
}

/** The scope of an app; null without an app id, since usage is asked by it. */
export function scopeOf(app: App, cvms: readonly Cvm[]): ScopeListing | null {
  if (app.app_id === null) return null;
  const own = [...cvmsIn(app), ...cvms.filter((cvm) => cvm.app_id === app.app_id)];
  const created = timeOf(app.created_at);
  return {
    key: app.app_id,
    name: app.name ?? app.profile?.display_name ?? own.find((cvm) => cvm.name !== null)?.name ?? null,
    createdDay: created === null ? null : dayOf(created),
    dormant: isDormant(app, own),
  };
}

/** Nothing is deployed. Where the vendor says nothing of CVMs at all, that is not known. */
function isDormant(app: App, own: readonly Cvm[]): boolean {
  if (own.some((cvm) => cvm.deleted_at === null)) return false;
  if (own.length > 0) return true;
  return app.cvm_count === 0 || (app.cvm_count === null && Array.isArray(app.cvms));
}

export function cvmsIn(app: App): Cvm[] {
  const listed = app.cvms ?? [];
  return app.current_cvm === null || app.current_cvm === undefined ? listed : [app.current_cvm, ...listed];
}

/** What a CVM may be called by, the most telling first. */
const CVM_IDS = ['vm_uuid', 'instance_id', 'id'] as const;

function idsOf(cvm: Cvm): string[] {
  return [...new Set(CVM_IDS.map((name) => cvm[name]).filter((id) => id !== null))];
}

/**
 * The ids that several CVMs bear: a row with one of them may be of any, and to the
 * ledger, which takes what shares an id for one resource, they would all be one.
 */
export function sharedIds(cvms: readonly Cvm[]): ReadonlySet<string> {
  const bearers = new Map<string, Cvm[]>();
  const shared = new Set<string>();
  for (const cvm of cvms) {
    for (const id of idsOf(cvm)) {
      const others = bearers.get(id);
      if (others === undefined) bearers.set(id, [cvm]);
      else if (others.every((other) => areOne(cvm, other))) others.push(cvm);
      else shared.add(id);
    }
  }
  return shared;
}

/** One CVM is listed several times, at times with fewer ids: the first that both bear tells. */
function areOne(cvm: Cvm, other: Cvm): boolean {
  const telling = CVM_IDS.find((name) => cvm[name] !== null && other[name] !== null);
  return telling === undefined || cvm[telling] === other[telling];
}

/**
 * A CVM under every id a usage row may bear for it; null where it bears none.
 *
 * @param shared the ids that other CVMs bear too: only the one it is shown under may be among them
 */
export function resourceOf(cvm: Cvm, shared: ReadonlySet<string>): ResourceListing | null {
  const ids = idsOf(cvm);
  if (ids.length === 0) return null;
  return {
    ids: ids.filter((id, place) => place === 0 || !shared.has(id)),
    name: cvm.name,
    kind: 'CVM',
    stopped: cvm.deleted_at !== null || STOPPED.has(cvm.status?.trim().toLowerCase() ?? ''),
  };
}
