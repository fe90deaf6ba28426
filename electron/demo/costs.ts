import type { ContentFaults, NotACost } from './faults.js';
import { money, plain, raw, scientific } from './wire.js';

/** Changes an amount (nanos) as a revision asks, half away from nothing to the nano. */
export function revised(nanos: bigint, day: string, faults: ContentFaults): bigint {
  const fault = faults.get('revised');
  if (fault === null) return nanos;
  if (day < (fault.from ?? day) || day > (fault.to ?? day)) return nanos;
  return (nanos * BigInt(fault.permille) + 500n) / 1000n;
}

/** An amount as the wire bears it. */
export function writtenCost(nanos: bigint, faults: ContentFaults): string {
  if (faults.has('decimal-strings')) return plain(nanos);
  if (faults.has('exponents')) return raw(scientific(nanos));
  return money(nanos);
}

/** The value that stands where a cost should; undefined leaves the key out. */
export function notACost(as: NotACost): unknown {
  switch (as) {
    case 'NaN':
    case 'Infinity':
      return raw(as);
    case '"NaN"':
      return 'NaN';
    case 'word':
      return 'free';
    case '25-digits':
      return raw('1234567890123456789012345');
    case 'object':
      return { amount: '0.058', currency: 'USD' };
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'missing':
      return undefined;
    case 'empty':
      return '';
  }
}

/** The answer's own total, or undefined where it is left out. */
export function writtenTotal(nanos: bigint, faults: ContentFaults): string | undefined {
  if (faults.has('totals-missing')) return undefined;
  const fault = faults.get('totals-disagree');
  return writtenCost(fault === null ? nanos : nanos + BigInt(fault.nanos ?? 1_000_000_001), faults);
}
