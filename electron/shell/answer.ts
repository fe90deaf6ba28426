import type { z } from 'zod';

import { FaultError, faultMessage } from '../../shared/faults.js';
import { CALLS } from '../../shared/ipc.js';
import type { CallName, CallOutput, CallParsed, Handlers, Outcome } from '../../shared/ipc.js';

/**
 * What goes back over the wire. A rejected promise would arrive as "Error
 * invoking remote method…", so a refusal travels as a sentence of its own.
 */
export type CallAnswer<Value> =
  { readonly answered: true; readonly value: Value } | { readonly answered: false; readonly message: string };

type OutcomeCall = {
  [N in CallName]: CallOutput<N> extends Outcome<unknown> ? N : never;
}[CallName];

/** The calls whose answer has room for a refusal. */
const OUTCOME_CALLS: Readonly<Record<OutcomeCall, true>> = {
  connect: true,
  replaceKey: true,
  rename: true,
  setRate: true,
  disconnect: true,
  forgetHistory: true,
  dayDetail: true,
  resourceDetail: true,
  exportCsv: true,
  setSettings: true,
  copyDiagnostics: true,
  startDemo: true,
  leaveDemo: true,
  deleteAll: true,
};

type Refusal = Extract<Outcome<unknown>, { readonly ok: false }>;

function isCall(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(CALLS, name);
}

/** One sentence about the first thing wrong. It never repeats the argument, which may hold a key. */
function invalid(error: z.ZodError): string {
  const issue = error.issues[0];
  const field = issue?.path.filter((part) => typeof part === 'string').at(-1);
  if (issue === undefined || issue.code === 'unrecognized_keys') return 'The call holds a field it may not.';
  return field === undefined
    ? `The call is not valid: ${issue.message}.`
    : `“${field}” is not valid: ${issue.message}.`;
}

function refuse<N extends CallName>(
  name: N,
  kind: Refusal['kind'],
  message: string,
): CallAnswer<CallOutput<N>> {
  if (!Object.hasOwn(OUTCOME_CALLS, name)) return { answered: false, message };
  const refusal: Refusal = { ok: false, kind, message };
  return { answered: true, value: refusal as CallOutput<N> };
}

async function dispatch<N extends CallName>(
  handlers: Handlers,
  name: N,
  argument: unknown,
  onFailure: (name: CallName, error: unknown) => void,
): Promise<CallAnswer<CallOutput<N>>> {
  const parsed = CALLS[name].input.safeParse(argument);
  if (!parsed.success) return refuse(name, 'invalid', invalid(parsed.error));
  try {
    return { answered: true, value: await handlers[name](parsed.data as CallParsed<N>) };
  } catch (error) {
    onFailure(name, error);
    return error instanceof FaultError
      ? refuse(name, error.kind, faultMessage(error, 'the vendor'))
      : refuse(
          name,
          'internal',
          'Cost Tray failed at this. Try again; if it lasts, report it with the diagnostics.',
        );
  }
}

/**
 * Answers one call of the contract: looks it up, parses the argument by its
 * schema and runs its handler. Never rejects.
 *
 * @param onFailure told of what a handler threw; a bad argument is no failure
 */
export function answerCall(
  handlers: Handlers,
  name: unknown,
  argument: unknown,
  onFailure: (name: CallName, error: unknown) => void,
): Promise<CallAnswer<unknown>> {
  if (!isCall(name)) return Promise.resolve({ answered: false, message: 'There is no such call.' });
  return dispatch(handlers, name, argument, onFailure);
}
