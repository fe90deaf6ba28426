import { expect, test } from 'vitest';

import { faultOfNetworkError } from '../../../electron/providers/net-errors.js';
import type { FaultKind } from '../../../shared/faults.js';

const chromium = (code: string): Error => new Error(`net::${code}`);
const node = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });

const CASES: ReadonlyArray<readonly [Error, FaultKind]> = [
  [chromium('ERR_INTERNET_DISCONNECTED'), 'offline'],
  [chromium('ERR_NAME_NOT_RESOLVED'), 'offline'],
  [chromium('ERR_CONNECTION_REFUSED'), 'offline'],
  [chromium('ERR_CONNECTION_RESET'), 'offline'],
  [chromium('ERR_NETWORK_CHANGED'), 'offline'],
  [chromium('ERR_INCOMPLETE_CHUNKED_ENCODING'), 'offline'],
  [chromium('ERR_CONNECTION_TIMED_OUT'), 'timeout'],
  [chromium('ERR_TIMED_OUT'), 'timeout'],
  [chromium('ERR_CERT_AUTHORITY_INVALID'), 'tls'],
  [chromium('ERR_CERT_DATE_INVALID'), 'tls'],
  [chromium('ERR_SSL_PROTOCOL_ERROR'), 'tls'],
  [chromium('ERR_PROXY_CONNECTION_FAILED'), 'proxy'],
  [chromium('ERR_PROXY_CERTIFICATE_INVALID'), 'proxy'],
  [chromium('ERR_TUNNEL_CONNECTION_FAILED'), 'proxy'],
  [chromium('ERR_SOCKS_CONNECTION_FAILED'), 'proxy'],
  [chromium('ERR_TOO_MANY_REDIRECTS'), 'captive-portal'],
  [new Error("Attempted to redirect, but redirect policy was 'error'"), 'captive-portal'],
  [chromium('ERR_CONTENT_DECODING_FAILED'), 'format'],
  [chromium('ERR_INVALID_HTTP_RESPONSE'), 'format'],
  [chromium('ERR_RESPONSE_HEADERS_TOO_BIG'), 'too-large'],
  [node('ENOTFOUND'), 'offline'],
  [node('EAI_AGAIN'), 'offline'],
  [node('ECONNRESET'), 'offline'],
  [node('UND_ERR_SOCKET'), 'offline'],
  [node('UND_ERR_CONNECT_TIMEOUT'), 'timeout'],
  [node('ETIMEDOUT'), 'timeout'],
  [node('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
  [node('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls'],
  [node('CERT_HAS_EXPIRED'), 'tls'],
  [node('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls'],
  [node('HPE_INVALID_CONSTANT'), 'format'],
  [node('Z_DATA_ERROR'), 'format'],
  [new TypeError('Headers.append: "phak_secret" is an invalid header value.'), 'offline'],
];

test.each(CASES)('%s is %s', (error, kind) => {
  const fault = faultOfNetworkError(error);
  expect(fault.kind).toBe(kind);
  expect(fault.message).not.toContain('secret');
});
