/**
 * The demo servers as a process of their own:
 * `node demo.js [--options JSON] [--now TIME] [--control-port PORT]`.
 * Prints one line of JSON once it serves, and ends when standard input closes
 * or on SIGTERM, so that it never outlives who started it.
 */
import { parseArgs } from 'node:util';
import { startControl } from './control.js';
import { startDemoServers, type DemoOptions } from './servers.js';

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { options: { type: 'string' }, now: { type: 'string' }, 'control-port': { type: 'string' } },
  });
  const options = JSON.parse(values.options ?? '{}') as Omit<DemoOptions, 'now'>;
  const begin = values.now === undefined ? Date.now() : Date.parse(values.now);
  if (Number.isNaN(begin)) throw new TypeError(`--now ${values.now ?? ''} is no time`);
  // The clock runs on from where it is set.
  let ahead = begin - Date.now();
  const now = (): number => Date.now() + ahead;
  const servers = await startDemoServers({ ...options, now });
  const setNow = (time: number): void => {
    ahead = time - Date.now();
  };
  const control = await startControl({ servers, now, setNow }, Number(values['control-port'] ?? 0));
  const { phalaUrl, clickhouseUrl, keys, secondKeys, strangerKeys } = servers;
  console.log(
    JSON.stringify({ phalaUrl, clickhouseUrl, controlUrl: control.origin, keys, secondKeys, strangerKeys }),
  );

  const end = (): void => {
    void Promise.all([servers.close(), control.close()]).then(() => process.exit(0));
  };
  process.stdin.resume().once('close', end).once('end', end);
  process.once('SIGTERM', end).once('SIGINT', end);
}

run().catch((error: unknown) => {
  console.error(`The demo servers did not start: ${error instanceof Error ? error.message : String(error)}.`);
  process.exit(1);
});
