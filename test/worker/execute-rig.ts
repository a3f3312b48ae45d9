// A worker in a temporary folder, with shorthand for making, running and reading notebooks.
import { access, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from '../../src/worker/client.ts';
import type { KernelSpec, WorkerEvent, WorkerOps } from '../../src/worker/protocol.ts';

/** The interpreter that tests run: it needs the worker's packages, ipykernel and marimo. */
export const PYTHON = process.env.PIPEIO_TEST_PYTHON ?? 'python3';
/** Where the worker's `main.py` stands. */
export const FOLDER = join(import.meta.dirname, '../../src/worker');

export const IPYKERNEL: KernelSpec = {
  name: 'python3',
  displayName: 'Python 3',
  language: 'python',
  argv: [PYTHON, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
  env: {},
  interruptMode: 'signal',
};

export interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  ename?: string;
  data?: Record<string, unknown>;
}
export interface Cell {
  cell_type: string;
  source: string | string[];
  metadata: { tags?: string[] };
  outputs?: Output[];
  execution_count?: number | null;
}
type Execute = WorkerOps['execute']['args'];

/** All text of a cell's streams and plain results. */
export function textOf(cell: Cell | undefined): string {
  const parts = (cell?.outputs ?? []).map((out) => out.text ?? out.data?.['text/plain'] ?? '');
  return parts.flat().join('');
}

export class Rig {
  readonly root: string;
  readonly worker: Worker;
  readonly events: WorkerEvent[] = [];

  private constructor(root: string, worker: Worker) {
    this.root = root;
    this.worker = worker;
  }

  /** A worker of its own; `before` is Python that runs in it before its main program, `env` comes over this process's. */
  static async create(before?: string, env: Record<string, string> = {}): Promise<Rig> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'rig-')));
    const patched = before === undefined ? FOLDER : root;
    if (before !== undefined) {
      const path = `import sys\nsys.path.insert(0, ${JSON.stringify(FOLDER)})`;
      await writeFile(join(root, 'main.py'), `${path}\n${before}\nimport main\nmain.main()\n`);
    }
    const whole = { ...process.env, ...env };
    const started = await Worker.start({ python: PYTHON, folder: patched, env: whole, cwd: root });
    if (!started.ok) throw new Error(started.error.message);
    return new Rig(root, started.value);
  }

  async close(): Promise<void> {
    await this.worker.close();
    await rm(this.root, { recursive: true });
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** Writes a notebook; a string is a code cell that was run before, with output and count of that run. */
  async notebook(name: string, cells: readonly (string | Partial<Cell>)[]): Promise<string> {
    const stale = {
      outputs: [{ output_type: 'stream', name: 'stdout', text: 'stale' }],
      execution_count: 99,
    };
    const whole = cells.map((cell, index) => ({
      id: `cell${index}`,
      cell_type: 'code',
      metadata: {},
      ...((typeof cell === 'string' ? 'code' : (cell.cell_type ?? 'code')) === 'code' ? stale : {}),
      ...(typeof cell === 'string' ? { source: cell } : cell),
    }));
    const path = this.path(`${name}.ipynb`);
    await writeFile(path, JSON.stringify({ cells: whole, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    return path;
  }

  /** Runs a notebook; events gather in `events`. */
  async execute(notebook: string, options: Partial<Execute> = {}, signal?: AbortSignal) {
    const args: Execute = {
      notebook,
      format: 'ipynb',
      kernel: IPYKERNEL,
      cwd: this.root,
      env: {},
      cellTimeout: null,
      notebookTimeout: null,
      startupTimeout: 60,
      out: `${notebook}.out`,
      ...options,
    };
    return await this.worker.request('execute', args, {
      onEvent: (event) => {
        this.events.push(event);
        for (const listener of this.#listeners) listener(event);
      },
      ...(signal ? { signal } : {}),
    });
  }

  readonly #listeners = new Set<(event: WorkerEvent) => void>();

  /** Resolves with the next event of a type. */
  next<Type extends WorkerEvent['type']>(type: Type): Promise<Extract<WorkerEvent, { type: Type }>> {
    return new Promise((resolve) => {
      const listener = (event: WorkerEvent) => {
        if (event.type !== type) return;
        this.#listeners.delete(listener);
        resolve(event as Extract<WorkerEvent, { type: Type }>);
      };
      this.#listeners.add(listener);
    });
  }

  async cells(path: string): Promise<Cell[]> {
    return (JSON.parse(await readFile(path, 'utf8')) as { cells: Cell[] }).cells;
  }
}

/** Whether a process exists and is no zombie (Linux). */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    // No such file: no such process.
    return false;
  }
}

/** Polls until no process of these is left; never resolves otherwise, so that the test runs into its time limit. */
export async function untilGone(...pids: readonly number[]): Promise<void> {
  for (const pid of pids) while (await isAlive(pid)) await wait(20);
}

/** Polls until a file exists. */
export async function untilExists(path: string): Promise<void> {
  for (;;) {
    try {
      return await access(path);
    } catch {
      await wait(20); // not there yet
    }
  }
}
