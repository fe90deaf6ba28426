import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

import type { Protocol } from 'electron';

import { APP_SCHEME, isAppUrl } from './app-url.js';

/** From nothing, only what the page's own files need. Inline styles and scripts are refused. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Must run before the app is ready. */
export function registerAppScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/** Serves `app://cost-tray/` from a folder, in the session whose protocol this is. */
export function serveApp(protocol: Pick<Protocol, 'handle'>, folder: string): void {
  protocol.handle(APP_SCHEME, (request) => answerFile(folder, request));
}

function refused(status: number): Response {
  return new Response(null, { status });
}

/** The file an address names below the folder, or null where it names none. */
function fileOf(folder: string, url: string): string | null {
  if (!isAppUrl(url)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(url).pathname);
  } catch {
    return null;
  }
  // A separator or a drive that was hidden from the URL parser by encoding it.
  if (/[\\:\0]/.test(path)) return null;
  const file = join(folder, path);
  return file.startsWith(folder.endsWith(sep) ? folder : folder + sep) ? file : null;
}

/**
 * The answer to one request: a file below the folder, of a known type.
 *
 * @param folder absolute and normalized
 */
export async function answerFile(folder: string, request: Request): Promise<Response> {
  if (request.method !== 'GET') return refused(405);
  const file = fileOf(folder, request.url);
  const type = file === null ? undefined : TYPES[extname(file)];
  if (file === null || type === undefined) return refused(404);
  let body: Buffer;
  try {
    body = await readFile(file);
  } catch {
    return refused(404);
  }
  return new Response(new Uint8Array(body), {
    headers: {
      'Content-Type': type,
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    },
  });
}
