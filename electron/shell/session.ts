import { session } from 'electron';
import type { App, Session, WebContents } from 'electron';

import { isAppUrl } from './app-url.js';

/**
 * The renderer's session: in memory, a partition of its own, and closed. It
 * denies every permission, device and download, and every request that is not
 * for the page's own files. Call once the app is ready.
 */
export function createRendererSession(): Session {
  const closed = session.fromPartition('renderer', { cache: false });
  closed.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  closed.setPermissionCheckHandler(() => false);
  closed.setDevicePermissionHandler(() => false);
  withoutDictionaries(closed);
  closed.on('will-download', (event) => event.preventDefault());
  closed.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !isAppUrl(url) && !url.startsWith('data:') }),
  );
  return closed;
}

/**
 * Chromium fetches a dictionary for every session as it is made, from a host of
 * its own. Turning the spell checker off comes too late; without a language
 * there is nothing to fetch.
 */
export function withoutDictionaries(made: Session): void {
  made.setSpellCheckerLanguages([]);
  made.setSpellCheckerEnabled(false);
}

function harden(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  // WebRTC is no request the session could refuse.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}

/** Keeps every page there will ever be where it is: no navigation, no windows, no webviews. */
export function hardenAllContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => harden(contents));
}
