// What is known of one Python interpreter, and the one short start that asks it.
import { isObject, isTexts, parseJson } from './json.ts';
import type { Env } from './places.ts';
import { runProgram } from './program.ts';

/** A Python interpreter that was started once and answered. Paths are absolute. */
export interface Interpreter {
  /** The program itself, behind a launcher such as pyenv's. */
  readonly path: string;
  /** `cpython`, `pypy` */
  readonly implementation: string;
  /** `3.11.7` */
  readonly version: string;
  /** The environment's folder; `basePrefix` is that of the Python it was made from, the same outside of a venv. */
  readonly prefix: string;
  readonly basePrefix: string;
  /** Folders in which it looks for installed packages, in order; the standard library is not among them. */
  readonly searchPath: readonly string[];
  /** Where `pip install --user` puts data files; null if it ignores them. */
  readonly userBase: string | null;
}

/** The interpreter as keys name it, without a path: `cpython 3.11.7`. */
export function interpreterIdentity(interpreter: Interpreter): string {
  return `${interpreter.implementation} ${interpreter.version}`;
}

// Without the working directory on the path first: a project may well have a json.py.
const PROBE = `
import sys
sys.path[:] = [p for p in sys.path if p]
import json, os, platform, site, sysconfig
stdlib = {os.path.realpath(sysconfig.get_path(n)) for n in ("stdlib", "platstdlib")}
def foreign(p):
    real = os.path.realpath(p)
    return os.path.basename(p) in ("site-packages", "dist-packages") or (
        os.path.isdir(p) and real not in stdlib and os.path.dirname(real) not in stdlib)
paths = [p for p in sys.path if p and foreign(p)]
if site.ENABLE_USER_SITE and site.getusersitepackages() not in paths:
    paths.insert(0, site.getusersitepackages())
print()
print(json.dumps({
  "path": sys.executable, "implementation": sys.implementation.name, "version": platform.python_version(),
  "prefix": sys.prefix, "basePrefix": sys.base_prefix,
  "searchPath": [os.path.abspath(p) for p in paths],
  "userBase": site.getuserbase() if site.ENABLE_USER_SITE else None,
}))
`;

/** Starts the program at `path` once and asks; null if it is no working Python 3. Seconds are generous: network file systems. */
export async function askInterpreter(path: string, env: Env, cwd: string): Promise<Interpreter | null> {
  const end = await runProgram(path, ['-c', PROBE], { env, cwd, seconds: 60 });
  return end.ok ? parseInterpreter(parseJson(end.stdout.trimEnd().split('\n').at(-1) ?? '')) : null;
}

/** The value as an interpreter, or null if it has another shape. */
export function parseInterpreter(value: unknown): Interpreter | null {
  if (!isObject(value)) return null;
  const { path, implementation, version, prefix, basePrefix, searchPath, userBase } = value;
  const texts = [path, implementation, version, prefix, basePrefix];
  if (!isTexts(texts) || !isTexts(searchPath) || !path) return null;
  if (userBase !== null && typeof userBase !== 'string') return null;
  const [at = '', name = '', number = '', folder = '', base = ''] = texts;
  return {
    path: at,
    implementation: name,
    version: number,
    prefix: folder,
    basePrefix: base,
    searchPath,
    userBase,
  };
}
