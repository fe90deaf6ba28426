/** What ClickHouse Cloud sends, with its envelope taken off. */
import { z } from 'zod';

import { isObject, textOf } from '../wire.js';
import type { WireObject } from '../wire.js';

const text = z.unknown().optional().transform(textOf);
const object = z.custom<WireObject>(isObject, 'is not an object');

/** `{status, requestId, result}`, or the bare result. */
export function withoutEnvelope(answer: unknown): unknown {
  return isObject(answer) && 'result' in answer ? answer.result : answer;
}

const organizationSchema = z.object({ id: text, name: text, createdAt: text });

/** `GET /organizations`: the key's one organization, in a list or bare. */
export const organizationsSchema = z.preprocess(
  (value) => (isObject(value) ? [value] : value),
  z.array(organizationSchema),
);

/** `GET …/usageCost`. Records stay as they are: their metrics are an open set. */
export const usageCostSchema = z.object({
  grandTotalCHC: z.unknown().optional(),
  /** Old samples show one record instead of a list. Null where it is missing. */
  costs: z.preprocess(
    (value) => (value === undefined ? null : isObject(value) ? [value] : value),
    z.array(object).nullable(),
  ),
});

/** `GET …/creditBalances` */
export const creditBalancesSchema = z.object({
  totalRemainingCredits: z.unknown().optional(),
});
