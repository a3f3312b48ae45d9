// The stamp of a remembered interpreter: as long as it stays the same, asking again would get the same answer.
import { open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Interpreter } from './interpreter.ts';
import { type Env, homeFolder } from './places.ts';

/** Variables that change what an interpreter answers, or which one a launcher starts. */
const VARIABLES = [
  'PYTHONHOME',
  'PYTHONPATH',
  'PYTHONNOUSERSITE',
  'PYTHONUSERBASE',
  'PYENV_VERSION',
  'ASDF_PYTHON_VERSION',
  'MISE_PYTHON_VERSION',
];

/** Files from which the launchers of pyenv, asdf and mise learn the version, in the project's folder or any above it. */
const VERSION_FILES = ['.python-version', '.tool-versions', 'mise.toml', '.mise.toml'];

/** Launchers are small scripts; no interpreter is as small. */
const LARGEST_SCRIPT = 65_536;

/**
 * Everything that decides what `path` answers, as one text: program, `pyvenv.cfg`, package folders, variables; for a
 * launcher (pyenv and its like) also what it chooses by, starting from `root`. Null if `path` is not there.
 */
export async function stampOf(
  path: string,
  answer: Interpreter,
  env: Env,
  root: string,
): Promise<string | null> {
  const real = await realpath(path).catch(() => null);
  if (real === null) return null;
  const files = [
    real,
    join(dirname(dirname(path)), 'pyvenv.cfg'),
    join(dirname(path), 'pyvenv.cfg'),
    answer.path,
    ...answer.searchPath,
    ...((await isLauncher(real)) ? versionFiles(env, root) : []),
  ];
  const facts = [
    ...VARIABLES.map((name) => `${name}=${env[name] ?? ''}`),
    ...(await Promise.all(files.map(fileFact))),
  ];
  return facts.join('\n');
}

async function fileFact(path: string): Promise<string> {
  try {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    return `${path} ${size} ${mtimeNs} ${ino}`;
  } catch {
    // That it is absent (or out of reach) is the fact.
    return `${path} -`;
  }
}

async function isLauncher(program: string): Promise<boolean> {
  if (!/^(python|pypy)[\d.]*t?(\.exe)?$/i.test(basename(program))) return true;
  if ((await stat(program)).size > LARGEST_SCRIPT) return false;
  const file = await open(program);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2);
    return buffer.toString('latin1') === '#!';
  } finally {
    await file.close();
  }
}

function versionFiles(env: Env, root: string): string[] {
  const home = homeFolder(env);
  const files = [
    join(env.PYENV_ROOT || join(home, '.pyenv'), 'version'),
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'mise', 'config.toml'),
    join(home, '.tool-versions'),
  ];
  for (let folder = root; ; folder = dirname(folder)) {
    files.push(...VERSION_FILES.map((name) => join(folder, name)));
    if (dirname(folder) === folder) return files;
  }
}
