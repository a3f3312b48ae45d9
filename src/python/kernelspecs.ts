// Finds the user's kernels as Jupyter would, without Python, and leaves nothing in them to resolve.
import { basename, isAbsolute, join } from 'node:path';
import type { KernelMissingFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { KernelSpec } from '../worker/protocol.ts';
import { installedVersions } from './distributions.ts';
import type { Interpreter } from './interpreter.ts';
import { dataFolders } from './jupyter-folders.ts';
import { kernelIdentity } from './kernel-identity.ts';
import {
  findKernelFolders,
  type KernelFolder,
  type KernelSpecFile,
  readKernelSpec,
} from './kernelspec-files.ts';
import { type Env, exists, homeFolder, isProgram, programOf, programOnPath } from './places.ts';
import type { InterpreterProbe } from './probe.ts';

/** The kernel of a notebook that names none. */
const NATIVE = 'python3';

/** Paths that are a Python by their name; a wrapper script is not asked what it is. */
const PYTHON = /(^|[\\/])(python|pypy)[\d.]*t?(\.exe)?$/;

/** A kernel ready to start. */
export interface ResolvedKernel extends KernelSpec {
  /** The folder of its `kernel.json`; null if ipykernel is installed without one. */
  readonly folder: string | null;
  /** The Python that runs it, whose packages count; null for another language or a wrapper script. */
  readonly interpreter: Interpreter | null;
  /** Stable text for cache keys, without a path of this machine. */
  readonly identity: string;
}

/** The kernels of one project's user. Answers are kept: make a new one to see new kernels. */
export class KernelSpecs {
  readonly #environments: readonly Interpreter[];
  readonly #env: Env;
  readonly #root: string;
  readonly #probe: InterpreterProbe;
  readonly #resolved = new Map<string, Promise<Result<ResolvedKernel, KernelMissingFailure>>>();
  #folders: Promise<readonly KernelFolder[]> | undefined;

  /** `environments` are the user's, best first. */
  constructor(environments: readonly Interpreter[], env: Env, root: string, probe: InterpreterProbe) {
    this.#environments = environments;
    this.#env = env;
    this.#root = root;
    this.#probe = probe;
  }

  /** Every kernel's name and folder, in the order in which Jupyter's folders count. */
  list(): Promise<readonly KernelFolder[]> {
    this.#folders ??= findKernelFolders([
      ...dataFolders(this.#env, this.#environments),
      this.#env.IPYTHONDIR || join(homeFolder(this.#env), '.ipython'),
    ]);
    return this.#folders;
  }

  /**
   * The kernel that the configuration names (`name`, empty if it names none), else the one that the notebook's own
   * metadata names, else `python3`. Names are compared as Jupyter does, without regard to case.
   */
  resolve(
    name: string,
    inNotebook: string | null = null,
  ): Promise<Result<ResolvedKernel, KernelMissingFailure>> {
    const wanted = (name || inNotebook || NATIVE).toLowerCase();
    let result = this.#resolved.get(wanted);
    if (result === undefined) {
      result = this.#find(wanted);
      this.#resolved.set(wanted, result);
    }
    return result;
  }

  async #find(name: string): Promise<Result<ResolvedKernel, KernelMissingFailure>> {
    const found = (await this.list()).find((kernel) => kernel.name === name);
    if (found) {
      const file = await readKernelSpec(found);
      if (file === null)
        return this.#missing(name, `${join(found.folder, 'kernel.json')} is no valid kernelspec`);
      return this.#complete(file);
    }
    const interpreter = name === NATIVE ? await this.#withKernel() : null;
    if (interpreter === null) return this.#missing(name, this.#howToInstall(name));
    const spec: KernelSpec = {
      name: NATIVE,
      displayName: 'Python 3 (ipykernel)',
      language: 'python',
      argv: [interpreter.path, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
      env: {},
      interruptMode: 'signal',
    };
    return ok(this.#identified(spec, null, interpreter));
  }

  /** Resolves the program and the placeholders of a kernelspec. */
  async #complete(file: KernelSpecFile): Promise<Result<ResolvedKernel, KernelMissingFailure>> {
    const { folder, ...spec } = file;
    const { program, rest, isOnPath } = behindEnv(file.argv);
    const home =
      (await this.#interpreterAround(folder)) ?? (await this.#withKernel()) ?? this.#environments[0];
    const isOwn = home && !isOnPath && meansOwnPython(program, home);
    const path = isOwn ? home.path : await this.#program(program);
    if (path === null) {
      return this.#missing(
        file.name,
        `${join(folder, 'kernel.json')} starts ${program}, which is not there: install the kernel anew`,
      );
    }
    const isPython = PYTHON.test(path);
    const interpreter = isPython ? await this.#probe.ask(path) : null;
    if (isPython && interpreter === null) {
      return this.#missing(file.name, `${path}, which ${join(folder, 'kernel.json')} starts, does not work`);
    }
    const prefix = (interpreter ?? home)?.prefix ?? '{prefix}';
    const fill = (text: string) => text.replaceAll('{resource_dir}', folder).replaceAll('{prefix}', prefix);
    return ok(this.#identified({ ...spec, argv: [path, ...rest.map(fill)] }, folder, interpreter));
  }

  #program(name: string): Promise<string | null> {
    if (!isAbsolute(name)) return programOnPath(name, this.#env);
    return isProgram(name).then((found) => (found ? name : null));
  }

  #identified(spec: KernelSpec, folder: string | null, interpreter: Interpreter | null): ResolvedKernel {
    const roots = {
      root: this.#root,
      home: homeFolder(this.#env),
      folder,
      prefix: interpreter?.prefix ?? null,
    };
    return { ...spec, folder, interpreter, identity: kernelIdentity(spec, interpreter, roots) };
  }

  /** The interpreter of the environment in whose `share/jupyter/kernels` a kernelspec lies. */
  async #interpreterAround(folder: string): Promise<Interpreter | null> {
    const prefix = join(folder, '..', '..', '..', '..');
    const known = this.#environments.find((interpreter) => interpreter.prefix === prefix);
    if (known) return known;
    // The user's own data folder lies in `~/.local`, which may hold a python and is no environment all the same.
    const isEnvironment =
      (await exists(join(prefix, 'pyvenv.cfg'))) || (await exists(join(prefix, 'conda-meta')));
    const path = isEnvironment ? await programOf(prefix, 'python') : null;
    return path === null ? null : this.#probe.ask(path);
  }

  /** The first of the user's environments that has ipykernel. */
  async #withKernel(): Promise<Interpreter | null> {
    for (const interpreter of this.#environments) {
      if ((await installedVersions(interpreter.searchPath)).has('ipykernel')) return interpreter;
    }
    return null;
  }

  #howToInstall(name: string): string {
    const python = this.#environments[0]?.path ?? 'python';
    const install = `${python} -m pip install ipykernel`;
    if (name === NATIVE) return `install a Python kernel: ${install}`;
    return (
      `correct the name, or install it from the environment that it is to run: ` +
      `${install} && ${python} -m ipykernel install --user --name ${name}`
    );
  }

  async #missing(
    kernel: string,
    hint: string,
  ): Promise<{ readonly ok: false; readonly error: KernelMissingFailure }> {
    const installed = (await this.list()).map(({ name }) => name).sort();
    return err({ reason: 'kernel-missing', kernel, installed, hint });
  }
}

/** Whether a kernelspec's program is the bare name by which Jupyter means the Python that it runs in itself. */
function meansOwnPython(program: string, { version }: Interpreter): boolean {
  const minor = version.split('.').slice(0, 2).join('.');
  return ['python', 'python3', `python${minor}`].includes(program);
}

/** The program that `/usr/bin/env` would start is the one that decides, and it is taken from PATH. */
function behindEnv(argv: readonly string[]): { program: string; rest: readonly string[]; isOnPath: boolean } {
  const [program = '', name = '', ...rest] = argv;
  const isOnPath = basename(program) === 'env' && /^[^-=/][^=/]*$/.test(name);
  return isOnPath ? { program: name, rest, isOnPath } : { program, rest: argv.slice(1), isOnPath };
}
