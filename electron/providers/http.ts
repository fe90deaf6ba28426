/**
 * The one place that talks to a vendor, in the main process. It takes nothing of
 * a fetch beyond the standard, so that Electron's (the system's proxy and
 * certificates count) and Node's serve alike.
 */
import { FaultError } from '../../shared/faults.js';
import type { VendorHttp, VendorResponse } from './adapter.js';
import { faultOfNetworkError } from './net-errors.js';

export interface VendorTimeouts {
  /** From the start of a request to its status line and headers, connecting included. */
  readonly headersMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUTS: VendorTimeouts = { headersMs: 30_000, idleMs: 30_000, totalMs: 300_000 };

/** A page of 5,000 usage rows is about 2 MB. */
export const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

export interface VendorHttpOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The API base, without a trailing slash. The key is sent nowhere else. */
  readonly base: string;
  /** The key's headers, read for each request. @throws FaultError key-unreadable, … */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  readonly userAgent: string;
  readonly timeouts?: VendorTimeouts;
  /** The most bytes a decoded body may have. */
  readonly maxBytes?: number;
  /** Ends a request under way; its reason is what `get` then rejects with. */
  readonly signal?: AbortSignal;
}

const SECRET_HEADERS: ReadonlySet<string> = new Set(['x-api-key', 'authorization']);
/** Shorter secrets are left alone: replacing them would change innocent text. */
const MIN_SECRET = 8;
/** What clients act on; cookies and the like stay here. */
const HEADERS_PASSED_ON = ['content-type', 'retry-after', 'x-ratelimit-reset'];
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/** Reading a key may wait for the user; who cancelled meanwhile waits no longer, and nothing is sent. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    const value = await Promise.race([work, aborted]);
    signal.throwIfAborted();
    return value;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  const { timeouts = DEFAULT_TIMEOUTS, maxBytes = DEFAULT_MAX_BYTES, signal } = options;
  return {
    get: async (path, query = {}) => {
      const url = urlWithin(options.base, path, query);
      signal?.throwIfAborted();
      const keyHeaders = await unlessAborted(options.headers(), signal);
      if (!Object.values(keyHeaders).every((value) => HEADER_VALUE.test(value))) {
        throw new FaultError('rejected', 'it holds characters that no key has');
      }
      const watch = new Watch(timeouts, signal);
      try {
        const response = await watch.within(
          timeouts.headersMs,
          'no answer',
          options.fetch(url, {
            method: 'GET',
            redirect: 'error',
            credentials: 'omit',
            cache: 'no-store',
            headers: { ...keyHeaders, accept: 'application/json', 'user-agent': options.userAgent },
            signal: watch.signal,
          }),
        );
        const body = await readBody(response, watch, timeouts.idleMs, maxBytes);
        return { status: response.status, headers: headersOf(response), body: withoutKey(body, keyHeaders) };
      } catch (error) {
        watch.hangUp();
        if (signal?.aborted === true) throw signal.reason;
        throw watch.expired ?? faultOfNetworkError(error);
      } finally {
        watch.end();
      }
    },
  };
}

/** @throws FaultError internal, for a path that leads out of the base */
function urlWithin(base: string, path: string, query: Readonly<Record<string, string>>): string {
  const root = new URL(`${base}/`);
  const url = new URL(`${base}${path}`);
  const inside = url.origin === root.origin && url.pathname.startsWith(root.pathname);
  if (!path.startsWith('/') || /[?#\\]/.test(path) || !inside || url.username !== '' || url.password !== '') {
    throw new FaultError('internal', 'a path outside the vendor’s API');
  }
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

/**
 * Ends a request by its own signal and, since not every fetch heeds a signal
 * while a body is read, by a race as well.
 */
class Watch {
  /** Set once a time limit has run out. */
  expired: FaultError | null = null;
  private readonly aborter = new AbortController();
  private readonly ended: Promise<never>;
  private readonly total: NodeJS.Timeout;
  private readonly onAbort = (): void => this.hangUp();

  constructor(
    timeouts: VendorTimeouts,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.ended = new Promise((_, reject) => {
      this.aborter.signal.addEventListener('abort', () => reject(new FaultError('timeout')), { once: true });
    });
    // Nobody may be racing when the time is up.
    this.ended.catch(() => undefined);
    outer?.addEventListener('abort', this.onAbort, { once: true });
    this.total = setTimeout(() => this.expire('the answer takes too long'), timeouts.totalMs);
  }

  get signal(): AbortSignal {
    return this.aborter.signal;
  }

  async within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
    const timer = setTimeout(
      () => this.expire(`${what} for ${Math.round(milliseconds / 1000)} s`),
      milliseconds,
    );
    try {
      return await Promise.race([work, this.ended]);
    } finally {
      clearTimeout(timer);
    }
  }

  hangUp(): void {
    this.aborter.abort();
  }

  end(): void {
    clearTimeout(this.total);
    this.outer?.removeEventListener('abort', this.onAbort);
  }

  private expire(detail: string): void {
    this.expired = new FaultError('timeout', detail);
    this.hangUp();
  }
}

/** The whole body, counted as decoded, in memory of its own: it is handed to another thread. */
async function readBody(
  response: Response,
  watch: Watch,
  idleMs: number,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return new Uint8Array(0);
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await watch.within(idleMs, 'the answer stands still', reader.read());
      if (done) break;
      size += value.byteLength;
      if (size > maxBytes)
        throw new FaultError('too-large', `above ${Math.floor(maxBytes / 1024 / 1024)} MiB`);
      pieces.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    throw error;
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    body.set(piece, offset);
    offset += piece.byteLength;
    release(piece);
  }
  return body;
}

