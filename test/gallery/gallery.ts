/**
 * `npm run gallery`: a picture of every state in both themes, one contact sheet,
 * and axe-core over each. Ends with 1 where axe, the content policy or the
 * page's console has something to say. Words on the command line choose states
 * by name; `--readme` writes the README's two pictures and nothing else.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { contactSheet } from './contactSheet';
import type { Thumbnail } from './contactSheet';
import { STATES } from './states';
import type { GalleryState } from './state';
import { THEMES, buildGallery, lookOfState, openGallery } from './window';
import type { GalleryWindow } from './window';

const ROOT = process.cwd();
const BUILT = join(ROOT, 'node_modules/.cache/cost-tray/gallery/built');

interface Shown {
  readonly problems: readonly string[];
  readonly thumbnails: readonly Thumbnail[];
}

async function pictures(window: GalleryWindow, out: string, state: GalleryState): Promise<Shown> {
  const problems: string[] = [];
  const thumbnails: Thumbnail[] = [];
  try {
    await window.show(state, { scale: 2 });
    for (const theme of THEMES) {
      await window.look({ ...lookOfState(state), theme, scale: 2 });
      await window.picture(join(out, `${state.name}-${theme}.png`));
      thumbnails.push({ title: `${state.title} · ${theme}`, jpeg: await window.thumbnail() });
      // All but the colours is the same page in either theme.
      const found = await window.axe(theme === 'light' ? undefined : ['color-contrast']);
      problems.push(...found.map((text) => `${theme}: ${text}`));
    }
  } catch (error) {
    problems.push(`failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { problems: [...problems, ...window.complaints()], thumbnails };
}

async function gallery(window: GalleryWindow, words: readonly string[]): Promise<number> {
  const unknown = words.filter((word) => !STATES.some(({ name }) => name === word));
  if (unknown.length > 0) {
    console.error(
      `No such state: ${unknown.join(', ')}. There are ${STATES.map(({ name }) => name).join(', ')}.`,
    );
    return 2;
  }
  const states = words.length === 0 ? STATES : STATES.filter(({ name }) => words.includes(name));
  const out = join(ROOT, 'gallery');
  await mkdir(out, { recursive: true });
  let found = 0;
  const sheet: Thumbnail[] = [];
  for (const state of states) {
    const { problems, thumbnails } = await pictures(window, out, state);
    sheet.push(...thumbnails);
    found += problems.length;
    console.log(`${problems.length === 0 ? 'ok ' : 'BAD'} ${state.name}`);
    for (const problem of problems) console.log(`    ${problem}`);
  }
  await contactSheet(window, out, sheet);
  console.log(`${states.length} states, ${found} problems, pictures in gallery/`);
  return found === 0 ? 0 : 1;
}

async function forReadme(window: GalleryWindow): Promise<number> {
  const out = join(ROOT, 'docs/images');
  await mkdir(out, { recursive: true });
  const overview = STATES.find(({ name }) => name === 'overview');
  if (overview === undefined) throw new Error('the gallery has no overview');
  for (const theme of THEMES) {
    await window.show(overview, { theme, scale: 2 });
    await window.picture(join(out, `overview-${theme}.png`));
  }
  return 0;
}

const words = process.argv.slice(2);
await buildGallery(ROOT, BUILT);
const window = await openGallery(ROOT, BUILT);
try {
  process.exitCode = words.includes('--readme') ? await forReadme(window) : await gallery(window, words);
} finally {
  await window.close();
}
