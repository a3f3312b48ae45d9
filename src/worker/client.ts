// The typed client of the Python worker: starts it, sends requests, and turns its death into answers.
import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { PythonFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { WorkerError, WorkerEvent, WorkerOps, WorkerReady } from './protocol.ts';
import { type Pending, type Started, startProcess, type WorkerStart } from './start-process.ts';

/** What goes with a request that takes long. */
export interface RequestOptions {
  /** Called for each event of `execute`, in order, before the request answers. */
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Aborting interrupts what runs; the request then answers `cancelled` after a grace time for the notebook's code. */
  readonly signal?: AbortSignal;
}

/** Time that a worker gets to start, on a cold and loaded machine: it takes a tenth of a second on a warm one. */
const START_MILLISECONDS = 60_000;
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

  /** Starts a worker and waits until it is ready, at most `limit` milliseconds: Python itself may hang at its start. */
  static async start(
    options: WorkerStart,
    limit = START_MILLISECONDS,
  ): Promise<Result<Worker, PythonFailure>> {
    const started = startProcess(options);
    const timer = setTimeout(
      () => started.giveUp(`The Python worker was not ready within ${limit / 1000} s.`),
      limit,
    );
    const ready = await Promise.race([started.ready, started.ended]);
    clearTimeout(timer);
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
