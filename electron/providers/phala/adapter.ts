import { DAY_MS, addDays, lengthOf, startOf } from '../../../shared/day.js';
import type { DayRange } from '../../../shared/day.js';
import { FaultError } from '../../../shared/faults.js';
import { nanos, roundingOf } from '../../../shared/money.js';
import type { Nanos } from '../../../shared/money.js';
import type {
  Account,
  ClientContext,
  Listing,
  Page,
  ProviderAdapter,
  ResourceListing,
  WindowOutcome,
} from '../adapter.js';
import { ownId } from '../known-names.js';
import { isObject, optionalNanos } from '../wire.js';
import { fetchApps, fetchCvms, fetchMe, fetchUsage, usageRequest } from './client.js';
import type { Span } from './client.js';
import { chargesOf, cvmsIn, resourceOf, scopeOf, sharedIds } from './mapper.js';
import { readRows } from './paging.js';
import { ResourceNames } from './resources.js';
import type { AppRef } from './resources.js';
import type { Cvm, Me } from './schema.js';

/** Without it the shape of answers follows the key's own default. */
const API_VERSION = '2026-01-21';
const KEY_PREFIX = 'phak_';
/** Which time column the vendor's filter reads is unknown, so a day more is asked on each side. */
const MARGIN_DAYS = 1;

export const phalaAdapter: ProviderAdapter = {
  id: 'phala',
  unit: 'USD',
  // No row says that it is final; two days after its end a day no longer changes.
  settle: { by: 'age', afterMs: 2 * DAY_MS, pollBackDays: 62 },
  maxWindowDays: 31,
  marginDays: MARGIN_DAYS,
  headers: (credential) => {
    if (credential.provider !== 'phala') throw new FaultError('internal', 'a key of another provider');
    return { 'X-API-Key': credential.apiKey, 'X-Phala-Version': API_VERSION };
  },
  keyWarning: (credential) =>
    credential.provider === 'phala' && !credential.apiKey.startsWith(KEY_PREFIX)
      ? `Phala’s keys usually begin with ${KEY_PREFIX}; this one does not.`
      : null,
  identify: async (context) => accountOf(await fetchMe(context), context.memo),
  list,
  firstRequest: (app, window) => usageRequest(app.key, spanOf(window), 0),
  readWindow,
};

function accountOf(me: Me, memo: Readonly<Record<string, unknown>>): Account {
  const workspace = me.workspace ?? null;
  const id = accountId(me);
  const isOwnId = id === workspace?.id;
  return {
    id: isOwnId ? id : ownId(memo, id),
    idsByName: isOwnId ? namesAsIds(me) : [],
    name: workspace?.name ?? me.team_name ?? userOf(me),
    createdDay: null,
    billingAnchor: null,
    creditLeft: creditLeft(me),
    warning: null,
  };
}

/** @throws FaultError format, where nothing tells one account from another */
function accountId(me: Me): string {
  const { workspace } = me;
  if (workspace?.id) return workspace.id;
  if (workspace?.slug) return `workspace:${workspace.slug}`;
  if (me.team_name !== null) return `team:${me.team_name}`;
  const user = userOf(me);
  if (user !== null) return `user:${user}`;
  throw new FaultError('format', 'auth/me names no workspace');
}

function userOf(me: Me): string | null {
  return me.user?.username ?? me.username;
}

/**
 * What {@link accountId} makes of a workspace where its own id is not in the
 * answer. A user may have several: without a team only the one named after them
 * can be meant.
 */
function namesAsIds(me: Me): string[] {
  const slug = me.workspace?.slug ?? null;
  const names = [...new Set([me.workspace?.name ?? null, slug])].filter((name) => name !== null);
  const user = userOf(me);
  return [
    ...(slug === null ? [] : [`workspace:${slug}`]),
    ...names.map((name) => `team:${name}`),
    ...(user !== null && names.includes(user) ? [`user:${user}`] : []),
  ];
}

/** Paid and granted credit together; an account that pays afterwards has none to run out of. */
function creditLeft(me: Me): Nanos | null {
  const balances = isObject(me.credits)
    ? me.credits
    : { balance: me.credits, granted_balance: me.granted_credits, is_post_paid: false };
  const paid = optionalNanos(balances.balance);
  if (paid === null || balances.is_post_paid === true) return null;
  return nanos(paid + (optionalNanos(balances.granted_balance) ?? 0n));
}

async function list(context: ClientContext): Promise<Listing> {
  const apps = await fetchApps(context);
  const cvms = await fetchCvmsIfPossible(context);
  const scopes = new Map(
    apps
      .map((app) => scopeOf(app, cvms))
      .filter((scope) => scope !== null)
      .map((scope) => [scope.key, scope]),
  );
  const resources = new Map<string, ResourceListing>();
  const listed = [...apps.flatMap(cvmsIn), ...cvms];
  const shared = sharedIds(listed);
  for (const cvm of listed) {
    const resource = resourceOf(cvm, shared);
    const id = resource?.ids[0];
    if (resource === null || id === undefined) continue;
    resources.set(id, merged(resources.get(id), resource));
  }
  return { scopes: [...scopes.values()], resources: [...resources.values()] };
}

/**
 * Faults of the list of CVMs that say nothing of the way to the vendor. It only
 * puts names on charges, so the charges do not wait for it.
 */
const LIST_FAULTS: ReadonlySet<string> = new Set([
  'rejected',
  'permission',
  'payment',
  'no-such-app',
  'refused',
  'vendor-fault',
  'format',
  'paging',
  'too-large',
]);

/** The apps' own CVMs serve where the workspace's cannot be listed. */
async function fetchCvmsIfPossible(context: ClientContext): Promise<Cvm[]> {
  try {
    return await fetchCvms(context);
  } catch (error) {
    if (error instanceof FaultError && LIST_FAULTS.has(error.kind)) return [];
    throw error;
  }
}

/** The later naming of a CVM counts; ids of both are kept. */
function merged(before: ResourceListing | undefined, after: ResourceListing): ResourceListing {
  if (before === undefined) return after;
  return { ...after, ids: [...new Set([...after.ids, ...before.ids])], name: after.name ?? before.name };
}

function spanOf(window: DayRange): Span {
  return {
    start: startOf(addDays(window.from, -MARGIN_DAYS)),
    end: startOf(addDays(window.to, MARGIN_DAYS + 1)),
  };
}

async function readWindow(
  context: ClientContext,
  app: AppRef,
  window: DayRange,
  resources: ReadonlyMap<string, ResourceListing>,
  onPage: (page: Page) => void,
): Promise<WindowOutcome> {
  const names = new ResourceNames(app, resources, context.memo);
  const outcome = await readRows({
    ask: (part, offset) => fetchUsage(context, app.key, part, offset),
    span: spanOf(window),
    splittable: lengthOf(window) > 1,
    memo: context.memo,
    now: context.now(),
    onRows: (rows, offset) => onPage({ charges: chargesOf(rows, offset, app, names) }),
  });
  names.remember();
  if (outcome.kind === 'split') return outcome;
  const total = outcome.only?.total_cost;
  return {
    kind: 'whole',
    pages: outcome.pages,
    reported: optionalNanos(total),
    roundedBy: roundingOf(total),
    unknownResources: names.foundUnknown,
    ...(outcome.confirm === undefined
      ? {}
      : { confirm: outcome.confirm, verifiedLately: outcome.verifiedLately === true }),
  };
}
