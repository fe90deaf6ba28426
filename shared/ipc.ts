/**
 * The one table of calls between renderer and main. Main's handlers, the
 * preload bridge, the renderer's types and the test double derive from it.
 */
import { z } from 'zod';

import { parseDay } from './day.js';
import type { Day } from './day.js';
import type { FaultKind } from './faults.js';
import { BREAKDOWNS, SPLITS, EXPORT_PROFILES } from './choices.js';
import type { AppState, DayDetail, ResourceDetail } from './model.js';
import { LINK_IDS } from './links.js';
import { PERIOD_IDS } from './period.js';
import { settingsPatchSchema } from './settings.js';

/** Errors lose their fields on the way over IPC, so outcomes travel in an envelope. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly kind: FaultKind | 'invalid' | 'cancelled'; readonly message: string };

export const daySchema = z.string().transform((text, context): Day => {
  const value = parseDay(text);
  if (value !== null) return value;
  context.addIssue({ code: 'custom', message: 'not a day (YYYY-MM-DD)' });
  return z.NEVER;
});

const rangeSchema = z
  .strictObject({ from: daySchema, to: daySchema })
  .refine((range) => range.from <= range.to, 'the range ends before it starts');

const idSchema = z.string().min(1).max(64);
const nameSchema = z.string().trim().min(1).max(60);
const secretSchema = z.string().trim().min(1).max(4096);

/** What a key form holds: one secret for Phala, id and secret for ClickHouse. */
export const credentialSchema = z.discriminatedUnion('provider', [
  z.strictObject({ provider: z.literal('phala'), apiKey: secretSchema }),
  z.strictObject({ provider: z.literal('clickhouse'), keyId: secretSchema, keySecret: secretSchema }),
]);

export type Credential = z.infer<typeof credentialSchema>;

export const viewSchema = z.strictObject({
  period: z.enum(PERIOD_IDS),
  custom: rangeSchema.nullable(),
  connection: idSchema.nullable(),
  splitBy: z.enum(SPLITS),
  breakdownBy: z.enum(BREAKDOWNS),
  showAll: z.boolean(),
});

const none = z.undefined();

interface Call<Input extends z.ZodType, Output> {
  readonly input: Input;
  /** Carries the type only. */
  readonly output?: Output;
}

function call<Output>() {
  return <Input extends z.ZodType>(input: Input): Call<Input, Output> => ({ input });
}

/** Renderer to main: each call's argument is parsed by its schema in main. */
export const CALLS = {
  snapshot: call<AppState>()(none),
  setView: call<undefined>()(viewSchema),
  refresh: call<undefined>()(z.strictObject({ connection: idSchema.nullable() })),
  cancelSync: call<undefined>()(z.strictObject({ connection: idSchema })),
  connect: call<Outcome<{ id: string; replaced: boolean; rejoined: boolean; warning: string | null }>>()(
    z.strictObject({ name: nameSchema.nullable(), credential: credentialSchema }),
  ),
  replaceKey: call<Outcome<{ warning: string | null }>>()(
    z.strictObject({ connection: idSchema, credential: credentialSchema }),
  ),
  rename: call<Outcome<undefined>>()(z.strictObject({ connection: idSchema, name: nameSchema })),
  setRate: call<Outcome<undefined>>()(
    z.strictObject({
      connection: idSchema,
      usdPerUnit: z.string().regex(/^\d{1,6}(\.\d{1,9})?$/),
      from: daySchema,
    }),
  ),
  disconnect: call<Outcome<undefined>>()(z.strictObject({ connection: idSchema, forget: z.boolean() })),
  forgetHistory: call<Outcome<undefined>>()(z.strictObject({ connection: idSchema })),
  dayDetail: call<Outcome<DayDetail>>()(z.strictObject({ day: daySchema })),
  resourceDetail: call<Outcome<ResourceDetail>>()(
    z.strictObject({ key: z.string().min(1).max(400), by: z.enum(BREAKDOWNS) }),
  ),
  /**
   * Of `unknownDays` some connection has nothing in the file; of the `daysInPart` each has its charges so
   * far; of others the vendor has reported nothing to one yet.
   */
  exportCsv: call<
    Outcome<{ path: string; rows: number; unknownDays: number; daysInPart: number; unreportedDays: number }>
  >()(
    z.strictObject({
      range: rangeSchema,
      profile: z.enum(EXPORT_PROFILES),
      connection: idSchema.nullable(),
    }),
  ),
  cancelExport: call<undefined>()(none),
  setSettings: call<Outcome<undefined>>()(settingsPatchSchema),
  copyDiagnostics: call<Outcome<undefined>>()(none),
  openLink: call<undefined>()(z.strictObject({ link: z.enum(LINK_IDS) })),
  startDemo: call<Outcome<undefined>>()(none),
  leaveDemo: call<Outcome<undefined>>()(none),
  deleteAll: call<Outcome<undefined>>()(none),
  closePopover: call<undefined>()(none),
} as const;

export type CallName = keyof typeof CALLS;
export type CallInput<N extends CallName> = z.input<(typeof CALLS)[N]['input']>;
export type CallParsed<N extends CallName> = z.output<(typeof CALLS)[N]['input']>;
export type CallOutput<N extends CallName> =
  (typeof CALLS)[N] extends Call<z.ZodType, infer Output> ? Output : never;

/** Main to renderer. */
export interface Pushes {
  /** All that is shown, after every change. */
  state: AppState;
  /** Main asks for a view: from the tray menu, a key, or a second launch. */
  show: 'overview' | 'settings' | 'export' | 'connect';
}

export type PushName = keyof Pushes;

/** What the preload script exposes to the page as `window.costTray`. */
export interface Bridge {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** Returns the function that ends the subscription. */
  on<N extends PushName>(name: N, listener: (value: Pushes[N]) => void): () => void;
}

export type Handlers = {
  readonly [N in CallName]: (input: CallParsed<N>) => CallOutput<N> | Promise<CallOutput<N>>;
};

export const IPC_CALL_CHANNEL = 'cost-tray:call';
export const IPC_PUSH_CHANNEL = 'cost-tray:push';
