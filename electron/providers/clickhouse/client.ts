/** ClickHouse Cloud's API, question by question. Control-plane calls only: they wake no service. */
import type { DayRange } from '../../../shared/day.js';
import { FaultError } from '../../../shared/faults.js';
import type { ClientContext } from '../adapter.js';
import type { AnswerRules } from '../answers.js';
import { ask } from '../limits.js';
import type { RequestBudget } from '../limits.js';
import { checked, optionalNanos } from '../wire.js';
import type { WireObject } from '../wire.js';
import { creditBalancesSchema, organizationsSchema, usageCostSchema, withoutEnvelope } from './schema.js';

/** "10 requests per 10 seconds" a key (clickhouse.com/docs/cloud/manage/openapi). */
const BUDGET: RequestBudget = { requests: 10, perMs: 10_000 };

const RULES: AnswerRules = {
  permission: 'control-plane:organization:view',
  // An organization never ends as an app does: its one scope must not be given up.
  scoped: false,
  dated: false,
  notEnabled: /experimental|not (?:been )?enabled|contact support/i,
};

export interface Organization {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: string | null;
}

/** The organization that the key belongs to. */
export async function fetchOrganization(context: ClientContext): Promise<Organization> {
  const answer = await ask(context, { path: '/organizations', rules: RULES, budget: BUDGET });
  const organizations = checked(organizationsSchema, withoutEnvelope(answer), 'organizations');
  const [organization, ...others] = organizations;
  if (organization === undefined) throw new FaultError('permission', 'the key sees no organization');
  const { id, name, createdAt } = organization;
  if (id === null) throw new FaultError('format', 'the organization bears no id');
  if (others.length > 0) {
    throw new FaultError('format', `the key sees ${organizations.length} organizations instead of one`);
  }
  return { id, name, createdAt };
}

export interface UsageCost {
  readonly grandTotal: unknown;
  readonly records: readonly WireObject[];
}

/** @param window at most 31 days */
export async function fetchUsageCost(
  context: ClientContext,
  organization: string,
  window: DayRange,
): Promise<UsageCost> {
  const answer = await ask(context, {
    path: `/organizations/${encodeURIComponent(organization)}/usageCost`,
    query: { from_date: window.from, to_date: window.to },
    rules: { ...RULES, dated: true },
    budget: BUDGET,
  });
  const { grandTotalCHC, costs } = checked(usageCostSchema, withoutEnvelope(answer), 'usageCost');
  if (costs === null && (grandTotalCHC === null || optionalNanos(grandTotalCHC) !== 0n)) {
    throw new FaultError('format', 'usageCost: costs is missing');
  }
  return { grandTotal: grandTotalCHC, records: costs ?? [] };
}

/** The credit left as the vendor sends it. A Beta with a permission of its own: asked once, never insisted on. */
export async function fetchCreditLeft(context: ClientContext, organization: string): Promise<unknown> {
  const answer = await ask(context, {
    path: `/organizations/${encodeURIComponent(organization)}/creditBalances`,
    rules: RULES,
    budget: BUDGET,
    optional: true,
  });
  return checked(creditBalancesSchema, withoutEnvelope(answer), 'creditBalances').totalRemainingCredits;
}
