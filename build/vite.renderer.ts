/** `npm run build:renderer`: the editor as static files in dist/renderer, for the browser host and for Electron. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'renderer',
  // Relative addresses: the same files are served over HTTP and read from the program's folder.
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    // /assets is where the browser host serves the pictures of projects.
    assetsDir: 'static',
    target: 'chrome146',
    sourcemap: true,
    // Lists the page's packages with their licence texts, for app.licences (electron/app/licences.ts).
    license: { fileName: 'licences.json' },
    chunkSizeWarningLimit: 2000,
  },
});
