// Installs the npm packages that package-lock.json lists, unless they are there: `node scripts/install-if-missing.mjs`.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { npm } from './run.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The packages of the lock file that `node_modules` lacks or has in another version; optional ones may be missing. */
export async function missingPackages(root) {
  const wanted = await packages(join(root, 'package-lock.json'));
  const present = await packages(join(root, 'node_modules/.package-lock.json'));
  return Object.keys(wanted).filter((path) => {
    if (path === '' || wanted[path].optional) return false;
    return present[path]?.version !== wanted[path].version || !existsSync(join(root, path));
  });
}

/** Installs what is missing in `root`; starts nothing where all is there. */
export async function installIfMissing(root = ROOT) {
  const missing = await missingPackages(root);
  if (missing.length === 0) return;
  process.stderr.write(`Installing ${missing.length} npm packages…\n`);
  // `npm ci` would take node_modules/.cache, and with it the Python environment, away.
  const command = existsSync(join(root, 'node_modules')) ? 'install' : 'ci';
  await npm([command, '--no-audit', '--no-fund', '--loglevel=error'], root);
}

async function packages(file) {
  if (!existsSync(file)) return {};
  return JSON.parse(await readFile(file, 'utf8')).packages;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await installIfMissing();
