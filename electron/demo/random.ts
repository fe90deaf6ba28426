/**
 * Randomness without state: every number is a function of the seed and of what
 * it is for, so that any window of the demo data can be computed on its own.
 */

/** A 32-bit hash of up to four integers. */
export function hash(a: number, b = 0, c = 0, d = 0): number {
  let h = 0x9e3779b9;
  h = round(h, a);
  h = round(h, b);
  h = round(h, c);
  h = round(h, d);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function round(state: number, value: number): number {
  let k = Math.imul(value | 0, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = state ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** A hash of text, for things that are known by their name or query. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return hash(h, text.length);
}

/** `length` lower-case hexadecimal digits. */
export function hex(length: number, seed: number, a: number, b = 0): string {
  let text = '';
  for (let part = 0; text.length < length; part += 1) {
    text += hash(seed, a, b, part + 1)
      .toString(16)
      .padStart(8, '0');
  }
  return text.slice(0, length);
}

/** A version 4 UUID. */
export function uuid(seed: number, a: number, b = 0): string {
  const digits = hex(32, seed, a, b);
  const variant = '89ab'[hash(seed, a, b) % 4] ?? '8';
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}

/**
 * An order of 0..count-1 that looks unordered and is reached by arithmetic
 * alone: the value at `index` is `order(index)`.
 */
export function shuffled(count: number, seed: number): (index: number) => number {
  if (count < 3) return (index) => index;
  let step = 1 + (hash(seed, count, 1) % (count - 1));
  while (greatestCommonDivisor(step, count) !== 1) step += 1;
  const start = hash(seed, count, 2) % count;
  return (index) => (index * step + start) % count;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
