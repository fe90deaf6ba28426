import { FaultError } from '../../shared/faults.js';
import type { FaultKind } from '../../shared/faults.js';

/**
 * What a failed fetch means. Chromium names the cause in the message
 * (`net::ERR_…`, net/base/net_error_list.h), Node in the `code` of a nested
 * cause. Messages themselves are never repeated: a refused header is quoted in
 * one, key and all.
 */
const KINDS: ReadonlyArray<readonly [RegExp, FaultKind]> = [
  [
    /^ERR_(PROXY_|TUNNEL_|HTTPS_PROXY_|SOCKS_|PAC_|MANDATORY_PROXY|UNEXPECTED_PROXY|NO_SUPPORTED_PROX)/,
    'proxy',
  ],
  [/^(ERR_TOO_MANY_REDIRECTS|ERR_UNSAFE_REDIRECT|ERR_INVALID_REDIRECT|REDIRECT)$/, 'captive-portal'],
  [/^ERR_(CERT_|CERTIFICATE_|SSL_|BAD_SSL_|TLS_|ECH_)/, 'tls'],
  [
    /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET|DECRYPT|DECODE)_|HOSTNAME_MISMATCH|EPROTO)/,
    'tls',
  ],
  [/TIMED_OUT$|^ETIMEDOUT$|^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$/, 'timeout'],
  [/^(ERR_RESPONSE_HEADERS_TOO_BIG|UND_ERR_HEADERS_OVERFLOW|HPE_HEADER_OVERFLOW)$/, 'too-large'],
  [
    /^(ERR_CONTENT_DECODING_|ERR_INVALID_(HTTP_)?RESPONSE|ERR_RESPONSE_HEADERS_|ERR_INVALID_CHUNKED_)/,
    'format',
  ],
  [/^(HPE_|Z_|ERR_BROTLI|ERR__ERROR_FORMAT)|^ERR_ZLIB/, 'format'],
  [/^ERR_|^E[A-Z]+|^UND_ERR_/, 'offline'],
];

/** The codes an error and its causes bear, nearest first. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  const queue: unknown[] = [error];
  while (queue.length > 0 && codes.length < 20) {
    const next = queue.shift();
    if (!(next instanceof Error)) continue;
    if ('code' in next && typeof next.code === 'string' && /^[A-Z_][A-Z0-9_]+$/.test(next.code)) {
      codes.push(next.code);
    }
    const chromium = /net::(ERR_[A-Z0-9_]+)/.exec(next.message)?.[1];
    if (chromium !== undefined) codes.push(chromium);
    if (/attempted to redirect|unexpected redirect/i.test(next.message)) codes.push('REDIRECT');
    queue.push(next.cause);
    if (next instanceof AggregateError) queue.push(...(next.errors as unknown[]));
  }
  return codes;
}

/** The fault behind an error that `fetch` or the reading of a body ended with. */
export function faultOfNetworkError(error: unknown): FaultError {
  if (error instanceof FaultError) return error;
  const codes = codesOf(error);
  for (const [pattern, kind] of KINDS) {
    const code = codes.find((candidate) => pattern.test(candidate));
    if (code === undefined) continue;
    return new FaultError(kind, code === 'REDIRECT' ? 'it redirects to another address' : code);
  }
  return new FaultError('offline', 'the connection failed');
}
