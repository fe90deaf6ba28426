/** The packaged program, as a user would start it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWorld, run } from './driver.js';
import type { World } from './driver.js';

/** As root Chromium's sandbox cannot start; a user needs no switch. */
const SWITCHES = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

function packaged(): string {
  const path = process.env['COST_TRAY_PACKAGED'];
  if (path === undefined) throw new Error('Run this with: npm test -- --only e2e');
  return path;
}

let world: World;

beforeAll(async () => {
  world = await openWorld({ months: 1 });
});

afterAll(() => world.close());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function firstPage(browser: Browser): Promise<Page> {
  await expect
    .poll(() => browser.contexts().flatMap((context) => context.pages()).length, { timeout: 20_000 })
    .toBe(1);
  const page = browser.contexts().flatMap((context) => context.pages())[0];
  if (page === undefined) throw new Error('no page');
  return page;
}

describe('the packaged program', () => {
  it('takes words without a display, keychain and native ledger included', async () => {
    const { DISPLAY: _display, ...env } = world.env;
    const say = (words: string[], input = '') => run(packaged(), [...SWITCHES, ...words], env, input);
    expect(await say(['connect', 'phala'], `${world.servers.keys.phala}\n`)).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(await say(['refresh'])).toMatchObject({ status: 0 });
    const { status, stdout } = await say(['status', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      connections: [{ provider: 'phala', state: 'ok' }],
    });
    expect((await say(['no-such-word'])).status).toBe(2);
  });

  it('opens its window over what the words have stored', async () => {
    const port = await freePort();
    const program: ChildProcess = spawn(packaged(), [...SWITCHES, `--remote-debugging-port=${port}`], {
      env: world.env,
      stdio: 'ignore',
    });
    const ended = once(program, 'exit');
    try {
      await expect
        .poll(
          () =>
            fetch(`http://127.0.0.1:${port}/json/version`).then(
              ({ ok }) => ok,
              () => false,
            ),
          { timeout: 30_000 },
        )
        .toBe(true);
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
      const page = await firstPage(browser);
      await page.waitForSelector('main:not([hidden])');
      const state = await page.evaluate(() => window.costTray.call('snapshot', undefined));
      expect(state.overview.connections).toHaveLength(1);
      expect(state.overview.total.usd).toBe(world.servers.truth.total('phala', state.overview.total.range));
      expect(await page.getByRole('region', { name: 'Total' }).isVisible()).toBe(true);
      await browser.close();
    } finally {
      program.kill('SIGTERM');
      await ended;
    }
  });
});
