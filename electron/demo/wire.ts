import type { IncomingHttpHeaders } from 'node:http';

/** One request as the vendors' handlers see it; `path` is below the API base. */
export interface WireRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface WireReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const RAW = '@raw:';

/** A JSON value given as its own text, so that a number is printed digit by digit as meant. */
export function raw(text: string): string {
  return `${RAW}${text}`;
}

/** JSON, with what {@link raw} marked printed as it stands. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(/"@raw:([^"]*)"/g, '$1');
}

const written = new Map<bigint, string>();
const WRITTEN_LIMIT = 10_000;

/**
 * An amount in nanos as a JSON number, exact. Below a millionth it takes an
 * exponent, as both vendors print it. Most hours cost the same: what was printed
 * is remembered.
 */
export function money(nanos: bigint): string {
  const known = written.get(nanos);
  if (known !== undefined) return known;
  const size = nanos < 0n ? -nanos : nanos;
  const text = raw(size !== 0n && size < 1000n ? scientific(nanos) : plain(nanos));
  if (written.size < WRITTEN_LIMIT) written.set(nanos, text);
  return text;
}

/**
 * The decimal text of an amount in nanos, without exponent. Written here once
 * more, so that tests do not check the program's own printing against itself.
 */
export function plain(nanos: bigint): string {
  const digits = (nanos < 0n ? -nanos : nanos).toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${nanos < 0n ? '-' : ''}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The same amount with an exponent: 58,000,000 nanos are `5.8e-2`. */
export function scientific(nanos: bigint): string {
  const digits = (nanos < 0n ? -nanos : nanos).toString();
  const fraction = digits.slice(1).replace(/0+$/, '');
  const exponent = nanos === 0n ? 0 : digits.length - 10;
  return `${nanos < 0n ? '-' : ''}${digits.slice(0, 1)}${fraction === '' ? '' : `.${fraction}`}e${exponent}`;
}

export function ok(value: unknown, headers: Readonly<Record<string, string>> = {}): WireReply {
  return { status: 200, headers, body: toJson(value) };
}

/** FastAPI's errors: a text, a list of validation errors, or an object. */
export function phalaError(status: number, detail: unknown): WireReply {
  return { status, body: toJson({ detail }) };
}

/** ClickHouse Cloud's error envelope. */
export function clickhouseError(status: number, error: string, requestId: string): WireReply {
  return { status, body: toJson({ status, error, requestId }) };
}
