// A project of one's own in a temporary folder for end-to-end tests: real files, the real bundle, real Jupyter and marimo.
import { createHash } from 'node:crypto';
import {
  access,
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { type Ipynb, type NotebookFiles, type NotebookOptions, outputText, place } from './notebooks.ts';
import { CHILD, launch, type Ran, Started } from './run.ts';

export { percent, ran } from './notebooks.ts';
export type { Ran, Started } from './run.ts';

const POLL_MS = 20;

/** Where and with what a program runs; `env` adds to the rig's, undefined removes. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Relative to the project. */
  readonly cwd?: string;
}

type Arguments = readonly (string | RunOptions)[];

/** See the first line. Disposing of it ends what it started and removes all of it. */
export class Rig {
  /** The project, absolute. */
  readonly root: string;
  /** What programs see of the environment; nothing of the real user's. */
  readonly env: Record<string, string | undefined>;
  readonly #folder: string;
  readonly #flows = new Map<string, { settings: object; entries: object[] }>();
  readonly #started: Started[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.root = join(folder, 'project');
    const python = testPython();
    this.env = {
      PATH: [dirname(python), process.env.PATH].join(delimiter),
      HOME: join(folder, 'home'),
      LANG: 'C.UTF-8',
      XDG_CACHE_HOME: join(folder, 'home/cache'),
      JUPYTER_CONFIG_DIR: join(folder, 'home/jupyter-config'),
      JUPYTER_DATA_DIR: join(folder, 'home/jupyter-data'),
      IPYTHONDIR: join(folder, 'home/ipython'),
      PIPEIO_PYTHON: python,
      RIG_RUNS: join(folder, 'runs.log'),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    };
  }

  /** A new project with nothing in it but `code/pipelines/`. */
  static async create(): Promise<Rig> {
    const rig = new Rig(await realpath(await mkdtemp(join(tmpdir(), 'pipeio-e2e-'))));
    await mkdir(join(rig.root, 'code/pipelines'), { recursive: true });
    await mkdir(join(rig.#folder, 'home'));
    return rig;
  }

  /** Absolute path of a file of the project. */
  path(...names: string[]): string {
    return join(this.root, ...names);
  }

  /** A folder outside of the project that goes with it. */
  outside(...names: string[]): string {
    return join(this.#folder, ...names);
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), content);
  }

  async append(path: string, text: string): Promise<void> {
    await appendFile(this.path(path), text);
  }

  read(path: string): Promise<string> {
    return readFile(this.path(path), 'utf8');
  }

  /** Rewrites a text file; fails if `change` changes nothing. */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    const before = await this.read(path);
    const after = change(before);
    if (after === before) throw new Error(`the edit of ${path} changed nothing`);
    await this.write(path, after);
  }

  async remove(path: string): Promise<void> {
    await rm(this.path(path), { recursive: true });
  }

  exists(path: string): Promise<boolean> {
    return access(this.path(path)).then(
      () => true,
      () => false,
    );
  }

  /** Names in a folder, sorted; none where there is no folder. */
  async list(path: string): Promise<string[]> {
    const names = await readdir(this.path(path), { recursive: true }).catch(() => []);
    return names.sort();
  }

  /** Digest and mtime of every file outside `.pipeio` and `.git`, by path: equal snapshots mean that nothing was written. */
  async snapshot(): Promise<Record<string, string>> {
    const files = await readdir(this.root, { recursive: true, withFileTypes: true });
    const lines = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .filter((path) => !/^(?:\.pipeio|\.git)\//.test(relative(this.root, path)))
      .map(async (path) => {
        const digest = createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
          .slice(0, 12);
        const { mtimeNs } = await stat(path, { bigint: true });
        return [relative(this.root, path), `${digest} ${mtimeNs}`] as const;
      });
    return Object.fromEntries((await Promise.all(lines)).sort());
  }

  async ipynb(path: string): Promise<Ipynb> {
    const notebook = JSON.parse(await this.read(path));
    for (const cell of notebook.cells) if (Array.isArray(cell.source)) cell.source = cell.source.join('');
    return notebook;
  }

  /** Changes an `.ipynb` as an editor does: parsed, changed, saved. */
  async editIpynb(path: string, change: (notebook: Ipynb) => void): Promise<void> {
    const notebook = await this.ipynb(path);
    change(notebook);
    await this.write(path, `${JSON.stringify(notebook, null, 1)}\n`);
  }

  /** Text of each code cell's outputs in an `.ipynb`, streams and results joined. */
  async outputs(path: string): Promise<string[]> {
    const { cells } = await this.ipynb(path);
    return cells
      .filter(({ cell_type }) => cell_type === 'code')
      .map((cell) => (cell.outputs ?? []).map(outputText).join(''));
  }

  /** Sets what stands above the entries of a flow's `notebook.yml`. */
  async flow(name: string, settings: object): Promise<void> {
    this.#flowOf(name).settings = settings;
    await this.#writeFlow(name);
  }

  /**
   * Writes a notebook and its entry in `notebook.yml`; called again for the same place it replaces both. `source` is the
   * whole file (see `percent`). Entries have `pair_ipynb: true` and `kernel: python3` unless `options` say otherwise.
   */
  async notebook(name: string, source: string, options: NotebookOptions = {}): Promise<NotebookFiles> {
    const { flow = 'flow', layout = 'split', workspace = 'explore', ...fields } = options;
    const files = place(name, layout, workspace);
    const base = join('code/pipelines', flow);
    await this.write(join(base, files.script), source);
    const defaults = fields.format === 'marimo' ? {} : { pair_ipynb: true, kernel: 'python3' };
    const { entries } = this.#flowOf(flow);
    const entry = { path: files.script, ...defaults, ...fields };
    const index = entries.findIndex((one) => 'path' in one && one.path === files.script);
    if (index < 0) entries.push(entry);
    else entries[index] = entry;
    await this.#writeFlow(flow);
    return { script: join(base, files.script), ipynb: join(base, files.ipynb), myst: join(base, files.myst) };
  }

  /** Runs the bundle. Options may stand among the arguments. */
  run(...args: Arguments): Promise<Ran> {
    return this.start(...args).ended;
  }

  /** `pipeio build --json` with further arguments. */
  build(...args: Arguments): Promise<Ran> {
    return this.run('build', '--json', ...args);
  }

  /** Starts the bundle without waiting for it. */
  start(...args: Arguments): Started {
    const { words, options } = split(args);
    const started = new Started(launch(words, this.#execa(options)));
    this.#started.push(started);
    return started;
  }

  /** Runs a module of the test environment, such as `jupytext`; fails if it does. Gives its stdout. */
  async python(module: string, ...args: Arguments): Promise<string> {
    const { words, options } = split(args);
    const { stdout } = await execa(testPython(), ['-m', module, ...words], {
      ...this.#execa(options),
      ...CHILD,
    });
    return stdout;
  }

  async git(...args: Arguments): Promise<string> {
    const { words, options } = split(args);
    const who = ['-c', 'user.name=Rig', '-c', 'user.email=rig@example.org', '-c', 'init.defaultBranch=main'];
    const { stdout } = await execa('git', [...who, ...words], { ...this.#execa(options), ...CHILD });
    return stdout;
  }

  /** Takes and forgets what cells have reported by `ran()` since the last call, sorted. */
  async runs(): Promise<string[]> {
    const log = this.outside('runs.log');
    const text = await readFile(log, 'utf8').catch(() => '');
    await rm(log, { force: true });
    return text.split('\n').filter(Boolean).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#started.map((started) => started.kill()));
    // A kernel that ends this moment may still write its history.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #flowOf(name: string): { settings: object; entries: object[] } {
    const known = this.#flows.get(name) ?? { settings: {}, entries: [] };
    this.#flows.set(name, known);
    return known;
  }

  #writeFlow(name: string): Promise<void> {
    const { settings, entries } = this.#flowOf(name);
    return this.write(
      join('code/pipelines', name, 'notebooks/notebook.yml'),
      stringify({ ...settings, entries }),
    );
  }

  #execa(options: RunOptions) {
    return { cwd: this.path(options.cwd ?? '.'), env: { ...this.env, ...options.env } };
  }
}

/** The interpreter of PIPEIO_TEST_PYTHON. */
export function testPython(): string {
  const python = process.env.PIPEIO_TEST_PYTHON;
  if (!python) throw new Error('PIPEIO_TEST_PYTHON is not set: run the tests through vitest');
  return python;
}

/** Waits until `condition` holds; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function split(args: Arguments): { words: string[]; options: RunOptions } {
  return {
    words: args.filter((arg) => typeof arg === 'string'),
    options: Object.assign({}, ...args.filter((arg) => typeof arg !== 'string')),
  };
}
