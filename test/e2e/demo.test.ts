/** From the welcome page to sample data, and back to the own accounts. */
import { expect, it } from 'vitest';

import { modeOf } from '../../electron/words.js';
import { ROOT, openWindow, openWorld, settled } from './driver.js';
import type { Window } from './driver.js';

interface Restarting {
  /** The arguments of the start that was asked for, once the program would end for it. */
  restart?: Promise<readonly string[]>;
}

/** Presses a button that starts the program anew, and gives the words it would start with; it runs on here. */
async function wordsOfRestart({ app, page }: Window, button: string): Promise<readonly string[]> {
  await app.evaluate(({ app: electron }) => {
    const quit = electron.quit.bind(electron);
    let args: readonly string[] = [];
    electron.relaunch = (options) => {
      args = options?.args ?? [];
    };
    (globalThis as Restarting).restart = new Promise((resolve) => {
      electron.quit = () => {
        electron.quit = quit;
        resolve(args);
      };
    });
  });
  await page.getByRole('button', { name: button }).click();
  const args = await app.evaluate(async () => (await (globalThis as Restarting).restart) ?? []);
  expect(args).toContain(ROOT);
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
    await welcome.quit();
    const demo = await openWindow(apart, there);
    // While it reads, what is pressed may be moved away beneath the pointer.
    expect(await demo.until(settled)).toMatchObject({ demo: true, leadsBack: true, secretStore: 'memory' });
    const back = await wordsOfRestart(demo, 'Use my own accounts');
    expect(modeOf(back)).toEqual({ kind: 'tray' });
    await demo.quit();
  } finally {
    await world.close();
  }
});
