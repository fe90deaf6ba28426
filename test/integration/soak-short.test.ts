/** Three days of polling; `npm run test:soak` has thirty, at the usual cadence. */
import { expect, it } from 'vitest';

import { soak } from '../soak/soak.js';

const DAYS = 3;
const PATIENCE_MS = 90_000;

it(
  `polls through ${DAYS} calm days with little more than the least requests`,
  async () => {
    const { polls, requests, least, mostPolls, failed } = await soak({
      days: DAYS,
      cadenceMinutes: 60,
      seed: 3,
      rough: false,
      settledIn: 1,
    });
    for (const provider of ['phala', 'clickhouse'] as const) {
      expect(polls[provider]).toBeGreaterThan(0.85 * DAYS * 24);
      expect(polls[provider]).toBeLessThanOrEqual(mostPolls);
      expect(requests[provider] / least[provider]).toBeLessThan(1.15);
    }
    expect(failed).toEqual({});
  },
  PATIENCE_MS,
);

it(
  `ends with the whole truth after ${DAYS} rough days`,
  async () => {
    const { failed, events } = await soak({
      days: DAYS,
      cadenceMinutes: 60,
      seed: 4,
      rough: true,
      settledIn: 1,
    });
    expect(Object.keys(failed).length).toBeGreaterThan(0);
    expect(events['fault']).toBeGreaterThan(DAYS * 6);
  },
  PATIENCE_MS,
);
