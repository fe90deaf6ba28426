import { resolve } from 'node:path';
import { addAbortSignal } from 'node:stream';

import { FaultError, faultMessage } from '../../shared/faults.js';
import { PROVIDER_NAMES } from '../../shared/model.js';
import type { SyncProgress } from '../../shared/model.js';
import { ExportError } from '../export/error.js';
import { StartError } from '../start-error.js';
import { checkTarget } from '../export/sink.js';
import { daysInWords } from '../export/unknown-days.js';
import type { UnknownDays } from '../export/unknown-days.js';
import type { CliApp, CliIo } from './app.js';
import { checkLimits } from './check.js';
import { EXIT, UsageError } from './commands.js';
import type { CoreCommand, ExportCommand, GivenCommand } from './commands.js';
import { readCredential } from './key-input.js';
import { errorPrinter, oneLine, printer } from './output.js';
import type { Print } from './output.js';
import { connectionFacts, statusDocument } from './status-document.js';
import { connectionsText, statusText } from './status-text.js';

type Of<K extends CoreCommand['kind']> = Extract<CoreCommand, { kind: K }>;

interface Context {
  readonly app: CliApp;
  readonly io: CliIo;
  readonly out: Print;
  readonly err: Print;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function requireConnection(app: CliApp, id: string): Promise<void> {
  const views = await app.connections();
  if (views.some((view) => view.id === id)) return;
  throw new UsageError('No connection has that id; "cost-tray connections" lists them.');
}

async function connect({ app, io, out, err }: Context, command: Of<'connect'>): Promise<number> {
  if (io.stdin !== null && io.signal !== undefined) addAbortSignal(io.signal, io.stdin);
  const credential = await readCredential(command.provider, io.stdin, err);
  const outcome = await app.connect(credential, command.name);
  if (!outcome.ok) {
    await err(`${oneLine(outcome.message)}\n`);
    return outcome.kind === 'invalid' ? EXIT.usage : EXIT.failed;
  }
  const { id, replaced, rejoined, warning } = outcome.value;
  if (warning !== null) await err(`${oneLine(warning)}\n`);
  const what = rejoined
    ? 'Connected again, with the history that was kept,'
    : replaced
      ? 'Replaced the key of'
      : 'Connected';
  await out(
    `${what} ${PROVIDER_NAMES[command.provider]} as ${id}; "cost-tray refresh" or the tray reads its history.\n`,
  );
  return EXIT.done;
}

async function connections({ app, out }: Context, command: Of<'connections'>): Promise<number> {
  const views = await app.connections();
  await out(
    command.json
      ? json({
          schema: 1,
          connections: views.map((view) => ({ ...connectionFacts(view), removed: view.removed })),
        })
      : connectionsText(views),
  );
  return EXIT.done;
}

async function disconnect({ app, out, err }: Context, command: Of<'disconnect'>): Promise<number> {
  await requireConnection(app, command.id);
  const outcome = await app.disconnect(command.id, command.forget);
  if (!outcome.ok) {
    await err(`${oneLine(outcome.message)}\n`);
    return outcome.kind === 'invalid' ? EXIT.usage : EXIT.failed;
  }
  await out(
    command.forget
      ? `Removed ${command.id}, its key and its history.\n`
      : `Removed ${command.id} and its key; its history is kept.\n`,
  );
  return EXIT.done;
}

/** A line that rewrites itself, on a terminal only: elsewhere it would fill a log. */
function progressLine({ io, err }: Context): {
  readonly show: (name: string, progress: SyncProgress) => void;
  readonly clear: () => Promise<void>;
} {
  let last: Promise<void> = Promise.resolve();
  if (io.stderr.isTTY !== true) return { show: () => undefined, clear: () => last };
  const print = (text: string): void => {
    last = last.then(() => err(`\r\u001b[K${text}`));
  };
  return {
    show: (name, { phase, done, total }) =>
      print(`${oneLine(name)}: ${phase}${total > 0 ? `, ${Math.floor((done * 100) / total)}%` : ''}`),
    clear: () => {
      print('');
      return last;
    },
  };
}

async function refresh(context: Context, command: Of<'refresh'>): Promise<number> {
  const { app, io, out, err } = context;
  if (command.connection !== null) await requireConnection(app, command.connection);
  const progress = progressLine(context);
  const outcomes = await app
    .refresh({
      connection: command.connection,
      since: command.since,
      onProgress: progress.show,
      signal: io.signal,
    })
    .finally(() => progress.clear());
  // Said once, and not of every connection.
  io.signal?.throwIfAborted();
  if (outcomes.length === 0) {
    await err(
      command.connection === null
        ? 'There is no connection to refresh; add one with "cost-tray connect".\n'
        : `${command.connection} was removed; connect its account again with "cost-tray connect".\n`,
    );
    return EXIT.failed;
  }
  for (const { name, ok, message, dataThrough } of outcomes) {
    if (ok) {
      const through = dataThrough === null ? 'no data yet' : `data through ${dataThrough}`;
      await out(`${oneLine(name)}: up to date, ${through}\n`);
    } else {
      await err(`${oneLine(name)}: ${oneLine(message ?? 'the refresh did not end; try again.')}\n`);
    }
  }
  return outcomes.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
}

async function exportFile({ app, io, out, err }: Context, command: ExportCommand): Promise<number> {
  if (command.connection !== null) await requireConnection(app, command.connection);
  const path = command.path === null ? null : resolve(io.cwd, command.path);
  if (path !== null) await checkTarget(path, command.overwrite);
  const { rows, unknownDays } = await app.exportCsv({
    range: command.range,
    connection: command.connection,
    profile: command.profile,
    target:
      path === null
        ? { kind: 'stream', stream: io.stdout }
        : { kind: 'file', path, overwrite: command.overwrite },
    signal: io.signal,
  });
  if (path !== null) await out(`Wrote ${rows} ${rows === 1 ? 'charge' : 'charges'} to ${oneLine(path)}\n`);
  for (const unknown of unknownDays) {
    await err(
      `${oneLine(unknown.name)}: ${whatOf(unknown)}: ${daysInWords(unknown.days)}; ${remedyOf(unknown)}.\n`,
    );
  }
  return command.strict && unknownDays.length > 0 ? EXIT.failed : EXIT.done;
}

function whatOf({ inPart, stays }: UnknownDays): string {
  if (stays === 'unreported') return 'not reported by the vendor yet and so not in the export';
  return inPart
    ? 'known only in part, with the charges so far in the export'
    : 'not known yet and so not in the export';
}

function remedyOf({ connection, since, stays }: UnknownDays): string {
  if (stays === 'unreported') return 'export again a day or two later';
  if (stays === 'removed') return 'the connection was removed, so that stays';
  if (stays === 'refused') return 'the vendor does not give them any more, so that stays';
  if (connection === '') return 'add one with "cost-tray connect" and export again';
  const refresh = since === null ? 'cost-tray refresh' : `cost-tray refresh --since ${since}`;
  return `run "${refresh}" and export again`;
}

async function run(context: Context, command: CoreCommand): Promise<number> {
  const { app, out } = context;
  switch (command.kind) {
    case 'connect':
      return connect(context, command);
    case 'connections':
      return connections(context, command);
    case 'disconnect':
      return disconnect(context, command);
    case 'refresh':
      return refresh(context, command);
    case 'status': {
      const input = await app.status();
      await out(command.json ? json(statusDocument(input)) : statusText(input));
      return EXIT.done;
    }
    case 'check': {
      const { text, status } = checkLimits(await app.status(), command);
      await out(text);
      return status;
    }
    case 'export':
      return exportFile(context, command);
  }
}

/** One sentence for whatever ended a command, and the exit status it means for that command. */
export function describeFailure(
  error: unknown,
  command: GivenCommand,
): { readonly message: string; readonly status: number } {
  const failure = failureOf(error, command);
  // To a check, 1 says that a limit is exceeded.
  const isUnknown = command.kind === 'check' && failure.status === EXIT.failed;
  return isUnknown ? { ...failure, status: EXIT.cannotKnow } : failure;
}

function failureOf(
  error: unknown,
  command: GivenCommand,
): { readonly message: string; readonly status: number } {
  if (isInterruption(error)) return { message: interruptedMessage(command), status: EXIT.failed };
  if (error instanceof StartError) {
    return { message: error.message, status: error.isWrongUse ? EXIT.usage : EXIT.failed };
  }
  if (error instanceof UsageError) return { message: error.message, status: EXIT.usage };
  if (error instanceof ExportError) {
    switch (error.reason) {
      case 'exists':
        return {
          message: 'The file exists already; choose another name or add --overwrite.',
          status: EXIT.usage,
        };
      case 'not-a-file':
        return { message: error.message, status: EXIT.usage };
      case 'pipe-closed':
        return { message: '', status: EXIT.done };
      default:
        return { message: error.message, status: EXIT.failed };
    }
  }
  if (error instanceof FaultError) return { message: faultMessage(error, 'The vendor'), status: EXIT.failed };
  const what = error instanceof Error ? error.message : String(error);
  return {
    message: `Cost Tray failed (${what}); try again, and report it if it lasts.`,
    status: EXIT.failed,
  };
}

function isInterruption(error: unknown): boolean {
  if (error instanceof ExportError) return error.reason === 'cancelled';
  return error instanceof Error && error.name === 'AbortError';
}

function interruptedMessage({ kind }: GivenCommand): string {
  switch (kind) {
    case 'refresh':
      return 'The refresh was interrupted; what was read is kept. Run it again to go on.';
    case 'connect':
    case 'disconnect':
      return 'The command was interrupted; look at "cost-tray connections" whether it was done, and run it again if not.';
    default:
      return 'The command was interrupted before its end; run it again.';
  }
}

/**
 * Does what a command asks. Standard output is drained when it resolves; one
 * that is closed early is left in silence.
 *
 * @returns the exit status
 * @throws what {@link describeFailure} describes
 */
export function runCommand(command: CoreCommand, app: CliApp, io: CliIo): Promise<number> {
  const out = printer(io.stdout, io.signal);
  return run({ app, io, out, err: errorPrinter(io.stderr) }, command);
}
