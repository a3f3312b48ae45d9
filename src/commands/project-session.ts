// What every command on a project does first and last: find and load it, select notebooks, open and close a session.
import { resolve } from 'node:path';
import type { Deps } from '../deps.ts';
import { type OpenSession, openSession } from '../engine/open-session.ts';
import type { Event } from '../event.ts';
import type { Failure } from '../failure.ts';
import { loadProject } from '../project/load.ts';
import type { Project } from '../project/project.ts';
import { findRoot } from '../project/root.ts';
import { selectNotebooks } from '../project/targets.ts';
import { diagnosticText } from '../report/diagnostic.ts';
import { ok, type Result } from '../result.ts';

/** Options that every such command has. */
export interface ProjectArguments {
  readonly targets: readonly string[];
  readonly root?: string;
  readonly cacheDir?: string;
  readonly json: boolean;
}

/** A project and the ids of the notebooks that the command is about. */
export interface Chosen {
  readonly project: Project;
  readonly notebooks: readonly string[];
}

/** Loads the project around the current folder and selects notebooks. */
export async function chooseNotebooks(deps: Deps, options: ProjectArguments): Promise<Result<Chosen>> {
  const root = findRoot({ cwd: deps.cwd, ...(options.root === undefined ? {} : { root: options.root }) });
  if (!root.ok) return root;
  const project = await loadProject({ root: root.value });
  const notebooks = selectNotebooks(project, options.targets, deps.cwd);
  if (notebooks.ok) return ok({ project, notebooks: notebooks.value });
  // What is not found may stand in a file that cannot be read.
  tellProblems(deps, project);
  return notebooks;
}

/** Prints what is wrong with the configuration. */
export function tellProblems(deps: Pick<Deps, 'stderr'>, project: Project): void {
  for (const problem of project.problems) {
    for (const line of diagnosticText(problem, project.root)) deps.stderr.write(`${line}\n`);
  }
}

/** Settings of a session beside what `ProjectArguments` says. */
export interface SessionSettings {
  readonly emit: (event: Event) => void;
  /** Ids of the notebooks that the command is about. */
  readonly chosen: readonly string[];
  readonly jobs?: number;
  readonly force?: boolean;
  readonly direction?: 'py2nb' | 'nb2py';
}

/** Opens the session of a command. */
export function sessionFor(
  deps: Deps,
  project: Project,
  options: ProjectArguments,
  settings: SessionSettings,
): Promise<OpenSession> {
  const { cacheDir } = options;
  return openSession({
    project,
    env: deps.env,
    pid: deps.pid,
    now: deps.now,
    ...settings,
    ...(cacheDir === undefined ? {} : { cacheFolder: resolve(deps.cwd, cacheDir) }),
  });
}

/** The exit code for a command that could not begin. */
export function exitCodeOf(failure: Failure): number {
  return failure.reason === 'usage' || failure.reason === 'config-invalid' ? 2 : 1;
}

/** Whether anything in the configuration keeps notebooks from being built. */
export function hasConfigErrors(project: Project): boolean {
  return project.problems.some(({ severity }) => severity === 'error');
}
