import type { CliApp, CliIo } from './app.js';
import { EXIT } from './commands.js';
import type { GivenCommand } from './commands.js';
import { HELP } from './help.js';
import { errorPrinter, oneLine, printer } from './output.js';
import { describeFailure, runCommand } from './run.js';

/** What hears an interruption ends by itself; what waits for something else, such as a keychain's prompt, is left. */
const PATIENCE_MS = 2_000;

/** @throws the signal's reason where it is raised and the work does not end */
function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      const giveUp = (): void => reject(signal?.reason as Error);
      setTimeout(giveUp, PATIENCE_MS).unref();
    };
    signal?.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
  });
}

/** Help, version and wrong use are answered without opening ledger or keychain. */
async function answer(
  command: GivenCommand,
  version: string,
  openApp: () => Promise<CliApp>,
  io: CliIo,
): Promise<number> {
  const out = printer(io.stdout, io.signal);
  const err = errorPrinter(io.stderr);
  switch (command.kind) {
    case 'usage':
      await err(`${oneLine(command.message)}\n`);
      return EXIT.usage;
    case 'help':
      await out(HELP);
      return EXIT.done;
    case 'version':
      await out(`${version}\n`);
      return EXIT.done;
    default:
      break;
  }
  const app = await openApp();
  try {
    // Whoever opens the files next finds nothing wrong with them: it is said now or never.
    if (app.notice) await err(`${oneLine(app.notice)}.\n`);
    return await runCommand(command, app, io);
  } finally {
    await app.close();
  }
}

/**
 * From a parsed command to its exit status.
 *
 * @param openApp builds the core; what it throws is reported in one sentence
 */
export async function runCli(
  command: GivenCommand,
  version: string,
  openApp: () => Promise<CliApp>,
  io: CliIo,
): Promise<number> {
  try {
    return await unlessInterrupted(answer(command, version, openApp, io), io.signal);
  } catch (error) {
    const { message, status } = describeFailure(error, command);
    if (message !== '') await errorPrinter(io.stderr)(`${oneLine(message)}\n`);
    return status;
  }
}
