// What a project's Python can and cannot do, one finding a line, each missing thing with how to mend it.
import type { PythonEnvironment } from './environment.ts';
import type { Interpreter } from './interpreter.ts';
import { OLDEST_PYTHON, WORKER_PACKAGES } from './requirements.ts';

/** One line of a diagnosis. `problem`: a build could not work. `note`: something works less well than it could. */
export interface Finding {
  readonly topic: 'python' | 'worker' | 'kernel' | 'marimo' | 'jupyter';
  readonly level: 'ok' | 'note' | 'problem';
  readonly text: string;
  /** How to mend it. */
  readonly hint?: string;
}

/** What the project's notebooks ask for. */
export interface Needs {
  /** Names of kernels; the empty one where nothing overrides. */
  readonly kernels: readonly string[];
  readonly marimo: boolean;
}

/** Looks at everything; makes and writes nothing but the memory of interpreters. */
export async function diagnose(python: PythonEnvironment, needs: Needs): Promise<Finding[]> {
  return [
    ...(await findPythons(python)),
    await findWorker(python),
    ...(await findKernels(python, needs.kernels)),
    await findMarimo(python, needs.marimo),
    await findHiddenFiles(python),
  ];
}

async function findPythons(python: PythonEnvironment): Promise<Finding[]> {
  const { weighed } = await python.workerChoice();
  const { broken } = await python.userEnvironments();
  const whole = weighed.map(async ({ source, interpreter, problems }): Promise<Finding> => {
    const installed = await python.installed(interpreter);
    const packages = [...Object.keys(WORKER_PACKAGES), 'ipykernel', 'marimo'].flatMap((name) => {
      const version = installed.get(name);
      return version === undefined ? [] : [`${name} ${version}`];
    });
    const role = problems.length === 0 ? 'can run the worker' : `not for the worker: ${problems.join(', ')}`;
    return {
      topic: 'python',
      level: 'ok',
      text: `${interpreter.version} ${interpreter.path} (${source}): ${[...packages, role].join(', ')}`,
    };
  });
  const absent = broken.map(({ source, explicit, named }): Finding => {
    const text = `${source} names ${named}, which holds no Python that starts`;
    return { topic: 'python', level: explicit ? 'problem' : 'note', text };
  });
  return [...(await Promise.all(whole)), ...absent];
}

async function findWorker(python: PythonEnvironment): Promise<Finding> {
  const { choice } = await python.workerChoice();
  if (choice.kind === 'none') return { topic: 'worker', level: 'problem', ...fromFailure(choice.failure) };
  if (choice.kind === 'user') {
    return { topic: 'worker', level: 'ok', text: `runs in ${choice.interpreter.path}` };
  }
  const { folder, interpreter } = await python.ownEnvironment(choice.base);
  if (interpreter)
    return { topic: 'worker', level: 'ok', text: `runs in pipeio's own environment ${folder}` };
  return {
    topic: 'worker',
    level: 'note',
    text: `no environment of yours has its packages; the first build makes one in ${folder}`,
    hint: `to use your own instead: ${choice.base.path} -m pip install jupytext nbclient nbconvert (Python ${OLDEST_PYTHON} or newer)`,
  };
}

async function findKernels(python: PythonEnvironment, needed: readonly string[]): Promise<Finding[]> {
  const kernels = await python.kernels();
  const { environments } = await python.userEnvironments();
  const first = environments[0]?.interpreter;
  const asked = new Set(needed.map((name) => name.toLowerCase() || 'python3'));
  const names = new Set([...(await kernels.list()).map(({ name }) => name), ...asked]);
  return Promise.all(
    [...names].map(async (name): Promise<Finding> => {
      const found = await kernels.resolve(name);
      if (!found.ok) {
        const { kernel, hint } = found.error;
        const level = asked.has(name) ? 'problem' : 'note';
        return { topic: 'kernel', level, text: `${kernel} cannot be started`, ...(hint && { hint }) };
      }
      const { value: kernel } = found;
      const text = `${kernel.name} runs ${kernel.argv[0]} (${kernel.folder ?? 'ipykernel without a kernelspec'})`;
      return kernel.name === 'python3' ? ofAnotherEnvironment(text, kernel.interpreter, first) : ok(text);
    }),
  );
}

/** The default kernel ought to be that of the environment in which the user installs packages. */
function ofAnotherEnvironment(
  text: string,
  interpreter: Interpreter | null,
  first: Interpreter | undefined,
): Finding {
  if (interpreter === null || first === undefined || interpreter.prefix === first.prefix) return ok(text);
  return {
    topic: 'kernel',
    level: 'note',
    text: `${text}, not your environment ${first.prefix}`,
    hint: `${first.path} -m pip install ipykernel`,
  };
}

async function findMarimo(python: PythonEnvironment, needed: boolean): Promise<Finding> {
  const found = await python.marimo();
  if (!found.ok) return { topic: 'marimo', level: needed ? 'problem' : 'note', ...fromFailure(found.error) };
  return { topic: 'marimo', level: 'ok', text: `${found.value.version} ${found.value.program}` };
}

async function findHiddenFiles(python: PythonEnvironment): Promise<Finding> {
  const { allowed, decidedBy } = await python.hiddenFiles();
  const by = decidedBy === null ? '' : ` (${decidedBy})`;
  if (allowed) {
    return {
      topic: 'jupyter',
      level: 'ok',
      text: `opens files in hidden folders${by}: .ipynb files carry the pairing`,
    };
  }
  return {
    topic: 'jupyter',
    level: 'note',
    text: `does not open files in hidden folders${by}: only the .py in .src/ carries the pairing, and pipeio keeps both in step`,
    hint: 'pipeio doctor --fix sets ContentsManager.allow_hidden in your Jupyter configuration',
  };
}

function ok(text: string): Finding {
  return { topic: 'kernel', level: 'ok', text };
}

function fromFailure({ message, hint }: { message: string; hint?: string }): { text: string; hint?: string } {
  return { text: message, ...(hint !== undefined && { hint }) };
}
