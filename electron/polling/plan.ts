/**
 * Which windows one sync reads: pure, from what is covered and what the clock
 * says. The rules are the design's: each poll reads from the earliest unsettled
 * day, history is filled newest first, settled days are left alone.
 */
import {
  addDays,
  addMonths,
  DAY_MS,
  dayOf,
  daysBetween,
  eachDay,
  earlier,
  endOf,
  HOUR_MS,
  later,
} from '../../shared/day.js';
import type { Day, DayRange } from '../../shared/day.js';
import type { CoveredDay, Scope } from '../ledger/types.js';
import type { SettlePolicy } from '../providers/adapter.js';

/** Listings (account, scopes, resources) are asked for once a day. */
export const LISTING_EVERY_MS = DAY_MS;
/** Who refreshes by hand may just have deployed something; who does so twice in a row has not. */
export const LISTING_ON_DEMAND_MS = 10 * 60_000;
/** Scopes with nothing deployed and no charge for so many days are asked once a day. */
const QUIET_AFTER_DAYS = 7;
/** No provider is older than this; it bounds `--since`. */
const MAX_HISTORY_MONTHS = 120;
/** What is due once a day is due by then, also for a job that runs every 24 h and is a little early. */
export const DAILY_MS = 23 * HOUR_MS;
/** How late amounts appear no vendor says. So settled days this young are looked at again once a day. */
const LATE_DAYS = 14;
const AUDIT_EVERY_MS = 7 * DAY_MS;
/** What failed of a deep read is tried again for who asks by hand, but not at every asking. */
export const DEEP_ON_DEMAND_MS = HOUR_MS;
/** Its multiples modulo 1 fall everywhere, whichever weeks a computer is on. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

export interface PlanInput {
  readonly scope: Scope;
  /** Days of the scope that were read whole, over its whole history. */
  readonly covered: readonly CoveredDay[];
  readonly now: number;
  readonly settle: SettlePolicy;
  readonly maxWindowDays: number;
  readonly historyMonths: number;
  /** No charge of the account can be older. */
  readonly accountCreatedDay: Day | null;
  /** Read settled days again from here on (`refresh --since`). */
  readonly since: Day | null;
  /** Also read unsettled days beyond the poll's reach. */
  readonly deep: boolean;
  /** The user asked: quiet scopes are asked as well. */
  readonly onDemand: boolean;
  /** The vendor refuses this day and all before it; null where it refuses none. */
  readonly refusedDay: Day | null;
}

/** The first day a scope's history is kept for. */
export function historyStart(
  today: Day,
  historyMonths: number,
  scopeCreated: Day | null,
  accountCreated: Day | null,
): Day {
  let start = addMonths(today, -historyMonths);
  // A scope's own creation is the better bound; the account's stands in for it.
  const created = scopeCreated ?? accountCreated;
  if (created !== null) start = later(start, created);
  return start > today ? today : start;
}

/** The days a sync has to read, as windows no longer than the vendor allows, newest first. */
export function planWindows(input: PlanInput): DayRange[] {
  const { scope, now, settle } = input;
  if (scope.endedAt !== null) return [];
  const today = dayOf(now);
  const last = lastDay(scope, today);
  const start = historyStart(today, input.historyMonths, scope.createdDay, input.accountCreatedDay);
  // Days before the account or app existed are never asked for, whatever the user says.
  const created = historyStart(today, MAX_HISTORY_MONTHS, scope.createdDay, input.accountCreatedDay);
  const first = input.since === null ? start : earlier(start, later(input.since, created));
  const reach = addDays(today, -settle.pollBackDays);
  const covered = new Map(input.covered.map((day) => [day.day, day]));
  const rests = !input.onDemand && isQuiet(scope, today) && readWithinADay(covered.get(last), now);

  // An end that is not past was noted by a clock that was ahead.
  const refusedDay = input.refusedDay !== null && input.refusedDay < today ? input.refusedDay : null;
  const isRefused = (day: Day): boolean => refusedDay !== null && day <= refusedDay;

  const isNeeded = (day: Day): boolean => {
    const known = covered.get(day);
    if (input.since !== null && day >= later(input.since, first)) return true;
    if (isRefused(day)) return false;
    if (known === undefined) return day >= first;
    if (rests) return false;
    return !known.settled && (day >= reach || input.deep);
  };
  // Charges may lie before the day on which the vendor now says that the scope was made, or from which on history is kept.
  const open =
    input.covered.find(({ day, settled }) => !settled && (day >= reach || input.deep))?.day ?? first;
  const needed: Day[] = [];
  for (let day = last; day >= earlier(first, open); day = addDays(day, -1))
    if (isNeeded(day)) needed.push(day);
  const windows = windowsOver(needed, input.maxWindowDays);
  // The newest that was refused is asked for by itself, as a vendor may think again: once a day,
  // and at each poll while what was read of it may still change.
  const mayChange = (day: Day): boolean => day >= reach && covered.get(day)?.settled === false && !rests;
  const isDue =
    refusedDay !== null &&
    input.since === null &&
    refusedDay >= first &&
    (input.deep || mayChange(refusedDay));
  return isDue ? [...windows, { from: refusedDay, to: refusedDay }] : windows;
}

