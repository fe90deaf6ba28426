/**
 * What main builds and the renderer, the tray and the command line show. Every
 * amount in here was summed in the ledger or derived by shared/policy; readers
 * only format it. Instants are milliseconds since 1970.
 */
import type { Day, DayRange } from './day.js';
import type { Fault, RemedyAction } from './faults.js';
import type { Nanos } from './money.js';
import type { PeriodId } from './period.js';
import type { Settings } from './settings.js';

export const PROVIDER_IDS = ['phala', 'clickhouse'] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

/** The vendor's native unit of account. */
export type Unit = 'USD' | 'CHC';

export const PROVIDER_NAMES: Readonly<Record<ProviderId, string>> = {
  phala: 'Phala',
  clickhouse: 'ClickHouse',
};

/**
 * What is known of a day:
 * `before` the first charge ever returned (no record: not $0) · `unknown` not
 * read, or not by every scope · `open` today, or read less than 48 h after its
 * end and without a charge · `provisional` · `settled` · `zero` settled at a
 * true $0 · `future`.
 */
export type DayState = 'before' | 'unknown' | 'open' | 'provisional' | 'settled' | 'zero' | 'future';

export type ConnectionState = 'ok' | 'syncing' | 'stale' | 'failed' | 'never';

/** Difference between what the vendor reported and what is stored, over the last whole sync. */
export interface Reconciliation {
  readonly unit: Unit;
  readonly reported: Nanos;
  readonly stored: Nanos;
  /** reported − stored, exact. */
  readonly difference: Nanos;
  /** At most 1 nano a charge: rounding, which views do not show. */
  readonly rounding: boolean;
}

/** How far a sync has come. `total` 0 means "not known yet". */
export interface SyncProgress {
  readonly phase: 'checking' | 'listing' | 'reading' | 'waiting';
  /** Scope-days done and to do in this run. */
  readonly done: number;
  readonly total: number;
  /** Newest first: everything from this day on is read. */
  readonly reachedBackTo: Day | null;
  /** While the vendor's limit is waited for. */
  readonly waitUntil: number | null;
}

export interface ConnectionView {
  readonly id: string;
  readonly provider: ProviderId;
  readonly name: string;
  /** The vendor's id of the account: workspace or organization. */
  readonly account: string;
  readonly accountName: string | null;
  readonly unit: Unit;
  /** The rate in force today, as nanos of USD for one unit. */
  readonly usdPerUnit: Nanos;
  /** Its first day; null where there was no other before. */
  readonly rateSince: Day | null;
  readonly state: ConnectionState;
  readonly fault: Fault | null;
  /** One sentence with the remedy, for the fault. */
  readonly faultMessage: string | null;
  readonly lastSuccess: number | null;
  readonly dataThrough: Day | null;
  readonly progress: SyncProgress | null;
  readonly monthToDate: { readonly usd: Nanos; readonly native: Nanos } | null;
  /** Credit left at the vendor, in its unit, where the key may ask. */
  readonly creditLeft: Nanos | null;
  readonly reconciliation: Reconciliation | null;
  /** Charges, days and apps whose history is kept though the vendor no longer lists them. */
  readonly notes: readonly string[];
  /** The key lives in memory only, for this session. */
  readonly sessionOnly: boolean;
  readonly billingAnchor: Day | null;
  /** Removed by the user, history kept: counts in past periods, is never polled. */
  readonly removed: boolean;
}

/** How much of a number is known. `none`: nothing to show, and that is not $0. */
export type Known = 'none' | 'part' | 'whole';

/** An amount over days, with what it is worth. */
export interface PeriodAmount {
  readonly range: DayRange;
  readonly usd: Nanos;
  readonly known: Known;
  readonly provisionalDays: number;
  readonly unknownDays: readonly Day[];
  /** Ended days that were read, but are not reported yet. */
  readonly unreportedDays: readonly Day[];
}

/** `ratio` is (now − before) / before; days are those known whole on both sides. */
export interface Change {
  /** First to last of the days before that were compared. */
  readonly range: DayRange;
  /** How many they are: fewer than the range has where some are not known. */
  readonly days: number;
  readonly usd: Nanos;
  readonly ratio: number;
}

export type SplitBy = 'provider' | 'resource' | 'meter';
export type BreakdownBy = 'resource' | 'meter' | 'connection';

export interface SeriesView {
  readonly key: string;
  readonly name: string;
  readonly provider: ProviderId | null;
  readonly usd: Nanos;
}

/**
 * Why a day is not known: it was not read; it was read before its end, and the
 * charges of then are in it; so it was by a connection that was removed since; or
 * the vendor refuses to be asked for it.
 */
export type Gap = 'unread' | 'in-part' | 'cut-short' | 'refused';

export interface DayBar {
  readonly day: Day;
  readonly state: DayState;
  /** Null where the day's state says that nothing is known of it. */
  readonly usd: Nanos | null;
  /** In the order of the overview's `series`; absent keys are nothing. */
  readonly split: ReadonlyArray<{ readonly key: string; readonly usd: Nanos }>;
  /** Running total from the first day of the chart; null after today. */
  readonly cumulative: Nanos | null;
  /** Names of the connections that do not know this day. */
  readonly unknownFor: readonly string[];
  /** Why, where that is the same for each of those, else `unread`; null where it is known. */
  readonly gap: Gap | null;
}

export interface BreakdownRow {
  readonly key: string;
  readonly name: string;
  /** "CVM · web-prod", "Service · Warehouse eu": what and where it is. */
  readonly detail: string | null;
  readonly provider: ProviderId | null;
  readonly usd: Nanos;
  /** Only where every charge of the row bears one native unit other than USD. */
  readonly native: { readonly amount: Nanos; readonly unit: Unit } | null;
  /** 0..1 of the period's total; null where the total is 0. */
  readonly share: number | null;
  readonly change: number | null;
  /** Quiet notes: "stopped, still charged for storage". */
  readonly notes: readonly string[];
}

