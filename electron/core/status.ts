import type { Day } from '../../shared/day.js';
import type { ConnectionView, Forecast, PeriodAmount } from '../../shared/model.js';

/** The periods that `status` tells of. */
export const STATUS_PERIODS = [
  'today',
  'yesterday',
  'last7Days',
  'last30Days',
  'monthToDate',
  'lastMonth',
] as const;
export type StatusPeriod = (typeof STATUS_PERIODS)[number];

/** Days from the first that is expected to the last one, both inclusive. */
export interface Coverage {
  readonly from: Day;
  readonly to: Day;
  readonly unknownDays: readonly Day[];
  readonly provisionalDays: number;
}

export interface StatusConnection extends ConnectionView {
  /** Null where nothing is known. */
  readonly coverage: Coverage | null;
}

/** All that `status` and `check` show, as the ledger and the policies made it. */
export interface Status {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Over all connections, removed ones with kept history included. */
  readonly periods: Readonly<Record<StatusPeriod, PeriodAmount>>;
  readonly forecast: Forecast | null;
  /** Removed ones are left out of what is shown. */
  readonly connections: readonly StatusConnection[];
  /** The oldest last success of the connections that are not removed, null before the first. */
  readonly asOf: number | null;
  /** Days that were left half read by connections that were removed, and are lacked by no other. */
  readonly leftDays: ReadonlySet<Day>;
  /** 0 is "manual". With it the age of a last success is judged. */
  readonly cadenceMinutes: number;
}
