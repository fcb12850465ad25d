// Two entries: `site` (every page: styles and htmx) and `viewer` (a process diagram with the tokens of one case).
// Jinja reads manifest.json; every file but the manifest carries a hash of its content in its name.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const outDir = resolve(import.meta.dirname, '../static/dist');
const entry = (name) => resolve(import.meta.dirname, 'src', `${name}.js`);

// Text that is worth compressing is compressed once, here, and not at each request.
const precompress = {
  name: 'precompress',
  closeBundle() {
    for (const found of readdirSync(outDir, { recursive: true })) {
      if (!/\.(js|css|svg)$/.test(found)) continue;
      const file = join(outDir, found);
      writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
    }
  }
};

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  plugins: [precompress],
  build: {
    outDir,
    assetsDir: '',
    emptyOutDir: true,
    manifest: 'manifest.json',
    license: { fileName: 'licenses.md' },
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: { site: entry('site'), viewer: entry('viewer') }
    }
  }
});
