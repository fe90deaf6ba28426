/** Builds the gallery's page and opens it in the Electron of COST_TRAY_ELECTRON, as the program would be. */
import react from '@vitejs/plugin-react';
import { readFile, writeFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { build } from 'vite';

import { APP_PAGE } from '../../electron/shell/app-url';
import { NOW } from './account';
import type { RecordedCall } from './bridge';
import type { GalleryState, Step } from './state';

export type Theme = 'light' | 'dark';
export const THEMES: readonly Theme[] = ['light', 'dark'];

/** The popover's own size in CSS px. */
const WIDTH = 400;
const HEIGHT = 620;
/** Width of a thumbnail in px. */
const THUMBNAIL = 300;

/** What the page and Electron's side of it are built to; `root` is the project's folder. */
export async function buildGallery(root: string, folder: string): Promise<void> {
  const common = { configFile: false as const, logLevel: 'warn' as const };
  await build({
    ...common,
    root: join(root, 'test/gallery'),
    plugins: [react()],
    build: {
      outDir: join(folder, 'page'),
      emptyOutDir: true,
      target: 'chrome130',
      chunkSizeWarningLimit: 2000,
    },
  });
  await build({
    ...common,
    root,
    build: {
      ssr: 'test/gallery/main.ts',
      outDir: join(folder, 'app'),
      emptyOutDir: true,
      target: 'node20',
      rollupOptions: { external: ['electron'], output: { entryFileNames: 'main.mjs' } },
    },
  });
  await writeFile(
    join(folder, 'app/package.json'),
    JSON.stringify({ name: 'gallery', version: '0.0.0', main: 'main.mjs' }),
  );
}

export interface Look {
  readonly theme?: Theme;
  /** Device px for one CSS px before zoom; 1 unless told. */
  readonly scale?: number;
  /** CSS px before zoom; the popover's own unless told. */
  readonly width?: number;
  readonly height?: number;
  /** As the browser's zoom: so many times larger in the same window. */
  readonly zoom?: number;
  readonly motion?: 'reduce' | 'no-preference';
  readonly forcedColors?: boolean;
}

export interface GalleryWindow {
  readonly page: Page;
  /** Loads the page in a state, taking what the user does in it. */
  readonly show: (state: GalleryState, look?: Look) => Promise<void>;
  /** Changes the look of what is shown. */
  readonly look: (look: Look) => Promise<void>;
  /** Writes what is shown to a PNG, at the look's scale. */
  readonly picture: (path: string) => Promise<void>;
  /** What is shown as a small JPEG, in base64. */
  readonly thumbnail: () => Promise<string>;
  /** What the page asked of main since it was loaded, in order. */
  readonly calls: () => Promise<readonly RecordedCall[]>;
  /** Complaints of console, policy and script since the last call of this. */
  readonly complaints: () => string[];
  /** What axe-core finds, one sentence each; `rules`: only these. */
  readonly axe: (rules?: readonly string[]) => Promise<string[]>;
  readonly close: () => Promise<void>;
}

/** What a state wants beside its data. */
export function lookOfState({ zoomed = false, forcedColors = false }: GalleryState): Look {
  return { zoom: zoomed ? 2 : 1, forcedColors };
}

interface AxeResult {
  readonly violations: ReadonlyArray<{
    readonly id: string;
    readonly help: string;
    readonly nodes: ReadonlyArray<{ readonly target: readonly unknown[]; readonly failureSummary?: string }>;
  }>;
}

async function take(page: Page, step: Step): Promise<void> {
  switch (step.do) {
    case 'key':
      await page.keyboard.press(step.key);
      break;
    case 'click':
      await page.getByRole(step.role, { name: step.name }).first().click();
      break;
    case 'type':
      await page.getByLabel(step.label).fill(step.text);
      break;
    case 'hover-day': {
      const box = await page.getByRole('slider').boundingBox();
      if (box !== null) await page.mouse.move(box.x + box.width * step.share, box.y + box.height / 2);
      break;
    }
    case 'scroll':
      // Rows that come into sight are measured and may lengthen the list.
      await page.evaluate(async () => {
        for (let pass = 0; pass < 4; pass += 1) {
          for (const region of document.querySelectorAll('[role=region]'))
            region.scrollTo(0, region.scrollHeight);
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        }
      });
      break;
  }
}

/** Two frames, after which what React had to do is drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** @param folder as {@link buildGallery} filled it */
export async function openGallery(root: string, folder: string): Promise<GalleryWindow> {
  const executablePath = process.env['COST_TRAY_ELECTRON'];
  if (executablePath === undefined) throw new Error('COST_TRAY_ELECTRON names no Electron');
  const profile = mkdtempSync(join(tmpdir(), 'cost-tray-gallery-'));
  const env = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const switches = ['--log-level=3', '--lang=en-US', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const app: ElectronApplication = await _electron.launch({
    executablePath,
    args: [...switches, `--user-data-dir=${profile}`, join(folder, 'app')],
    env: { ...Object.fromEntries(env), TZ: 'Europe/Berlin', COST_TRAY_GALLERY_PAGE: join(folder, 'page') },
  });
  const page = await app.firstWindow();
  const devtools = await page.context().newCDPSession(page);
  const axeSource = await readFile(
    createRequire(join(root, 'package.json')).resolve('axe-core/axe.min.js'),
    'utf8',
  );
  let complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(APP_PAGE.replace('index.html', '')))
      complaints.push(`request to ${request.url()}`);
  });
  await page.clock.setFixedTime(NOW);

  const look = async ({
    theme = 'light',
    scale = 1,
    width = WIDTH,
    height = HEIGHT,
    zoom = 1,
    ...more
  }: Look): Promise<void> => {
    await page.emulateMedia({
      colorScheme: theme,
      reducedMotion: more.motion ?? 'reduce',
      forcedColors: more.forcedColors === true ? 'active' : 'none',
    });
    await devtools.send('Emulation.setDeviceMetricsOverride', {
      width: Math.round(width / zoom),
      height: Math.round(height / zoom),
      deviceScaleFactor: scale * zoom,
      mobile: false,
    });
  };
  return {
    page,
    look,
    show: async (state, wanted = {}) => {
      await look({ ...lookOfState(state), ...wanted });
      await page.mouse.move(0, 0);
      await page.goto(`${APP_PAGE}?state=${state.name}`);
      await page.locator('main:not([hidden])').waitFor({ timeout: 15_000 });
      for (const step of state.steps ?? []) await take(page, step);
      await drawn(page);
    },
    // Not the page's own screenshot, which sets the scale back to 1.
    picture: async (path) => {
      const { data } = await devtools.send('Page.captureScreenshot', { format: 'png' });
      await writeFile(path, Buffer.from(data, 'base64'));
    },
    thumbnail: async () => {
      const [width, height, ratio] = await page.evaluate(
        () => [innerWidth, innerHeight, devicePixelRatio] as const,
      );
      const { data } = await devtools.send('Page.captureScreenshot', {
        format: 'jpeg',
        quality: 85,
        clip: { x: 0, y: 0, width, height, scale: THUMBNAIL / width / ratio },
      });
      return data;
    },
    calls: () => page.evaluate(() => window.gallery.calls()),
    complaints: () => {
      const told = complaints;
      complaints = [];
      return told;
    },
    axe: async (rules) => {
      // Evaluated through the debugger, so that the page keeps its own policy.
      if (!(await page.evaluate<boolean>('"axe" in globalThis'))) await page.evaluate(axeSource);
      const options = {
        resultTypes: ['violations'],
        ...(rules === undefined ? {} : { runOnly: [...rules] }),
      };
      const found = await page.evaluate<AxeResult>(`axe.run(document, ${JSON.stringify(options)})`);
      return found.violations.flatMap(({ id, help, nodes }) =>
        nodes.map(
          ({ target, failureSummary }) =>
            `${id}: ${help} at ${target.join(' ')} ${failureSummary?.replaceAll('\n', ' ') ?? ''}`,
        ),
      );
    },
    close: async () => {
      await app.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
