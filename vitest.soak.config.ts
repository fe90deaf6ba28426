import { defineConfig } from 'vitest/config';

/** 30 simulated days, minutes long: `npm run test:soak`. The heap is measured after the collector has run. */
export default defineConfig({
  test: {
    include: ['test/soak/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--expose-gc'],
    maxWorkers: 1,
    testTimeout: 1_800_000,
  },
});
