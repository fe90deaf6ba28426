import type { DayCharge } from './day-charges.js';

/** A day's charges as the one JSON text that the ledger keeps of them. */

/** As in {@link DayCharge}, but for the place of its own values among the lists of the day. */
type WrittenCharge = readonly [...Fields<DayCharge>, list: number];
type Fields<Charge> = Charge extends readonly [...infer All, unknown] ? All : never;

/** A day's own values are few and repeat with every hour: each list is written once. */
type WrittenDay = readonly [lists: ReadonlyArray<readonly unknown[]>, charges: readonly WrittenCharge[]];

/** @param ordered as {@link inOrder} gives them: the same charges then have the same text */
export function writeDay(ordered: readonly DayCharge[]): string {
  const lists = new Lists();
  const charges = ordered.map(
    ([key, resource, meter, shape, start, duration, amount, locked, own]): WrittenCharge => [
      key,
      resource,
      meter,
      shape,
      start,
      duration,
      amount,
      locked,
      lists.placeOf(own),
    ],
  );
  return JSON.stringify([lists.all, charges] satisfies WrittenDay);
}

/** Gives back what {@link writeDay} was given. */
export function readDay(text: string): DayCharge[] {
  const [lists, charges] = JSON.parse(text) as WrittenDay;
  return charges.map(([key, resource, meter, shape, start, duration, amount, locked, list]) => [
    key,
    resource,
    meter,
    shape,
    start,
    duration,
    amount,
    locked,
    lists[list] ?? [],
  ]);
}

/** Lists in the order in which they first come. */
class Lists {
  readonly all: Array<readonly unknown[]> = [];
  private readonly byText = new Map<string, number>();
  /** Charges mostly share the very list, whose text need not be made again. */
  private readonly known = new Map<readonly unknown[], number>();

  placeOf(list: readonly unknown[]): number {
    let place = this.known.get(list);
    if (place === undefined) this.known.set(list, (place = this.placeOfText(list)));
    return place;
  }

  private placeOfText(list: readonly unknown[]): number {
    const text = JSON.stringify(list);
    let place = this.byText.get(text);
    if (place === undefined) {
      place = this.all.push(list) - 1;
      this.byText.set(text, place);
    }
    return place;
  }
}
