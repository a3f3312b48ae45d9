// The typed client of the Python worker: starts it, sends requests, and turns its death into answers.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import type { PythonFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import { readLines } from './lines.ts';
import type { WorkerError, WorkerEvent, WorkerOps, WorkerReady } from './protocol.ts';

/** How to start a worker. */
export interface WorkerStart {
  /** The interpreter: a path, or a program on the PATH of `env`. */
  readonly python: string;
  /** The folder in which the worker's `main.py` stands. */
  readonly folder: string;
  /** The whole environment of the worker; kernels inherit it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** What goes with a request that takes long. */
export interface RequestOptions {
  /** Called for each event of `execute`, in order, before the request answers. */
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Aborting interrupts what runs; the request then answers `cancelled` after a grace time for the notebook's code. */
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly answer: (result: Result<unknown, WorkerError>) => void;
  readonly onEvent: ((event: WorkerEvent) => void) | undefined;
}

/** A line from the worker, after the first. */
interface Message {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: WorkerError;
  readonly event?: WorkerEvent;
}

/** Characters of the worker's stdout and stderr that are kept for error messages. */
const TAIL_LENGTH = 16_384;
/** Time that `close` gives running kernels: more than the worker's own grace times together. */
const CLOSE_MILLISECONDS = 20_000;

/** A resident Python process that answers requests side by side. */
export class Worker {
  /** What the worker said of itself when it was ready. */
  readonly ready: WorkerReady;
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  readonly #pending: Map<number, Pending>;
  readonly #ended: Promise<WorkerError>;
  #death: WorkerError | undefined;
  #nextId = 1;

  private constructor(ready: WorkerReady, started: Started) {
    this.ready = ready;
    this.#process = started.process;
    this.#pipe = started.pipe;
    this.#pending = started.pending;
    this.#ended = started.ended.then((death) => {
      this.#death = death;
      return death;
    });
  }

  /** Whether it has ended; it answers nothing any more. */
  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** Starts a worker and waits until it is ready. */
  static async start(options: WorkerStart): Promise<Result<Worker, PythonFailure>> {
    const started = startProcess(options);
    const ready = await Promise.race([started.ready, started.ended]);
    if ('pid' in ready) return ok(new Worker(ready, started));
    const reason = started.process.pid === undefined ? 'python-missing' : 'worker-died';
    return err({ reason, message: ready.message });
  }

  /** Sends one request; answers its result, or why there is none. Never throws. */
  async request<Op extends keyof WorkerOps>(
    op: Op,
    args: WorkerOps[Op]['args'],
    { onEvent, signal }: RequestOptions = {},
  ): Promise<Result<WorkerOps[Op]['result'], WorkerError>> {
    if (this.#death) return err(this.#death);
    if (signal?.aborted) return err({ reason: 'cancelled', message: 'cancelled' });
    const id = this.#nextId++;
    const cancel = () => this.#send(this.#nextId++, 'cancel', { target: id });
    signal?.addEventListener('abort', cancel, { once: true });
    const result = await new Promise<Result<unknown, WorkerError>>((answer) => {
      this.#pending.set(id, { answer, onEvent });
      this.#send(id, op, args);
    });
    signal?.removeEventListener('abort', cancel);
    // The protocol types what each operation answers; the worker is part of this program.
    return result as Result<WorkerOps[Op]['result'], WorkerError>;
  }

  /** Interrupts and ends whatever runs, and the worker; comes back when it is gone. */
  async close(): Promise<void> {
    if (!this.#death) this.#send(this.#nextId++, 'shutdown', {});
    const timer = setTimeout(() => this.kill(), CLOSE_MILLISECONDS);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends the worker at once. On Linux its kernels end with it, elsewhere within seconds. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #send(id: number, op: string, args: object): void {
    if (this.#pipe.writable) this.#pipe.write(`${JSON.stringify({ ...args, id, op })}\n`);
  }
}

interface Started {
  readonly process: ChildProcess;
  readonly pipe: Duplex;
  readonly pending: Map<number, Pending>;
  readonly ready: Promise<WorkerReady>;
  /** Resolves when the worker is gone and every pending request has its answer. */
  readonly ended: Promise<WorkerError>;
}

function startProcess({ python, folder, env, cwd }: WorkerStart): Started {
  const child = spawn(python, ['-X', 'utf8', join(folder, 'main.py')], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A session of its own: Ctrl-C in the terminal is ours to answer, not the worker's.
    detached: true,
    windowsHide: true,
  });
  const pipe = child.stdio[3] as Duplex;
  const pending = new Map<number, Pending>();
  const tail = keepTail(child.stdout, child.stderr);
  let failure: string | undefined;
  let greet: (ready: WorkerReady) => void = () => {};
  const ready = new Promise<WorkerReady>((resolve) => {
    greet = resolve;
  });
  // A write to a worker that has just died fails too; its end is told by `close`.
  pipe.on('error', () => {});
  readLines(pipe, (line) => {
    try {
      const message = JSON.parse(line) as Message | { ready: WorkerReady };
      if ('ready' in message) greet(message.ready);
      else dispatch(pending, message);
    } catch (error) {
      // A bug on either side: what else comes over this channel cannot be trusted.
      failure = `The Python worker sent what it should not: ${String(error)}: ${line.slice(0, 200)}`;
      child.kill('SIGKILL');
    }
  });
  const ended = new Promise<WorkerError>((resolve) => {
    const end = (message: string) => {
      const written = tail().trim();
      const text = written ? `${message}\n${written}` : message;
      const death: WorkerError = failure
        ? { reason: 'internal', message: failure }
        : { reason: 'worker-died', message: text };
      resolve(death);
      for (const { answer } of pending.values()) answer(err(death));
      pending.clear();
    };
    child.on('error', (error) => end(`Python could not be started: ${error.message}`));
    child.on('close', (code, signal) =>
      end(`The Python worker died (${signal ? `killed by ${signal}` : `exit code ${code}`}).`),
    );
  });
  return { process: child, pipe, pending, ready, ended };
}

function dispatch(pending: Map<number, Pending>, { id, event, error, result }: Message): void {
  const request = pending.get(id);
  if (!request) return;
  if (event) {
    request.onEvent?.(event);
    return;
  }
  pending.delete(id);
  request.answer(error ? err(error) : ok(result));
}

function keepTail(...streams: readonly (Readable | null)[]): () => string {
  let tail = '';
  for (const stream of streams) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL_LENGTH);
    });
  }
  return () => tail;
}
