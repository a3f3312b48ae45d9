// The tools that the stages of one build share; made by open-session.ts, handed to every stage.
import type { Cache } from '../../cache/index.ts';
import type { Event } from '../event.ts';
import type { Project } from '../project/project.ts';
import type { PythonEnvironment } from '../python/environment.ts';
import type { Conversions } from './conversions.ts';
import type { Executor } from './execution.ts';
import type { Files } from './files.ts';
import type { Projections } from './projections.ts';
import type { State } from './state.ts';
import type { WorkerCalls } from './worker-calls.ts';

/** Everything a stage may use. */
export interface Session {
  readonly project: Project;
  readonly cache: Cache;
  readonly state: State;
  readonly files: Files;
  readonly projections: Projections;
  readonly conversions: Conversions;
  readonly worker: WorkerCalls;
  readonly executor: Executor;
  readonly python: PythonEnvironment;
  /** The environment that pipeio itself was started with. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Run again what is fresh. */
  readonly force: boolean;
  /** The side that wins every sync that is not settled by the base; undefined lets conflicts be conflicts. */
  readonly direction: 'py2nb' | 'nb2py' | undefined;
  /** Kernels at once. */
  readonly jobs: number;
  readonly now: () => number;
  readonly emit: (event: Event) => void;
  /** What dependents of a notebook consume: the digest of its results, or `pending` until it has run. */
  readonly results: Map<string, string>;
}
