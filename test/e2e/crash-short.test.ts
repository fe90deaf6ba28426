/** A few kills in the real program; `npm run test:crash` has 200. */
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { CrashWorld, killGroup } from '../crash/kills.js';
import { say } from './driver.js';

const KILLS = 8;
/** Far less than the minute after which a silent process counts as dead. */
const SOON_MS = 30_000;

let world: CrashWorld;

beforeAll(async () => {
  world = await CrashWorld.open(2);
});
afterAll(() => world.close());

it(`loses nothing in ${KILLS} kills`, async () => {
  const { kills } = await world.kill(KILLS, 7, () => undefined);
  expect(Object.values(kills).reduce((sum, count) => sum + count, 0)).toBe(KILLS);
});

it('goes on at once where another process was killed, and ends with the whole truth', async () => {
  world.forget();
  const { counts } = world.world.servers;
  const before = counts.phala;
  const { child: first, ended } = world.refresh();
  while (counts.phala - before < 6 && first.exitCode === null) await sleep(5);
  // It waits for the first, which holds both connections.
  const second = say(world.world, ['refresh']);
  await sleep(1_000);
  killGroup(first);
  await ended;
  const from = performance.now();
  expect(await second).toMatchObject({ status: 0 });
  expect(performance.now() - from).toBeLessThan(SOON_MS);
  expect(world.check()).toMatchObject({ connections: 2, complete: true });
});
