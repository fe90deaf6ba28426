import type { IncomingMessage, ServerResponse } from 'node:http';
import { addMonths, dayOf, firstOfMonth, type Day } from '../../shared/day.js';
import type { ProviderId } from '../../shared/model.js';
import { DemoAccounts, type DemoKeys } from './accounts.js';
import { ClickHouseData } from './clickhouse-data.js';
import { ClickHouseWire } from './clickhouse-wire.js';
import { ActiveFault, ContentFaults, isTransport, type Fault } from './faults.js';
import { demoFleet, scaledFleet, type DemoScale } from './fleet.js';
import { RateLimit } from './limit.js';
import { listen } from './listener.js';
import { PhalaData, type PriceChange } from './phala-data.js';
import { PhalaWire } from './phala-wire.js';
import { sendFault } from './transport-faults.js';
import { DemoTruth } from './truth.js';
import type { WireReply, WireRequest } from './wire.js';

export interface DemoOptions {
  /** Milliseconds since 1970. The servers follow it: hours appear, days lock. */
  readonly now: () => number;
  readonly seed?: number;
  /** `demo` is a small company's month; numbers make a fleet for benchmarks. */
  readonly scale?: 'demo' | DemoScale;
  /** How far the account goes back from `now` at the start. Default 13. */
  readonly months?: number;
  /** The account's first day itself, in place of `months`. */
  readonly since?: Day;
  /** Phala listens there and ClickHouse one above. Default: any two. */
  readonly port?: number;
  /** ClickHouse's 10 requests in 10 seconds, by `now`. Default true. */
  readonly enforceLimit?: boolean;
  /** From a day on, Phala's compute costs another price. */
  readonly priceChange?: PriceChange;
}

export interface LoggedRequest {
  /** By the servers' clock. */
  readonly at: number;
  readonly provider: ProviderId;
  /** Below the API base. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/** A request that reached the host a redirect fault leads to. */
export interface StrayRequest {
  readonly at: number;
  /** It bore one of the headers that carry a key. */
  readonly withKey: boolean;
}

export interface DemoServers {
  /** `http://127.0.0.1:PORT/api/v1` */
  readonly phalaUrl: string;
  /** `http://127.0.0.1:PORT/v1` */
  readonly clickhouseUrl: string;
  readonly keys: DemoKeys;
  /** Other keys of the same two accounts. */
  readonly secondKeys: DemoKeys;
  /** Keys of two other accounts, which have no charges. */
  readonly strangerKeys: DemoKeys;
  readonly truth: DemoTruth;
  /** The latest, oldest first; see {@link counts} for how many there were. */
  readonly requests: readonly LoggedRequest[];
  /** All requests since the start. */
  readonly counts: Readonly<Record<ProviderId, number>>;
  readonly strays: readonly StrayRequest[];
  /** The vendor no longer accepts the first key. */
  revoke(provider: ProviderId): void;
  restore(provider: ProviderId): void;
  /** Replaces what is in force; null clears it. */
  setFault(provider: ProviderId, fault: Fault | readonly Fault[] | null): void;
  close(): Promise<void>;
}

const DEFAULT_SEED = 20260121;
const DEFAULT_MONTHS = 13;
const LOG_LENGTH = 20_000;

/** @throws the system's error where the port cannot be had */
export async function startDemoServers(options: DemoOptions): Promise<DemoServers> {
  const { now, seed = DEFAULT_SEED, scale = 'demo' } = options;
  const months = (scale === 'demo' ? undefined : scale.months) ?? options.months ?? DEFAULT_MONTHS;
  const since = options.since ?? addMonths(dayOf(now()), -months);
  const epoch = firstOfMonth(since);
  const apps = scale === 'demo' ? demoFleet(seed, since, epoch) : scaledFleet(seed, since, scale);
  const phala = new PhalaData(apps, seed, now, options.priceChange ?? null);
  const clickhouse = new ClickHouseData(seed, since, epoch, now);
  const accounts = new DemoAccounts(seed);
  const limit = options.enforceLimit === false ? null : new RateLimit(now);
  const wires = {
    phala: new PhalaWire(phala, accounts, seed, now),
    clickhouse: new ClickHouseWire(clickhouse, accounts, seed, limit),
  };
  const bases: Readonly<Record<ProviderId, string>> = { phala: '/api/v1', clickhouse: '/v1' };
  const faults: Record<ProviderId, readonly ActiveFault[]> = { phala: [], clickhouse: [] };
  const requests: LoggedRequest[] = [];
  const counts: Record<ProviderId, number> = { phala: 0, clickhouse: 0 };
  const strays: StrayRequest[] = [];

  const elsewhere = await listen(0, ({ headers }, response) => {
    const withKey = headers['x-api-key'] !== undefined || headers.authorization !== undefined;
    strays.push({ at: now(), withKey });
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });

  const handle = (provider: ProviderId) => (incoming: IncomingMessage, response: ServerResponse) => {
    incoming.resume();
    const send = (reply: WireReply): void => sendReply(response, reply);
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const base = bases[provider];
    const path = url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length) : null;
    const query = url.search.slice(1);
    counts[provider] += 1;
    requests.push({ at: now(), provider, path: path ?? url.pathname, query });
    if (requests.length > LOG_LENGTH) requests.splice(0, requests.length - LOG_LENGTH);
    if (path === null) return send({ status: 404, body: '{"detail":"Not Found"}' });
    if (incoming.method !== 'GET') return send({ status: 405, body: '{"detail":"Method Not Allowed"}' });

    const request: WireRequest = { path, query: url.searchParams, headers: incoming.headers };
    const taken = faults[provider].filter((each) => each.takes(`${path}${url.search}`));
    const content = new ContentFaults(taken.filter((each) => !isTransport(each.fault)));
    const proper = (): WireReply => wires[provider].answer(request, content);
    const transport = taken.map((each) => each.fault).find(isTransport);
    if (transport === undefined) return send(proper());
    const exchange = { response, provider, now: now(), elsewhere: `${elsewhere.origin}/`, proper, send };
    sendFault(transport, exchange);
  };

  const port = options.port ?? 0;
  const listeners = [elsewhere];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((each) => each.close()));
  };
  try {
    listeners.push(await listen(port, handle('phala')));
    listeners.push(await listen(port === 0 ? 0 : port + 1, handle('clickhouse')));
  } catch (error) {
    await close();
    throw error;
  }

  return {
    phalaUrl: `${listeners[1]?.origin ?? ''}${bases.phala}`,
    clickhouseUrl: `${listeners[2]?.origin ?? ''}${bases.clickhouse}`,
    keys: accounts.first,
    secondKeys: accounts.second,
    strangerKeys: accounts.stranger,
    truth: new DemoTruth(since, now, phala, clickhouse),
    requests,
    counts,
    strays,
    revoke: (provider) => accounts.revoke(provider),
    restore: (provider) => accounts.restore(provider),
    setFault: (provider, fault) => {
      const list: readonly Fault[] = fault === null ? [] : isList(fault) ? fault : [fault];
      faults[provider] = list.map((each) => new ActiveFault(each));
    },
    close,
  };
}

function isList(fault: Fault | readonly Fault[]): fault is readonly Fault[] {
  return Array.isArray(fault);
}

function sendReply(response: ServerResponse, { status, headers, body }: WireReply): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
