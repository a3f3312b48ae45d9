// Makes, once, the Python environment of the demo and the tests: `node scripts/python-env.mjs` prints its interpreter.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { run, succeeds } from './run.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CACHE = join(ROOT, 'node_modules/.cache/pipeio');
const REQUIREMENTS = ['examples/lab/requirements.txt', 'test/requirements.txt'];
// The worker's exact versions also bind here, so that the tests see what users of the worker's own environment see.
const CONSTRAINTS = 'src/worker/requirements.txt';
const KERNELS = { neurolab: 'Neurolab', 'neurolab-stats': 'Neurolab (statistics)' };
const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const RECENT = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';

/** Path of the interpreter of an environment. */
export function pythonOf(environment) {
  return process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python');
}

/**
 * The folder of the environment, made if it is not there. An environment cannot be moved, so each attempt builds in a
 * folder of its own, and a link under the final name, made last, is what counts: an interrupted attempt leaves no link,
 * and of two at once each gets a whole one.
 */
export async function ensurePythonEnv() {
  const link = join(CACHE, `venv-${await requirementsDigest()}`);
  if (existsSync(pythonOf(link))) return link;
  process.stderr.write('Making the Python environment of the demo and the tests (once, a minute or two)…\n');
  await mkdir(CACHE, { recursive: true });
  await removeLeftovers();
  const folder = `${link}.${process.pid}`;
  await make(folder);
  await publish(folder, link);
  return link;
}

async function requirementsDigest() {
  const hash = createHash('sha256').update(JSON.stringify(KERNELS));
  for (const file of [...REQUIREMENTS, CONSTRAINTS])
    hash.update(await readFile(join(ROOT, file))).update('\0');
  return hash.digest('hex').slice(0, 12);
}

async function make(folder) {
  await rm(folder, { recursive: true, force: true });
  const python = pythonOf(folder);
  const requirements = [...REQUIREMENTS.flatMap((file) => ['-r', file]), '-c', CONSTRAINTS];
  const quiet = { cwd: ROOT, stdio: ['ignore', 2, 2] };
  if (await succeeds('uv', ['--version'])) {
    await run('uv', ['venv', '--quiet', '--python', '>=3.10', folder], quiet);
    await run('uv', ['pip', 'install', '--quiet', '--python', python, ...requirements], quiet);
  } else {
    await run(await findPython(), ['-m', 'venv', folder], quiet);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run(python, [...pip, ...requirements], quiet);
  }
  for (const [name, display] of Object.entries(KERNELS)) {
    const kernel = ['--prefix', folder, '--name', name, '--display-name', display];
    const silent = { cwd: ROOT, stdio: ['ignore', 'ignore', 2] };
    await run(python, ['-m', 'ipykernel', 'install', ...kernel], silent);
  }
}

async function findPython() {
  for (const python of PYTHONS) if (await succeeds(python, ['-c', RECENT])) return python;
  throw new Error(
    'Python 3.10 or later with the venv module is needed (on Debian: apt install python3-venv)',
  );
}

// Renaming a link over another is atomic; where an environment of the same name works already, it stays.
async function publish(folder, link) {
  if (existsSync(pythonOf(link))) return rm(folder, { recursive: true });
  const temporary = `${folder}.link`;
  await symlink(folder, temporary, 'junction');
  await rename(temporary, link);
}

// What interrupted attempts left behind: folders that no link names, of processes that are gone.
async function removeLeftovers() {
  const entries = await readdir(CACHE, { withFileTypes: true });
  const links = entries.filter((entry) => entry.isSymbolicLink());
  const linked = await Promise.all(
    links.map(async ({ name }) => basename(await readlink(join(CACHE, name)))),
  );
  for (const { name } of entries) {
    const pid = /^venv-[0-9a-f]+\.(\d+)/.exec(name)?.[1];
    if (pid === undefined || linked.includes(name) || isAlive(Number(pid))) continue;
    // A pip that outlived its parent may still write there; then the next attempt clears it away.
    await rm(join(CACHE, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return error.code === 'EPERM';
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(`${pythonOf(await ensurePythonEnv())}\n`);
