// Looks at every node of a plan before anything runs: what is fresh, what is not and why; changes nothing.
import type { TaskId } from '../../graph/index.ts';
import type { Reason } from '../event.ts';
import type { Failure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { Node, Plan } from './plan.ts';
import type { Session } from './session.ts';
import type { Verdict } from './verdict.ts';
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

/** What was seen of a node, and the first reason at it or before it why things will change. */
interface Look {
  readonly finding: Result<Verdict>;
  readonly unsettled: Reason | undefined;
}

async function look(
  session: Session,
  node: Node,
  before: readonly (Promise<Look> | undefined)[],
): Promise<Look> {
  let unsettled: Reason | undefined;
  for (const look of await Promise.all(before)) {
    if (look === undefined) continue;
    if (!look.finding.ok) return look;
    unsettled ??= look.unsettled;
  }
  // A page cannot be judged before what it shows is settled; a run can be, from the side that will win the sync.
  if (unsettled !== undefined && node.node.startsWith('publish:')) {
    return { finding: ok({ state: 'waiting', reason: unsettled }), unsettled };
  }
  const finding = await assess(session, node);
  if (finding.ok && finding.value.state !== 'fresh') unsettled = finding.value.reason;
  return { finding, unsettled };
}

/** Looks at one node; a stray throw becomes a failure that names the node. */
export async function assess(session: Session, node: Node): Promise<Result<Verdict>> {
  try {
    return await node.backend.assess(session, node.notebook, node.node);
  } catch (error) {
    return err(strayThrow(node.id, error));
  }
}

/** A disk that refuses, wherever that showed; else a bug, kept to the task in which it happened. */
export function strayThrow(task: string, error: unknown): Failure {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return refusal;
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  return { reason: 'unknown-error', message: `${task}: ${message}`, ...stack };
}
