/** A tiny canvas and PNG writer, so that icons need no drawing library and no files. */
import { crc32, deflateSync } from 'node:zlib';

/** Red, green, blue and alpha, 0–255 each; alpha not premultiplied. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** Whether a point, in pixels, belongs to a shape. */
export type Shape = (x: number, y: number) => boolean;

/** Samples along each side of a pixel: 16 in all give soft edges. */
const SAMPLES = 4;

export class Canvas {
  readonly size: number;
  readonly #pixels: Uint8Array;

  constructor(size: number) {
    this.size = size;
    this.#pixels = new Uint8Array(size * size * 4);
  }

  /** Paints a shape over what is there. */
  fill(shape: Shape, colour: Colour): void {
    this.#each(shape, (at, cover) => {
      const over = (colour[3] / 255) * cover;
      const under = this.#channel(at, 3) / 255;
      const alpha = over + under * (1 - over);
      for (const channel of [0, 1, 2] as const) {
        const mixed = colour[channel] * over + this.#channel(at, channel) * under * (1 - over);
        this.#pixels[at + channel] = Math.round(mixed / alpha);
      }
      this.#pixels[at + 3] = Math.round(alpha * 255);
    });
  }

  /** Cuts a shape out, down to transparency. */
  clear(shape: Shape): void {
    this.#each(shape, (at, cover) => {
      this.#pixels[at + 3] = Math.round(this.#channel(at, 3) * (1 - cover));
    });
  }

  /** As a PNG file (8 bits a channel, RGBA). */
  toPng(): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.size, 0);
    header.writeUInt32BE(this.size, 4);
    header.set([8, 6, 0, 0, 0], 8);
    const stride = this.size * 4;
    const rows = Buffer.alloc(this.size * (stride + 1));
    for (let y = 0; y < this.size; y += 1)
      rows.set(this.#pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
    return Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }

  #channel(at: number, channel: number): number {
    return this.#pixels[at + channel] ?? 0;
  }

  /** Calls back for every pixel that the shape covers, with its share (0–1). */
  #each(shape: Shape, paint: (at: number, cover: number) => void): void {
    for (let y = 0; y < this.size; y += 1)
      for (let x = 0; x < this.size; x += 1) {
        let hits = 0;
        for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
          const dx = ((sample % SAMPLES) + 0.5) / SAMPLES;
          const dy = (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
          if (shape(x + dx, y + dy)) hits += 1;
        }
        if (hits > 0) paint((y * this.size + x) * 4, hits / (SAMPLES * SAMPLES));
      }
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

export function rectangle(left: number, top: number, width: number, height: number): Shape {
  return (x, y) => x >= left && x < left + width && y >= top && y < top + height;
}

export function rounded(left: number, top: number, width: number, height: number, radius: number): Shape {
  return (x, y) => {
    const dx = Math.max(left + radius - x, 0, x - (left + width - radius));
    const dy = Math.max(top + radius - y, 0, y - (top + height - radius));
    return Math.hypot(dx, dy) <= radius;
  };
}

export function circle(centreX: number, centreY: number, radius: number): Shape {
  return (x, y) => Math.hypot(x - centreX, y - centreY) <= radius;
}

/** A triangle that points up, between its two lower corners. */
export function arrowHead(centreX: number, top: number, width: number, height: number): Shape {
  return (x, y) =>
    y >= top && y < top + height && Math.abs(x - centreX) <= ((y - top) / height) * (width / 2);
}

export function without(shape: Shape, hole: Shape): Shape {
  return (x, y) => shape(x, y) && !hole(x, y);
}
