/** Asking within a vendor's limits: a budget of requests, waits and bounded retries. */
import { FaultError } from '../../shared/faults.js';
import type { ClientContext, VendorResponse } from './adapter.js';
import { faultOfAnswer, limitDelay, readAnswer, retryDelay } from './answers.js';
import type { AnswerRules } from './answers.js';

export interface RequestBudget {
  readonly requests: number;
  readonly perMs: number;
}

export interface Question {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly rules: AnswerRules;
  readonly budget: RequestBudget | null;
  /** A question whose answer can be done without is asked once only. */
  readonly optional?: boolean;
}

const FIRST_BACKOFF_MS = 4_000;
const MAX_BACKOFF_MS = 60_000;
const QUICK_RETRY_MS = 1_000;
/** How often one question is put while the vendor answers 429, 5xx, or not at all. */
const TRIES = { limited: 5, faulty: 3, unreachable: 2 };

/**
 * Asks until there is an answer, within bounds.
 *
 * @returns the answer's JSON
 * @throws FaultError of the last try, or `rate-limited` where the vendor asks for
 *   a longer wait than this sync may take
 */
export async function ask(context: ClientContext, question: Question): Promise<unknown> {
  const tries = { limited: 0, faulty: 0, unreachable: 0 };
  const mayRetry = (what: keyof typeof TRIES): boolean => {
    tries[what] += 1;
    return question.optional !== true && tries[what] < TRIES[what];
  };
  for (;;) {
    context.signal.throwIfAborted();
    const response = await once(context, question);
    if (response instanceof FaultError) {
      if (!mayRetry('unreachable')) throw response;
      await context.wait(QUICK_RETRY_MS, 'retry');
      continue;
    }
    const now = context.now();
    const { early } = response;
    const arrived = Math.min(early?.at ?? now, now);
    const passed = now - arrived;
    // A wait that is over, or that another question was told, is no refusal of this one.
    const isRefusal = (left: number): boolean => early === undefined || (!early.isOthers && left > 0);
    const fault = response.status === 200 ? null : faultOfAnswer(response, question.rules, arrived);
    if (fault?.kind === 'rate-limited') {
      const delay = (limitDelay(response, arrived) ?? backoff(tries.limited, context.random())) - passed;
      if (isRefusal(delay) && !mayRetry('limited')) {
        throw new FaultError('rate-limited', fault.detail, now + delay);
      }
      if (delay > 0) await waitForLimit(context, delay, fault);
    } else if (fault?.kind === 'vendor-fault') {
      const told = retryDelay(response, arrived);
      const left = told === null ? 0 : told - passed;
      const isTry = told === null || isRefusal(left);
      if ((isTry && !mayRetry('faulty')) || left > MAX_BACKOFF_MS) throw fault;
      const delay = isTry ? Math.max(left, backoff(tries.faulty - 1, context.random())) : left;
      if (delay > 0) await context.wait(delay, 'retry');
    } else if (fault?.kind === 'timeout') {
      if (!mayRetry('unreachable')) throw fault;
      await context.wait(QUICK_RETRY_MS, 'retry');
    } else {
      return readAnswer(response, question.rules, now);
    }
  }
}

/** @throws FaultError `rate-limited` with what the vendor said, where the wait is too long for this sync */
async function waitForLimit(context: ClientContext, delay: number, fault: FaultError): Promise<void> {
  try {
    await context.wait(delay, 'limit');
  } catch (error) {
    if (!(error instanceof FaultError) || error.kind !== 'rate-limited') throw error;
    throw new FaultError('rate-limited', error.detail ?? fault.detail, error.retryAt);
  }
}

/** One request; a fault that a quick retry may mend is given back, others are thrown. */
async function once(context: ClientContext, question: Question): Promise<VendorResponse | FaultError> {
  if (question.budget !== null) await spend(context, question.budget);
  try {
    return await context.http.get(question.path, question.query);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof FaultError && (error.kind === 'offline' || error.kind === 'timeout')) return error;
    throw error;
  } finally {
    if (question.budget !== null) bookArrival(context);
  }
}

/** 4 s, 8 s, 16 s … up to a minute, each up to a quarter longer so that clients do not come back together. */
function backoff(earlier: number, random: number): number {
  const base = Math.min(FIRST_BACKOFF_MS * 2 ** earlier, MAX_BACKOFF_MS);
  return Math.min(Math.round(base * (1 + random / 4)), MAX_BACKOFF_MS);
}

/** A timer may fire a moment early; a clock that stands still must not hold a sync forever. */
const MAX_BUDGET_WAITS = 3;

/**
 * Waits until one more request is within the budget, and books it. The times are
 * kept in the memo: syncs that follow each other share one budget.
 */
async function spend(context: ClientContext, budget: RequestBudget): Promise<void> {
  let times = booked(context);
  for (let waits = 0; waits <= MAX_BUDGET_WAITS; waits += 1) {
    times = times.filter((time) => time > context.now() - budget.perMs);
    const oldest = times[times.length - budget.requests];
    if (oldest === undefined || waits === MAX_BUDGET_WAITS) break;
    await context.wait(oldest + budget.perMs - context.now(), 'limit');
  }
  context.memo.requests = [...times, context.now()].slice(-budget.requests);
}

/**
 * The vendor counts from when a request arrives, which is later than it was
 * sent (the key is read, a connection is made) and no later than its answer.
 */
function bookArrival(context: ClientContext): void {
  context.memo.requests = [...booked(context).slice(0, -1), context.now()];
}

/** A clock set back leaves times of the future; they must not block for long. */
function booked({ memo, now }: ClientContext): number[] {
  const times = Array.isArray(memo.requests) ? (memo.requests as unknown[]) : [];
  return times
    .filter((time): time is number => typeof time === 'number')
    .map((time) => Math.min(time, now()));
}
