import { defineConfig } from 'vitest/config';

/**
 * The real program, one file at a time: they share a display and a keyring. `npm test -- --only e2e` provides both and
 * names the Electron in COST_TRAY_ELECTRON, the packaged program in COST_TRAY_PACKAGED.
 */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
  },
});
