// Bundles src/cli.ts into dist/, split so that heavy parts load only when used, and copies the Python worker beside it.
import { cp, rename, rm } from 'node:fs/promises';
import { build } from 'esbuild';

// Built beside and renamed: what runs from dist/ meanwhile finds all of the old bundle or all of the new one.
const folder = `dist.${process.pid}`;
await build({
  entryPoints: { cli: 'src/cli.ts' },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'parts/[name]-[hash]',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await cp('src/worker', `${folder}/worker`, {
  recursive: true,
  filter: (source) => !source.endsWith('.ts') && !source.includes('__pycache__'),
});
await rm('dist', { recursive: true, force: true });
await rename(folder, 'dist');
