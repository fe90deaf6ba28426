/**
 * What Phala sends. Lists are read for what is needed of them; usage rows stay
 * as they are, since every field of theirs is kept.
 */
import { z } from 'zod';

import { isObject, numberOf, textOf } from '../wire.js';
import type { WireObject } from '../wire.js';

const text = z.unknown().optional().transform(textOf);
const anything = z.unknown().optional();
/** Checked in one go: an answer may hold thousands. */
const records = z.custom<readonly WireObject[]>(
  (value) => Array.isArray(value) && value.every(isObject),
  'is not a list of records',
);
/** A list in which what is no object says nothing, but counts. */
const objects = z
  .unknown()
  .optional()
  .transform((value) => (Array.isArray(value) ? value.map((item) => (isObject(item) ? item : {})) : []));
const count = z
  .unknown()
  .optional()
  .transform((value) => {
    const number = numberOf(value);
    return number !== null && Number.isInteger(number) && number >= 0 ? number : null;
  });

/** `GET /auth/me`, in its present shape and in the older flat one at once. */
export const meSchema = z.looseObject({
  workspace: z.looseObject({ id: text, slug: text, name: text }).nullish().catch(null),
  user: z.looseObject({ username: text }).nullish().catch(null),
  /** An object of balances; in the flat shape a balance itself. */
  credits: anything,
  granted_credits: anything,
  username: text,
  team_name: text,
});

export type Me = z.output<typeof meSchema>;

const cvmSchema = z.object({
  id: text,
  app_id: text,
  name: text,
  vm_uuid: text,
  instance_id: text,
  status: text,
  deleted_at: text,
});

export type Cvm = z.output<typeof cvmSchema>;

const appSchema = z.object({
  id: text,
  app_id: text,
  name: text,
  created_at: text,
  profile: z.object({ display_name: text }).nullish().catch(null),
  current_cvm: cvmSchema.nullish().catch(null),
  /** Null where the vendor does not say, which is not the same as none. */
  cvms: z.array(cvmSchema).nullish().catch(null),
  cvm_count: count,
});

export type App = z.output<typeof appSchema>;

/** `GET /apps` */
export const appsPageSchema = z.object({
  dstack_apps: z.array(appSchema),
  total: count,
  total_pages: count,
});

/** `GET /cvms/paginated` */
export const cvmsPageSchema = z.object({
  items: objects.pipe(z.array(cvmSchema)),
  total: count,
  pages: count,
});

/** `GET /apps/{app_id}/usage`. `total` and `total_cost` may be the page's or the window's. */
export const usageSchema = z.object({
  usage: records,
  total: count,
  total_cost: anything,
});

export type UsageAnswer = z.output<typeof usageSchema>;
