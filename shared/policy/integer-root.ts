/** The square root of a whole number, rounded to the nearest. @throws RangeError below 0. */
export function integerSquareRoot(value: bigint): bigint {
  if (value < 0n) throw new RangeError('no square root of a negative number');
  if (value === 0n) return 0n;
  // Newton's method from above: the first power of two that is not too small.
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) break;
    root = next;
  }
  return value - root * root > root ? root + 1n : root;
}
