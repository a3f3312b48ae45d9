// What it means to run a notebook somewhere: the interface that the local worker implements, and a cluster may.

import type { Failure } from '../failure.ts';
import type { Result } from '../result.ts';
import type { KernelSpec, WorkerEvent } from '../worker/protocol.ts';

/** A notebook to run in a fresh kernel. */
export interface KernelJob {
  readonly runner: 'kernel';
  readonly notebook: string;
  readonly format: 'ipynb' | 'percent';
  readonly kernel: KernelSpec;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Seconds; null means no limit. */
  readonly timeout: { readonly cell: number; readonly notebook: number | null; readonly startup: number };
  /** Where the executed notebook goes, or the partial one of a failed run. */
  readonly out: string;
  /** The text file and the line of each code cell's first source line, to place errors; null where there is none. */
  readonly script: { readonly path: string; readonly lines: readonly (number | null)[] };
}

/** A marimo notebook to run and export. */
export interface MarimoJob {
  readonly runner: 'marimo';
  readonly program: string;
  readonly notebook: string;
  readonly to: 'html' | 'md' | 'ipynb';
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeout: number | null;
  readonly out: string;
}

/** Anything that can be submitted. */
export type Job = KernelJob | MarimoJob;

/** A job that ran to its end; `out` holds the result. */
export interface Done {
  readonly seconds: number;
  /** Digest of the bytes of the notebook as they were read; null where the runner cannot tell. */
  readonly read: string | null;
}

/** Runs jobs. Failures carry cell, line and exception; `partial` is set where `out` holds a partial notebook. */
export interface Executor {
  /** Runs a job to its end, telling what happens; aborting the signal ends it and answers `cancelled`. */
  submit(job: Job, on: (event: WorkerEvent) => void, signal: AbortSignal): Promise<Result<Done, Failure>>;
}
