import { LINKS } from '../../shared/links.js';
import type { LinkId } from '../../shared/links.js';

/**
 * Opens one of the constant links in the user's browser; nothing else ever
 * reaches the system from the page.
 *
 * @param openExternal Electron's `shell.openExternal`
 * @throws Error with a plain sentence where the system has no browser to offer
 */
export async function openLink(openExternal: (url: string) => Promise<void>, link: LinkId): Promise<void> {
  try {
    await openExternal(LINKS[link]);
  } catch {
    throw new Error(`The browser could not be opened. The page is ${LINKS[link]}`);
  }
}
