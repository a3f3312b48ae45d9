// Starts the worker's process, and turns what it sends and how it ends into answers.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { err, ok, type Result } from '../result.ts';
import { readLines } from './lines.ts';
import type { WorkerError, WorkerEvent, WorkerReady } from './protocol.ts';

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

/** A request that waits for its answer. */
export interface Pending {
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

/** A worker process that has just been started. */
export interface Started {
  readonly process: ChildProcess;
  readonly pipe: Duplex;
  readonly pending: Map<number, Pending>;
  /** Resolves when the worker has said what it is; never, if it dies first. */
  readonly ready: Promise<WorkerReady>;
  /** Resolves when the worker is gone and every pending request has its answer. */
  readonly ended: Promise<WorkerError>;
  /** Kills the process; `ended` resolves at once with `message` and what it wrote, whoever still holds its pipes. */
  readonly giveUp: (message: string) => void;
}

/** Starts the process and listens to it; an interpreter that cannot be started is one that has `ended`. */
export function startProcess({ python, folder, env, cwd }: WorkerStart): Started {
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
  let tellEnd: (death: WorkerError) => void = () => {};
  const ended = new Promise<WorkerError>((resolve) => {
    tellEnd = resolve;
  });
  const end = (message: string) => {
    const written = tail().trim();
    const text = written ? `${message}\n${written}` : message;
    const death: WorkerError = failure
      ? { reason: 'internal', message: failure }
      : { reason: 'worker-died', message: text };
    tellEnd(death);
    for (const { answer } of pending.values()) answer(err(death));
    pending.clear();
  };
  child.on('error', (error) => end(`Python could not be started: ${error.message}`));
  child.on('close', (code, signal) =>
    end(`The Python worker died (${signal ? `killed by ${signal}` : `exit code ${code}`}).`),
  );
  const giveUp = (message: string) => {
    end(message);
    child.kill('SIGKILL');
    // Programs that a wrapper around Python has started may keep the pipes open.
    for (const stream of child.stdio) stream?.destroy();
  };
  return { process: child, pipe, pending, ready, ended, giveUp };
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
