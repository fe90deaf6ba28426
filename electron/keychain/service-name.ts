import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';

/**
 * The keychain's service name for a home folder. It bears a hash of the
 * folder's real path, so that homes never share keys.
 *
 * @param home an existing folder
 */
export function keychainService(home: string): string {
  const hash = createHash('sha256').update(realpathSync(home)).digest('hex');
  return `Cost Tray (${hash.slice(0, 10)})`;
}
