/** From the welcome page to sample data, and back to the own accounts. */
import { expect, it } from 'vitest';

import { modeOf } from '../../electron/words.js';
import { ROOT, openWindow, openWorld } from './driver.js';
import type { Window } from './driver.js';

/** Presses a button that starts the program anew, and gives the words it would start with. */
async function wordsOfRestart({ app, page }: Window, button: string): Promise<readonly string[]> {
  // The program that is started so is no child of the test's.
  await app.evaluate(({ app: electron }) => {
    const started = globalThis as { restart?: readonly string[] };
    electron.relaunch = (options) => {
      started.restart = options?.args ?? [];
    };
    electron.quit = () => undefined;
  });
  await page.getByRole('button', { name: button }).click();
  const args = await expect
    .poll(() => app.evaluate(() => (globalThis as { restart?: readonly string[] }).restart))
    .toContain(ROOT)
    .then(() => app.evaluate(() => (globalThis as { restart?: readonly string[] }).restart ?? []));
  return args.slice(args.indexOf(ROOT) + 1);
}

it('leads from the welcome page into the demo and back, each over a start of the program', async () => {
  const world = await openWorld();
  // The demo's own folder lies in the temporary one.
  const apart = { ...world, env: { ...world.env, TMPDIR: world.home } };
  try {
    const welcome = await openWindow(apart);
    const there = await wordsOfRestart(welcome, 'Look around with sample data');
    expect(await welcome.state()).toMatchObject({ demo: false, leadsBack: false });
    await welcome.app.evaluate(({ app }) => app.exit(0));
    const demo = await openWindow(apart, there);
    expect(await demo.state()).toMatchObject({ demo: true, leadsBack: true, secretStore: 'memory' });
    const back = await wordsOfRestart(demo, 'Use my own accounts');
    expect(modeOf(back)).toEqual({ kind: 'tray' });
    await demo.app.evaluate(({ app }) => app.exit(0));
  } finally {
    await world.close();
  }
});
