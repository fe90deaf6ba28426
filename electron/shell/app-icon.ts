import { Canvas, rectangle, rounded } from './raster.js';
import type { Colour } from './raster.js';

const GROUND: Colour = [31, 41, 64, 255];
const FRAME: Colour = [255, 255, 255, 255];
const BARS: ReadonlyArray<readonly [share: number, colour: Colour]> = [
  [0.38, [126, 214, 178, 255]],
  [0.62, [126, 214, 178, 255]],
  [0.92, [255, 209, 102, 255]],
];

/** The program's own icon as PNG, for windows and packages: the gauge with its three bars. */
export function drawAppIcon(size: number): Buffer {
  const canvas = new Canvas(size);
  const unit = size / 64;
  canvas.fill(rounded(4 * unit, 4 * unit, 56 * unit, 56 * unit, 13 * unit), GROUND);
  canvas.fill(rounded(14 * unit, 48 * unit, 36 * unit, 3 * unit, 1.5 * unit), FRAME);
  BARS.forEach(([share, colour], index) => {
    const height = 32 * share * unit;
    const left = (15 + index * 12) * unit;
    canvas.fill(rounded(left, 45 * unit - height, 10 * unit, height, 2.5 * unit), colour);
    canvas.fill(rectangle(left, 45 * unit - 3 * unit, 10 * unit, 3 * unit), colour);
  });
  return canvas.toPng();
}
