// A worker in a temporary folder for conversion tests, with shorthand for fixtures, requests and jupytext's own program.
import { copyFile, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Worker } from '../../src/worker/client.ts';
import type { KernelLabel, Projection, WorkerError, WorkerOps } from '../../src/worker/protocol.ts';

const PYTHON = process.env.PIPEIO_TEST_PYTHON ?? 'python3';
const FOLDER = join(import.meta.dirname, '../../src/worker');
const FIXTURES = join(import.meta.dirname, '../fixtures/notebooks');

export const FORMATS = 'ipynb,py:percent';
export const KERNEL: KernelLabel = { name: 'lab-env', displayName: 'Lab', language: 'python' };
export const SCRIPTS = (await readdir(FIXTURES)).filter((name) => name.endsWith('.py')).sort();

export interface Cell {
  cell_type: string;
  id: string;
  source: string | string[];
  metadata: Record<string, unknown>;
  outputs?: Record<string, unknown>[];
  execution_count?: number | null;
  attachments?: Record<string, unknown>;
}
export interface Notebook {
  cells: Cell[];
  metadata: { jupytext?: Record<string, unknown>; kernelspec?: Record<string, unknown> };
  nbformat: number;
  nbformat_minor: number;
}
type Convert = 'set-pairing' | 'to-notebook' | 'to-script' | 'to-myst';

/** One test's folder and worker. */
export class Rig {
  readonly root: string;
  readonly #worker: Worker;

  private constructor(root: string, worker: Worker) {
    this.root = root;
    this.#worker = worker;
  }

  static async create(): Promise<Rig> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'convert-')));
    const env = { ...process.env, JUPYTER_DATA_DIR: join(root, '.jupyter-data') };
    const started = await Worker.start({ python: PYTHON, folder: FOLDER, env, cwd: root });
    if (!started.ok) throw new Error(started.error.message);
    return new Rig(root, started.value);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(this.path(name), content);
    return this.path(name);
  }

  async read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  async notebook(name: string): Promise<Notebook> {
    return JSON.parse(await this.read(name)) as Notebook;
  }

  async fixture(name: string, as = name): Promise<string> {
    await copyFile(join(FIXTURES, name), this.path(as));
    return this.path(as);
  }

  /** The result of a request; a failure fails the test. */
  async do<Op extends keyof WorkerOps>(
    op: Op,
    args: WorkerOps[Op]['args'],
  ): Promise<WorkerOps[Op]['result']> {
    const answer = await this.#worker.request(op, args);
    if (!answer.ok) throw new Error(`${op}: ${JSON.stringify(answer.error)}`);
    return answer.value;
  }

  /** Why a request fails. */
  async failure<Op extends keyof WorkerOps>(op: Op, args: WorkerOps[Op]['args']): Promise<WorkerError> {
    const answer = await this.#worker.request(op, args);
    if (answer.ok) throw new Error(`${op} should have failed`);
    return answer.error;
  }

  /** Projects a file by its name; text settings come from `like`, a projection of its `.py`. */
  async project(name: string, like: Projection | null = null): Promise<Projection> {
    const format = name.endsWith('.ipynb') ? 'ipynb' : name.endsWith('.md') ? 'myst' : 'percent';
    return this.do('project', { path: this.path(name), format, settings: like?.settings ?? null });
  }

  async toNotebook(script: string, previous: string | null, out: string, more: Partial<Args> = {}) {
    const paths = {
      script: this.path(script),
      previous: previous && this.path(previous),
      out: this.path(out),
    };
    return this.do('to-notebook', { ...paths, formats: null, kernel: null, ...more });
  }

  async toScript(notebook: string, previous: string | null, out: string, more: Partial<Args> = {}) {
    const paths = {
      notebook: this.path(notebook),
      previous: previous && this.path(previous),
      out: this.path(out),
    };
    return this.do('to-script', { ...paths, formats: null, kernel: null, ...more });
  }

  /** Runs jupytext's own command line. */
  async jupytext(...args: string[]): Promise<void> {
    await execa(PYTHON, ['-m', 'jupytext', ...args], { cwd: this.root });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

type Args = Pick<WorkerOps[Convert]['args'], 'formats' | 'kernel'>;

/** The digests that must not depend on the format. */
export function digests({ source, loose, code }: Projection) {
  return { source, loose, code };
}

/** A cell's text, however the file splits it. */
export function textOf(cell: Cell | undefined): string {
  return [cell?.source ?? ''].flat().join('');
}
