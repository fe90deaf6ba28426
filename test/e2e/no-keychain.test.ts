/** A computer without a keychain service: the window keeps the key for the session and says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWindow, openWorld, say } from './driver.js';
import type { World } from './driver.js';

let world: World;

beforeAll(async () => {
  const open = await openWorld({ months: 1 });
  world = { ...open, env: { ...open.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' } };
});

afterAll(() => world.close());

describe('without a keychain', () => {
  it('the command line keeps no key and ends with 1', async () => {
    const { status, stderr } = await say(world, ['connect', 'phala'], `${world.servers.keys.phala}\n`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/no keychain/i);
    expect((await say(world, ['connections'])).stdout).toMatch(/No connection yet/);
  });

  it('the window reads with a key kept in memory only, and after a restart asks for it', async () => {
    const first = await openWindow(world);
    await first.page.getByRole('button', { name: 'Paste a token' }).click();
    await first.page.getByLabel('API token').fill(world.servers.keys.phala);
    await first.page.getByRole('button', { name: /^Test/ }).click();
    await expect
      .poll(async () => (await first.state()).overview.connections[0]?.lastSuccess ?? null, {
        timeout: 60_000,
      })
      .not.toBeNull();
    const before = await first.state();
    expect(before.secretStore).toBe('session-only');
    expect(before.overview.connections[0]?.sessionOnly).toBe(true);
    await expect
      .poll(() =>
        first.page
          .getByText(/No keychain/)
          .first()
          .isVisible(),
      )
      .toBe(true);
    await first.picture('08-no-keychain');
    await first.quit();

    const second = await openWindow(world);
    await second.page.keyboard.press('r');
    await expect
      .poll(async () => (await second.state()).overview.connections[0]?.fault?.kind, { timeout: 30_000 })
      .toBe('no-keychain');
    expect((await second.state()).overview.total.usd).toBe(before.overview.total.usd);
    await second.quit();
  });
});
