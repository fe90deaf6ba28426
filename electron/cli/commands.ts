import type { ExportProfile } from '../../shared/choices.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { ProviderId } from '../../shared/model.js';
import type { Nanos } from '../../shared/money.js';

/** What the words on the command line ask for. */
export type Command =
  /** No words: open the tray. */
  | { readonly kind: 'tray' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** Words that ask for nothing the program knows: one sentence with the remedy, exit status 2. */
  | { readonly kind: 'usage'; readonly message: string }
  | CoreCommand;

/** What words on the command line can ask for; without any the tray opens. */
export type GivenCommand = Exclude<Command, { readonly kind: 'tray' }>;

/** The commands that need connections and ledger. */
export type CoreCommand =
  | { readonly kind: 'connect'; readonly provider: ProviderId; readonly name: string | null }
  | { readonly kind: 'connections'; readonly json: boolean }
  | { readonly kind: 'disconnect'; readonly id: string; readonly forget: boolean }
  | { readonly kind: 'refresh'; readonly connection: string | null; readonly since: Day | null }
  | { readonly kind: 'status'; readonly json: boolean }
  | { readonly kind: 'check'; readonly monthOver: Nanos | null; readonly todayOver: Nanos | null }
  | ExportCommand;

export interface ExportCommand {
  readonly kind: 'export';
  /** Null is standard output (`-`). */
  readonly path: string | null;
  readonly range: DayRange;
  readonly profile: ExportProfile;
  readonly connection: string | null;
  readonly overwrite: boolean;
  readonly strict: boolean;
}

/** Exit statuses, as scripts may rely on them. */
export const EXIT = { done: 0, failed: 1, usage: 2, over: 1, cannotKnow: 3 } as const;

/** Wrong use: one sentence with the remedy, exit status 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
