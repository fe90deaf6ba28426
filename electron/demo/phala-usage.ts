import { DAY_MS, HOUR_MS } from '../../shared/day.js';
import { notACost, revised, writtenCost, writtenTotal } from './costs.js';
import type { ContentFaults } from './faults.js';
import type { DemoApp } from './fleet.js';
import type { PhalaData, UsageSource, UsageWindow } from './phala-data.js';
import { usageRow, type UsageRow } from './phala-rows.js';
import { hash, hashText, shuffled } from './random.js';
import { ok, phalaError, type WireReply, type WireRequest } from './wire.js';

const DEFAULT_WINDOW_MS = 7 * DAY_MS;
const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 5000;

const TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/;

/** An instant as FastAPI reads it: date or date and time, zone-less is UTC. Null for anything else. */
function parseTime(text: string): number | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, date = '', minutes = '00:00', seconds = '00', fraction = '0', zone = 'Z'] = match;
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const time = Date.parse(`${date}T${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`);
  return Number.isNaN(time) ? null : time;
}

function invalid(name: string, type: string, message: string, input: string): WireReply {
  return phalaError(422, [{ type, loc: ['query', name], msg: message, input }]);
}

/** An integer of the query within bounds, or the vendor's validation error. */
export function integer(
  query: URLSearchParams,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number | WireReply {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^[+-]?\d+$/.test(text)) {
    const message = 'Input should be a valid integer, unable to parse string as an integer';
    return invalid(name, 'int_parsing', message, text);
  }
  const value = Number(text);
  if (value < min) {
    return invalid(name, 'greater_than_equal', `Input should be greater than or equal to ${min}`, text);
  }
  if (value > max) {
    return invalid(name, 'less_than_equal', `Input should be less than or equal to ${max}`, text);
  }
  return value;
}

/** `GET /apps/{app_id}/usage`: one page of rows, unordered but stable for a question. */
export function usageReply(
  data: PhalaData,
  app: DemoApp,
  request: WireRequest,
  now: number,
  faults: ContentFaults,
): WireReply {
  const { query } = request;
  const times: Record<string, number | null> = { start_date: null, end_date: null };
  for (const name of Object.keys(times)) {
    const text = query.get(name);
    if (text === null) continue;
    const time = parseTime(text);
    if (time === null) {
      return invalid(name, 'datetime_from_date_parsing', 'Input should be a valid datetime or date', text);
    }
    times[name] = time;
  }
  const limit = integer(query, 'limit', DEFAULT_LIMIT, 1, MAX_LIMIT);
  if (typeof limit !== 'number') return limit;
  const offset = integer(query, 'offset', 0, 0, Number.MAX_SAFE_INTEGER);
  if (typeof offset !== 'number') return offset;
  const to = times['end_date'] ?? now;
  const from = times['start_date'] ?? to - DEFAULT_WINDOW_MS;
  if (to < from) return phalaError(400, 'end_date must be after start_date');

  const page = new UsagePage(data, app, from, to, faults);
  return page.reply(limit, offset);
}

/** A place in a window's order: a row, and whether it is one that is about to be withdrawn. */
interface Place {
  readonly source: UsageSource;
  readonly phantom: boolean;
}

class UsagePage {
  private readonly key: string;
  private readonly window: UsageWindow;

  constructor(
    private readonly data: PhalaData,
    private readonly app: DemoApp,
    from: number,
    to: number,
    private readonly faults: ContentFaults,
  ) {
    const apart = faults.get('billing-day-apart');
    const shift = apart === null ? 0 : (apart.hours ?? 6) * HOUR_MS;
    this.key = `${app.appId} ${from} ${to}`;
    this.window = this.withoutWithdrawn(data.window(app, from - shift, to - shift));
  }

