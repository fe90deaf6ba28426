import { defineConfig } from 'vitest/config';

/** 200 kills of the real program, minutes long: `npm run test:crash` provides the keyring and names the Electron. */
export default defineConfig({
  test: {
    include: ['test/crash/**/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
  },
});
