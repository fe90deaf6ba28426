// `node scripts/with-keyring.mjs COMMAND [ARGUMENTS]`: the command with a session bus and an unlocked keyring of its own.
import './lib/node-version.mjs';
import { withKeyring } from './lib/keyring.mjs';
import { Failure, main, run } from './lib/processes.mjs';

await main(async () => {
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined)
    throw new Failure('Which command? node scripts/with-keyring.mjs COMMAND [ARGUMENTS]', 2);
  return withKeyring(process.env, async (env) => (await run(command, args, { env })).status);
});
