// Looks at every node of a plan before anything runs: what is fresh, what is not and why; changes nothing.
import type { TaskId } from '../../graph/index.ts';
import type { Failure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { Node, Plan } from './plan.ts';
import type { Session } from './session.ts';
import type { Stale, Verdict } from './verdict.ts';
import { refusalOf } from './write-failure.ts';

/** What was seen of each node. */
export type Findings = ReadonlyMap<TaskId, Result<Verdict>>;

/** Looks at all nodes, each after those it depends on; a node behind one that cannot be looked at fails like it. */
export async function lookAt(session: Session, plan: Plan): Promise<Findings> {
  const looks = new Map<TaskId, Promise<Look>>();
  for (const id of plan.graph.order) {
    const node = plan.nodes.get(id);
    const task = plan.graph.tasks.get(id);
    if (node === undefined || task === undefined) throw new Error(`no node for task ${id}`);
    const before = task.dependsOn.map((dependency) => looks.get(dependency));
    looks.set(id, look(session, node, before));
  }
  const findings = new Map<TaskId, Result<Verdict>>();
  for (const [id, finding] of looks) findings.set(id, (await finding).finding);
  return findings;
}

/** What was seen of a node, and the first stale thing at it or before it. */
interface Look {
  readonly finding: Result<Verdict>;
  readonly unsettled: Stale | undefined;
}

async function look(
  session: Session,
  node: Node,
  before: readonly (Promise<Look> | undefined)[],
): Promise<Look> {
  let unsettled: Stale | undefined;
  for (const look of await Promise.all(before)) {
    if (look === undefined) continue;
    if (!look.finding.ok) return look;
    unsettled ??= look.unsettled;
  }
  // A page cannot be judged before what it shows is settled; a run can be, from the side that will win the sync.
  if (unsettled !== undefined && node.node.startsWith('publish:')) {
    return { finding: ok({ ...unsettled, action: 'wait' }), unsettled };
  }
  const finding = await assess(session, node);
  const stale = finding.ok && finding.value.state === 'stale' ? finding.value : undefined;
  return { finding, unsettled: unsettled ?? stale };
}

/** Looks at one node; a stray throw becomes a failure that names the node. */
export async function assess(session: Session, node: Node): Promise<Result<Verdict>> {
  try {
    const verdict = await node.backend.assess(session, node.notebook, node.node);
    await noteSource(session, node);
    return verdict;
  } catch (error) {
    return err(strayThrow(node.id, error));
  }
}

/** A notebook that does not execute is consumed by what it says. */
async function noteSource(session: Session, { notebook, backend, node }: Node): Promise<void> {
  if (notebook.executes || node.startsWith('publish:')) return;
  const source = await backend.sourceDigest(session, notebook);
  if (source.ok) session.results.set(notebook.id, source.value);
}

/** A disk that refuses, wherever that showed; else a bug, kept to the task in which it happened. */
export function strayThrow(task: string, error: unknown): Failure {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return refusal;
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  return { reason: 'unknown-error', message: `${task}: ${message}`, ...stack };
}
