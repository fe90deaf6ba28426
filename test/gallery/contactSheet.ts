import { join } from 'node:path';

import type { GalleryWindow } from './window';

const COLUMNS = 10;
const WIDTH = 2400;
const GAP = 12;

export interface Thumbnail {
  readonly title: string;
  /** In base64. */
  readonly jpeg: string;
}

/** Puts small pictures of all that was shown on one sheet, `index.png`. */
export async function contactSheet(
  { page, look, picture }: GalleryWindow,
  folder: string,
  thumbnails: readonly Thumbnail[],
): Promise<void> {
  const figures = thumbnails.map(
    ({ title, jpeg }) =>
      `<figure><img src="data:image/jpeg;base64,${jpeg}"><figcaption>${title}</figcaption></figure>`,
  );
  // A page of its own, without the program's policy.
  await page.goto('about:blank');
  await page.setContent(`<!doctype html><style>
    body { margin: ${GAP}px; display: grid; grid-template-columns: repeat(${COLUMNS}, 1fr); gap: ${GAP}px; font: 12px sans-serif; background: #d9dbe0; align-items: start }
    figure { margin: 0 } img { width: 100%; display: block; border-radius: 6px; box-shadow: 0 1px 5px #0004 }
    figcaption { margin-top: 4px; color: #333 }
  </style>${figures.join('')}`);
  await look({ width: WIDTH, height: 1000 });
  const height = await page.evaluate(() => Math.ceil(document.documentElement.scrollHeight));
  await look({ width: WIDTH, height });
  await picture(join(folder, 'index.png'));
}
