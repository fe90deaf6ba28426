/** The page's own address: a standard, secure scheme with one host. */
export const APP_SCHEME = 'app';
export const APP_HOST = 'cost-tray';
export const APP_PAGE = `${APP_SCHEME}://${APP_HOST}/index.html`;

export function isAppUrl(url: string): boolean {
  try {
    const { protocol, host } = new URL(url);
    return protocol === `${APP_SCHEME}:` && host === APP_HOST;
  } catch {
    return false;
  }
}
