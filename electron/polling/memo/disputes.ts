/**
 * What the ledger holds of days beside what the vendor last answered for them, such
 * as settled charges that were withdrawn. It stands out as a difference until the
 * days are answered as they are held, also while other days are read. Days that the
 * vendor may have forgotten altogether are none of it: it reported them as they are.
 */
import { contains, parseDay } from '../../../shared/day.js';
import type { Day, DayRange } from '../../../shared/day.js';
import type { KeptSum, Scope } from '../../ledger/types.js';
import { isObject } from '../../providers/wire.js';

/** By day, nanos of the native unit as text. */
type Sums = Readonly<Record<string, string>>;

export class Disputes {
  /** @param memo of the connection, in which they are kept */
  constructor(private readonly memo: Record<string, unknown>) {}

  /**
   * What an answer for the window says of them. One that was there is ended by nothing
   * but an answer that agrees.
   *
   * @returns Σ of what is none of them, since the vendor may have forgotten it
   */
  note({ key }: Scope, window: DayRange, kept: readonly KeptSum[]): bigint {
    const known = this.of(key);
    const isForgotten = ({ day, maybeForgotten }: KeptSum): boolean => maybeForgotten && !(day in known);
    const before = Object.entries(known).filter(([day]) => !contains(window, day as Day));
    const now = kept
      .filter((one) => !isForgotten(one))
      .map(({ day, amount }) => [day, amount.toString()] as const);
    const { [key]: _own, ...others } = this.all();
    const own = Object.fromEntries([...before, ...now]);
    this.memo.disputes = before.length + now.length === 0 ? others : { ...others, [key]: own };
    return kept.filter(isForgotten).reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** Σ of these scopes' days. */
  sum(scopes: readonly Scope[]): bigint {
    let sum = 0n;
    for (const { key, endedAt } of scopes) {
      // Of one that has ended nothing is answered at all; its history is kept.
      if (endedAt !== null) continue;
      for (const [day, amount] of Object.entries(this.of(key))) {
        if (parseDay(day) !== null) sum += BigInt(amount);
      }
    }
    return sum;
  }

  private of(key: string): Sums {
    const own = this.all()[key];
    if (!isObject(own)) return {};
    return Object.fromEntries(
      Object.entries(own).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string' && /^-?\d{1,30}$/.test(entry[1]),
      ),
    );
  }

  private all(): Readonly<Record<string, unknown>> {
    return isObject(this.memo.disputes) ? this.memo.disputes : {};
  }
}
