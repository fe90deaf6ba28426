import { dayOf } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { faultMessage } from '../../shared/faults.js';
import type { FaultKind } from '../../shared/faults.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { ConnectionState, ConnectionView, PeriodAmount, ProviderId, Unit } from '../../shared/model.js';
import { formatDecimal } from '../../shared/money.js';
import type { Coverage, Status, StatusConnection, StatusPeriod } from '../core/status.js';
import { isoSeconds } from '../export/profiles.js';

/** Amounts are decimal strings in USD unless a unit stands beside them; days are inclusive. */
export interface StatusDocument {
  readonly schema: 1;
  readonly generatedAt: string;
  readonly currency: 'USD';
  readonly periods: Readonly<Record<StatusPeriod, PeriodDocument>>;
  /** Null also where a connection has too little history: of it there would be only what is spent so far. */
  readonly forecast: { readonly monthEnd: string; readonly low: string; readonly high: string } | null;
  readonly connections: readonly ConnectionDocument[];
}

export interface PeriodDocument {
  readonly from: Day;
  readonly to: Day;
  /** Null where nothing is known: that is not 0. */
  readonly amount: string | null;
  /** A charge or day in it is not settled. */
  readonly provisional: boolean;
  /** Every ended day of the period is known: one that is not reported yet is not. */
  readonly complete: boolean;
}

export interface ConnectionDocument {
  readonly id: string;
  readonly provider: ProviderId;
  readonly name: string;
  readonly account: string;
  readonly state: ConnectionState;
  readonly lastSuccess: string | null;
  readonly dataThrough: Day | null;
  readonly error: { readonly kind: FaultKind; readonly message: string } | null;
  readonly unit: Unit;
  readonly usdPerUnit: string;
  readonly coverage: Coverage | null;
  readonly monthToDate: { readonly amount: string | null; readonly native: string | null };
  readonly reconciliation: {
    readonly unit: Unit;
    readonly reported: string;
    readonly stored: string;
    readonly difference: string;
  } | null;
}

/**
 * Every ended day of the period is known: read, and reported by the vendor. Today,
 * which has not ended, is never missed; but where nothing at all is known, nothing
 * is complete.
 */
export function isComplete(period: PeriodAmount, now: number): boolean {
  return isRead(period, now) && period.unreportedDays.length === 0;
}

const NONE_LEFT: ReadonlySet<Day> = new Set();

/**
 * As `isComplete`, but with ended days that were read while the vendor had not reported them.
 *
 * @param left days that do not count as missing
 */
export function isRead(period: PeriodAmount, now: number, left: ReadonlySet<Day> = NONE_LEFT): boolean {
  return period.known !== 'none' && !period.unknownDays.some((day) => day < dayOf(now) && !left.has(day));
}

/** A charge or a day of the period may still change: today, unread and unsettled days. */
export function isProvisional(period: PeriodAmount, now: number): boolean {
  return period.provisionalDays > 0 || period.unknownDays.length > 0 || period.range.to >= dayOf(now);
}

function periodDocument(period: PeriodAmount, now: number): PeriodDocument {
  return {
    from: period.range.from,
    to: period.range.to,
    amount: period.known === 'none' ? null : formatDecimal(period.usd),
    provisional: isProvisional(period, now),
    complete: isComplete(period, now),
  };
}

/** The sentence for what is wrong with a connection; null where nothing is. */
export function connectionMessage(view: ConnectionView): string | null {
  if (view.fault === null) return null;
  return view.faultMessage ?? faultMessage(view.fault, PROVIDER_NAMES[view.provider]);
}

/** The fields of a connection that need no sums. */
export function connectionFacts(view: ConnectionView) {
  const message = connectionMessage(view);
  return {
    id: view.id,
    provider: view.provider,
    name: view.name,
    account: view.account,
    state: view.state,
    lastSuccess: view.lastSuccess === null ? null : isoSeconds(view.lastSuccess),
    dataThrough: view.dataThrough,
    error: view.fault === null || message === null ? null : { kind: view.fault.kind, message },
    unit: view.unit,
    usdPerUnit: formatDecimal(view.usdPerUnit),
  };
}

function connectionDocument(connection: StatusConnection): ConnectionDocument {
  const { coverage, monthToDate, reconciliation } = connection;
  return {
    ...connectionFacts(connection),
    coverage:
      coverage === null
        ? null
        : {
            from: coverage.from,
            to: coverage.to,
            unknownDays: [...coverage.unknownDays],
            provisionalDays: coverage.provisionalDays,
          },
    monthToDate: {
      amount: monthToDate === null ? null : formatDecimal(monthToDate.usd),
      native: monthToDate === null ? null : formatDecimal(monthToDate.native),
    },
    reconciliation:
      reconciliation === null
        ? null
        : {
            unit: reconciliation.unit,
            reported: formatDecimal(reconciliation.reported),
            stored: formatDecimal(reconciliation.stored),
            difference: formatDecimal(reconciliation.difference),
          },
  };
}

/** What `status --json` prints. */
export function statusDocument(input: Status): StatusDocument {
  const { now, periods, forecast } = input;
  return {
    schema: 1,
    generatedAt: isoSeconds(now),
    currency: 'USD',
    periods: {
      today: periodDocument(periods.today, now),
      yesterday: periodDocument(periods.yesterday, now),
      last7Days: periodDocument(periods.last7Days, now),
      last30Days: periodDocument(periods.last30Days, now),
      monthToDate: periodDocument(periods.monthToDate, now),
      lastMonth: periodDocument(periods.lastMonth, now),
    },
    forecast:
      forecast === null || forecast.withoutHistory.length > 0
        ? null
        : {
            monthEnd: formatDecimal(forecast.monthEnd),
            low: formatDecimal(forecast.low),
            high: formatDecimal(forecast.high),
          },
    connections: input.connections.filter(({ removed }) => !removed).map(connectionDocument),
  };
}
