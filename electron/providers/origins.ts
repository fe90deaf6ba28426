import { StartError } from '../start-error.js';
import type { ProviderId } from '../../shared/model.js';

/** The vendors' public API bases, version path included. */
export const DEFAULT_BASES: Readonly<Record<ProviderId, string>> = {
  phala: 'https://cloud-api.phala.com/api/v1',
  clickhouse: 'https://api.clickhouse.cloud/v1',
};

/** The environment variable that sets another base for a provider. */
export const BASE_VARIABLES: Readonly<Record<ProviderId, string>> = {
  phala: 'COST_TRAY_PHALA_URL',
  clickhouse: 'COST_TRAY_CLICKHOUSE_URL',
};

const IPV4_LOOPBACK = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/**
 * The API base of each provider, without a trailing slash. An unset or empty
 * variable means the vendor's own.
 *
 * @throws StartError one sentence that names the variable and the remedy. It never
 *   repeats the value, which may hold a password.
 */
export function readBases(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<ProviderId, string>> {
  const read = (provider: ProviderId): string => {
    const variable = BASE_VARIABLES[provider];
    const text = environment[variable]?.trim() ?? '';
    return text === '' ? DEFAULT_BASES[provider] : parseBase(variable, text);
  };
  return { phala: read('phala'), clickhouse: read('clickhouse') };
}

function parseBase(variable: string, text: string): string {
  const base = acceptableBase(text);
  if (base !== null) return base;
  throw new StartError(
    `${variable} must be an https address, or http on this computer only (127.0.0.1, [::1], localhost), ` +
      'without user, query or fragment; correct it or unset it.',
    true,
  );
}

function acceptableBase(text: string): string | null {
  // An empty user, query or fragment leaves no trace in a parsed URL.
  if (/[?#@\\]/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const encrypted = url.protocol === 'https:';
  if (!encrypted && !(url.protocol === 'http:' && isLoopback(url.hostname))) return null;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** @param hostname as a URL bears it: lower case, IPv4 in four decimal parts, IPv6 in brackets */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || IPV4_LOOPBACK.test(hostname);
}
