import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { GalleryState } from './state';
import { THEMES } from './window';
import type { GalleryWindow } from './window';

const COLUMNS = 10;
const WIDTH = 1800;
const GAP = 12;

/** Puts every picture of the folder on one sheet, `index.png`. */
export async function contactSheet(
  { page, look, picture }: GalleryWindow,
  folder: string,
  states: readonly GalleryState[],
): Promise<void> {
  const figures: string[] = [];
  for (const { name, title } of states) {
    for (const theme of THEMES) {
      const data = (await readFile(join(folder, `${name}-${theme}.png`))).toString('base64');
      figures.push(
        `<figure><img src="data:image/png;base64,${data}"><figcaption>${title} · ${theme}</figcaption></figure>`,
      );
    }
  }
  // A page of its own, without the program's policy.
  await page.goto('about:blank');
  await page.setContent(`<!doctype html><style>
    body { margin: ${GAP}px; display: grid; grid-template-columns: repeat(${COLUMNS}, 1fr); gap: ${GAP}px; font: 10px sans-serif; background: #d9dbe0; align-items: start }
    figure { margin: 0 } img { width: 100%; display: block; border-radius: 6px; box-shadow: 0 1px 5px #0004 }
    figcaption { margin-top: 4px; color: #333 }
  </style>${figures.join('')}`);
  const height = await page.evaluate(() => Math.ceil(document.documentElement.scrollHeight));
  await look({ width: WIDTH, height });
  const whole = await page.evaluate(() => Math.ceil(document.documentElement.scrollHeight));
  await look({ width: WIDTH, height: whole });
  await picture(join(folder, 'index.png'));
}
