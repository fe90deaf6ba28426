import { crc32, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { drawAppIcon } from '../../electron/shell/app-icon.js';
import { drawIcon, iconKey, iconState } from '../../electron/shell/icon.js';
import type { IconBody } from '../../electron/shell/icon.js';
import { GENERATED_AT, connection, period, trayState } from './shell-state.js';
import { nanos } from '../../shared/money.js';

const budget = (share: number) => ({
  limit: nanos(100n),
  spent: nanos(BigInt(Math.round(share * 100))),
  share,
  over: share > 1,
  excess: nanos(BigInt(Math.max(0, Math.round(share * 100) - 100))),
});

/** Reads a PNG by its specification: chunks with checksums, rows without filter. */
function decode(png: Buffer): { size: number; pixel: (x: number, y: number) => number[] } {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.toString('latin1', 0, 4), body.subarray(4));
    at += 12 + length;
  }
  const header = chunks.get('IHDR') ?? Buffer.alloc(13);
  const size = header.readUInt32BE(0);
  expect([...header.subarray(4)]).toEqual([0, 0, 0, size, 8, 6, 0, 0, 0]);
  const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  expect(rows).toHaveLength(size * (size * 4 + 1));
  return {
    size,
    pixel: (x, y) => {
      const at = y * (size * 4 + 1) + 1 + x * 4;
      return [...rows.subarray(at, at + 4)];
    },
  };
}

const draw = (body: IconBody, mark = false, size = 32) => drawIcon({ body, mark }, 'template', size);

describe('iconState', () => {
  it('shows the share of the budget, bars without one, and another shape when over', () => {
    expect(iconState(trayState({ overview: { budget: budget(0.42) } }))).toEqual({
      body: { kind: 'level', share: 0.42 },
      mark: false,
    });
    expect(iconState(trayState()).body).toEqual({ kind: 'bars' });
    expect(iconState(trayState({ overview: { budget: budget(1.2) } })).body).toEqual({ kind: 'over' });
  });

  it('is an outline when stale or when nothing is known', () => {
    const outlined = [
      { connections: [connection({ state: 'stale' })] },
      { connections: [connection({ fault: 'offline', lastSuccess: GENERATED_AT - 7_200_000 })] },
      { monthToDate: period('0', 'none') },
    ];
    for (const overview of outlined)
      expect(iconState(trayState({ overview: { budget: budget(0.4), ...overview } })).body.kind).toBe(
        'outline',
      );
    const fresh = { connections: [connection({ fault: 'offline', lastSuccess: GENERATED_AT - 60_000 })] };
    expect(iconState(trayState({ overview: fresh })).body.kind).toBe('bars');
    const removed = { connections: [connection({}), connection({ id: 'b', state: 'stale', removed: true })] };
    expect(iconState(trayState({ overview: removed })).body.kind).toBe('bars');
  });

  it('marks what needs the user, and nothing that mends itself', () => {
    const marked = (kind: Parameters<typeof connection>[0]['fault'] & string) =>
      iconState(trayState({ overview: { connections: [connection({ fault: kind })] } })).mark;
    for (const kind of ['rejected', 'permission', 'key-unreadable', 'ledger'] as const)
      expect(marked(kind)).toBe(true);
    expect([marked('offline'), marked('rate-limited'), marked('no-such-app')]).toEqual([false, false, false]);
    expect(iconState(trayState({ ledgerNotice: 'The ledger was set aside.' })).mark).toBe(true);
    expect(iconState(trayState({ secretStore: 'denied' })).mark).toBe(true);
  });

  it('needs no new picture for a change too small to see', () => {
    const key = (share: number) => iconKey({ body: { kind: 'level', share }, mark: false }, 'light');
    expect(key(0.41)).toBe(key(0.42));
    expect(key(0.41)).not.toBe(key(0.52));
  });
});

describe('drawIcon', () => {
  it('makes a valid PNG of every size, black and alpha only as a template', () => {
    for (const size of [16, 18, 22, 24, 32, 36, 44, 48]) {
      const { size: drawn, pixel } = decode(draw({ kind: 'bars' }, true, size));
      expect(drawn).toBe(size);
      for (let y = 0; y < size; y += 1)
        for (let x = 0; x < size; x += 1) expect(pixel(x, y).slice(0, 3)).toEqual([0, 0, 0]);
    }
  });

  it('fills from the bottom as far as the share says', () => {
    const filled = (share: number): number => {
      const { size, pixel } = decode(draw({ kind: 'level', share }));
      return Array.from({ length: size }, (_, y) => pixel(16, y)[3] ?? 0).filter((alpha) => alpha > 127)
        .length;
    };
    const [none, half, full] = [filled(0), filled(0.5), filled(1)];
    // The frame's two lines stay; the level between them halves.
    expect(half - none).toBeCloseTo((full - none) / 2, 0);
    expect(full).toBeGreaterThan(half);
  });

  it('makes each state another shape, without the help of colour', () => {
    const alphas = (body: IconBody, mark: boolean): string => {
      const { size, pixel } = decode(draw(body, mark));
      return Array.from(
        { length: size * size },
        (_, at) => pixel(at % size, Math.floor(at / size))[3],
      ).join();
    };
    const bodies: IconBody[] = [
      { kind: 'outline' },
      { kind: 'bars' },
      { kind: 'level', share: 0.1 },
      { kind: 'level', share: 1 },
      { kind: 'over' },
    ];
    const shapes = bodies.flatMap((body) => [alphas(body, false), alphas(body, true)]);
    expect(new Set(shapes).size).toBe(10);
  });
});

it('draws the program’s own icon', () => {
  const { size, pixel } = decode(drawAppIcon(64));
  expect(size).toBe(64);
  expect(pixel(0, 0)[3]).toBe(0);
  expect(pixel(8, 32)).toEqual([31, 41, 64, 255]);
});
