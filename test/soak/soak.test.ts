import { expect, it } from 'vitest';

import { soak } from './soak.js';
import type { SoakFigures } from './soak.js';

const DAYS = 30;
const CADENCE_MINUTES = 15;
const SEED = Number(process.env['COST_TRAY_SEED'] ?? 20261122);
const MEGABYTE = 1_048_576;
/** The servers' own log of requests grows by some 3 MB meanwhile. */
const MOST_GROWTH = 10 * MEGABYTE;
const MOST_REQUESTS_TO_LEAST = 1.15;

function tell(name: string, figures: SoakFigures): void {
  const { polls, requests, least, heap } = figures;
  const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
  const memory = heap === null ? 'not measured' : `${megabytes(heap.before)} → ${megabytes(heap.after)} MB`;
  const ratio = (provider: 'phala' | 'clickhouse'): string =>
    `${provider} ${polls[provider]} polls, ${requests[provider]} requests, least ${least[provider]}, ratio ${(
      requests[provider] / least[provider]
    ).toFixed(3)}`;
  process.stdout.write(
    `${name}: ${ratio('phala')}; ${ratio('clickhouse')}; at most ${figures.mostPolls} polls; heap ${memory}; ` +
      `failed ${JSON.stringify(figures.failed)}; events ${JSON.stringify(figures.events)}; ` +
      `${figures.revisions} revisions; ${figures.seconds.toFixed(0)} s\n`,
  );
}

function expectFlat({ heap }: SoakFigures): void {
  expect(heap, 'run with --expose-gc').not.toBeNull();
  if (heap !== null) expect(heap.after - heap.before).toBeLessThan(MOST_GROWTH);
}

it(`asks for little more than the least in ${DAYS} calm days`, async () => {
  const figures = await soak({
    days: DAYS,
    cadenceMinutes: CADENCE_MINUTES,
    seed: SEED,
    rough: false,
    settledIn: 5,
  });
  tell('calm', figures);
  for (const provider of ['phala', 'clickhouse'] as const) {
    expect(figures.polls[provider]).toBeGreaterThan(0.85 * DAYS * 24 * (60 / CADENCE_MINUTES));
    expect(figures.polls[provider]).toBeLessThanOrEqual(figures.mostPolls);
    expect(figures.requests[provider] / figures.least[provider]).toBeLessThan(MOST_REQUESTS_TO_LEAST);
  }
  expect(figures.failed).toEqual({});
  expect(figures.revisions).toBe(0);
  expectFlat(figures);
});

it(`ends with the whole truth after ${DAYS} rough days`, async () => {
  const figures = await soak({
    days: DAYS,
    cadenceMinutes: CADENCE_MINUTES,
    seed: SEED,
    rough: true,
    settledIn: 5,
  });
  tell('rough', figures);
  expect(Object.keys(figures.failed).length).toBeGreaterThan(3);
  expectFlat(figures);
});
