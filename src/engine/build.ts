// Builds a plan: looks first, then lets the graph decide when each stale node runs; tells everything as events.
import { schedule, type Task, type TaskId, taskId } from '../../graph/index.ts';
import type { NodeName, NotebookOutcome } from '../event.ts';
import type { Notebook } from '../project/notebook.ts';
import type { Result } from '../result.ts';
import { assess, type Findings, lookAt, strayThrow } from './look.ts';
import { refOf } from './node-events.ts';
import type { Node, Plan } from './plan.ts';
import { NodeRunner, type RunnerOptions } from './run-node.ts';
import type { Session } from './session.ts';
import { Tally } from './tally.ts';
import type { Verdict } from './verdict.ts';

/** How to build. */
export interface BuildOptions extends RunnerOptions {
  readonly dryRun: boolean;
  readonly failFast: boolean;
  readonly signal: AbortSignal;
}

/** How the notebooks of a build ended; missing are those that an interrupt kept from ending. */
export type BuildResult = ReadonlyMap<string, NotebookOutcome>;

/** Cheap nodes at once, for each kernel. */
const LIGHT_PER_JOB = 4;

/** Builds everything in `plan` that is not fresh. */
export async function build(session: Session, plan: Plan, options: BuildOptions): Promise<BuildResult> {
  const findings = await lookAt(session, plan);
  const tally = new Tally(session, plan);
  await announce(session, plan, findings, options.dryRun);
  if (options.dryRun) {
    for (const [id, finding] of findings) {
      const cause = plan.graph.tasks.get(id)?.dependsOn.find((before) => findings.get(before)?.ok === false);
      if (cause !== undefined) tally.blocked(nodeOf(plan, id), nodeOf(plan, cause));
      else tellWouldRun(session, nodeOf(plan, id), finding, tally);
    }
    return tally.finish();
  }
  const stale = [...findings]
    .filter(([, finding]) => !finding.ok || finding.value.state !== 'fresh')
    .map(([id]) => id);
  const wanted = plan.graph.closure(stale, 'dependents');
  for (const [id] of findings) if (!wanted.has(id)) tally.ended(nodeOf(plan, id), 'fresh');
  if (wanted.size > 0) await runAll(session, plan, wanted, tally, options);
  return tally.finish();
}

async function announce(session: Session, plan: Plan, findings: Findings, dryRun: boolean): Promise<void> {
  const running = new Set<Notebook>();
  for (const [id, finding] of findings) {
    const { notebook, node } = nodeOf(plan, id);
    if (finding.ok && mayExecute(node, finding.value)) running.add(notebook);
  }
  const { notebooks, graph } = plan;
  const toExecute = running.size;
  session.emit({ type: 'plan', notebooks: notebooks.length, nodes: graph.tasks.size, toExecute, dryRun });
  if (session.project.notebooks.length === 0 && session.project.problems.length === 0) {
    const text = 'no notebooks are registered: list them in code/pipelines/<flow>/notebooks/notebook.yml';
    session.emit({ type: 'notice', text });
  }
  const isFirst = [...findings.keys()].every((id) => session.state.last(id) === undefined);
  if (!isFirst || toExecute === 0 || dryRun) return;
  session.emit({ type: 'notice', text: firstBuild(toExecute, await existingPairs(session, running)) });
}

async function existingPairs(session: Session, notebooks: Iterable<Notebook>): Promise<number> {
  let existing = 0;
  for (const { ipynb, pairIpynb } of notebooks) {
    const content = ipynb !== null && pairIpynb ? await session.files.digestOf(ipynb) : undefined;
    if (content?.ok === true && content.value !== 'missing') existing++;
  }
  return existing;
}

/** Whether a notebook will run, as far as can be told before what it depends on has. */
function mayExecute(node: NodeName, verdict: Verdict): boolean {
  if (verdict.state === 'waiting') return node === 'exec';
  return verdict.state === 'stale' && verdict.action === 'execute';
}

/** Said once, before a first build changes files that are there. */
function firstBuild(runs: number, existing: number): string {
  const start = `first build here: ${runs === 1 ? '1 notebook' : `${runs} notebooks`} will run`;
  if (existing === 0) return start;
  return `${start}; the outputs of ${existing} .ipynb become those of a clean run, with a copy of what is replaced in .pipeio/backups/`;
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
  const { reason } = finding.value;
  const action = finding.value.state === 'waiting' ? 'wait' : finding.value.action;
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
    // Things have changed since the first look: the nodes before this one have run.
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

function nodeOf(plan: Plan, id: TaskId): Node {
  const node = plan.nodes.get(taskId(id));
  if (node === undefined) throw new Error(`no node for task ${id}`);
  return node;
}
