/**
 * Where a vendor's history of a scope ends: it answers for newer days and refuses
 * to be asked for older ones. That is no failure of a sync, and asking at every
 * poll would change nothing; what those days cost stays unknown.
 */
import { parseDay } from '../../../shared/day.js';
import type { Day, DayRange } from '../../../shared/day.js';
import type { Scope } from '../../ledger/types.js';
import { isObject } from '../../providers/wire.js';

export class HistoryEnds {
  /** @param memo of the connection, in which the ends are kept */
  constructor(private readonly memo: Record<string, unknown>) {}

  /** The newest day of the scope that is refused, as all before it are; null for none. */
  of({ key }: Scope): Day | null {
    return historyEnds(this.memo).get(key) ?? null;
  }

  keep({ key }: Scope, day: Day): void {
    this.store(historyEnds(this.memo).set(key, day));
  }

  /** A day that was refused is given again: those before it may be as well. */
  wasRead(scope: Scope, { from }: DayRange): void {
    const refused = this.of(scope);
    if (refused === null || from > refused) return;
    const ends = historyEnds(this.memo);
    ends.delete(scope.key);
    this.store(ends);
  }

  private store(ends: ReadonlyMap<string, Day>): void {
    this.memo.historyEnds = Object.fromEntries(ends);
  }
}

/** By the key of their scope. */
export function historyEnds(memo: Readonly<Record<string, unknown>>): Map<string, Day> {
  const kept = isObject(memo.historyEnds) ? Object.entries(memo.historyEnds) : [];
  return new Map(
    kept
      .map(([key, value]) => [key, typeof value === 'string' ? parseDay(value) : null] as const)
      .filter((entry): entry is [string, Day] => entry[1] !== null),
  );
}
