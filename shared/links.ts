/** The only addresses the program ever hands to the browser. */
export const LINKS = {
  phalaKeys: 'https://cloud.phala.com/dashboard/tokens',
  phalaBilling: 'https://cloud.phala.com/dashboard/billing',
  phalaStatus: 'https://status.phala.com/',
  clickhouseKeys: 'https://console.clickhouse.cloud/organizations/keys',
  clickhouseBilling: 'https://console.clickhouse.cloud/billing',
  clickhouseStatus: 'https://status.clickhouse.com/',
} as const;

export type LinkId = keyof typeof LINKS;
export const LINK_IDS = Object.keys(LINKS) as [LinkId, ...LinkId[]];
