import { dayFromNumber, dayNumber } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';

/** Between columns, which hold integers or null, and the types outside. */

export function dayOrNull(value: bigint | null): Day | null {
  return value === null ? null : dayFromNumber(Number(value));
}

export function dayColumn(value: Day | null): number | null {
  return value === null ? null : dayNumber(value);
}

export function numberOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}

export function jsonOrNull<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text, reviveAmount) as T);
}

/** JSON knows no BigInt: amounts are written as `{"nanos":"123"}`. */
export function jsonColumn(value: unknown): string | null {
  if (value === null) return null;
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? { nanos: part.toString() } : part,
  );
}

function reviveAmount(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nanos' in value)) return value;
  const text = value.nanos;
  return typeof text === 'string' && Object.keys(value).length === 1 ? BigInt(text) : value;
}
