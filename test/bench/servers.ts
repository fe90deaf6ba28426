/** The demo servers in a process of their own, so that what they cost is not what is measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

import type { DemoScale } from '../../electron/demo/fleet.js';
import { startDemoServers } from '../../electron/demo/servers.js';

const scaleSchema = z.object({ apps: z.number(), cvmsPerApp: z.number(), months: z.number() });
const readySchema = z.object({ url: z.string(), key: z.string() });

export interface ServerProcess extends z.infer<typeof readySchema> {
  close(): void;
}

/** How this program is started again, by Node: an Electron that measures is none. */
export interface NodeCommand {
  readonly node: string;
  readonly script: string;
}

export async function startServers(
  { node, script }: NodeCommand,
  scale: Required<DemoScale>,
): Promise<ServerProcess> {
  const child = fork(script, ['serve', JSON.stringify(scale)], { execPath: node, execArgv: [] });
  const [message] = (await once(child, 'message')) as [unknown];
  return { ...readySchema.parse(message), close: () => child.disconnect() };
}

/** The child's side: serves until its parent lets go of it. */
export async function serve(scale: string): Promise<number> {
  const servers = await startDemoServers({ now: Date.now, scale: scaleSchema.parse(JSON.parse(scale)) });
  process.send?.({ url: servers.phalaUrl, key: servers.keys.phala });
  await once(process, 'disconnect');
  await servers.close();
  return 0;
}
