// Builds a copy of examples/lab in demo/lab: `npm run demo`, or `npm run demo -- --fresh` to start over.
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installIfMissing } from './install-if-missing.mjs';
import { ensurePythonEnv } from './python-env.mjs';
import { run } from './run.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLE = join(ROOT, 'examples/lab');
const LAB = join(ROOT, 'demo/lab');
const BUNDLE = join(ROOT, 'dist/cli.js');
const SOURCES = ['src', 'graph', 'cache', 'package-lock.json', 'scripts/build.mjs'];

const { fresh, args } = readArguments(process.argv.slice(2));
await installIfMissing();
const environment = await ensurePythonEnv();
await buildIfOlder();
if (fresh) await rm(LAB, { recursive: true, force: true });
await copyLab();
await linkEnvironment(environment);
try {
  await run(process.execPath, [BUNDLE, 'build', ...args], { cwd: LAB, stdio: 'inherit' });
  if (!args.includes('--json')) await tellPages();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

// Everything but --fresh goes on to `pipeio build`.
function readArguments(given) {
  return { fresh: given.includes('--fresh'), args: given.filter((argument) => argument !== '--fresh') };
}

async function buildIfOlder() {
  const built = existsSync(BUNDLE) ? (await stat(BUNDLE)).mtimeMs : 0;
  for (const source of SOURCES)
    if ((await newest(join(ROOT, source))) > built)
      return run(process.execPath, [join(ROOT, 'scripts/build.mjs')], { cwd: ROOT });
}

async function newest(path) {
  const { mtimeMs } = await stat(path);
  const sources = (await files(path)).filter((file) => !file.includes('__pycache__'));
  const times = sources.map(async (file) => (await stat(file)).mtimeMs);
  return Math.max(mtimeMs, ...(await Promise.all(times)));
}

async function files(folder) {
  if (!(await stat(folder)).isDirectory()) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

// Copied under another name first: a copy that was interrupted is not taken for the lab.
async function copyLab() {
  if (existsSync(LAB)) return;
  const unfinished = `${LAB}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(LAB), { recursive: true });
  await cp(EXAMPLE, unfinished, { recursive: true, preserveTimestamps: true });
  await rename(unfinished, LAB);
}

// The link stays untouched while it is right: the second run shall find nothing changed.
async function linkEnvironment(target) {
  const link = join(LAB, '.venv');
  if (existsSync(link) && (await readlink(link)) === target) return;
  await rm(link, { force: true });
  await symlink(target, link, 'junction');
}

async function tellPages() {
  const site = join(LAB, 'docs/site');
  if (!existsSync(site)) return;
  const pages = (await files(site)).filter((file) => /\.(html|md|ipynb)$/.test(file)).sort();
  const list = pages.map((page) => `  ${relative(site, page).split(sep).join('/')}\n`).join('');
  process.stdout.write(`\nPublished below ${relative(process.cwd(), site)}:\n${list}`);
}
