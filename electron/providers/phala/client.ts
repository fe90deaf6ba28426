/** Phala Cloud's API, question by question. */
import type { ClientContext, VendorRequest } from '../adapter.js';
import { PLAIN_RULES } from '../answers.js';
import type { AnswerRules } from '../answers.js';
import { ask } from '../limits.js';
import { checked } from '../wire.js';
import { readList } from './list.js';
import type { ListPage } from './list.js';
import { appsPageSchema, cvmsPageSchema, meSchema, usageSchema } from './schema.js';
import type { App, Cvm, Me, UsageAnswer } from './schema.js';

/** The most rows a usage question may ask for. */
export const USAGE_LIMIT = 5_000;
/** The most apps or CVMs a list may be asked for at once. */
const LIST_PAGE_SIZE = 100;

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
      const { dstack_apps: items, total, total_pages: pages } = checked(appsPageSchema, answer, 'apps');
      return { items, total, pages };
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
      const { items, total, pages } = checked(cvmsPageSchema, answer, 'cvms');
      return { items, total, pages };
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

function fetchList<Item>(
  context: ClientContext,
  path: string,
  rules: AnswerRules,
  read: (answer: unknown) => ListPage<Item>,
  idOf: (item: Item) => string | null,
): Promise<Item[]> {
  const pageAt = async (number: number): Promise<ListPage<Item>> => {
    const query = { page: String(number), page_size: String(LIST_PAGE_SIZE) };
    return read(await ask(context, { path, query, rules, budget: null }));
  };
  return readList(path, pageAt, idOf);
}
