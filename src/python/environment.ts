// The public door to Python: what the machine offers a project, found when first asked for and kept for the run.
import type { PythonFailure, WriteFailure } from '../failure.ts';
import type { Result } from '../result.ts';
import { findUserEnvironments, type UserEnvironments } from './candidates.ts';
import { installedVersions } from './distributions.ts';
import type { Interpreter } from './interpreter.ts';
import { allowHiddenFiles, type HiddenFiles, hiddenFiles } from './jupyter-config.ts';
import { configFolders, userConfigFolder } from './jupyter-folders.ts';
import { KernelSpecs } from './kernelspecs.ts';
import { findMarimo, type Marimo } from './marimo.ts';
import { findOwnEnvironment, type OwnEnvironment } from './own-environment.ts';
import type { Env } from './places.ts';
import { InterpreterProbe } from './probe.ts';
import { type WorkerChoice, weighEnvironments, workerPython } from './worker-python.ts';

/** What decides where Python is looked for. */
export interface EnvironmentOptions {
  /** The project's root, absolute. */
  readonly root: string;
  /** `python:` of `pipeio.yml`, absolute; null when it names none. */
  readonly python: string | null;
  readonly env: Env;
  /** Told one sentence when something takes long or is not as the user may expect. */
  readonly onNotice: (text: string) => void;
}

/** Python as one project sees it. Every answer is found once. */
export class PythonEnvironment {
  readonly #options: EnvironmentOptions;
  readonly #probe: InterpreterProbe;
  readonly #kept = new Map<string, Promise<unknown>>();

  /** Looks at nothing yet. */
  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#probe = new InterpreterProbe(options.env, options.root);
  }

  /** Python processes that were started to find these answers. */
  get pythonStarted(): number {
    return this.#probe.started;
  }

  /** The user's environments, best first: where kernels and marimo come from. */
  userEnvironments(): Promise<UserEnvironments> {
    return this.#once('environments', () => findUserEnvironments(this.#options, this.#probe));
  }

  /** What the worker would run in, and why; makes nothing. */
  workerChoice(): Promise<WorkerChoice> {
    return this.#once('choice', async () => weighEnvironments(await this.userEnvironments()));
  }

  /** The interpreter for the worker; makes an environment of pipeio's own where no other has the packages. */
  workerPython(): Promise<Result<Interpreter, PythonFailure>> {
    const { env, onNotice } = this.#options;
    return this.#once('worker', async () =>
      workerPython(await this.workerChoice(), { env, onNotice, probe: this.#probe }),
    );
  }

  /** The folder of pipeio's own environment made from `base`, and its interpreter if it stands. */
  ownEnvironment(base: Interpreter): Promise<OwnEnvironment> {
    return findOwnEnvironment(base, this.#options.env, this.#probe);
  }

  /** The user's kernels. */
  kernels(): Promise<KernelSpecs> {
    const { env, root } = this.#options;
    return this.#once(
      'kernels',
      async () => new KernelSpecs(await this.#interpreters(), env, root, this.#probe),
    );
  }

  /** The user's marimo. */
  marimo(): Promise<Result<Marimo, PythonFailure>> {
    const { env } = this.#options;
    return this.#once('marimo', async () => findMarimo(await this.#interpreters(), env, this.#probe));
  }

  /** Versions by normalised name of what is installed for `interpreter`. */
  installed(interpreter: Interpreter): Promise<ReadonlyMap<string, string>> {
    return this.#once(`installed ${interpreter.path}`, () => installedVersions(interpreter.searchPath));
  }

  /** Whether Jupyter opens files in hidden folders. */
  hiddenFiles(): Promise<HiddenFiles> {
    const { env } = this.#options;
    return this.#once('hidden', async () => hiddenFiles(configFolders(env, await this.#interpreters())));
  }

  /** Makes Jupyter open files in hidden folders, in the user's own configuration; gives the file that was written. */
  async allowHiddenFiles(): Promise<Result<string, WriteFailure>> {
    const written = await allowHiddenFiles(userConfigFolder(this.#options.env));
    this.#kept.delete('hidden');
    return written;
  }

  async #interpreters(): Promise<readonly Interpreter[]> {
    return (await this.userEnvironments()).environments.map(({ interpreter }) => interpreter);
  }

  #once<T>(name: string, find: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(name) as Promise<T> | undefined;
    if (kept !== undefined) return kept;
    const found = find();
    this.#kept.set(name, found);
    return found;
  }
}

/** Opens the door; nothing is looked at before the first question. */
export function openEnvironment(options: EnvironmentOptions): PythonEnvironment {
  return new PythonEnvironment(options);
}
