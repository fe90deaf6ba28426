/** The real program over a home folder, in the Electron of COST_TRAY_ELECTRON. */
import { resolve } from 'node:path';

import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';

import { electronCommand } from './electron-command.js';
import type { ElectronCommand } from './electron-command.js';

/** Nobody listens there: what is measured asks no vendor. */
const NOWHERE = 'http://127.0.0.1:9';

export interface ProgramCommand extends ElectronCommand {
  readonly env: Record<string, string>;
}

export function programCommand(home: string): ProgramCommand {
  const env = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    ...electronCommand(resolve('.')),
    env: {
      ...Object.fromEntries(env),
      COST_TRAY_HOME: home,
      COST_TRAY_PHALA_URL: `${NOWHERE}/api/v1`,
      COST_TRAY_CLICKHOUSE_URL: `${NOWHERE}/v1`,
    },
  };
}

export interface ProgramWindow {
  readonly app: ElectronApplication;
  readonly page: Page;
}

/** Driven through its window. */
export async function openProgram(home: string): Promise<ProgramWindow> {
  const { path, args, env } = programCommand(home);
  const app = await _electron.launch({ executablePath: path, args, env });
  const page = await app.firstWindow();
  await page.waitForSelector('main:not([hidden])');
  return { app, page };
}
