// Which Python environments are the user's own, in the order in which pipeio prefers them.
import { isAbsolute, join, resolve, sep } from 'node:path';
import type { Interpreter } from './interpreter.ts';
import { cacheFolder, type Env, exists, programOf, programOnPath } from './places.ts';
import type { InterpreterProbe } from './probe.ts';

/** Where a candidate was named. `explicit`: the user asked for this very one. */
interface Candidate {
  readonly source: string;
  readonly explicit: boolean;
  /** Absolute; null if what was named is not there. */
  readonly path: string | null;
  /** What was named, for messages. */
  readonly named: string;
}

/** A Python environment of the user's. */
export interface UserEnvironment {
  /** `python: of pipeio.yml`, `PIPEIO_PYTHON`, `VIRTUAL_ENV`, `CONDA_PREFIX`, `.venv of the project`, `python3 on PATH` */
  readonly source: string;
  readonly explicit: boolean;
  readonly interpreter: Interpreter;
}

/** The user's environments, best first, and what was named but holds no Python that starts. */
export interface UserEnvironments {
  readonly environments: readonly UserEnvironment[];
  readonly broken: readonly { readonly source: string; readonly explicit: boolean; readonly named: string }[];
}

/**
 * Finds the environments that the user has: named in `pipeio.yml` (`python`, absolute) or by PIPEIO_PYTHON, the active
 * venv, the active conda environment, `.venv` at the project's root, and Python on PATH. Each environment counts once;
 * one that pipeio made for itself never does.
 */
export async function findUserEnvironments(
  where: { readonly root: string; readonly python: string | null; readonly env: Env },
  probe: InterpreterProbe,
): Promise<UserEnvironments> {
  const candidates = await findCandidates(where);
  const answers = await Promise.all(candidates.map(({ path }) => (path === null ? null : probe.ask(path))));
  const environments: UserEnvironment[] = [];
  const broken: UserEnvironments['broken'][number][] = [];
  const own = cacheFolder(where.env) + sep;
  for (const [i, { source, explicit, named }] of candidates.entries()) {
    const interpreter = answers[i];
    if (!interpreter) {
      broken.push({ source, explicit, named });
      continue;
    }
    const known = environments.some(
      (other) =>
        other.interpreter.prefix === interpreter.prefix && other.interpreter.version === interpreter.version,
    );
    if (known || interpreter.prefix.startsWith(own)) continue;
    environments.push({ source, explicit, interpreter });
  }
  return { environments, broken };
}

async function findCandidates({
  root,
  python,
  env,
}: {
  readonly root: string;
  readonly python: string | null;
  readonly env: Env;
}): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  if (python !== null) {
    candidates.push({ source: 'python: of pipeio.yml', explicit: true, path: python, named: python });
  }
  if (env.PIPEIO_PYTHON) {
    const named = env.PIPEIO_PYTHON;
    const path =
      isAbsolute(named) || /[\\/]/.test(named) ? resolve(root, named) : await programOnPath(named, env);
    candidates.push({ source: 'PIPEIO_PYTHON', explicit: true, path, named });
  }
  const prefixes: [string, string | undefined][] = [
    ['VIRTUAL_ENV', env.VIRTUAL_ENV],
    ['CONDA_PREFIX', env.CONDA_PREFIX],
    ['.venv of the project', (await exists(join(root, '.venv'))) ? join(root, '.venv') : undefined],
  ];
  for (const [source, prefix] of prefixes) {
    if (!prefix) continue;
    candidates.push({ source, explicit: false, path: await programOf(prefix, 'python'), named: prefix });
  }
  for (const name of ['python3', 'python']) {
    const path = await programOnPath(name, env);
    if (path === null) continue;
    candidates.push({ source: `${name} on PATH`, explicit: false, path, named: path });
    // Where both are there, `python` is the same one again, an old Python 2, or a launcher that refuses.
    break;
  }
  return candidates;
}
