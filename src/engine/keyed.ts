// Rebuilds a node that has a key: fresh when a trace's outputs are in place, else restored from the cache, else run.
import type { Trace } from '../../cache/index.ts';
import type { NodeOutcome, Reason } from '../event.ts';
import type { Failure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { Session } from './session.ts';
import { type Action, FRESH, type Verdict } from './verdict.ts';
import { explain, keyOf, type Walk } from './walk.ts';
import { notRemembered } from './write-failure.ts';

/** What a run left, to be remembered under the key. */
export type Product = Pick<Trace, 'outputs' | 'facts' | 'seconds'>;

/** The value in a walk that is known only when another notebook has run. */
export const PENDING = 'pending';

/** A node that is decided by its key. */
export interface KeyedNode {
  /** Unique id of the node. */
  readonly task: string;
  /** Id of its notebook. */
  readonly notebook: string;
  /** What running it means to the reader of the plan. */
  readonly runs: 'execute' | 'update';
  /** Walks over what the node is made of, as things stand now. */
  describe(): Promise<Result<Walk>>;
  isInPlace(trace: Trace): Promise<Result<boolean>>;
  /** Why it must be restored, when a trace is known but its outputs are not in place; undefined if it cannot be. */
  whyRestore(trace: Trace): Promise<string | undefined>;
  restore(trace: Trace): Promise<Result<void>>;
  /** Makes the product of exactly what `walk` says; `input-moved` if it finds something else. */
  run(signal: AbortSignal, walk: Walk): Promise<Result<Product>>;
  /** Called with the trace that is in place at the end. */
  settled?(trace: Trace): Promise<void>;
}

/** Looks at a node: no file is changed, no kernel started. */
export async function assessKeyed(session: Session, node: KeyedNode): Promise<Result<Verdict>> {
  const walk = await node.describe();
  if (!walk.ok) return walk;
  const last = session.state.last(node.task);
  const pending = walk.value.find(([, value]) => value === PENDING);
  if (pending !== undefined) {
    const text = `needs ${pending[0].replace('depends-on ', '')}`;
    return ok({ state: 'waiting', reason: { text, more: 0 } });
  }
  const perform = (signal: AbortSignal) => run(session, node, walk.value, signal);
  if (session.forced.has(node.notebook)) return ok(stale(node.runs, { text: 'forced', more: 0 }, perform));
  const key = keyOf(walk.value);
  const traces = session.cache.traces.get(key);
  for (const trace of traces) {
    const inPlace = await node.isInPlace(trace);
    if (!inPlace.ok) return inPlace;
    if (inPlace.value) {
      // A clone that came with results knows them as its own from now on.
      if (last === undefined || keyOf(last.walk) !== key) await remember(session, node, walk.value, trace);
      else await node.settled?.(trace);
      return ok(FRESH);
    }
  }
  for (const trace of traces) {
    const why = await node.whyRestore(trace);
    if (why === undefined) continue;
    return ok(stale('restore', { text: why, more: 0 }, () => restore(session, node, walk.value, trace)));
  }
  const reason =
    traces.length > 0 ? { text: 'the stored result is gone', more: 0 } : explain(last?.walk, walk.value);
  return ok(stale(node.runs, reason, perform));
}

function stale(
  action: Action,
  reason: Reason,
  perform: (signal: AbortSignal) => Promise<Result<NodeOutcome>>,
): Verdict {
  return { state: 'stale', action, reason, perform };
}

async function restore(
  session: Session,
  node: KeyedNode,
  walk: Walk,
  trace: Trace,
): Promise<Result<NodeOutcome>> {
  const restored = await node.restore(trace);
  if (!restored.ok) return restored;
  await remember(session, node, walk, trace);
  return ok('restored');
}

/** Runs. A result belongs to the inputs it was made from: if one moved meanwhile, it is remembered under no key. */
async function run(
  session: Session,
  node: KeyedNode,
  walk: Walk,
  signal: AbortSignal,
): Promise<Result<NodeOutcome>> {
  const product = await node.run(signal, walk);
  if (!product.ok) return product;
  const after = await node.describe();
  if (!after.ok) return after;
  if (keyOf(after.value) !== keyOf(walk)) return err(moved(node.task, explain(walk, after.value)));
  const trace: Trace = { ...product.value, inputs: [], at: session.now() };
  const added = await session.cache.traces.add(keyOf(walk), trace);
  if (!added.ok) session.warn(notRemembered(added.error.path, added.error.code));
  await remember(session, node, walk, trace);
  return ok(node.runs === 'execute' ? 'executed' : 'updated');
}

/** The newest trace under the key of the last success: the result that a failing run does not replace. */
export function lastGoodTrace(session: Session, task: string): Trace | undefined {
  const last = session.state.last(task);
  return last === undefined ? undefined : session.cache.traces.get(keyOf(last.walk))[0];
}

async function remember(session: Session, node: KeyedNode, walk: Walk, trace: Trace): Promise<void> {
  await session.state.setLast(node.task, { walk, at: session.now() });
  await node.settled?.(trace);
}

function moved(task: string, reason: Reason): Failure {
  const message = `${reason.text} while it ran; what it made is kept, but the next build runs it again`;
  return { reason: 'input-moved', path: task, message };
}