  reply(askedLimit: number, askedOffset: number): WireReply {
    const { faults } = this;
    const limit = Math.min(askedLimit, faults.get('silent-cap')?.rows ?? askedLimit);
    const repeated = faults.get('repeated-rows');
    const again = repeated === null ? 0 : (repeated.rows ?? 3);
    let offset = faults.has('ignored-offset') ? 0 : askedOffset;
    if (repeated?.where !== 'within' && offset > 0) offset = Math.max(0, offset - again);

    const order = this.order(askedOffset === 0);
    const count = faults.has('nothing') ? 0 : order.count;
    const places: Place[] = [];
    for (let i = offset; i < Math.min(count, offset + limit); i += 1) places.push(order.at(i));
    if (repeated?.where === 'within') places.push(...places.slice(0, again));

    const { rows, total } = this.rows(places);
    const body: Record<string, unknown> = { usage: rows };
    if (!faults.has('totals-missing')) body['total'] = faults.has('total-whole') ? count : rows.length;
    body['total_cost'] = writtenTotal(total, faults);
    if (faults.has('extra-keys')) body['currency'] = { code: 'USD' };
    return ok(body);
  }

  /** The order of the window's rows for this request. */
  private order(first: boolean): { readonly count: number; readonly at: (index: number) => Place } {
    const { window, faults } = this;
    const unstable = faults.active('unstable-order');
    const turn = unstable === null ? 0 : unstable.countSeen(this.key) + 1;
    const place = shuffled(window.count, hash(hashText(this.key), turn));
    const at = (index: number): Place => ({ source: window.at(place(index)), phantom: false });

    const added = faults.active('added-between-pages');
    if (added !== null && first && added.countSeen(this.key) === 0) {
      const hidden = Math.min(faults.get('added-between-pages')?.rows ?? 3, window.count);
      return { count: window.count - hidden, at: (index) => at(index + hidden) };
    }
    const withdrawn = faults.active('withdrawn-between-pages');
    if (withdrawn !== null && first && withdrawn.countSeen(this.key) === 0) {
      const phantoms = Math.min(faults.get('withdrawn-between-pages')?.rows ?? 3, window.count);
      return {
        count: window.count + phantoms,
        at: (index) => (index < phantoms ? { ...at(index), phantom: true } : at(index - phantoms)),
      };
    }
    return { count: window.count, at };
  }

  private rows(places: readonly Place[]): { readonly rows: UsageRow[]; readonly total: bigint } {
    const { faults } = this;
    const rows: UsageRow[] = [];
    let total = 0n;
    let refund = faults.has('negative');
    for (const { source, phantom } of places) {
      const { row, nanos, day } = usageRow(this.data, this.app, source, faults);
      const charged = revised(nanos, day, faults);
      total += charged;
      if (phantom) row['billing_key'] = `${String(row['billing_key'])}-withdrawn`;
      if (refund && charged > 0n) {
        refund = false;
        rows.push({ ...row, cost: writtenCost(charged * 2n, faults) });
        const key = `${String(row['billing_key'])}-refund`;
        rows.push({ ...row, billing_key: key, event_type: 'refund', cost: writtenCost(-charged, faults) });
        continue;
      }
      rows.push({ ...row, cost: writtenCost(charged, faults) });
    }
    const broken = faults.get('cost');
    const victim = rows[Math.min(broken?.row ?? Infinity, rows.length - 1)];
    if (broken !== null && victim !== undefined) victim['cost'] = notACost(broken.as);
    return { rows, total };
  }

  private withoutWithdrawn(window: UsageWindow): UsageWindow {
    const fault = this.faults.get('withdrawn');
    if (fault === null) return window;
    const every = fault.every ?? 10;
    const kept: UsageSource[] = [];
    for (let i = 0; i < window.count; i += 1) {
      const source = window.at(i);
      if (hash(source.cvm.index, source.hour, hashText(source.kind)) % every !== 0) kept.push(source);
    }
    return {
      count: kept.length,
      at: (index) => {
        const source = kept[index];
        if (source === undefined) throw new RangeError(`no usage row ${index}`);
        return source;
      },
    };
  }
}
