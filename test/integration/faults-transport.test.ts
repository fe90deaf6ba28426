import { createConnection, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import type { Fault, FaultStatus } from '../../electron/demo/faults.js';
import type { FaultKind } from '../../shared/faults.js';
import type { ProviderId } from '../../shared/model.js';
import {
  SINCE,
  begin,
  closeProgram,
  expectAccepted,
  expectDone,
  expectFault,
  expectRefused,
  expectTruth,
  titled,
} from '../support/fault-table.js';
import type { AcceptedRow, RefusedRow } from '../support/fault-table.js';
import type { Program } from '../support/program.js';

afterEach(closeProgram);

const BOTH = ['phala', 'clickhouse'] as const satisfies readonly ProviderId[];
const NAMES = { phala: 'Phala', clickhouse: 'ClickHouse' };
/** By then the lists are due again, and are asked for first. */
const LATER = 25;
/** Two Phala apps of one CVM each: what is told apart here does not depend on how many rows there are. */
const FEW = { apps: 2, cvmsPerApp: 1 };

const impatient = (program: Program): void => {
  program.timeouts = { headersMs: 250, idleMs: 250, totalMs: 5_000 };
};
const small = (program: Program): void => {
  program.maxBytes = 2 * 1024 * 1024;
};

function refused(
  name: string,
  fault: Fault,
  kind: FaultKind,
  says: string,
  more: Partial<RefusedRow> = {},
): RefusedRow[] {
  return BOTH.map((provider) => ({
    name,
    provider,
    fault,
    kind,
    says: says.replace('%s', NAMES[provider]),
    ...more,
  }));
}

const status = (code: FaultStatus, more: Partial<Extract<Fault, { kind: 'status' }>> = {}): Fault => ({
  kind: 'status',
  status: code,
  ...more,
});

const UNREADABLE = '%s answered in a form that cannot be read safely';
const REFUSED = '%s refused the request';
const OWN_ERROR = '%s answered with an error of its own';

const STATUSES: readonly RefusedRow[] = [
  ...refused(
    '400',
    status(400),
    'range',
    '%s refused the days asked for (Bad request). Check this computer’s clock',
  ),
  ...refused('401', status(401), 'rejected', '%s rejected the key (Unauthorized). Replace it'),
  ...refused(
    '401 of the account',
    status(401, { message: 'Expired' }),
    'rejected',
    '%s rejected the key (Expired)',
    {
      later: LATER,
    },
  ),
  ...refused(
    '402',
    status(402),
    'payment',
    '%s asks for a payment before it answers (Payment required). Settle the account at the vendor',
  ),
  ...refused('400 of the account', status(400), 'refused', `${REFUSED} (HTTP 400: Bad request)`, {
    later: LATER,
  }),
  ...refused('408', status(408), 'timeout', '%s did not answer in time (HTTP 408: Request timeout)'),
  ...refused('409', status(409), 'refused', `${REFUSED} (HTTP 409: Conflict). It is tried again by itself`),
  ...refused('418', status(418), 'refused', `${REFUSED} (HTTP 418: Refused). It is tried again by itself`),
  ...refused(
    '422',
    status(422),
    'refused',
    `${REFUSED} (HTTP 422: Validation error). It is tried again by itself`,
  ),
  ...refused('500', status(500), 'vendor-fault', `${OWN_ERROR} (HTTP 500: Internal server error)`),
  ...refused('502', status(502), 'vendor-fault', `${OWN_ERROR} (HTTP 502: Bad gateway)`),
  ...refused('503', status(503), 'vendor-fault', `${OWN_ERROR} (HTTP 503: Service unavailable)`),
  ...refused('504', status(504), 'timeout', '%s did not answer in time (HTTP 504: Gateway timeout)'),
  ...refused('503 of the account', status(503), 'vendor-fault', OWN_ERROR, { later: LATER }),
  ...refused('500, empty', status(500, { shape: 'empty' }), 'vendor-fault', `${OWN_ERROR} (HTTP 500)`),
  ...refused('502, a page', status(502, { shape: 'html' }), 'vendor-fault', `${OWN_ERROR} (HTTP 502)`),
  ...refused('401, empty', status(401, { shape: 'empty' }), 'rejected', '%s rejected the key. Replace it'),
  ...refused(
    '401, a page',
    status(401, { shape: 'html' }),
    'captive-portal',
    'answered in place of %s (HTTP 401 with a web page). Sign in to the network',
  ),
  ...refused(
    '404, a page',
    status(404, { shape: 'html' }),
    'captive-portal',
    'answered in place of %s (HTTP 404 with a web page)',
  ),
  {
    name: '403',
    provider: 'phala',
    fault: status(403),
    kind: 'permission',
    says: 'lacks a permission that Phala asks for (Forbidden)',
  },
  {
    name: '403 names the permission',
    provider: 'clickhouse',
    fault: status(403),
    kind: 'permission',
    says: 'lacks a permission that ClickHouse asks for (control-plane:organization:view). Give the key',
  },
  {
    name: '403, experimental',
    provider: 'clickhouse',
    fault: status(403, { message: 'This API is experimental: contact support to enable it' }),
    kind: 'not-enabled',
    says: 'ClickHouse has not enabled usage costs for this account (This API is experimental',
  },
  {
    name: '400 of a period too long',
    provider: 'clickhouse',
    fault: status(400, { message: 'Time period queried exceeds 31 days' }),
    kind: 'range',
    says: 'ClickHouse refused the days asked for (Time period queried exceeds 31 days)',
  },
  {
    name: '404 of the organization',
    provider: 'clickhouse',
    fault: status(404),
    kind: 'refused',
    says: 'ClickHouse refused the request (HTTP 404: Not found)',
  },
  {
    name: '422 with a list',
    provider: 'phala',
    fault: status(422, { shape: 'list' }),
    kind: 'refused',
    says: '(HTTP 422: query.limit: Validation error)',
  },
  {
    name: '422 with a list, about a date',
    provider: 'phala',
    fault: status(422, { shape: 'list', message: 'end_date is too far ahead' }),
    kind: 'range',
    says: 'Phala refused the days asked for (query.limit: end_date is too far ahead)',
  },
  {
    name: '401 with an object',
    provider: 'phala',
    fault: status(401, { shape: 'object', message: 'Key disabled' }),
    kind: 'rejected',
    says: 'Phala rejected the key (Key disabled)',
  },
  {
    name: '403 with a code',
    provider: 'phala',
    fault: status(403, { shape: 'code', message: 'No access to the workspace' }),
    kind: 'permission',
    says: '(No access to the workspace)',
  },
  {
    name: '500 with a code',
    provider: 'phala',
    fault: status(500, { shape: 'code', message: 'Oops' }),
    kind: 'vendor-fault',
    says: '(HTTP 500: Oops)',
  },
  {
    name: '404 of the account',
    provider: 'phala',
    fault: status(404),
    kind: 'refused',
    says: '(HTTP 404: Not found)',
    later: LATER,
  },
];

const KEY_QUOTED: readonly RefusedRow[] = [
  {
    name: '401 that quotes the key',
    provider: 'phala',
    fault: ({ servers }) => status(401, { message: `The key ${servers.keys.phala} is no longer valid` }),
    kind: 'rejected',
    says: '(The key [key] is no longer valid)',
  },
  {
    name: '401 that quotes the key',
    provider: 'clickhouse',
    fault: ({ servers }) => status(401, { message: `No secret ${servers.keys.clickhouse.keySecret}` }),
    kind: 'rejected',
    says: '(No secret [key])',
  },
];

const WAITS: readonly RefusedRow[] = [
  ...refused('429', status(429), 'rate-limited', '%s asks to wait', { waits: 36_000 }),
  ...refused(
    '429 with X-RateLimit-Reset',
    status(429, { wait: { header: 'X-RateLimit-Reset', seconds: 7 } }),
    'rate-limited',
    '%s asks to wait (Too many requests). It is tried again when the wait is over.',
    { waits: 8_000 },
  ),
  ...refused(
    '429 with Retry-After in seconds',
    status(429, { wait: { header: 'Retry-After', seconds: 12 } }),
    'rate-limited',
    '%s asks to wait',
    { waits: 12_000 },
  ),
  ...refused(
    '429 with Retry-After as a date',
    status(429, { wait: { header: 'Retry-After date', seconds: 20 } }),
    'rate-limited',
    '%s asks to wait',
    { waits: 20_000 },
  ),
  ...refused(
    '429 for longer than a sync waits',
    status(429, { wait: { header: 'Retry-After', seconds: 600 } }),
    'rate-limited',
    '%s asks to wait',
    { waits: 600_000 },
  ),
  ...refused(
    '503 for longer than a sync waits',
    status(503, { wait: { header: 'Retry-After', seconds: 300 } }),
    'vendor-fault',
    OWN_ERROR,
    { waits: 300_000 },
  ),
];

const BROKEN: readonly RefusedRow[] = [
  ...refused(
    'a page with 200',
    { kind: 'html200' },
    'captive-portal',
    'answered in place of %s (a web page instead of data)',
  ),
  ...refused(
    'JSON cut short',
    { kind: 'truncated-json' },
    'format',
    `${UNREADABLE} (the answer is not whole JSON)`,
  ),
  ...refused('no JSON', { kind: 'invalid-json' }, 'format', '(the answer is not whole JSON)'),
  ...refused('an empty body', { kind: 'empty-body' }, 'format', '(the answer is not whole JSON)'),
  ...refused(
    'a body of 200 MB',
    { kind: 'huge-body' },
    'too-large',
    'sent an answer too large to be a usage report (above 2 MiB)',
    {
      prepare: small,
    },
  ),
  ...refused(
    'a body of 200 MB, declared',
    { kind: 'huge-body', declared: true },
    'too-large',
    '(above 2 MiB)',
    {
      prepare: small,
    },
  ),
  ...refused('an endless body', { kind: 'endless-body' }, 'too-large', '(above 2 MiB)', { prepare: small }),
  ...refused('a gzip bomb', { kind: 'gzip-bomb' }, 'too-large', '(above 2 MiB)', { prepare: small }),
  ...refused('no headers', { kind: 'slow-headers' }, 'timeout', '%s did not answer in time (no answer for', {
    prepare: impatient,
  }),
  ...refused(
    'a body that stands still',
    { kind: 'stalled-body' },
    'timeout',
    '(the answer stands still for',
    {
      prepare: impatient,
    },
  ),
  ...refused(
    'a reset before the headers',
    { kind: 'reset' },
    'offline',
    '%s cannot be reached (ECONNRESET). Check the network',
  ),
  ...refused('a reset in the body', { kind: 'reset', when: 'in-body' }, 'offline', '%s cannot be reached'),
  ...([301, 302, 307, 308] as const).flatMap((code) =>
    refused(
      `a redirect with ${code}`,
      { kind: 'redirect', status: code },
      'captive-portal',
      '(it redirects to another address)',
    ),
  ),
];

const ROUTES: readonly RefusedRow[] = [
  ...BOTH.map((provider): RefusedRow => ({
    name: 'nobody listens',
    provider,
    kind: 'offline',
    says: 'cannot be reached (ECONNREFUSED)',
    // A port that nothing uses, and that fetch does not refuse by itself.
    prepare: (program) => (program.bases[provider] = 'http://127.0.0.1:2/v1'),
  })),
  ...BOTH.map((provider): RefusedRow => ({
    name: 'no TLS at the other end',
    provider,
    kind: 'tls',
    says: `The secure connection to ${NAMES[provider]} failed`,
    prepare: (program) => (program.bases[provider] = program.bases[provider].replace('http:', 'https:')),
  })),
];

describe('what is refused leaves every number untouched', () => {
  it.each(titled([...STATUSES, ...KEY_QUOTED, ...WAITS, ...BROKEN, ...ROUTES]))('%s', (_, row) =>
    expectRefused({ scale: FEW, ...row }),
  );
});

const PASSING: readonly AcceptedRow[] = BOTH.flatMap((provider) => {
  const passing = (name: string, fault: Fault, more: Partial<AcceptedRow> = {}): AcceptedRow => ({
    name,
    provider,
    fault,
    ...more,
  });
  const usage = '/usage';
  return [
    passing(
      '429 twice, with X-RateLimit-Reset',
      {
        ...status(429, { wait: { header: 'X-RateLimit-Reset', seconds: 7 } }),
        path: usage,
        times: 2,
      },
      { waited: 16_000 },
    ),
    passing(
      '429 once, with Retry-After',
      {
        ...status(429, { wait: { header: 'Retry-After', seconds: 9 } }),
        path: usage,
        times: 1,
      },
      { waited: 9_000 },
    ),
    // 4 s and 8 s, each an eighth longer: the jitter is half of its quarter.
    passing('429 twice, without a word', { ...status(429), path: usage, times: 2 }, { waited: 13_500 }),
    passing('503 twice', { ...status(503), path: usage, times: 2 }, { waited: 13_500 }),
    passing('a 504', { ...status(504), path: usage, times: 1 }, { waited: 1_000 }),
    passing('a reset', { kind: 'reset', path: usage, times: 1 }, { waited: 1_000 }),
    passing(
      'a reset in the body',
      { kind: 'reset', when: 'in-body', path: usage, times: 1 },
      { waited: 1_000 },
    ),
    passing('headers that take a while', { kind: 'slow-headers', ms: 30, times: 4 }),
  ];
});

describe('what passes by itself is waited for', () => {
  it.each(titled(PASSING))('%s', (_, row) => expectAccepted({ scale: FEW, ...row }));

  it('clickhouse: its own limit, over a whole backfill of 13 months', async () => {
    const program = await begin({ months: 13 });
    const id = await program.connect('clickhouse');
    expectDone(await program.sync(id));
    expectTruth(program, id, 'clickhouse');
    expect(program.waited).toBeGreaterThan(0);
  });
});

describe.each(BOTH)('%s: before anything was read', (provider) => {
  it.each([
    ['500', status(500), 'vendor-fault', 'error of its own'],
    ['a page with 200', { kind: 'html200' }, 'captive-portal', 'in place of'],
    ['a key withdrawn', status(401), 'rejected', 'rejected the key'],
  ] as const)('%s: no number at all, which is not a zero', async (_, fault, kind, says) => {
    const program = await begin({ since: SINCE, scale: FEW });
    const id = await program.connect(provider);
    program.servers.setFault(provider, fault);
    expectFault(program, id, await program.sync(id), { kind, says });
    const range = program.servers.truth.whole();
    expect(program.ledger.daySums({ range, connections: [id] })).toEqual([]);
    const states = program.ledger.dayStates({ range, connections: [id] }, range.to);
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['unknown']));
    expect(program.ledger.connection(id)?.lastSuccess).toBeNull();
    program.servers.setFault(provider, null);
    program.now += 15 * 60_000;
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
  });
});

