// `node scripts/tool.mjs PACKAGE [ARGUMENTS]`: a package's command, installed first where it is not yet.
import './lib/node-version.mjs';
import { installModules } from './lib/modules.mjs';
import { ROOT, commandOf } from './lib/place.mjs';
import { Failure, main, runNode } from './lib/processes.mjs';

await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) throw new Failure('Which one? node scripts/tool.mjs PACKAGE [ARGUMENTS]', 2);
  await installModules();
  return (await runNode(commandOf(name), args, { cwd: ROOT })).status;
});
