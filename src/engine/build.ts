// Builds a plan: looks first, then lets the graph decide when each stale node runs; tells everything as events.

import type { LockFolder } from '../../cache/index.ts';
import { schedule, type Task, type TaskId, taskId } from '../../graph/index.ts';
import type { NodeOutcome, NotebookOutcome } from '../event.ts';
import type { Failure } from '../failure.ts';
import { err, type Result } from '../result.ts';
import { assess, type Findings, lookAt, strayThrow } from './look.ts';
import { refOf } from './node-events.ts';
import type { Node, Plan } from './plan.ts';
import type { Session } from './session.ts';
import { Tally } from './tally.ts';
import type { Stale, Verdict } from './verdict.ts';
import { writeFailureOf } from './write-failure.ts';

/** How to build. */
export interface BuildOptions {
  readonly dryRun: boolean;
  readonly failFast: boolean;
  readonly signal: AbortSignal;
  readonly locks: LockFolder;
  /** Takes in what another process has done, after waiting for it. */
  readonly refresh: () => void;
}

/** How the notebooks of a build ended; missing are those that an interrupt kept from ending. */
export type BuildResult = ReadonlyMap<string, NotebookOutcome>;

/** Cheap nodes at once, for each kernel. */
const LIGHT_PER_JOB = 4;

/** Builds everything in `plan` that is not fresh. */
export async function build(session: Session, plan: Plan, options: BuildOptions): Promise<BuildResult> {
  const findings = await lookAt(session, plan);
  const tally = new Tally(session, plan);
  announce(session, plan, findings, options.dryRun);
  if (options.dryRun) {
    for (const [id, finding] of findings) {
      const cause = plan.graph.tasks.get(id)?.dependsOn.find((before) => findings.get(before)?.ok === false);
      if (cause !== undefined) tally.blocked(nodeOf(plan, id), nodeOf(plan, cause));
      else tellWouldRun(session, nodeOf(plan, id), finding, tally);
    }
    return tally.finish();
  }
  const stale = [...findings]
    .filter(([, finding]) => !finding.ok || finding.value.state === 'stale')
    .map(([id]) => id);
  const wanted = plan.graph.closure(stale, 'dependents');
  for (const [id] of findings) if (!wanted.has(id)) tally.ended(nodeOf(plan, id), 'fresh');
  if (wanted.size > 0) await runAll(session, plan, wanted, tally, options);
  return tally.finish();
}

function announce(session: Session, plan: Plan, findings: Findings, dryRun: boolean): void {
  const { notebooks, graph } = plan;
  const runs = new Set<string>();
  const paired = new Set<string>();
  for (const [id, finding] of findings) {
    const { notebook } = nodeOf(plan, id);
    if (!finding.ok || finding.value.state === 'fresh') continue;
    const willRun =
      finding.value.action === 'execute' || (finding.value.action === 'wait' && id.endsWith(' exec'));
    if (!willRun) continue;
    runs.add(notebook.id);
    if (notebook.pairIpynb) paired.add(notebook.id);
  }
  session.emit({
    type: 'plan',
    notebooks: notebooks.length,
    nodes: graph.tasks.size,
    toExecute: runs.size,
    dryRun,
  });
  const isFirst = [...findings.keys()].every((id) => session.state.last(id) === undefined);
  if (isFirst && runs.size > 1 && !dryRun)
    session.emit({ type: 'notice', text: firstBuild(runs.size, paired.size) });
}

/** Said once, before a first build changes many files. */
function firstBuild(runs: number, paired: number): string {
  const start = `first build here: ${runs} notebooks will run`;
  if (paired === 0) return start;
  return `${start}; ${paired} .ipynb get the outputs of a clean run, and what they held before goes to .pipeio/backups/`;
}

function tellWouldRun(session: Session, node: Node, finding: Result<Verdict>, tally: Tally): void {
  if (!finding.ok) {
    tally.failed(node, finding.error, 0);
    return;
  }
  if (finding.value.state === 'fresh') {
    tally.ended(node, 'fresh');
    return;
  }
  const { action, reason } = finding.value;
  session.emit({ type: 'would-run', action, reason, ...refOf(node.notebook, node.node) });
  tally.would(node, action);
}

