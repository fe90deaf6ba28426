import { NANOS_PER_UNIT, nanos } from '../../shared/money.js';
import type { Nanos } from '../../shared/money.js';
import { isTooMuch } from './driver.js';

/**
 * Sums over many days. SQLite adds up in 64 bits, which hold each day's sum but
 * perhaps not a period's. Where they do not, whole units and what is beside them
 * are added up apart; always to do so would make each question half as dear again.
 */

/** The expression that adds up a column of amounts. {@link readSum} reads its text, null over no rows. */
export type SumOf = (column: string) => string;

const inOne: SumOf = (column) => `CAST(sum(${column}) AS TEXT)`;

const inTwo: SumOf = (column) =>
  `sum(${column} / ${NANOS_PER_UNIT}) || ' ' || sum(${column} % ${NANOS_PER_UNIT})`;

export function withSums<Answer>(ask: (sumOf: SumOf) => Answer): Answer {
  try {
    return ask(inOne);
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    return ask(inTwo);
  }
}

export function readSum(text: string): Nanos {
  const [first = '', rest] = text.split(' ');
  return nanos(rest === undefined ? BigInt(first) : BigInt(first) * NANOS_PER_UNIT + BigInt(rest));
}
