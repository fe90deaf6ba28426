/**
 * Reading a paged list whole. An app that is left out is money that is left out,
 * and a server may cut pages below what was asked, by counts that do not fit.
 */
import { FaultError } from '../../../shared/faults.js';

/** 100,000 apps: beyond it a list does not end by itself. */
const MAX_PAGES = 1_000;
/** Readings of a list whose order changes between its pages. */
const MAX_PASSES = 4;
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
 * their order meanwhile, and are read again while items are missing.
 *
 * @param pageAt from 1
 * @param idOf null: such items are taken from the first page only
 * @throws FaultError paging, where pages repeat although more are promised
 */
export async function readList<Item>(
  path: string,
  pageAt: (number: number) => Promise<ListPage<Item>>,
  idOf: (item: Item) => string | null,
): Promise<Item[]> {
  const found = new Map<string, Item>();
  for (let pass = 1; ; pass += 1) {
    const { nameless, items, received, total } = await readOnce(path, pageAt, idOf);
    for (const [id, item] of items) found.set(id, item);
    const missing = total !== null && found.size + nameless.length < total;
    const moved = items.size + nameless.length < received;
    if (!missing || !moved || pass === MAX_PASSES) return [...nameless, ...found.values()];
  }
}

interface Reading<Item> {
  readonly items: ReadonlyMap<string, Item>;
  readonly nameless: readonly Item[];
  /** Items with those that came twice, up to the last page that brought one. */
  readonly received: number;
  readonly total: number | null;
}

async function readOnce<Item>(
  path: string,
  pageAt: (number: number) => Promise<ListPage<Item>>,
  idOf: (item: Item) => string | null,
): Promise<Reading<Item>> {
  const items = new Map<string, Item>();
  const nameless: Item[] = [];
  let received = 0;
  let total: number | null = null;
  let pages: number | null = null;
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const promised = pages === null ? total !== null && received < total : number <= pages;
    const page = await pageAt(number).catch((error: unknown) => {
      if (number > 1 && !promised && error instanceof FaultError && BEYOND.has(error.kind)) return null;
      throw error;
    });
    if (page === null || page.items.length === 0) return { items, nameless, received, total };
    const before = items.size;
    for (const item of page.items) {
      const id = idOf(item);
      if (id !== null) items.set(id, item);
      else if (number === 1) nameless.push(item);
    }
    if (number > 1 && items.size === before) {
      if (promised) throw new FaultError('paging', `${path}, page ${number}`);
      return { items, nameless, received, total };
    }
    received += page.items.length;
    ({ total, pages } = page);
    if (isLast(page, number, received)) return { items, nameless, received, total };
  }
  throw new FaultError('paging', `${path} does not end`);
}

/** Both counts say so, or a total that is more than the page's own. */
function isLast({ items, total, pages }: ListPage<unknown>, number: number, received: number): boolean {
  if (total === null || received < total) return false;
  return pages === null ? total > items.length : number >= pages;
}