/**
 * A scope that is no longer listed is read up to the day on which that was found.
 * What its answers bear beyond, in a window's margin, says that it goes on.
 */
export function lastDay({ goneAt, lastChargeDay }: Scope, today: Day): Day {
  if (goneAt === null) return today;
  const gone = dayOf(goneAt);
  return earlier(today, lastChargeDay === null ? gone : later(gone, lastChargeDay));
}

/** Covers the given days (newest first) with as few windows as the longest allows. */
export function windowsOver(days: readonly Day[], maxDays: number): DayRange[] {
  const windows: DayRange[] = [];
  let to: Day | null = null;
  let from: Day | null = null;
  for (const day of days) {
    if (to !== null && from !== null && daysBetween(day, to) < maxDays) {
      from = day;
      continue;
    }
    if (to !== null && from !== null) windows.push({ from, to });
    to = day;
    from = day;
  }
  if (to !== null && from !== null) windows.push({ from, to });
  return windows;
}

/** Halves a window, the newer half first; null for a single day. */
export function halve(window: DayRange): [DayRange, DayRange] | null {
  const length = daysBetween(window.from, window.to) + 1;
  if (length < 2) return null;
  const middle = addDays(window.from, Math.floor(length / 2));
  return [
    { from: middle, to: window.to },
    { from: window.from, to: addDays(middle, -1) },
  ];
}

/**
 * Whether a reading of the window would settle a day that was not read since
 * its end: what it leaves out nothing would ask for again.
 */
export function isLastLook(
  window: DayRange,
  covered: readonly CoveredDay[],
  now: number,
  settle: SettlePolicy,
): boolean {
  const readAt = new Map(covered.map((known) => [known.day, known.readAt]));
  return eachDay(window).some((day) => {
    const end = endOf(day);
    return now >= end + settle.afterMs && (readAt.get(day) ?? 0) < end;
  });
}

/**
 * Settled days that are young enough for amounts to come late, or in doubt since they
 * lost charges, once a day. Apart from a poll's windows: should they not be given, it
 * is no failure of the poll.
 */
export function lateWindows(
  scope: Scope,
  covered: readonly CoveredDay[],
  now: number,
  maxWindowDays: number,
  refusedDay: Day | null,
): DayRange[] {
  const today = dayOf(now);
  if (scope.endedAt !== null) return [];
  const isGiven = (day: Day): boolean => refusedDay === null || day > refusedDay;
  const mayGrow = scope.goneAt === null && !isQuiet(scope, today);
  const isYoung = (day: Day): boolean => mayGrow && day > addDays(today, -LATE_DAYS);
  const late = covered.filter(
    ({ day, settled, doubtedAt }) => settled && isGiven(day) && (isYoung(day) || doubtedAt !== undefined),
  );
  // All at once, or those that settled since would be due at an hour of their own.
  if (!late.some(({ readAt }) => now - readAt >= DAILY_MS)) return [];
  return windowsOver(late.map(({ day }) => day).reverse(), maxWindowDays);
}

/**
 * The settled stretch that is due for its weekly second look, or null: one of
 * the half that was read longest ago, so that in time every settled day is
 * looked at again. Which one goes by the week, so that a stretch that cannot be
 * read does not keep the others waiting.
 */
export function auditWindow(
  scope: Scope,
  covered: readonly CoveredDay[],
  now: number,
  maxWindowDays: number,
): DayRange | null {
  if (scope.endedAt !== null || scope.auditedAt === null) return null;
  if (now - scope.auditedAt < AUDIT_EVERY_MS) return null;
  const readAt = new Map(covered.filter(({ settled }) => settled).map((known) => [known.day, known.readAt]));
  const oldestReading = (window: DayRange): number =>
    Math.min(...eachDay(window).map((day) => readAt.get(day) ?? Infinity));
  const windows = windowsOver([...readAt.keys()].sort().reverse(), maxWindowDays)
    .map((window) => ({ window, readAt: oldestReading(window) }))
    .sort((a, b) => a.readAt - b.readAt);
  const waiting = windows.slice(0, Math.ceil(windows.length / 2));
  const turn = (Math.floor(now / AUDIT_EVERY_MS) * GOLDEN_RATIO) % 1;
  return waiting[Math.floor(turn * waiting.length)]?.window ?? null;
}

function isQuiet(scope: Scope, today: Day): boolean {
  if (!scope.dormant) return false;
  return scope.lastChargeDay === null || daysBetween(scope.lastChargeDay, today) > QUIET_AFTER_DAYS;
}

function readWithinADay(day: CoveredDay | undefined, now: number): boolean {
  return day !== undefined && now - day.readAt < DAY_MS;
}
