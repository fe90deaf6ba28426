import { defineConfig } from 'vitest/config';

/**
 * The popover over a bridge that plays main, in the engine it ships with: Electron, named in COST_TRAY_ELECTRON. The
 * page is built once for all files; each file has a window of its own.
 */
export default defineConfig({
  test: {
    include: ['test/component/**/*.test.ts'],
    globalSetup: ['test/component/build.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
