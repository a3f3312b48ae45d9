// Chooses the interpreter that runs the worker: the first of the user's environments that can, else one of pipeio's own.
import type { PythonFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { UserEnvironment, UserEnvironments } from './candidates.ts';
import type { Interpreter } from './interpreter.ts';
import { type OwnEnvironmentOptions, ownEnvironment } from './own-environment.ts';
import { isAtLeast, lacks, OLDEST_PYTHON } from './requirements.ts';

/** One of the user's environments, and what keeps it from running the worker; nothing if the list is empty. */
export interface WeighedEnvironment extends UserEnvironment {
  readonly problems: readonly string[];
}

/** What the worker would run in. */
export interface WorkerChoice {
  readonly weighed: readonly WeighedEnvironment[];
  /**
   * `user`: this environment of the user's. `own`: one of pipeio's own, made from this Python on first need. Or a failure.
   */
  readonly choice:
    | { readonly kind: 'user'; readonly interpreter: Interpreter }
    | { readonly kind: 'own'; readonly base: Interpreter }
    | { readonly kind: 'none'; readonly failure: PythonFailure };
}

/** Weighs the user's environments; makes nothing. */
export async function weighEnvironments({ environments, broken }: UserEnvironments): Promise<WorkerChoice> {
  const weighed = await Promise.all(
    environments.map(async (each) => ({ ...each, problems: await lacks(each.interpreter) })),
  );
  return { weighed, choice: choose(weighed, broken) };
}

/**
 * The interpreter for the worker. `onNotice` is told where one that the user named cannot serve, where a Python is too
 * old, and when an environment is made.
 */
export async function workerPython(
  { weighed, choice }: WorkerChoice,
  options: OwnEnvironmentOptions,
): Promise<Result<Interpreter, PythonFailure>> {
  if (choice.kind === 'none') return err(choice.failure);
  const chosen = weighed.findIndex(({ problems }) => problems.length === 0);
  for (const { source, explicit, interpreter, problems } of chosen < 0 ? weighed : weighed.slice(0, chosen)) {
    if (!explicit && isAtLeast(interpreter.version, OLDEST_PYTHON)) continue;
    options.onNotice(
      `${interpreter.path} (${source}) cannot run pipeio's worker: ${problems.join(', ')}; it still serves kernels`,
    );
  }
  return choice.kind === 'user' ? ok(choice.interpreter) : ownEnvironment(choice.base, options);
}

function choose(
  weighed: readonly WeighedEnvironment[],
  broken: UserEnvironments['broken'],
): WorkerChoice['choice'] {
  const absent = broken.find(({ explicit }) => explicit);
  if (absent) {
    const failure: PythonFailure = {
      reason: 'python-missing',
      message: `${absent.source} names ${absent.named}, which is no Python that starts`,
      hint: 'correct the path, or remove it to let pipeio find a Python',
    };
    return { kind: 'none', failure };
  }
  const able = weighed.find(({ problems }) => problems.length === 0);
  if (able) return { kind: 'user', interpreter: able.interpreter };
  const base = weighed.find(({ interpreter }) => isAtLeast(interpreter.version, OLDEST_PYTHON));
  if (base) return { kind: 'own', base: base.interpreter };
  const failure: PythonFailure = {
    reason: 'python-missing',
    message: `no Python ${OLDEST_PYTHON} or newer in the active environment, .venv or on PATH`,
    hint: 'install Python, or name one with `python:` in pipeio.yml or PIPEIO_PYTHON',
  };
  return { kind: 'none', failure };
}
