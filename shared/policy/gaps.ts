/** Why days are not known, over several connections or days. */
import type { Gap } from '../model.js';

/**
 * What is to be said of several gaps: unless they are all alike, there is something to read.
 *
 * @param gaps null where a day is known
 * @returns null where all are
 */
export function joinGaps(gaps: Iterable<Gap | null>): Gap | null {
  const found = new Set([...gaps].filter((gap) => gap !== null));
  const [first] = found;
  return first === undefined ? null : found.size === 1 ? first : 'unread';
}
