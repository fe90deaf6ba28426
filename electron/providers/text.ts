/** Foreign text on its way into a sentence of ours. */

const MAX_DETAIL = 200;
const KEY_LIKE = /\bphak_[\w-]+|\bBasic\s+[A-Za-z0-9+/=]{8,}/g;

/**
 * A vendor's text as one short line: control and format characters gone, what
 * looks like a key replaced, at most 200 characters. Null where nothing is left.
 */
export function plainText(text: string): string | null {
  const line = text
    .slice(0, MAX_DETAIL * 10)
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(KEY_LIKE, '[key]')
    .trim();
  if (line === '') return null;
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL - 1)}…` : line;
}
