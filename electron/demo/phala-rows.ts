import { DAY_MS, dayFromNumber, HOUR_MS, type Day } from '../../shared/day.js';
import type { ContentFaults, TimeFormat } from './faults.js';
import type { DemoApp } from './fleet.js';
import type { PhalaData, UsageSource } from './phala-data.js';
import { plain } from './wire.js';

const STYLES: readonly TimeFormat[] = ['T', 'space', 'zulu', 'micros'];
const TEAM_ID = 1187;
const HOURS_PER_DAY = DAY_MS / HOUR_MS;
const PREPAID_HOURS = 24;

/** A usage row as the vendor names its fields; `cost` is the amount's text. */
export type UsageRow = Record<string, unknown>;

/** A row's identity as the vendor gives it, unique within an app. */
export function billingKey(source: UsageSource): string {
  return `${source.cvm.uuid.slice(0, 8)}-${source.kind}-${source.hour}`;
}

export const USAGE_TYPES = {
  compute: 'compute',
  prepaid: 'compute',
  storage: 'storage',
  egress: 'egress',
} as const;
export const EVENT_TYPES = {
  compute: 'cvm.compute',
  prepaid: 'cvm.gpu_upfront',
  storage: 'cvm.storage',
  egress: 'network.egress',
} as const;

function hoursOf({ kind }: UsageSource): number {
  return kind === 'prepaid' ? PREPAID_HOURS : 1;
}

/** The time at which a row's hour begins and ends, in milliseconds. */
export function span(source: UsageSource): { readonly start: number; readonly end: number } {
  const start = source.hour * HOUR_MS;
  return { start, end: start + hoursOf(source) * HOUR_MS };
}

/** A row but for its cost. */
export function usageRow(
  data: PhalaData,
  app: DemoApp,
  source: UsageSource,
  faults: ContentFaults,
): { readonly row: UsageRow; readonly nanos: bigint; readonly day: Day } {
  const { cvm, kind, hour } = source;
  const { nanos, minutes } = data.price(source);
  const day = dayOfHour(hour);
  const format = faults.get('times')?.format ?? STYLES[cvm.timeStyle] ?? 'T';
  const apart = faults.get('billing-day-apart');
  const stamped = hour + (apart === null ? 0 : (apart.hours ?? 6));
  const unknown = faults.has('unknown-types');
  const row: UsageRow = {
    instance_id: cvm.rowId,
    project_id: app.projectId,
    team_id: TEAM_ID,
    timestamp: writtenTime(stamped, format),
    event_type: unknown ? `attestation.${kind}` : EVENT_TYPES[kind],
    cost: null,
    details: details(source),
    usage_type: unknown ? `quote_${kind}` : USAGE_TYPES[kind],
    billing_start: day,
    billing_end: dayOfHour(hour + hoursOf(source)),
    duration_minutes: minutes,
    billing_key: billingKey({ cvm, kind, hour }),
    billing_hour: writtenTime(hour, format),
    // One style gives the day as a time, so that its day must come from the hour.
    billing_day: format === 'micros' ? `${day}T00:00:00` : day,
  };
  if (faults.has('extra-keys')) row['region'] = { code: 'eu-west', zones: [1, 2] };
  return { row, nanos: BigInt(nanos), day };
}

function details({ cvm, kind }: UsageSource): string | null {
  if (kind === 'egress') return null;
  // One machine's details are a sentence: the field is called JSON but is not promised to be.
  if (cvm.timeStyle === 1) return `${cvm.instanceType}, disk ${cvm.diskGb} GB`;
  return kind === 'storage'
    ? JSON.stringify({ disk_gb: cvm.diskGb, unit_price: '0.000139' })
    : JSON.stringify({ instance_type: cvm.instanceType, price: plain(BigInt(cvm.price)) });
}

const dayTexts = new Map<number, Day>();

/** The UTC day of an hour counted from 1970. Remembered: fleets for benchmarks ask a million times. */
export function dayOfHour(hour: number): Day {
  const number = Math.floor(hour / HOURS_PER_DAY);
  let text = dayTexts.get(number);
  if (text === undefined) {
    text = dayFromNumber(number);
    dayTexts.set(number, text);
  }
  return text;
}

/** An hour's begin in one of the forms the vendor is known to use; without a zone it is UTC. */
export function writtenTime(hour: number, format: TimeFormat): string {
  const day = dayOfHour(hour);
  const clock = String(hour % HOURS_PER_DAY).padStart(2, '0');
  switch (format) {
    case 'T':
      return `${day}T${clock}:00:00`;
    case 'space':
      return `${day} ${clock}:00:00`;
    case 'zulu':
      return `${day}T${clock}:00:00Z`;
    case 'micros':
      return `${day}T${clock}:00:00.000000+00:00`;
    case 'offset':
      return `${writtenTime(hour + 2, 'T')}+02:00`;
    case 'hours-only':
      return `${day}T${clock}`;
  }
}
