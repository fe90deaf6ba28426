import { describe, expect, it } from 'vitest';

import { placePopover } from '../../electron/shell/placement.js';
import type { Point, Rect, Screen } from '../../electron/shell/placement.js';

const SIZE = { width: 400, height: 620 };
const rect = (x: number, y: number, width: number, height: number): Rect => ({ x, y, width, height });

/** A 1920 × 1080 screen with panels of the given thickness. */
function screen(
  panel: { top?: number; bottom?: number; left?: number; right?: number },
  x = 0,
  y = 0,
): Screen {
  const { top = 0, bottom = 0, left = 0, right = 0 } = panel;
  return {
    bounds: rect(x, y, 1920, 1080),
    workArea: rect(x + left, y + top, 1920 - left - right, 1080 - top - bottom),
  };
}

interface Case {
  name: string;
  platform: NodeJS.Platform;
  tray: Rect | null;
  cursor?: Point;
  displays: Screen[];
  expected: Rect;
}

const NONE = rect(0, 0, 0, 0);

const CASES: Case[] = [
  {
    name: 'macOS: below the icon, centred',
    platform: 'darwin',
    tray: rect(1400, 0, 30, 24),
    displays: [screen({ top: 24, bottom: 70 })],
    expected: rect(1215, 32, 400, 620),
  },
  {
    name: 'macOS: near the right end it moves left',
    platform: 'darwin',
    tray: rect(1880, 0, 30, 24),
    displays: [screen({ top: 24 })],
    expected: rect(1520, 32, 400, 620),
  },
  {
    name: 'macOS: a Dock on the side changes nothing',
    platform: 'darwin',
    tray: rect(1400, 0, 30, 24),
    displays: [screen({ top: 24, left: 80 })],
    expected: rect(1215, 32, 400, 620),
  },
  {
    name: 'macOS: a menu bar that hides itself',
    platform: 'darwin',
    tray: rect(1400, 0, 30, 24),
    displays: [screen({})],
    expected: rect(1215, 32, 400, 620),
  },
  {
    name: 'macOS: no bounds, a Dock on the side, a menu bar that hides itself: top right',
    platform: 'darwin',
    tray: NONE,
    cursor: { x: 900, y: 500 },
    displays: [screen({ left: 80 })],
    expected: rect(1512, 8, 400, 620),
  },
  {
    name: 'macOS: the display the icon is on, not the one with the cursor',
    platform: 'darwin',
    tray: rect(-500, 0, 30, 24),
    cursor: { x: 900, y: 500 },
    displays: [screen({ top: 24 }), screen({ top: 24 }, -1920)],
    expected: rect(-685, 32, 400, 620),
  },
  {
    name: 'Windows: taskbar at the bottom',
    platform: 'win32',
    tray: rect(1700, 1044, 24, 24),
    displays: [screen({ bottom: 48 })],
    expected: rect(1512, 404, 400, 620),
  },
  {
    name: 'Windows: taskbar at the top',
    platform: 'win32',
    tray: rect(1700, 12, 24, 24),
    displays: [screen({ top: 48 })],
    expected: rect(1512, 56, 400, 620),
  },
  {
    name: 'Windows: taskbar on the left',
    platform: 'win32',
    tray: rect(20, 1000, 24, 24),
    displays: [screen({ left: 64 })],
    expected: rect(72, 460, 400, 620),
  },
  {
    name: 'Windows: taskbar on the right',
    platform: 'win32',
    tray: rect(1870, 500, 24, 24),
    displays: [screen({ right: 64 })],
    expected: rect(1448, 202, 400, 620),
  },
  {
    name: 'Windows: a taskbar that hides itself',
    platform: 'win32',
    tray: rect(1500, 1044, 24, 24),
    displays: [screen({})],
    expected: rect(1312, 416, 400, 620),
  },
  {
    name: 'Windows: second display above the first',
    platform: 'win32',
    tray: rect(1600, -36, 24, 24),
    displays: [screen({ bottom: 48 }), screen({ bottom: 48 }, 0, -1080)],
    expected: rect(1412, -676, 400, 620),
  },
  {
    name: 'Linux: no bounds, panel at the top: top right',
    platform: 'linux',
    tray: NONE,
    cursor: { x: 800, y: 500 },
    displays: [screen({ top: 28 })],
    expected: rect(1512, 36, 400, 620),
  },
  {
    name: 'Linux: no bounds, panel at the bottom: bottom right',
    platform: 'linux',
    tray: NONE,
    cursor: { x: 800, y: 500 },
    displays: [screen({ bottom: 30 })],
    expected: rect(1512, 422, 400, 620),
  },
  {
    name: 'Linux: no bounds, panel on the left: bottom left',
    platform: 'linux',
    tray: NONE,
    cursor: { x: 800, y: 500 },
    displays: [screen({ left: 60 })],
    expected: rect(68, 452, 400, 620),
  },
  {
    name: 'Linux: two panels, the one with the cursor in it',
    platform: 'linux',
    tray: NONE,
    cursor: { x: 1700, y: 1070 },
    displays: [screen({ top: 28, bottom: 40 })],
    expected: rect(1512, 412, 400, 620),
  },
  {
    name: 'Linux: a top bar and a dock on the left, opened by the shortcut',
    platform: 'linux',
    tray: NONE,
    cursor: { x: 960, y: 300 },
    displays: [screen({ top: 28, left: 70 })],
    expected: rect(1512, 36, 400, 620),
  },
  {
    name: 'Linux: a click at the left end of the panel',
    platform: 'linux',
    tray: NONE,
    cursor: { x: 100, y: 10 },
    displays: [screen({ top: 28 })],
    expected: rect(8, 36, 400, 620),
  },
  {
    name: 'Linux: no panel reserves room: the nearest edge',
    platform: 'linux',
    tray: NONE,
    cursor: { x: 1000, y: 1000 },
    displays: [screen({})],
    expected: rect(1512, 452, 400, 620),
  },
  {
    name: 'Linux: the display with the cursor',
    platform: 'linux',
    tray: null,
    cursor: { x: 3000, y: 10 },
    displays: [screen({ top: 28 }), screen({ top: 28 }, 1920)],
    expected: rect(3432, 36, 400, 620),
  },
  {
    name: 'shrinks only what is taller than the work area',
    platform: 'win32',
    tray: rect(900, 570, 24, 24),
    displays: [{ bounds: rect(0, 0, 1024, 600), workArea: rect(0, 0, 1024, 560) }],
    expected: rect(624, 0, 400, 560),
  },
  {
    name: 'moves rather than shrinks where it just fits',
    platform: 'darwin',
    tray: rect(900, 0, 24, 24),
    displays: [{ bounds: rect(0, 0, 1024, 646), workArea: rect(0, 24, 1024, 622) }],
    expected: rect(624, 26, 400, 620),
  },
];

describe('placePopover', () => {
  it.each(CASES)('$name', ({ platform, tray, cursor = { x: 0, y: 0 }, displays, expected }) => {
    expect(placePopover({ platform, size: SIZE, tray, cursor, displays })).toEqual(expected);
  });

  it('stays inside the work area wherever the icon and the cursor are', () => {
    const displays = [screen({ bottom: 40 }), screen({ top: 28, right: 60 }, 1920, -200)];
    for (const platform of ['darwin', 'win32', 'linux'] as const)
      for (let x = -100; x < 4000; x += 97)
        for (let y = -300; y < 1200; y += 89)
          for (const tray of [NONE, rect(x, y, 24, 24)]) {
            const at = placePopover({ platform, size: SIZE, tray, cursor: { x, y }, displays });
            const inside = displays.some(
              ({ workArea: area }) =>
                at.x >= area.x &&
                at.y >= area.y &&
                at.x + at.width <= area.x + area.width &&
                at.y + at.height <= area.y + area.height,
            );
            if (!inside) expect.fail(`${platform} ${x},${y}: ${JSON.stringify(at)}`);
          }
  });
});