/** Electron's have what Node's got with version 21. */
interface Transferable {
  transfer?(length: number): unknown;
}

/**
 * Hands a piece's memory back at once. The garbage collector would run for little
 * else while long answers come: a tenth of a backfill's processor time.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer.byteLength === byteLength) (buffer as Transferable).transfer?.(0);
}

function headersOf(response: Response): Record<string, string> {
  const passed = HEADERS_PASSED_ON.map((name) => [name, response.headers.get(name)] as const);
  return Object.fromEntries(passed.filter((entry): entry is [string, string] => entry[1] !== null));
}

/**
 * An answer that repeats the key would carry it into errors and the ledger, also in
 * JSON escapes, which are gone once it is parsed: they are written out to look for
 * it, and stay written out only where it was found.
 */
function withoutKey(
  body: Uint8Array<ArrayBuffer>,
  keyHeaders: Readonly<Record<string, string>>,
): VendorResponse['body'] {
  const secrets = secretsIn(keyHeaders);
  const clean = withoutSecrets(body, secrets);
  const view = Buffer.from(clean.buffer);
  if (!view.includes('\\u00') && !view.includes('\\/')) return clean;
  const written = writtenOut(view);
  const cleanWritten = withoutSecrets(written, secrets);
  return cleanWritten === written ? clean : cleanWritten;
}

function withoutSecrets(body: Uint8Array<ArrayBuffer>, secrets: readonly string[]): Uint8Array<ArrayBuffer> {
  return secrets.reduce((clean, secret) => replaceBytes(clean, secret, '[key]'), body);
}

/** Any escape, so that the text behind an escaped backslash is not taken for one. */
const ESCAPE = /\\(?:u00([0-9A-Fa-f]{2})|[^])/g;

/** The same JSON with each character as itself that needs no escape, up to U+00FF. */
function writtenOut(body: Buffer): Uint8Array<ArrayBuffer> {
  const text = body.toString('latin1').replace(ESCAPE, (escape, hex: string | undefined) => {
    if (escape === '\\/') return '/';
    if (hex === undefined) return escape;
    const code = Number.parseInt(hex, 16);
    if (code < 0x20) return escape;
    const character = String.fromCharCode(code);
    if (character === '"' || character === '\\') return `\\${character}`;
    return Buffer.from(character, 'utf8').toString('latin1');
  });
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function secretsIn(keyHeaders: Readonly<Record<string, string>>): string[] {
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(keyHeaders)) {
    if (!SECRET_HEADERS.has(name.toLowerCase())) continue;
    const encoded = /^Basic\s+(.+)$/i.exec(value)?.[1];
    secrets.push(
      ...(encoded === undefined ? [value] : [encoded, encoded.replace(/=+$/, ''), ...basicParts(encoded)]),
    );
  }
  // As a link or a JSON text, with escaped slashes too, would bear it.
  const written = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    secret.replaceAll('/', '\\/'),
    JSON.stringify(secret).slice(1, -1),
  ]);
  return [...new Set(written)]
    .filter((secret) => secret.length >= MIN_SECRET)
    .sort((one, other) => other.length - one.length);
}

function basicParts(encoded: string): string[] {
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return [decoded.slice(0, colon), decoded.slice(colon + 1)];
}

function replaceBytes(
  body: Uint8Array<ArrayBuffer>,
  secret: string,
  replacement: string,
): Uint8Array<ArrayBuffer> {
  const view = Buffer.from(body.buffer);
  const bytes = Buffer.from(secret, 'utf8');
  if (!view.includes(bytes)) return body;
  const clean = view.toString('latin1').replaceAll(bytes.toString('latin1'), replacement);
  return new Uint8Array(Buffer.from(clean, 'latin1'));
}
