// The Python worker of a session, started by the first request; its errors become failures about a file.
import { extname } from 'node:path';
import type { Failure, NotebookFileFailure } from '../failure.ts';
import { err, type Result } from '../result.ts';
import type { Worker } from '../worker/client.ts';
import type { WorkerError, WorkerOps } from '../worker/protocol.ts';
import { writeFailureOf } from './write-failure.ts';

/** The door to the worker: it opens only when something needs Python. */
export class WorkerCalls {
  readonly #start: () => Promise<Result<Worker>>;
  #worker: Promise<Result<Worker>> | undefined;
  #running: Worker | undefined;

  constructor(start: () => Promise<Result<Worker>>) {
    this.#start = start;
  }

  /** The worker itself, started if need be; one that died takes down what it was doing, not the rest of the build. */
  worker(): Promise<Result<Worker>> {
    if (this.#running?.isDead === true) {
      this.#worker = undefined;
      this.#running = undefined;
    }
    this.#worker ??= this.#start().then((started) => {
      if (started.ok) this.#running = started.value;
      return started;
    });
    return this.#worker;
  }

  /** Sends a request that converts or renders; an error comes back as the failure it means for the file `about`. */
  async call<Op extends keyof WorkerOps>(
    op: Op,
    args: WorkerOps[Op]['args'],
    about: string,
  ): Promise<Result<WorkerOps[Op]['result']>> {
    const worker = await this.worker();
    if (!worker.ok) return worker;
    const answer = await worker.value.request(op, args);
    return answer.ok ? answer : err(conversionFailure(answer.error, about));
  }

  /** Ends the worker and all its kernels, if it was ever started. */
  async close(): Promise<void> {
    const worker = await this.#worker;
    if (worker?.ok) await worker.value.close();
  }

  /** Kills the worker at once; it takes its kernels along. */
  kill(): void {
    this.#running?.kill();
  }
}

/** What a worker's error means where nothing was executed. */
export function conversionFailure(error: WorkerError, path: string): Failure {
  switch (error.reason) {
    case 'source-missing':
    case 'not-utf8':
    case 'invalid-notebook':
    case 'nbformat-unsupported':
    case 'conflict-markers':
    case 'unreadable':
      return fileFailure(error.reason, error, path);
    case 'write-failed':
      return writeFailureOf(error.path ?? path, error.message);
    case 'code-differs':
      return { reason: 'input-moved', path, message: 'the code changed while pipeio was working on it' };
    case 'cancelled':
      return { reason: 'cancelled' };
    case 'worker-died':
      return { reason: 'worker-died', message: error.message };
    default:
      return { reason: 'unknown-error', message: `${path}: ${error.message}` };
  }
}

function fileFailure(
  reason: NotebookFileFailure['reason'],
  error: WorkerError,
  path: string,
): NotebookFileFailure {
  return {
    reason,
    path,
    message: withoutPath(error.message, path),
    ...(error.line === undefined ? {} : { line: error.line }),
    ...(error.column === undefined ? {} : { column: error.column }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

/** The path is said beside the message: `the .py is not UTF-8`. */
function withoutPath(message: string, path: string): string {
  return message.startsWith(`${path} `) ? `the ${extname(path)}${message.slice(path.length)}` : message;
}
