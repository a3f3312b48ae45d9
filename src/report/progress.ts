// Folds events into a view of the build, pure and without a terminal: what runs, what ended how, what went wrong.
import {
  type Event,
  type NodeOutcome,
  type NodeRef,
  type NotebookOutcome,
  outcomeOf,
  type Reason,
  type Summary,
} from '../event.ts';
import type { ConfigFailure, Failure } from '../failure.ts';

/** A node that has started and not ended. */
export interface RunningNode {
  readonly ref: NodeRef;
  readonly reason: Reason;
  /** The code cell that runs, from 1, of how many; null before the first. */
  readonly cell: { readonly number: number; readonly of: number; readonly firstLine: string } | null;
}

/** A node that failed, with what is to be told at the end. */
export interface FailedNode {
  readonly ref: NodeRef;
  readonly failure: Failure;
}

/** Everything known of a build so far. */
export interface View {
  readonly plan: (Event & { readonly type: 'plan' }) | null;
  /** By `nodeKey`, in the order of their starts. */
  readonly running: ReadonlyMap<string, RunningNode>;
  /**
   * Notebooks for which something other than `fresh` happened, by id. Fresh ones are only counted, so that folding a
   * build of a thousand fresh notebooks copies nothing.
   */
  readonly notebooks: ReadonlyMap<string, { readonly name: string; readonly outcome: NotebookOutcome }>;
  /** Notebooks that have ended, whatever their outcome. */
  readonly finished: number;
  readonly failures: readonly FailedNode[];
  readonly problems: readonly ConfigFailure[];
  readonly remarks: readonly { readonly ref: NodeRef; readonly text: string }[];
  readonly notices: readonly string[];
  readonly summary: Summary | null;
}

/** Before the first event. */
export const emptyView: View = {
  plan: null,
  running: new Map(),
  notebooks: new Map(),
  finished: 0,
  failures: [],
  problems: [],
  remarks: [],
  notices: [],
  summary: null,
};

/** The name under which a node stands in `View.running`. */
export function nodeKey(ref: NodeRef): string {
  return `${ref.notebook} ${ref.node}`;
}

/** The view after one more event. Changes nothing it was given. */
export function progress(view: View, event: Event): View {
  switch (event.type) {
    case 'plan':
      return { ...view, plan: event };
    case 'node-started':
      return withRunning(view, event, { ref: refOf(event), reason: event.reason, cell: null });
    case 'cell-started':
      return withCell(view, event);
    case 'node-finished':
      return withEnd(view, event, event.outcome);
    case 'node-failed': {
      const ended = withEnd(view, event, failureOutcome(event.failure));
      if (event.failure.reason === 'cancelled') return ended;
      return { ...ended, failures: [...view.failures, { ref: refOf(event), failure: event.failure }] };
    }
    case 'node-blocked':
      return withEnd(view, event, 'blocked');
    case 'notebook-finished':
      return withNotebook({ ...view, finished: view.finished + 1 }, event, event.outcome);
    case 'remark':
      return { ...view, remarks: [...view.remarks, { ref: refOf(event), text: event.text }] };
    case 'config-problem':
      return { ...view, problems: [...view.problems, event.problem] };
    case 'notice':
      return { ...view, notices: [...view.notices, event.text] };
    case 'summary':
      return { ...view, summary: event };
    case 'would-run':
    case 'kernel-started':
    case 'cell-output':
    case 'cell-finished':
      return view;
    default:
      return unreachable(event);
  }
}

/** How a failed node counts. A cancelled one never got to run: blocked. */
export function failureOutcome(failure: Failure): NotebookOutcome {
  if (failure.reason === 'sync-conflict') return 'conflict';
  return failure.reason === 'cancelled' ? 'blocked' : 'failed';
}

function refOf({ notebook, name, node }: NodeRef): NodeRef {
  return { notebook, name, node };
}

function withRunning(view: View, ref: NodeRef, node: RunningNode): View {
  return { ...view, running: new Map(view.running).set(nodeKey(ref), node) };
}

function withCell(view: View, event: Event & { readonly type: 'cell-started' }): View {
  const node = view.running.get(nodeKey(event));
  if (node === undefined) return view;
  const cell = { number: event.cell, of: event.cells, firstLine: event.firstLine };
  return withRunning(view, event, { ...node, cell });
}

function withEnd(view: View, ref: NodeRef, outcome: NotebookOutcome | NodeOutcome): View {
  const key = nodeKey(ref);
  const ended = withNotebook(view, ref, outcome);
  if (!view.running.has(key)) return ended;
  const running = new Map(view.running);
  running.delete(key);
  return { ...ended, running };
}

function withNotebook(
  view: View,
  { notebook, name }: { readonly notebook: string; readonly name: string },
  outcome: NotebookOutcome,
): View {
  const before = view.notebooks.get(notebook)?.outcome ?? 'fresh';
  const after = outcomeOf([before, outcome]);
  if (after === before) return view;
  return { ...view, notebooks: new Map(view.notebooks).set(notebook, { name, outcome: after }) };
}

function unreachable(event: never): never {
  throw new Error(`Internal error: no place for ${JSON.stringify(event)}`);
}
