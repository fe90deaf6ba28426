import type { DemoServers } from '../../electron/demo/servers.js';

export const NOW = Date.UTC(2026, 10, 22, 10, 20);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Null where it is no JSON. */
  readonly json: Record<string, unknown> | null;
}

async function get(url: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(20_000) });
  const text = await response.text();
  let json: Record<string, unknown> | null = null;
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    json = null;
  }
  return { status: response.status, headers: response.headers, text, json };
}

export function phala(
  servers: DemoServers,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return get(`${servers.phalaUrl}${path}`, {
    'User-Agent': 'cost-tray/1.0',
    'X-Phala-Version': '2026-01-21',
    'X-API-Key': servers.keys.phala,
    ...headers,
  });
}

export function clickhouse(
  servers: DemoServers,
  path: string,
  { keyId, keySecret } = servers.keys.clickhouse,
): Promise<Answer> {
  return get(`${servers.clickhouseUrl}${path}`, {
    Authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`,
  });
}

/** Billionths from a JSON number's text, by moving the point: an independent reading. */
export function billionths(text: string): bigint {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const negative = mantissa.startsWith('-');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const places = 9 + Number(exponent) - fraction.length;
  const digits = whole + fraction;
  if (places < 0 && /[1-9]/.test(digits.slice(places))) throw new Error(`${text} has more than 9 places`);
  const value = BigInt(places >= 0 ? digits + '0'.repeat(places) : digits.slice(0, places) || '0');
  return negative ? -value : value;
}

export interface Row extends Record<string, unknown> {
  /** Billionths, from the text of the answer. */
  readonly nanos: bigint;
}

/** Rows of a usage answer; each cost is taken from the text, never from a float. */
export function usageRows({ text, json }: Answer): Row[] {
  const costs = [...text.matchAll(/"cost":"?([-+.\deE]+)"?/g)].map((match) => billionths(match[1] ?? ''));
  const rows = json?.['usage'] as Record<string, unknown>[];
  return rows.map((row, index) => ({ ...row, nanos: costs[index] ?? 0n }));
}

export async function appIds(servers: DemoServers): Promise<string[]> {
  const { json } = await phala(servers, '/apps?page=1&page_size=100');
  return (json?.['dstack_apps'] as Array<{ app_id: string }>).map((app) => app.app_id);
}

/** Every row of an app's window, page after page. */
export async function allRows(servers: DemoServers, app: string, from: string, to: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const query = `start_date=${from}&end_date=${to}&limit=5000&offset=${rows.length}`;
    const page = usageRows(await phala(servers, `/apps/${app}/usage?${query}`));
    rows.push(...page);
    if (page.length < 5000) return rows;
  }
}

export function usageCostPath(organization: string, from: string, to: string): string {
  return `/organizations/${organization}/usageCost?from_date=${from}&to_date=${to}`;
}

export async function organization(servers: DemoServers): Promise<string> {
  const { json } = await clickhouse(servers, '/organizations');
  return (json?.['result'] as Array<{ id: string }>)[0]?.id ?? '';
}