describe.each(BOTH)('%s: a fault halfway', (provider) => {
  it.each([
    ['reset', { kind: 'reset' }],
    ['500', status(500)],
    ['JSON cut short', { kind: 'truncated-json' }],
    ['401', status(401)],
  ] as const)('%s: each day holds what was read of it, whole', async (_, fault) => {
    const program = await begin({ scale: { ...FEW, months: 2 }, months: 2 });
    const id = await program.connect(provider);
    program.servers.setFault(provider, { ...fault, path: '/usage', after: provider === 'phala' ? 3 : 1 });
    const failed = await program.sync(id);
    expect(failed.kind).toBe('failed');
    const read = program.ledger
      .scopes(id)
      .flatMap((scope) =>
        program.ledger
          .covered(scope.id, program.servers.truth.whole())
          .map(({ day }) => `${scope.key} ${day}`),
      );
    expect(read.length).toBeGreaterThan(0);
    const covered = new Set(read);
    const truth = new Map<string, bigint>();
    for (const charge of program.servers.truth.charges(provider, program.servers.truth.whole())) {
      const place = `${charge.scope} ${charge.day}`;
      if (charge.amount !== 0n && covered.has(place))
        truth.set(place, (truth.get(place) ?? 0n) + charge.amount);
    }
    const stored = new Map<string, bigint>();
    for (const charge of program.ledger.charges({
      range: program.servers.truth.whole(),
      connections: [id],
    })) {
      const place = `${charge.scopeKey} ${charge.day}`;
      if (charge.amount !== 0n && covered.has(place))
        stored.set(place, (stored.get(place) ?? 0n) + charge.amount);
    }
    expect([...stored].sort()).toEqual([...truth].sort());
    program.servers.setFault(provider, null);
    program.now += 15 * 60_000;
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
  });
});

describe('other ways to the vendor', () => {
  it.each(BOTH)('%s: over IPv6', async (provider) => {
    const program = await begin({ since: SINCE, scale: FEW });
    const port = Number(new URL(program.bases[provider]).port);
    const relay = createServer((socket) => {
      const onward = createConnection(port, '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => onward.destroy());
    });
    await new Promise<void>((listening) => relay.listen(0, '::1', listening));
    const address = relay.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    const id = await program.connect(provider);
    program.bases[provider] = program.bases[provider].replace(`127.0.0.1:${port}`, `[::1]:${address.port}`);
    expectDone(await program.sync(id));
    expectTruth(program, id, provider);
    relay.close();
  });
});