export interface Breakdown {
  readonly by: BreakdownBy;
  readonly rows: readonly BreakdownRow[];
  /** Rows folded into one line at the end. */
  readonly tail: { readonly count: number; readonly usd: Nanos } | null;
}

export interface Forecast {
  readonly monthEnd: Nanos;
  readonly low: Nanos;
  readonly high: Nanos;
  /** What a whole day to come is expected to cost. */
  readonly perDay: Nanos;
  /** Connections with fewer than 3 known days: their S + P only. */
  readonly withoutHistory: readonly string[];
}

export interface RunRate {
  /** USD for 24 hours. */
  readonly perDay: Nanos;
  /** Connections that have too little data to count in it. */
  readonly missing: readonly string[];
}

export interface BudgetView {
  readonly limit: Nanos;
  readonly spent: Nanos;
  /** spent / limit, may exceed 1. */
  readonly share: number;
  readonly over: boolean;
  /** By how much it is over; 0 where it is not. */
  readonly excess: Nanos;
}

export type StatusLevel = 'ok' | 'busy' | 'notice' | 'warning' | 'error';

/** The popover's first line: the worst state, in words, with its remedy. */
export interface StatusLine {
  readonly level: StatusLevel;
  readonly text: string;
  readonly connection: string | null;
  readonly action: { readonly label: string; readonly remedy: RemedyAction } | null;
  /** Counts down beside the text. */
  readonly until: number | null;
}

/** What the user chose to look at; kept in main so that every view agrees. */
export interface ViewChoice {
  readonly period: PeriodId;
  readonly custom: DayRange | null;
  /** Null: all connections. */
  readonly connection: string | null;
  readonly splitBy: SplitBy;
  readonly breakdownBy: BreakdownBy;
  /** The whole tail of the breakdown. */
  readonly showAll: boolean;
}

export const DEFAULT_VIEW: ViewChoice = {
  period: 'monthToDate',
  custom: null,
  connection: null,
  splitBy: 'provider',
  breakdownBy: 'resource',
  showAll: false,
};

export interface Overview {
  readonly generatedAt: number;
  readonly today: Day;
  /** When UTC's day ends, for "today". */
  readonly dayEndsAt: number;
  readonly view: ViewChoice;
  readonly total: PeriodAmount;
  readonly change: Change | null;
  readonly todaySoFar: PeriodAmount;
  readonly runRate: RunRate | null;
  readonly forecast: Forecast | null;
  readonly budget: BudgetView | null;
  /** Largest first; the tail is one series with the key `other`. */
  readonly series: readonly SeriesView[];
  readonly days: readonly DayBar[];
  readonly breakdown: Breakdown;
  readonly connections: readonly ConnectionView[];
  readonly status: StatusLine;
  /** Oldest "as of" of what is shown, null before the first success. */
  readonly asOf: number | null;
  readonly nextPollAt: number | null;
  readonly syncing: boolean;
  readonly monthToDate: PeriodAmount;
}

/** How a connection key can be kept on this computer. `memory`: it is a sample's, and is never to outlive the program. */
export type SecretStoreState = 'keychain' | 'session-only' | 'denied' | 'memory';

export interface ExportProgress {
  readonly rows: number;
  readonly total: number;
}

/** All that the renderer shows. Pushed whole at every change. */
export interface AppState {
  readonly overview: Overview;
  readonly settings: Settings;
  readonly secretStore: SecretStoreState;
  /** Demo mode: the data are samples, and every view says so. */
  readonly demo: boolean;
  /** Demo mode was entered from the window: `leaveDemo` starts the program over the own accounts again. */
  readonly leadsBack: boolean;
  /** A ledger that was set aside or is not writable, in one sentence. */
  readonly ledgerNotice: string | null;
  readonly exporting: ExportProgress | null;
  readonly about: { readonly version: string; readonly dataFolder: string; readonly ledgerBytes: number };
}

/** A charge summed for the day view. */
export interface DayLine {
  readonly resourceKey: string;
  readonly resource: string;
  readonly detail: string | null;
  readonly provider: ProviderId;
  readonly usd: Nanos;
  readonly meters: ReadonlyArray<{ readonly meter: string; readonly usd: Nanos }>;
}

export interface DayHours {
  /** 24 entries. */
  readonly byHour: readonly Nanos[];
  /** What was charged for a day or longer, which no hour holds. */
  readonly longer: Nanos;
}

export interface DayDetail {
  readonly day: Day;
  readonly state: DayState;
  readonly usd: Nanos | null;
  readonly lines: readonly DayLine[];
  /** Where a provider reports hours; null where none does. */
  readonly hours: DayHours | null;
  readonly meters: ReadonlyArray<{ readonly meter: string; readonly usd: Nanos }>;
  readonly revisions: ReadonlyArray<{
    readonly connection: string;
    readonly at: number;
    readonly before: Nanos;
    readonly after: Nanos;
  }>;
  readonly connections: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly state: DayState;
    /** Null where it is known. */
    readonly gap: Gap | null;
    readonly readAt: number | null;
  }>;
  readonly previous: Day | null;
  readonly next: Day | null;
}

export interface ResourceDetail {
  readonly key: string;
  readonly meters: ReadonlyArray<{ readonly meter: string; readonly usd: Nanos }>;
  readonly days: ReadonlyArray<{ readonly day: Day; readonly state: DayState; readonly usd: Nanos | null }>;
}
