import { addMonths, dayOf, daysBetween, endOf, parseDay, startOf, type DayRange } from '../../shared/day.js';
import type { DemoAccounts } from './accounts.js';
import type { ClickHouseData } from './clickhouse-data.js';
import { usageCost } from './clickhouse-usage.js';
import type { ContentFaults } from './faults.js';
import type { RateLimit } from './limit.js';
import { hash, uuid } from './random.js';
import { clickhouseError, money, ok, type WireReply, type WireRequest } from './wire.js';

const MAX_DAYS = 31;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const PREPAID_CHC = 18_000;
const REMAINING_NANOS = 6_204_518_220_000n;

/** ClickHouse Cloud's API below `/v1`, as far as billing goes. */
export class ClickHouseWire {
  private requests = 0;

  constructor(
    private readonly data: ClickHouseData,
    private readonly accounts: DemoAccounts,
    private readonly seed: number,
    /** Null: the limit is not enforced. */
    private readonly limit: RateLimit | null,
  ) {}

  answer(request: WireRequest, faults: ContentFaults): WireReply {
    this.requests += 1;
    const requestId = uuid(this.seed, 601, this.requests);
    const key = basic(request.headers.authorization);
    const account = key === null ? null : this.accounts.clickhouse(key);
    if (key === null || account === null) return clickhouseError(401, 'Unauthorized', requestId);
    const state = this.limit?.take(key.keyId) ?? { allowed: true, headers: {} };
    const reply = state.allowed
      ? this.route(request, account === 'home', requestId, faults)
      : clickhouseError(429, 'Too many requests: the limit is 10 requests per 10 seconds', requestId);
    return { ...reply, headers: { ...reply.headers, ...state.headers } };
  }

  private route(request: WireRequest, home: boolean, requestId: string, faults: ContentFaults): WireReply {
    const envelope = (result: unknown): WireReply =>
      ok(faults.has('bare-result') ? result : { status: 200, requestId, result });
    const organization = this.organization(home, faults);
    if (request.path === '/organizations') return envelope([organization]);
    const match = /^\/organizations\/([^/]+)(?:\/([A-Za-z]+))?$/.exec(request.path);
    const id = match?.[1] ?? '';
    if (match === null || !UUID.test(id))
      return clickhouseError(404, 'NOT_FOUND: no such resource', requestId);
    if (id.toLowerCase() !== organization['id']) {
      return clickhouseError(403, 'FORBIDDEN: the key does not belong to this organization', requestId);
    }
    switch (match[2]) {
      case undefined:
        return envelope(organization);
      case 'creditBalances':
        return envelope(this.balances(home));
      case 'usageCost': {
        const range = asked(request.query);
        if (typeof range === 'string') return clickhouseError(400, range, requestId);
        return envelope(usageCost(this.data, home ? range : null, faults));
      }
      default:
        return clickhouseError(404, 'NOT_FOUND: no such resource', requestId);
    }
  }

  private organization(home: boolean, faults: ContentFaults): Record<string, unknown> {
    const { id, name, createdAt } = this.data.organization;
    return {
      id: home ? id : uuid(this.seed, 602),
      name: faults.has('null-names') ? null : home ? name : 'Elsewhere',
      createdAt: new Date(createdAt).toISOString(),
      privateEndpoints: [],
      enableCoreDumps: true,
      ...(faults.has('extra-keys') ? { region: { cloud: 'aws' } } : {}),
    };
  }

  private balances(home: boolean): Record<string, unknown> {
    if (!home) return { totalRemainingCredits: 0, balances: [] };
    const total = BigInt(PREPAID_CHC) * 1_000_000_000n;
    const start = addMonths(dayOf(this.data.organization.createdAt), hash(this.seed, 603) % 3);
    return {
      totalRemainingCredits: money(REMAINING_NANOS),
      balances: [
        {
          id: uuid(this.seed, 604),
          type: 'prepaid',
          remainingCredits: money(REMAINING_NANOS),
          totalAmount: money(total),
          amountSpent: money(total - REMAINING_NANOS),
          startDate: new Date(startOf(start)).toISOString(),
          expirationDate: new Date(endOf(addMonths(start, 24))).toISOString(),
        },
      ],
    };
  }
}

function basic(header: string | undefined): { readonly keyId: string; readonly keySecret: string } | null {
  const match = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header ?? '');
  if (match?.[1] === undefined) return null;
  const text = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { keyId: text.slice(0, colon), keySecret: text.slice(colon + 1) };
}

/** The days asked for, or the vendor's sentence that refuses them. */
function asked(query: URLSearchParams): DayRange | string {
  const from = parseDay(query.get('from_date') ?? '');
  if (from === null) return 'BAD_REQUEST: Invalid value for from_date. Expected format: YYYY-MM-DD';
  const to = parseDay(query.get('to_date') ?? '');
  if (to === null) return 'BAD_REQUEST: Invalid value for to_date. Expected format: YYYY-MM-DD';
  if (to < from) return 'BAD_REQUEST: to_date must not be before from_date';
  if (daysBetween(from, to) + 1 > MAX_DAYS) return 'Time period queried exceeds 31 days';
  return { from, to };
}
