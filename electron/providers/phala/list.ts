/**
 * Reading a paged list whole. An app that is left out is money that is left out,
 * and a server may cut pages below what was asked, by counts that do not fit.
 */
import { isDeepStrictEqual } from 'node:util';

import { FaultError } from '../../../shared/faults.js';

/** 100,000 apps: beyond it a list does not end by itself. */
const MAX_PAGES = 1_000;
/** Readings of a list that changes between its pages: of 130 in any order, 4 still lack one in 8 times. */
const MAX_PASSES = 8;
/** What a page beyond the last may be answered with. */
const BEYOND: ReadonlySet<string> = new Set(['refused', 'no-such-app']);

export interface ListPage<Item> {
  readonly items: readonly Item[];
  /** Null where the vendor does not say. It may be the page's own number of items. */
  readonly total: number | null;
  readonly pages: number | null;
}

/**
 * Every item of a list, each once. Only counts that agree end the paging early;
 * otherwise a page that brings nothing does. Pages that overlap have changed
 * their order meanwhile, and are read again while items are missing. A total that
 * changes says that the list did: what moved up is on no page, so that reading
 * counts for nothing. A vendor that answers the same once more has not moved, its
 * counts are of something else.
 *
 * @param pageAt from 1
 * @param idOf null: such items are taken from the first page only
 * @throws FaultError paging, where pages repeat although more are promised, or
 *   where items are still missing in the end
 */
export async function readList<Item>(
  path: string,
  pageAt: (number: number) => Promise<ListPage<Item>>,
  idOf: (item: Item) => string | null,
): Promise<Item[]> {
  const everything = new Map<string, Item>();
  /** Since the total changed last. */
  let found = new Map<string, Item>();
  let before: Reading<Item> | null = null;
  for (let pass = 1; ; pass += 1) {
    const reading: Reading<Item> = await readOnce(path, pageAt, idOf);
    const { items, nameless, total, changed, moved } = reading;
    if (before?.changed === true || before?.total !== total) found = new Map();
    for (const [id, item] of items) {
      found.set(id, item);
      everything.set(id, item);
    }
    const count = found.size + nameless.length;
    const missing = total !== null && count < total;
    const same = before !== null && isDeepStrictEqual(before.answers, reading.answers);
    if (same || (!changed && !(missing && moved))) return [...nameless, ...found.values()];
    if (pass === MAX_PASSES) {
      if (missing) throw new FaultError('paging', `${path}, ${count} of ${total}`);
      return [...nameless, ...everything.values()];
    }
    before = reading;
  }
}

interface Reading<Item> {
  readonly items: ReadonlyMap<string, Item>;
  readonly nameless: readonly Item[];
  /** The least that a page said. */
  readonly total: number | null;
  /** Between its pages, the total did. */
  readonly changed: boolean;
  /** Its pages overlap, or one that the number of pages promises is empty. */
  readonly moved: boolean;
  readonly answers: readonly Answer[];
}

/** What two readings are compared by. */
interface Answer {
  readonly ids: readonly (string | null)[];
  readonly total: number | null;
}

async function readOnce<Item>(
  path: string,
  pageAt: (number: number) => Promise<ListPage<Item>>,
  idOf: (item: Item) => string | null,
): Promise<Reading<Item>> {
  const items = new Map<string, Item>();
  const nameless: Item[] = [];
  const answers: Answer[] = [];
  let received = 0;
  let total: number | null = null;
  let most = 0;
  let pages: number | null = null;
  const ended = (cut = false): Reading<Item> => {
    const moved = cut || items.size + nameless.length < received;
    return { items, nameless, moved, answers, ...totalOf(answers) };
  };
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const promised = pages === null ? total !== null && received < total : number <= pages;
    const page = await pageAt(number).catch((error: unknown) => {
      if (number > 1 && !promised && error instanceof FaultError && BEYOND.has(error.kind)) return null;
      throw error;
    });
    if (page === null) return ended();
    answers.push({ ids: page.items.map(idOf), total: page.total });
    if (page.items.length === 0) return ended(promised && pages !== null);
    const before = items.size;
    for (const item of page.items) {
      const id = idOf(item);
      if (id !== null) items.set(id, item);
      else if (number === 1) nameless.push(item);
    }
    if (number > 1 && items.size === before) {
      if (promised) throw new FaultError('paging', `${path}, page ${number}`);
      return ended();
    }
    received += page.items.length;
    ({ total, pages } = page);
    most = Math.max(most, total ?? 0);
    if (received >= most && isLast(page, number, received)) return ended();
  }
  throw new FaultError('paging', `${path} does not end`);
}

/** A page's own number of items changes without the list, and beyond the list 0 is no total. */
function totalOf(answers: readonly Answer[]): Pick<Reading<unknown>, 'total' | 'changed'> {
  const totals = answers.flatMap(({ total }) => (total === null || total <= 0 ? [] : [total]));
  const own = answers.every(({ ids, total }) => total === null || total === ids.length);
  return {
    total: totals.length === 0 ? null : Math.min(...totals),
    changed: !own && new Set(totals).size > 1,
  };
}

/** Both counts say so, or a total that is more than the page's own. */
function isLast({ items, total, pages }: ListPage<unknown>, number: number, received: number): boolean {
  if (total === null || received < total) return false;
  return pages === null ? total > items.length : number >= pages;
}
