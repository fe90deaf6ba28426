/** Phala Cloud's API, question by question. */
import { FaultError } from '../../../shared/faults.js';
import type { ClientContext, VendorRequest } from '../adapter.js';
import { PLAIN_RULES } from '../answers.js';
import type { AnswerRules } from '../answers.js';
import { ask } from '../limits.js';
import { checked } from '../wire.js';
import { appsPageSchema, cvmsPageSchema, meSchema, usageSchema } from './schema.js';
import type { App, Cvm, Me, UsageAnswer } from './schema.js';

/** The most rows a usage question may ask for. */
export const USAGE_LIMIT = 5_000;
/** The most apps or CVMs a list may be asked for at once. */
const LIST_PAGE_SIZE = 100;
/** 100,000 apps: beyond it a list does not end by itself. */
const MAX_LIST_PAGES = 1_000;

/** From `start` up to `end`, in ms since 1970. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export async function fetchMe(context: ClientContext): Promise<Me> {
  const answer = await ask(context, { path: '/auth/me', rules: PLAIN_RULES, budget: null });
  return checked(meSchema, answer, 'auth/me');
}

export function fetchApps(context: ClientContext): Promise<App[]> {
  return fetchList(
    context,
    '/apps',
    PLAIN_RULES,
    (answer) => {
      const {
        dstack_apps: items,
        total,
        total_pages: pages,
        page_size: size,
      } = checked(appsPageSchema, answer, 'apps');
      return { items, total, pages, size };
    },
    (app) => app.id ?? app.app_id,
  );
}

/** @throws FaultError permission, or no-such-app where the vendor has no such list (any more) */
export function fetchCvms(context: ClientContext): Promise<Cvm[]> {
  return fetchList(
    context,
    '/cvms/paginated',
    { ...PLAIN_RULES, scoped: true },
    (answer) => {
      const { items, total, pages, page_size: size } = checked(cvmsPageSchema, answer, 'cvms');
      return { items, total, pages, size };
    },
    (cvm) => cvm.vm_uuid ?? cvm.id ?? cvm.instance_id,
  );
}

/** @throws FaultError no-such-app, range, … */
export async function fetchUsage(
  context: ClientContext,
  app: string,
  span: Span,
  offset: number,
): Promise<UsageAnswer> {
  const answer = await ask(context, {
    ...usageRequest(app, span, offset),
    rules: { ...PLAIN_RULES, scoped: true, dated: true },
    budget: null,
  });
  return checked(usageSchema, answer, 'usage');
}

export function usageRequest(app: string, span: Span, offset: number): VendorRequest {
  return {
    path: `/apps/${encodeURIComponent(app)}/usage`,
    query: {
      start_date: zoned(span.start),
      end_date: zoned(span.end),
      limit: String(USAGE_LIMIT),
      offset: String(offset),
    },
  };
}

/** ISO 8601 to the second, with its zone. */
function zoned(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly total: number | null;
  readonly pages: number | null;
  /** The page size the vendor says it used; it may be smaller than what was asked. */
  readonly size: number | null;
}

/**
 * Every item of a list, page by page, each once. Counts end the paging where the
 * vendor sends them; without any, a page that brings nothing does.
 *
 * @throws FaultError paging, where pages repeat although more are promised
 */
async function fetchList<Item>(
  context: ClientContext,
  path: string,
  rules: AnswerRules,
  read: (answer: unknown) => ListPage<Item>,
  idOf: (item: Item) => string | null,
): Promise<Item[]> {
  const items: Item[] = [];
  const known = new Set<string>();
  let received = 0;
  for (let number = 1; number <= MAX_LIST_PAGES; number += 1) {
    const answer = await ask(context, {
      path,
      query: { page: String(number), page_size: String(LIST_PAGE_SIZE) },
      rules,
      budget: null,
    });
    const page = read(answer);
    const fresh = page.items.filter((item) => {
      const id = idOf(item);
      if (id === null || known.has(id)) return id === null && number === 1;
      known.add(id);
      return true;
    });
    items.push(...fresh);
    received += page.items.length;
    if (page.items.length === 0) return items;
    if (number > 1 && fresh.length === 0) {
      if (page.pages !== null || page.total !== null)
        throw new FaultError('paging', `${path}, page ${number}`);
      return items;
    }
    if (isLast(page, number, received)) return items;
  }
  throw new FaultError('paging', `${path} does not end`);
}

function isLast(page: ListPage<unknown>, number: number, received: number): boolean {
  if (page.pages !== null) return number >= page.pages;
  if (page.total !== null) return received >= page.total;
  return page.size !== null && page.items.length < page.size;
}
