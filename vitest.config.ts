import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/integration/**/*.test.ts'],
    // Two cores is what a small machine has; more workers only wait for each other.
    maxWorkers: 2,
    testTimeout: 120_000,
  },
});
