// Installs the npm packages that package-lock.json lists, unless they are there: `node scripts/install-if-missing.mjs`.
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { npm } from './run.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The packages of the lock file that `node_modules` lacks or has in another version; optional ones may be missing. */
export async function missingPackages(root) {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const wanted = Object.entries(lock.packages).filter(([path, { optional }]) => path !== '' && !optional);
  const present = await Promise.all(wanted.map(([path]) => installedVersion(join(root, path))));
  return wanted.filter(([, { version }], index) => present[index] !== version).map(([path]) => path);
}

/** Installs what is missing in `root`; starts nothing where all is there. */
export async function installIfMissing(root = ROOT) {
  const missing = await missingPackages(root);
  if (missing.length === 0) return;
  process.stderr.write(`Installing npm packages (${missing.length} missing)…\n`);
  // `npm ci` would take node_modules/.cache, and with it the Python environment, away.
  const command = existsSync(join(root, 'node_modules')) ? 'install' : 'ci';
  // npm believes its own note of what is installed, which `npm install --package-lock-only` rewrites: look anew.
  await rm(join(root, 'node_modules/.package-lock.json'), { force: true });
  await npm([command, '--no-audit', '--no-fund', '--loglevel=error'], root);
}

async function installedVersion(folder) {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version;
  } catch {
    // Missing or torn: not installed in any version.
    return null;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await installIfMissing();
