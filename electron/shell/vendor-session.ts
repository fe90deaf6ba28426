import { session } from 'electron';

import { withoutDictionaries } from './session.js';

export type VendorFetch = (url: string, init?: RequestInit) => Promise<Response>;

/**
 * A `fetch` for the vendors in a session of its own, in memory: no HTTP cache,
 * no cookies, and no redirect, since one would carry the key's header to
 * another host. It follows the system's proxy settings. Call once the app is
 * ready.
 *
 * @param userAgent what the vendors see
 * @param origins the only origins (`https://host[:port]`) a request may go to
 */
export function createVendorFetch(userAgent: string, origins: readonly string[]): VendorFetch {
  const allowed = new Set(origins);
  const vendors = session.fromPartition('vendors', { cache: false });
  vendors.setUserAgent(userAgent);
  vendors.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  vendors.setPermissionCheckHandler(() => false);
  withoutDictionaries(vendors);
  vendors.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !allowed.has(new URL(url).origin) }),
  );
  return (url, init) =>
    vendors.fetch(url, { ...init, redirect: 'error', credentials: 'omit', cache: 'no-store' });
}
