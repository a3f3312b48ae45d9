// The tools that the stages of one build share; made by open-session.ts, handed to every stage.
import type { Cache } from '../../cache/index.ts';
import type { Event } from '../event.ts';
import type { Project } from '../project/project.ts';
import type { PythonEnvironment } from '../python/environment.ts';
import type { Result } from '../result.ts';
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
  /** Ids of notebooks to run again though they are fresh. */
  readonly forced: ReadonlySet<string>;
  /** The side that wins the sync of a notebook, by id; conflicts of all others are conflicts. */
  readonly directions: ReadonlyMap<string, 'py2nb' | 'nb2py'>;
  /** Kernels at once. */
  readonly jobs: number;
  readonly now: () => number;
  readonly emit: (event: Event) => void;
  /** What dependents of an executing notebook consume, by its id: the digest of its results, once they are there. */
  readonly results: Map<string, string>;
  /** What dependents of a notebook that does not execute consume: a digest of its code. */
  readonly codeOf: (notebook: string) => Promise<Result<string>>;
  /** Says something once in a build, however often it comes up. */
  readonly warn: (text: string) => void;
}
