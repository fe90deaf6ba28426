import { DAY_MS } from '../../../shared/day.js';
import type { DayRange } from '../../../shared/day.js';
import { FaultError } from '../../../shared/faults.js';
import { formatDecimal, roundingOf } from '../../../shared/money.js';
import type { Nanos } from '../../../shared/money.js';
import type { Account, ClientContext, Page, ProviderAdapter, WindowOutcome } from '../adapter.js';
import { dayOfText, optionalNanos, requiredNanos } from '../wire.js';
import { fetchCreditLeft, fetchOrganization, fetchUsageCost } from './client.js';
import { chargesOf } from './mapper.js';

/** The longest period the vendor answers for. */
const MAX_WINDOW_DAYS = 31;

export const clickhouseAdapter: ProviderAdapter = {
  id: 'clickhouse',
  unit: 'CHC',
  // With today just two windows: one day more would cost each poll a third request.
  settle: { by: 'locks', afterMs: 31 * DAY_MS, pollBackDays: 2 * MAX_WINDOW_DAYS - 1 },
  maxWindowDays: MAX_WINDOW_DAYS,
  marginDays: 0,
  headers: (credential) => {
    if (credential.provider !== 'clickhouse') throw new FaultError('internal', 'a key of another provider');
    const pair = Buffer.from(`${credential.keyId}:${credential.keySecret}`, 'utf8').toString('base64');
    return { Authorization: `Basic ${pair}` };
  },
  identify,
  list: (_context, account) =>
    Promise.resolve({
      scopes: [{ key: account.id, name: account.name, createdDay: account.createdDay, dormant: false }],
      // Cost records bear names themselves, deleted services' too.
      resources: [],
    }),
  readWindow,
};

async function identify(context: ClientContext): Promise<Account> {
  const organization = await fetchOrganization(context);
  const createdDay = dayOfText(organization.createdAt);
  return {
    id: organization.id,
    name: organization.name,
    createdDay,
    // Billing periods begin monthly on the day the organization was created.
    billingAnchor: createdDay,
    creditLeft: await creditLeft(context, organization.id),
    warning: null,
  };
}

/** Refusals that will not pass by themselves; after any other fault the last known credit stands. */
const REFUSALS: ReadonlySet<string> = new Set([
  'rejected',
  'permission',
  'not-enabled',
  'payment',
  'refused',
  'format',
]);

async function creditLeft(context: ClientContext, organization: string): Promise<Nanos | null> {
  const { memo } = context;
  try {
    const credit = optionalNanos(await fetchCreditLeft(context, organization));
    memo.creditLeft = credit === null ? null : formatDecimal(credit);
    return credit;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof FaultError)) throw error;
    if (REFUSALS.has(error.kind)) memo.creditLeft = null;
    return optionalNanos(memo.creditLeft);
  }
}

async function readWindow(
  context: ClientContext,
  scope: { readonly key: string },
  window: DayRange,
  _resources: unknown,
  onPage: (page: Page) => void,
): Promise<WindowOutcome> {
  const { grandTotal, records } = await fetchUsageCost(context, scope.key, window);
  const missing = grandTotal === null || grandTotal === undefined;
  const reported = missing ? null : requiredNanos(grandTotal, () => 'grandTotalCHC');
  onPage({ charges: chargesOf(records, window) });
  const roundedBy = roundingOf(grandTotal);
  return { kind: 'whole', pages: 1, reported, roundedBy, unknownResources: false };
}
