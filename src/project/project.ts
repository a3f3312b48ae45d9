// A loaded project: its root, its settings, its notebooks, and what is wrong with its configuration.
import type { ConfigFailure } from '../failure.ts';
import type { Flow, Notebook } from './notebook.ts';

/** Settings of `pipeio.yml`, with defaults filled in. */
export interface Settings {
  /** Kernels at once; null means as many as there are cores. */
  readonly jobs: number | null;
  /** Interpreter that the project names for the worker, absolute; null when none. */
  readonly python: string | null;
  /** Environment variables set for every kernel; they count. */
  readonly env: Readonly<Record<string, string>>;
}

/** Everything that a command needs to know of a project. */
export interface Project {
  readonly root: string;
  readonly settings: Settings;
  readonly flows: readonly Flow[];
  /** In the order of their flows and entries. Archived ones are included: their `status` says so. */
  readonly notebooks: readonly Notebook[];
  /** Errors and warnings of all configuration files; entries with errors are not among `notebooks`. */
  readonly problems: readonly ConfigFailure[];
}
