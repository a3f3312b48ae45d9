// A machine of one's own for tests of src/python: temporary home, cache and project, real venvs, hand-written packages.
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { openEnvironment, type PythonEnvironment } from '../../src/python/environment.ts';
import { programOnPath } from '../../src/python/places.ts';

const run = promisify(execFile);

/** Versions that the worker is content with. */
export const WORKER = {
  jupytext: '1.19.6',
  nbformat: '5.11.1',
  nbclient: '0.11.0',
  nbconvert: '7.17.2',
  jupyter_client: '8.10.0',
};

/** The Python of PIPEIO_TEST_PYTHON (it has Jupyter and jupytext). */
export function testPython(): string {
  const python = process.env.PIPEIO_TEST_PYTHON;
  if (!python || !isAbsolute(python)) throw new Error('set PIPEIO_TEST_PYTHON to a Python with Jupyter');
  return python;
}

export class Machine {
  readonly folder: string;
  readonly notices: string[] = [];
  /** Nothing of the real user: no PATH, no home, no settings. Tests add what they need. */
  readonly env: Record<string, string | undefined>;

  private constructor(folder: string) {
    this.folder = folder;
    this.env = { HOME: this.path('home'), XDG_CACHE_HOME: this.path('cache'), PATH: this.path('bin') };
  }

  static async create(): Promise<Machine> {
    const machine = new Machine(await realpath(await mkdtemp(join(tmpdir(), 'pipeio-python-'))));
    for (const folder of ['home', 'project', 'bin']) await mkdir(machine.path(folder));
    return machine;
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  get root(): string {
    return this.path('project');
  }

  /** A new look at the machine, as a new run of pipeio has it. */
  open(python: string | null = null): PythonEnvironment {
    const { root, env } = this;
    return openEnvironment({ root, python, env, onNotice: (text) => this.notices.push(text) });
  }

  async write(name: string, content: string | object): Promise<string> {
    const path = this.path(name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  async script(name: string, content: string): Promise<string> {
    const path = await this.write(name, content);
    await chmod(path, 0o755);
    return path;
  }

  /** A real venv without pip that has these packages by name; gives its interpreter. */
  async venv(name: string, packages: Record<string, string> = {}): Promise<string> {
    const folder = this.path(name);
    await run(testPython(), ['-m', 'venv', '--without-pip', folder]);
    for (const [distribution, version] of Object.entries(packages))
      await this.install(name, distribution, version);
    return join(folder, 'bin', 'python');
  }

  async install(venv: string, distribution: string, version: string): Promise<void> {
    const answer = await run(this.path(venv, 'bin', 'python'), [
      '-c',
      'import sysconfig; print(sysconfig.get_path("purelib"))',
    ]);
    await mkdir(join(answer.stdout.trim(), `${distribution}-${version}.dist-info`), { recursive: true });
  }

  /** A `kernel.json` in `<folder>/kernels/<name>`. */
  async kernel(folder: string, name: string, spec: object = {}): Promise<string> {
    const content = {
      argv: ['python', '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
      language: 'python',
      ...spec,
    };
    return dirname(await this.write(join(folder, 'kernels', name, 'kernel.json'), content));
  }

  /** Puts the folders of the real PATH behind the machine's own. */
  addRealPath(): void {
    this.env.PATH = [this.path('bin'), process.env.PATH].join(delimiter);
  }

  /** A real program that a script of the machine may start. */
  async real(program: string): Promise<string> {
    const path = await programOnPath(program, process.env);
    if (path === null) throw new Error(`no ${program} on PATH`);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
