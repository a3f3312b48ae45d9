// `pipeio build`: builds what is stale, tells it through a reporter, and answers the exit code.
import type { Deps } from '../deps.ts';
import { type BuildResult, build as buildPlan } from '../engine/build.ts';
import type { OpenSession } from '../engine/open-session.ts';
import { makePlan } from '../engine/plan.ts';
import { prune } from '../engine/prune.ts';
import { BAD_OUTCOMES, type Event, type NotebookOutcome, type Stage, type Summary } from '../event.ts';
import type { Project } from '../project/project.ts';
import { chooseNotebooks, hasConfigErrors, type ProjectArguments, sessionFor } from './project-session.ts';
import { chooseReporter, tellFailure } from './reporters.ts';

/** What the command line says. */
export interface BuildArguments extends ProjectArguments {
  readonly jobs?: number;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly failFast: boolean;
  readonly prune: boolean;
  readonly stage?: Stage;
  readonly direction?: 'py2nb' | 'nb2py';
}

const INTERRUPTED = 130;

/** Runs the command. */
export async function build(deps: Deps, options: BuildArguments): Promise<number> {
  const started = deps.now();
  const chosen = await chooseNotebooks(deps, options);
  if (!chosen.ok) return tellFailure(deps, chosen.error);
  const { project, notebooks } = chosen.value;
  const reporter = chooseReporter(deps, project.root, options.json);
  for (const problem of project.problems) reporter.handle({ type: 'config-problem', problem });
  let kernels = 0;
  const emit = (event: Event): void => {
    if (event.type === 'kernel-started') kernels++;
    reporter.handle(event);
  };
  const { jobs, force, direction } = options;
  const open = await sessionFor(deps, project, options, {
    emit,
    chosen: notebooks,
    force,
    ...(jobs === undefined ? {} : { jobs }),
    ...(direction === undefined ? {} : { direction }),
  });
  if (open.refusal !== undefined && !options.dryRun) {
    await open.close();
    await reporter.close();
    return tellFailure(deps, open.refusal);
  }
  const interrupt = listenForInterrupts(deps, open);
  try {
    const plan = makePlan(project.notebooks, notebooks, options.stage);
    const result = await buildPlan(open.session, plan, {
      dryRun: options.dryRun,
      failFast: options.failFast,
      signal: interrupt.signal,
      locks: open.locks,
      refresh: open.refresh,
    });
    if (options.prune && !interrupt.signal.aborted) await prune(open.session, options.dryRun);
    await open.close();
    const counts = { kernels_started: kernels, python_started: open.started().python };
    const seconds = Math.round(deps.now() - started) / 1000;
    emit({ type: 'summary', ...summarize(result, plan.notebooks.length), ...counts, seconds });
    return exitCode(result, project, interrupt.signal);
  } finally {
    interrupt.stop();
    await open.close();
    await reporter.close();
  }
}

/** The first interrupt lets kernels end what they can within their grace time; the second ends everything at once. */
function listenForInterrupts(deps: Deps, open: OpenSession): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const stop = deps.onInterrupt(() => {
    if (!controller.signal.aborted) {
      open.session.emit({
        type: 'notice',
        text: 'interrupted: stopping the kernels (once more to kill them)',
      });
      controller.abort();
      return;
    }
    open.kill();
    deps.exitNow(INTERRUPTED);
  });
  return { signal: controller.signal, stop };
}

function summarize(
  result: BuildResult,
  notebooks: number,
): Omit<Summary, 'kernels_started' | 'python_started' | 'seconds'> {
  const count = (outcome: NotebookOutcome) => [...result.values()].filter((one) => one === outcome).length;
  return {
    notebooks,
    executed: count('executed'),
    restored: count('restored'),
    updated: count('updated'),
    fresh: count('fresh'),
    failed: count('failed'),
    conflict: count('conflict'),
    blocked: count('blocked'),
  };
}

function exitCode(result: BuildResult, project: Project, signal: AbortSignal): number {
  if (signal.aborted) return INTERRUPTED;
  const isBad = [...result.values()].some((outcome) => BAD_OUTCOMES.includes(outcome));
  return isBad || hasConfigErrors(project) ? 1 : 0;
}
