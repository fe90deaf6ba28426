import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseDay, type DayRange } from '../../shared/day.js';
import { PROVIDER_IDS, type ProviderId } from '../../shared/model.js';
import { formatDecimal } from '../../shared/money.js';
import { parseFaults } from './faults.js';
import { listen, type Listener } from './listener.js';
import type { DemoServers } from './servers.js';

const MAX_BODY_BYTES = 1 << 20;

/** What the endpoints need; `setNow` moves the servers' clock. */
export interface Controlled {
  readonly servers: DemoServers;
  readonly now: () => number;
  readonly setNow: (time: number) => void;
}

/**
 * Loopback endpoints by which a test in another process steers the servers:
 *
 * - `GET /truth?from&to[&provider]` (default: the whole account): per provider
 *   `total`, `nanos`, `charges`, `days` {day: decimal} and `lines`; `nanos` and
 *   each `amount` are integers as text
 * - `GET /features`, `GET /requests[?list=1]`, `GET /strays`
 * - `POST /revoke`, `/restore` {provider}, `/fault` {provider, fault}, `/clock` {now}
 *
 * Refusals are 400 with `{error}`.
 */
export function startControl(controlled: Controlled, port = 0): Promise<Listener> {
  return listen(port, (request, response) => {
    answer(controlled, request).then(
      (value) => reply(response, 200, value),
      (error: unknown) => reply(response, 400, { error: error instanceof Error ? error.message : 'refused' }),
    );
  });
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

async function answer(controlled: Controlled, request: IncomingMessage): Promise<unknown> {
  const { servers } = controlled;
  const url = new URL(request.url ?? '/', 'http://localhost');
  switch (`${request.method ?? ''} ${url.pathname}`) {
    case 'GET /truth':
      return truth(servers, url.searchParams);
    case 'GET /features':
      return servers.truth.features();
    case 'GET /requests':
      return url.searchParams.has('list') ? servers.requests : { ...servers.counts, byPath: byPath(servers) };
    case 'GET /strays':
      return servers.strays;
    case 'POST /revoke':
      servers.revoke(provider((await body(request))['provider']));
      return {};
    case 'POST /restore':
      servers.restore(provider((await body(request))['provider']));
      return {};
    case 'POST /fault': {
      const asked = await body(request);
      servers.setFault(provider(asked['provider']), parseFaults(asked['fault']));
      return {};
    }
    case 'POST /clock': {
      const { now } = await body(request);
      if (typeof now !== 'number') throw new TypeError('now is milliseconds since 1970');
      controlled.setNow(now);
      return { now: controlled.now() };
    }
    default:
      throw new TypeError(`no ${request.method ?? ''} ${url.pathname}`);
  }
}

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  request.setEncoding('utf8');
  for await (const part of request) {
    text += String(part);
    if (text.length > MAX_BODY_BYTES) throw new RangeError('body too large');
  }
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new TypeError('an object is expected');
  return value as Record<string, unknown>;
}

function provider(value: unknown): ProviderId {
  const found = PROVIDER_IDS.find((id) => id === value);
  if (found === undefined) throw new TypeError(`provider is ${PROVIDER_IDS.join(' or ')}`);
  return found;
}

function truth({ truth: known }: DemoServers, query: URLSearchParams): Record<string, unknown> {
  const whole = known.whole();
  const day = (name: 'from' | 'to'): DayRange['from'] => {
    const text = query.get(name);
    const parsed = text === null ? whole[name] : parseDay(text);
    if (parsed === null) throw new TypeError(`${name} is no day (YYYY-MM-DD)`);
    return parsed;
  };
  const range = { from: day('from'), to: day('to') };
  const asked = query.get('provider');
  const providers = asked === null ? PROVIDER_IDS : [provider(asked)];
  const answers = providers.map((id) => {
    const lines = known.lines(id, range);
    const days = new Map<string, bigint>();
    for (const line of lines) days.set(line.day, (days.get(line.day) ?? 0n) + line.amount);
    const total = lines.reduce((sum, line) => sum + line.amount, 0n);
    return [
      id,
      {
        total: formatDecimal(total),
        nanos: total.toString(),
        charges: lines.reduce((sum, line) => sum + line.charges, 0),
        days: Object.fromEntries([...days].map(([key, amount]) => [key, formatDecimal(amount)])),
        lines: lines.map((line) => ({ ...line, amount: line.amount.toString() })),
      },
    ] as const;
  });
  return { ...range, ...Object.fromEntries(answers) };
}

function byPath({ requests }: DemoServers): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { provider: id, path } of requests) {
    const key = `${id} ${path}`;
    found[key] = (found[key] ?? 0) + 1;
  }
  return found;
}
