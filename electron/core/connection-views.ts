import { addDays, dayOf, earlier, firstOfMonth, later } from '../../shared/day.js';
import type { Day } from '../../shared/day.js';
import { faultMessage } from '../../shared/faults.js';
import type { Fault } from '../../shared/faults.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { ConnectionView, SyncProgress } from '../../shared/model.js';
import { sum } from '../../shared/money.js';
import { periodAmount } from '../../shared/policy/period-amount.js';
import { connectionState } from '../../shared/policy/staleness.js';
import { rateOn } from '../ledger/rates.js';
import type { Connection, Ledger, Rate } from '../ledger/types.js';
import { historyEnds } from '../polling/memo/history-ends.js';
import { NO_FACTS, byConnection, readDayFacts, within } from './day-facts.js';
import type { DayFacts } from './day-facts.js';

/** What only the running program knows of its connections. */
export interface LiveState {
  readonly now: number;
  readonly cadenceMinutes: number;
  readonly syncing: ReadonlyMap<string, SyncProgress | null>;
  readonly sessionOnly: ReadonlySet<string>;
  /** Faults that the ledger could not keep. */
  readonly unrecorded: ReadonlyMap<string, Fault>;
}

/** How many days at a time are searched for the last that was reported. */
const SEARCHED_DAYS = 31;

/** @param facts up to today, at least of the month to date */
export function connectionViews(ledger: Ledger, facts: DayFacts, live: LiveState): ConnectionView[] {
  const own = byConnection(facts);
  return ledger
    .connections()
    .map((connection) => connectionView(ledger, connection, own.get(connection.id) ?? NO_FACTS, live));
}

function connectionView(
  ledger: Ledger,
  connection: Connection,
  own: DayFacts,
  live: LiveState,
): ConnectionView {
  const { id, provider, lastSuccess } = connection;
  const fault = live.unrecorded.get(id) ?? connection.fault;
  const today = dayOf(live.now);
  const monthToDate = { from: firstOfMonth(today), to: today };
  const month = within(own, monthToDate);
  const { known } = periodAmount({ range: monthToDate, today, ...month });
  const syncing = live.syncing.has(id);
  const rates = ledger.rates(id);
  return {
    id,
    provider,
    name: connection.name,
    account: connection.account,
    accountName: connection.accountName,
    unit: connection.unit,
    usdPerUnit: rateOn(rates, today),
    rateSince: rateSince(rates, today),
    state: connectionState({
      fault,
      lastSuccess,
      syncing,
      cadenceMinutes: live.cadenceMinutes,
      now: live.now,
    }),
    fault,
    faultMessage: fault === null ? null : faultMessage(fault, PROVIDER_NAMES[provider]),
    lastSuccess,
    dataThrough: dataThrough(ledger, connection, own, live),
    progress: live.syncing.get(id) ?? null,
    monthToDate:
      known !== 'none'
        ? { usd: sum(month.sums.map(({ usd }) => usd)), native: sum(month.sums.map(({ native }) => native)) }
        : null,
    creditLeft: connection.creditLeft,
    reconciliation: connection.reconciliation,
    notes: scopeNotes(ledger, connection),
    sessionOnly: live.sessionOnly.has(id),
    billingAnchor: connection.billingAnchor,
    removed: connection.removedAt !== null,
  };
}

/** Since when the rate of a day is in force; null where it is the first. */
function rateSince(rates: readonly Rate[], day: Day): Day | null {
  const [newest, ...before] = rates
    .map(({ from }) => from)
    .filter((from) => from <= day)
    .sort()
    .reverse();
  return before.length === 0 ? null : (newest ?? null);
}

/** The newest day that bears a charge or was read whole with its amounts reported, however long ago. */
function dataThrough(
  ledger: Ledger,
  connection: Connection,
  recent: DayFacts,
  { now }: LiveState,
): Day | null {
  const newest = newestReported(recent);
  const days = newest === null ? ledger.knownDays(connection.id) : null;
  if (days === null) return newest;
  const today = dayOf(now);
  const charged = ledger.lastChargeDay(connection.id);
  const from = charged ?? days.from;
  const to = earlier(days.to, today);
  // Mostly it is among the last that were read.
  const lately = { from: later(from, addDays(to, 1 - SEARCHED_DAYS)), to };
  for (const range of lately.from > from ? [lately, { from, to }] : [lately]) {
    const found = newestReported(readDayFacts(ledger, [connection], range, today));
    if (found !== null) return found;
  }
  return charged;
}

function newestReported(facts: DayFacts): Day | null {
  const charged = facts.sums.filter(({ charges }) => charges > 0);
  const reported = facts.states.filter(
    ({ state }) => state === 'provisional' || state === 'settled' || state === 'zero',
  );
  return [...charged, ...reported].reduce<Day | null>(
    (newest, { day }) => (newest === null ? day : later(newest, day)),
    null,
  );
}

function scopeNotes(ledger: Ledger, connection: Connection): string[] {
  return [goneNote(ledger.goneScopes(connection.id)), historyNote(ledger, connection)].filter(
    (note) => note !== null,
  );
}

function goneNote(gone: readonly string[]): string | null {
  const [first] = gone;
  if (first === undefined) return null;
  return gone.length === 1
    ? `${first} is no longer listed; its history is kept`
    : `${gone.length} apps are no longer listed; their history is kept`;
}

/** Days that the vendor refuses stay as they were read, or unknown, whatever is done here. */
function historyNote(ledger: Ledger, connection: Connection): string | null {
  const ends = historyEnds(connection.memo);
  if (ends.size === 0) return null;
  const scopes = ledger.scopes(connection.id);
  const refused = scopes.filter(({ key }) => ends.has(key));
  const [first] = refused;
  if (first === undefined) return null;
  const named = refused.length === 1 ? (first.name ?? first.key) : `${refused.length} apps`;
  const of = refused.length === scopes.length ? '' : ` of ${named}`;
  const days = [...new Set(refused.map(({ key }) => ends.get(key)))].filter((day) => day !== undefined);
  const [day] = days;
  const before = days.length === 1 && day !== undefined ? ` before ${addDays(day, 1)}` : '';
  const what = before === '' ? 'no older days' : 'no days';
  return `${PROVIDER_NAMES[connection.provider]} gives ${what}${of}${before}; those not read before stay unknown`;
}
