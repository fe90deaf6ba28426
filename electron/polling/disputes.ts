/**
 * What the ledger holds of days beside what the vendor last answered for them, such
 * as settled charges that were withdrawn. It stands out as a difference until the
 * days are answered as they are held, also while other days are read. Days that the
 * vendor may have forgotten altogether are none of it: it reported them as they are.
 */
import { contains, parseDay } from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { KeptSum, Scope } from '../ledger/types.js';
import { isObject } from '../providers/wire.js';

/** By day, nanos of the native unit as text. */
type Sums = Readonly<Record<string, string>>;

export class Disputes {
  /** By scope, the windows whose own comparison counts what was kept in them. */
  private readonly compared = new Map<string, DayRange[]>();

  /** @param memo of the connection, in which they are kept */
  constructor(private readonly memo: Record<string, unknown>) {}

  /** @param compared the vendor's total of the window is known, and is compared with what is held */
  note({ key }: Scope, window: DayRange, kept: readonly KeptSum[], compared: boolean): void {
    const before = Object.entries(this.of(key)).filter(([day]) => !contains(window, day as Day));
    const now = kept
      .filter(({ maybeForgotten }) => !maybeForgotten)
      .map(({ day, amount }) => [day, amount.toString()] as const);
    const { [key]: _own, ...others } = this.all();
    const own = Object.fromEntries([...before, ...now]);
    this.memo.disputes = before.length + now.length === 0 ? others : { ...others, [key]: own };
    if (compared) this.compared.set(key, [...(this.compared.get(key) ?? []), window]);
  }

  /** Σ of the days that this sync has not compared, of these scopes. */
  sum(scopes: readonly Scope[]): bigint {
    let sum = 0n;
    for (const { key, endedAt } of scopes) {
      // Of one that has ended nothing is answered at all; its history is kept.
      if (endedAt !== null) continue;
      const windows = this.compared.get(key) ?? [];
      for (const [text, amount] of Object.entries(this.of(key))) {
        const day = parseDay(text);
        if (day !== null && !windows.some((window) => contains(window, day))) sum += BigInt(amount);
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
