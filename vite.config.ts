import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The interface: static files that every way in serves as they are, under a policy without inline scripts. */
export default defineConfig({
  root: here('renderer'),
  // app:// and the server both answer from a root of their own
  base: './',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: here('dist/renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    // inlined assets would need data: in the policy
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // what is bundled here leaves its own folder, and its licence with it
    license: { fileName: 'third-party-licenses.txt' },
    // plotly is that large, and loaded when its first picture is
    chunkSizeWarningLimit: 6000,
  },
  server: { host: '127.0.0.1' },
});
