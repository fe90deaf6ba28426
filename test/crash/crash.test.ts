import { afterAll, beforeAll, expect, it } from 'vitest';

import { say } from '../e2e/driver.js';
import { CrashWorld } from './kills.js';

const KILLS = 200;
const SEED = Number(process.env['COST_TRAY_SEED'] ?? 20261122);

let world: CrashWorld;

beforeAll(async () => {
  world = await CrashWorld.open(13);
});
afterAll(() => world.close());

it(`loses nothing in ${KILLS} kills`, async () => {
  const tell = (line: string): void => void process.stdout.write(`${line}\n`);
  const killed = await world.kill(KILLS, SEED, tell);
  tell(`seed ${SEED}: ${JSON.stringify(killed)}`);
  expect(Object.values(killed.kills).reduce((sum, count) => sum + count, 0)).toBe(KILLS);
  expect(Math.min(...Object.values(killed.kills))).toBeGreaterThan(0);
  expect(killed.backfills).toBeGreaterThan(0);

  const { status, stderr } = await say(world.world, ['refresh']);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(world.check()).toMatchObject({ exists: true, connections: 2, complete: true });
});
