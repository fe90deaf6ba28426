import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { drawAppIcon } from '../../electron/shell/app-icon.js';

/** The pixels of a PNG with one IDAT chunk; how they were compressed differs between versions of zlib. */
function pixels(png: Buffer): Buffer {
  const type = png.indexOf('IDAT');
  return inflateSync(png.subarray(type + 4, type + 4 + png.readUInt32BE(type - 4)));
}

it('the packages bear the icon that the program draws', () => {
  const file = join(import.meta.dirname, '../../build/icon.png');
  if (process.env['COST_TRAY_WRITE_ICON'] === '1') writeFileSync(file, drawAppIcon(512));
  expect(pixels(readFileSync(file)).equals(pixels(drawAppIcon(512)))).toBe(true);
});
