import type { ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import { assertNever } from '../../shared/assert.js';
import type { ProviderId } from '../../shared/model.js';
import type { ErrorShape, FaultStatus, FaultWait, TransportFault } from './faults.js';
import { toJson, type WireReply } from './wire.js';

const MIB = 1 << 20;
const CHUNK = Buffer.alloc(64 << 10, 0x20);
const HTML =
  '<!doctype html><html><head><title>Sign in to the network</title></head><body><form></form></body></html>';

/** What a transport fault needs to know of the exchange. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly provider: ProviderId;
  readonly now: number;
  /** Where a redirect leads when the fault names no place. */
  readonly elsewhere: string;
  /** The answer without the fault. */
  readonly proper: () => WireReply;
  readonly send: (reply: WireReply) => void;
}

/** Answers in place of the vendor. */
export function sendFault(fault: TransportFault, exchange: Exchange): void {
  const { response, send, proper } = exchange;
  switch (fault.kind) {
    case 'status':
      send(errorReply(fault, exchange));
      return;
    case 'html200':
      send({ status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: HTML });
      return;
    case 'truncated-json': {
      const reply = proper();
      send({ ...reply, body: reply.body.slice(0, Math.max(1, Math.floor(reply.body.length * 0.6))) });
      return;
    }
    case 'invalid-json':
      send({ status: 200, body: '{"usage": [,], "costs": nope' });
      return;
    case 'empty-body':
      send({ status: 200, body: '' });
      return;
    case 'huge-body':
      stream(response, fault.bytes ?? 200 * MIB, fault.declared === true);
      return;
    case 'endless-body':
      stream(response, Infinity, false);
      return;
    case 'gzip-bomb':
      gzipBomb(response, fault.bytes ?? 512 * MIB);
      return;
    case 'slow-headers': {
      if (fault.ms === undefined) return;
      const timer = setTimeout(() => send(proper()), fault.ms);
      response.once('close', () => clearTimeout(timer));
      return;
    }
    case 'stalled-body': {
      const { body } = proper();
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body) + 1,
      });
      response.write(body.slice(0, Math.max(1, body.length >> 1)));
      return;
    }
    case 'reset':
      if (fault.when === 'in-body') {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100_000 });
        response.write('{"usage": [', () => response.socket?.resetAndDestroy());
      } else {
        response.socket?.resetAndDestroy();
      }
      return;
    case 'redirect':
      send({ status: fault.status ?? 302, headers: { Location: fault.to ?? exchange.elsewhere }, body: '' });
      return;
    default:
      assertNever(fault);
  }
}

/** A JSON array of blanks: valid for as long as it lasts. Stops when the client hangs up. */
function stream(response: ServerResponse, bytes: number, declared: boolean): void {
  response.writeHead(200, {
    'Content-Type': 'application/json',
    ...(declared ? { 'Content-Length': String(bytes) } : {}),
  });
  let left = bytes - 2;
  response.write('[');
  const more = (): void => {
    while (left > 0) {
      if (response.destroyed) return;
      const part = CHUNK.subarray(0, Math.min(CHUNK.length, left));
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', more);
        return;
      }
    }
    response.end(']');
  };
  more();
}

function gzipBomb(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
  const gzip = createGzip({ level: 9 });
  gzip.pipe(response);
  response.once('close', () => gzip.destroy());
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      if (gzip.destroyed) return;
      const part = CHUNK.subarray(0, Math.min(CHUNK.length, left));
      left -= part.length;
      if (!gzip.write(part)) {
        gzip.once('drain', more);
        return;
      }
    }
    gzip.end();
  };
  more();
}

function errorReply(
  fault: {
    readonly status: FaultStatus;
    readonly shape?: ErrorShape;
    readonly message?: string;
    readonly wait?: FaultWait;
  },
  exchange: Exchange,
): WireReply {
  const { status, wait } = fault;
  const message = fault.message ?? USUAL_MESSAGES[status];
  const headers = wait === undefined ? {} : waitHeader(wait, exchange.now);
  if (fault.shape === 'empty') return { status, headers, body: '' };
  if (fault.shape === 'html')
    return { status, headers: { ...headers, 'Content-Type': 'text/html' }, body: HTML };
  if (exchange.provider === 'clickhouse')
    return { status, headers, body: toJson({ status, error: message }) };
  return { status, headers, body: toJson(phalaBody(fault.shape ?? 'text', status, message)) };
}

function phalaBody(shape: ErrorShape, status: number, message: string): Record<string, unknown> {
  switch (shape) {
    case 'list':
      return { detail: [{ loc: ['query', 'limit'], msg: message, type: 'value_error' }] };
    case 'object':
      return { detail: { message, code: `E${status}` } };
    case 'code':
      return { error_code: `ERR-${status}`, message, details: [], suggestions: [] };
    case 'text':
    case 'html':
    case 'empty':
      return { detail: message };
  }
}

function waitHeader({ header, seconds }: FaultWait, now: number): Record<string, string> {
  return header === 'Retry-After date'
    ? { 'Retry-After': new Date(now + seconds * 1000).toUTCString() }
    : { [header]: String(seconds) };
}

const USUAL_MESSAGES: Readonly<Record<FaultStatus, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  402: 'Payment required',
  403: 'Forbidden',
  404: 'Not found',
  408: 'Request timeout',
  409: 'Conflict',
  418: 'Refused',
  422: 'Validation error',
  429: 'Too many requests',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
  504: 'Gateway timeout',
};
