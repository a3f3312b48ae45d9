// Runs jobs through the Python worker of this machine and words their failures by file, line and cell.
import type { ExecutionFailure, Failure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { WorkerError, WorkerEvent } from '../worker/protocol.ts';
import type { Done, Executor, Job, KernelJob, MarimoJob } from './execution.ts';
import { conversionFailure, type WorkerCalls } from './worker-calls.ts';

/** An executor on top of the session's worker. */
export function localExecutor(calls: WorkerCalls): Executor {
  return {
    submit: (job, on, signal) =>
      job.runner === 'kernel' ? runKernel(calls, job, on, signal) : runMarimo(calls, job, signal),
  };
}

async function runKernel(
  calls: WorkerCalls,
  job: KernelJob,
  on: (event: WorkerEvent) => void,
  signal: AbortSignal,
): Promise<Result<Done>> {
  const worker = await calls.worker();
  if (!worker.ok) return worker;
  const { notebook, format, kernel, cwd, env, timeout, out } = job;
  const args = {
    notebook,
    format,
    kernel,
    cwd,
    env: { ...env },
    cellTimeout: timeout.cell,
    notebookTimeout: timeout.notebook,
    startupTimeout: timeout.startup,
    out,
  };
  const answer = await worker.value.request('execute', args, { onEvent: on, signal });
  if (!answer.ok) return err(executionFailure(answer.error, job));
  return ok({ seconds: answer.value.seconds, read: answer.value.read });
}

async function runMarimo(calls: WorkerCalls, job: MarimoJob, signal: AbortSignal): Promise<Result<Done>> {
  const worker = await calls.worker();
  if (!worker.ok) return worker;
  const { program, notebook, to, cwd, env, timeout, out } = job;
  const args = { program, notebook, to, cwd, env: { ...env }, timeout, out };
  const answer = await worker.value.request('export-marimo', args, { signal });
  if (!answer.ok) return err(executionFailure(answer.error, job));
  return ok({ seconds: answer.value.seconds, read: null });
}

/** What an error of a run means: which cell, which line of which file, and the partial notebook if there is one. */
function executionFailure(error: WorkerError, job: Job): Failure {
  switch (error.reason) {
    case 'cell-failed':
    case 'cell-timeout':
    case 'notebook-timeout':
    case 'kernel-start-failed':
    case 'kernel-died':
    case 'export-failed':
    case 'export-timeout':
      return { ...described(error), reason: error.reason, ...placeOf(error, job) };
    default:
      return conversionFailure(error, job.notebook);
  }
}

function described(error: WorkerError): Omit<ExecutionFailure, 'reason' | 'path'> {
  const { message, cell, cells, exception, traceback, hint } = error;
  return {
    message,
    ...(cell === undefined ? {} : { cell }),
    ...(cells === undefined ? {} : { cells }),
    ...(exception === undefined ? {} : { exception }),
    ...(traceback === undefined ? {} : { traceback }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function placeOf(error: WorkerError, job: Job): Pick<ExecutionFailure, 'path' | 'line' | 'partial'> {
  const partial = error.partial === true ? { partial: job.out } : {};
  if (job.runner === 'marimo') {
    return { path: job.notebook, ...(error.line === undefined ? {} : { line: error.line }), ...partial };
  }
  const first = error.cell === undefined ? null : (job.script.lines[error.cell - 1] ?? null);
  const line = first === null ? {} : { line: first + (error.cellLine ?? 1) - 1 };
  return { path: job.script.path, ...line, ...partial };
}
