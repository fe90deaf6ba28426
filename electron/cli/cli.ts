import type { CliApp, CliIo } from './app.js';
import { EXIT } from './commands.js';
import type { Command } from './commands.js';
import { HELP } from './help.js';
import { errorPrinter, oneLine, printer } from './output.js';
import { describeFailure, runCommand } from './run.js';

/**
 * From a parsed command to its exit status. Help, version and wrong use are
 * answered without opening ledger or keychain.
 *
 * @param openApp builds the core; what it throws is reported in one sentence
 */
export async function runCli(
  command: Exclude<Command, { kind: 'tray' }>,
  version: string,
  openApp: () => Promise<CliApp>,
  io: CliIo,
): Promise<number> {
  const out = printer(io.stdout);
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
  try {
    const app = await openApp();
    try {
      // Whoever opens the files next finds nothing wrong with them: it is said now or never.
      if (app.notice) await err(`${oneLine(app.notice)}.\n`);
      return await runCommand(command, app, io);
    } finally {
      await app.close();
    }
  } catch (error) {
    const { message, status } = describeFailure(error, command);
    await err(`${oneLine(message)}\n`);
    return status;
  }
}