async function runAll(
  session: Session,
  plan: Plan,
  wanted: ReadonlySet<TaskId>,
  tally: Tally,
  options: BuildOptions,
): Promise<void> {
  const runner = new NodeRunner(session, options);
  const graph = plan.graph.subgraph(wanted);
  await schedule({
    graph,
    pools: { kernel: session.jobs, light: session.jobs * LIGHT_PER_JOB },
    failFast: options.failFast,
    signal: options.signal,
    check: async (task) => {
      const node = nodeOf(plan, task.id);
      const verdict = await assess(session, node);
      if (!verdict.ok) tally.failed(node, verdict.error, 0);
      else if (verdict.value.state === 'fresh') tally.ended(node, 'fresh');
      else return 'run';
      return verdict.ok ? 'done' : 'failed';
    },
    run: async (task, signal) => {
      const node = nodeOf(plan, task.id);
      const started = session.now();
      const outcome = await runner.run(node, signal);
      const seconds = (session.now() - started) / 1000;
      if (outcome.ok) tally.ended(node, outcome.value, seconds);
      else tally.failed(node, outcome.error, seconds);
      return outcome.ok ? 'done' : 'failed';
    },
    onState: (task, state, cause) => {
      if (state === 'blocked' && cause !== undefined)
        tally.blocked(nodeOf(plan, task.id), nodeOf(plan, cause));
    },
    onThrow: (task: Task, error) => tally.failed(nodeOf(plan, task.id), strayThrow(task.id, error), 0),
  });
}

/** How often a node is tried because something moved between the look and the end: once more, then people are told. */
const ATTEMPTS = 2;

/** Runs single nodes, each under a lock that other pipeio processes on this project respect. */
class NodeRunner {
  readonly #session: Session;
  readonly #options: BuildOptions;

  constructor(session: Session, options: BuildOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Looks again, since the slot may have been waited for, and does what there is to do. */
  async run(node: Node, signal: AbortSignal): Promise<Result<NodeOutcome>> {
    let waited = false;
    const lock = await this.#options.locks.acquire(node.id, {
      signal,
      onWait: (holder) => {
        waited = true;
        const text = `waits for process ${holder.pid}, which is at this very node`;
        this.#session.emit({ type: 'remark', text, ...refOf(node.notebook, node.node) });
      },
    });
    if (!lock.ok) return err(lockFailure(lock.error));
    try {
      if (waited) this.#options.refresh();
      return await this.#perform(node, signal);
    } finally {
      lock.value.release();
    }
  }

  async #perform(node: Node, signal: AbortSignal): Promise<Result<NodeOutcome>> {
    for (let attempt = 1; ; attempt++) {
      const verdict = await assess(this.#session, node);
      if (!verdict.ok) return verdict;
      if (verdict.value.state === 'fresh') return { ok: true, value: 'fresh' };
      if (signal.aborted) return err({ reason: 'cancelled' });
      const outcome = await this.#once(node, verdict.value, signal, attempt);
      const moved = !outcome.ok && outcome.error.reason === 'input-moved';
      if (!moved || attempt === ATTEMPTS) return outcome;
    }
  }

  async #once(node: Node, stale: Stale, signal: AbortSignal, attempt: number): Promise<Result<NodeOutcome>> {
    if (attempt === 1) {
      this.#session.emit({ type: 'node-started', reason: stale.reason, ...refOf(node.notebook, node.node) });
    }
    return stale.perform(signal);
  }
}

function lockFailure({ code, path }: { code: string; path: string }): Failure {
  if (code === 'ABORT_ERR') return { reason: 'cancelled' };
  return writeFailureOf(path, code);
}

function nodeOf(plan: Plan, id: TaskId): Node {
  const node = plan.nodes.get(taskId(id));
  if (node === undefined) throw new Error(`no node for task ${id}`);
  return node;
}
