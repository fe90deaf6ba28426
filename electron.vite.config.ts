import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

const root = import.meta.dirname;

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      // Bundled, so that a package carries only the two native modules.
      externalizeDeps: { include: ['libsql', 'keytar'], exclude: ['zod', 'csv-stringify', 'electron-log'] },
      lib: {
        entry: {
          main: resolve(root, 'electron/main.ts'),
          worker: resolve(root, 'electron/polling/worker.ts'),
          demo: resolve(root, 'electron/demo/main.ts'),
        },
        formats: ['es'],
      },
      rollupOptions: { output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' } },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      // A sandboxed preload script is CommonJS.
      lib: { entry: resolve(root, 'electron/preload.ts'), formats: ['cjs'] },
      rollupOptions: { output: { entryFileNames: 'preload.cjs' } },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    plugins: [react()],
    build: {
      outDir: resolve(root, 'out/renderer'),
      // Unlike vite, electron-vite leaves it whole; a third of the size is read and parsed at every start.
      minify: true,
      rollupOptions: { input: resolve(root, 'renderer/index.html') },
    },
  },
});
