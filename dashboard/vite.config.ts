/** Builds the page into dashboard/dist: one small shell, and each view in a file of its own. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // A data: URL would need its own line in the Content-Security-Policy.
    assetsInlineLimit: 0,
  },
});
