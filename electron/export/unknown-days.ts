import type { Day } from '../../shared/day.js';
import { addDays } from '../../shared/day.js';
import type { Connection, DayKnowledge, DaySum } from '../ledger/types.js';

/** Days of an export that one connection has not read whole, in order. */
export interface UnknownDays {
  /** Its id; '' where there is no connection at all. */
  readonly connection: string;
  readonly name: string;
  /**
   * Known only in part: the charges read so far, as those of another app or of before
   * the day's end, are in the export. Otherwise nothing of the days is in it.
   */
  readonly inPart: boolean;
  readonly days: readonly Day[];
  /** The first of them, where it lies before the history that a refresh reads by itself; else null. */
  readonly since: Day | null;
  /**
   * Why no refresh brings them: the connection was removed, the vendor gives them no
   * more, or has not reported them yet; null where one does.
   */
  readonly stays: 'removed' | 'refused' | 'unreported' | null;
}

/** Of what the days of a range are told by. */
export interface ExportedDays {
  /** What the ledger knows of them. */
  readonly states: readonly DayKnowledge[];
  /** Of what it holds. */
  readonly sums: readonly DaySum[];
  /** Whose they are. */
  readonly connections: ReadonlyArray<Pick<Connection, 'id' | 'name' | 'removedAt'>>;
  /** It is still to be reported, and is not among them. */
  readonly today: Day;
  /** The first day that a refresh reads by itself. */
  readonly historyFrom: Day;
  /** Whether the vendor no longer gives a connection's day. */
  readonly isRefused: (connection: string, day: Day) => boolean;
}

/**
 * The days that an export lacks, or has in part only, since nobody has read them
 * whole yet or the vendor has not reported them: at most one entry of each kind per
 * connection.
 */
export function unknownDays(exported: ExportedDays): UnknownDays[] {
  const { states, sums, connections, today, historyFrom, isRefused } = exported;
  const placeOf = ({ connection, day }: { connection: string; day: Day }): string => `${connection} ${day}`;
  const charged = new Set(sums.map(placeOf));
  const why = (one: DayKnowledge, removed: boolean): UnknownDays['stays'] => {
    if (removed) return 'removed';
    if (one.state === 'open') return 'unreported';
    return isRefused(one.connection, one.day) ? 'refused' : null;
  };
  return connections.flatMap(({ id: connection, name, removedAt }) => {
    const kinds = new Map<string, Pick<UnknownDays, 'inPart' | 'stays'> & { readonly days: Day[] }>();
    for (const one of states) {
      const isLacking = one.state === 'unknown' || (one.state === 'open' && one.day < today);
      if (one.connection !== connection || !isLacking) continue;
      const inPart = charged.has(placeOf(one));
      const stays = why(one, removedAt !== null);
      const kind = `${inPart} ${stays ?? ''}`;
      const known = kinds.get(kind);
      if (known === undefined) kinds.set(kind, { inPart, stays, days: [one.day] });
      else known.days.push(one.day);
    }
    const apart = [...kinds.values()].sort((a, b) => Number(a.inPart) - Number(b.inPart));
    return apart.map(({ inPart, stays, days }) => {
      days.sort();
      const since = stays === null ? (days.find((day) => day < historyFrom) ?? null) : null;
      return { connection, name, inPart, days, since, stays };
    });
  });
}

/** `2026-11-03, 2026-11-05 to 2026-11-09`. */
export function daysInWords(days: readonly Day[]): string {
  const stretches: Array<{ from: Day; to: Day }> = [];
  for (const day of days) {
    const last = stretches.at(-1);
    if (last !== undefined && addDays(last.to, 1) === day) last.to = day;
    else stretches.push({ from: day, to: day });
  }
  return stretches.map(({ from, to }) => (from === to ? from : `${from} to ${to}`)).join(', ');
}
