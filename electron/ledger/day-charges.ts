/**
 * A scope's day: all of its charges, merged with what a vendor answers and kept
 * as a whole. Everything here is pure; `days.ts` stores it.
 */

/**
 * Resource, meter and shape are rows of the ledger, or numbers of a window's
 * `SeenNames` until they are stored. `start` counts ms from 00:00 of the day, and
 * `own` is what the shape leaves to the charge. All of it is JSON.
 */
export type DayCharge = readonly [
  key: string,
  resource: number,
  meter: number,
  shape: number,
  start: number,
  duration: number,
  amount: WrittenAmount,
  locked: number,
  own: readonly unknown[],
];

/** Nanos of the native unit; a text where JSON's numbers would not be exact. */
export type WrittenAmount = number | string;

/** As a table of charges holds one: amount and own values as text. */
export type ChargeColumns = readonly [
  key: string,
  resource: number,
  meter: number,
  shape: number,
  start: number,
  duration: number,
  amount: string,
  locked: number,
  own: string,
];

export function fromColumns(columns: ChargeColumns): DayCharge {
  const [key, resource, meter, shape, start, duration, amount, locked, own] = columns;
  const list = JSON.parse(own) as readonly unknown[];
  return [key, resource, meter, shape, start, duration, writtenAmount(BigInt(amount)), locked, list];
}

export function writtenAmount(amount: bigint): WrittenAmount {
  const number = Number(amount);
  return Number.isSafeInteger(number) ? number : amount.toString();
}

/**
 * In one order, whichever the vendor sent them in. Charges of one identity are
 * ordered by what they say, so that each has its place among them, its ordinal.
 *
 * @param words what else a charge says, for those alike in all that is compared
 *   before; without it they stay in the order in which they are
 */
export function inOrder(charges: readonly DayCharge[], words?: (charge: DayCharge) => string): DayCharge[] {
  return [...charges].sort((a, b) => compareCharges(a, b, words));
}

/** 0 where both say the same. */
export function compareCharges(
  a: DayCharge,
  b: DayCharge,
  words: (charge: DayCharge) => string = () => '',
): number {
  return (
    a[4] - b[4] ||
    compareTexts(a[0], b[0]) ||
    a[5] - b[5] ||
    compareAmounts(a[6], b[6]) ||
    a[7] - b[7] ||
    compareTexts(words(a), words(b))
  );
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareAmounts(a: WrittenAmount, b: WrittenAmount): number {
  if (a === b) return 0;
  return BigInt(a) < BigInt(b) ? -1 : 1;
}

/** A day's charges after an answer, and what that changed. */
export interface MergedDay {
  readonly charges: readonly DayCharge[];
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export type DayRule =
  /** The answer is the day: what it lacks goes. */
  | 'replace'
  /**
   * What the answer lacks stays. An identity answered with nothing new stays as
   * it is; answered with something new, the answer replaces all that was stored
   * under it.
   */
  | 'add';

/**
 * @param stored in their order, as @param answered
 * @returns in their order as well
 */
export function mergeDay(
  stored: readonly DayCharge[],
  answered: readonly DayCharge[],
  rule: DayRule,
): MergedDay {
  const before = byIdentity(stored);
  const after = byIdentity(answered);
  const charges: DayCharge[] = [];
  const changes = { inserted: 0, updated: 0, deleted: 0 };
  for (const [identity, kept] of before) {
    const own = after.get(identity);
    if (own === undefined && rule === 'replace') changes.deleted += kept.length;
    else if (own === undefined || (rule === 'add' && saysNothingNew(kept, own))) charges.push(...kept);
    else {
      charges.push(...own);
      count(changes, kept, own);
    }
  }
  for (const [identity, own] of after) {
    if (before.has(identity)) continue;
    charges.push(...own);
    changes.inserted += own.length;
  }
  return { charges: rule === 'replace' ? answered : inOrder(charges), ...changes };
}

function byIdentity(charges: readonly DayCharge[]): Map<string, DayCharge[]> {
  const identities = new Map<string, DayCharge[]>();
  for (const charge of charges) {
    const identity = identityOf(charge);
    const known = identities.get(identity);
    if (known === undefined) identities.set(identity, [charge]);
    else known.push(charge);
  }
  return identities;
}

/** Within a day. */
export function identityOf([key, resource, meter]: readonly [string, number, number, ...unknown[]]): string {
  return `${resource} ${meter} ${key}`;
}

function saysNothingNew(stored: readonly DayCharge[], answered: readonly DayCharge[]): boolean {
  const known = new Set(stored.map((charge) => JSON.stringify(charge)));
  return answered.every((charge) => known.has(JSON.stringify(charge)));
}

function isSame(a: DayCharge, b: DayCharge): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function count(
  changes: { inserted: number; updated: number; deleted: number },
  before: readonly DayCharge[],
  after: readonly DayCharge[],
): void {
  after.forEach((charge, ordinal) => {
    const known = before[ordinal];
    if (known === undefined) changes.inserted += 1;
    else if (!isSame(known, charge)) changes.updated += 1;
  });
  changes.deleted += Math.max(0, before.length - after.length);
}

/** How many stored charges an answer that replaced the day would take away. */
export function countLacking(stored: readonly DayCharge[], answered: readonly DayCharge[]): number {
  return mergeDay(stored, answered, 'replace').deleted;
}

/**
 * The charges of one resource as another's. One that both bear under one identity
 * and ordinal stays where it is: nothing counts twice anew.
 */
export function joinResource(charges: readonly DayCharge[], from: number, to: number): DayCharge[] {
  const known = byIdentity(charges);
  const passed = new Map<string, number>();
  const joined = charges.map((charge): DayCharge => {
    const [key, resource, ...rest] = charge;
    if (resource !== from) return charge;
    const moved: DayCharge = [key, to, ...rest];
    const identity = identityOf(moved);
    const ordinal = passed.get(identity) ?? 0;
    passed.set(identity, ordinal + 1);
    return ordinal < (known.get(identity)?.length ?? 0) ? charge : moved;
  });
  return inOrder(joined);
}
