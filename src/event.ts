// The one list of things that happen during a build; the engine emits them, reporters show them.
import type { ConfigFailure, Failure } from './failure.ts';

/** The stages a notebook goes through. */
export type Stage = 'pair' | 'sync' | 'exec' | 'publish';

/** A node as people name it: `publish:html` is stage `publish`, format `html`. */
export type NodeName = 'pair' | 'sync' | 'exec' | 'publish:myst' | 'publish:html' | 'publish:ipynb';

/**
 * How a node ended well. `fresh`: nothing to do. `restored`: put back from the cache. `executed`: a kernel (or marimo)
 * ran it. `updated`: files were written without running a notebook.
 */
export type NodeOutcome = 'fresh' | 'restored' | 'executed' | 'updated';

/** How a notebook as a whole can end; it ends as the first of this list that holds for one of its nodes. */
export const NOTEBOOK_OUTCOMES = [
  'failed',
  'conflict',
  'blocked',
  'executed',
  'restored',
  'updated',
  'fresh',
] as const;

/** See `NOTEBOOK_OUTCOMES`. */
export type NotebookOutcome = (typeof NOTEBOOK_OUTCOMES)[number];

/** The outcomes that make a build exit with 1. */
export const BAD_OUTCOMES: readonly NotebookOutcome[] = ['failed', 'conflict', 'blocked'];

/** The outcome of a notebook from those of its nodes; a notebook without nodes is fresh. */
export function outcomeOf(nodes: readonly NotebookOutcome[]): NotebookOutcome {
  return NOTEBOOK_OUTCOMES.find((outcome) => nodes.includes(outcome)) ?? 'fresh';
}

/** Which node of which notebook an event is about. */
export interface NodeRef {
  /** Unique notebook id, `flow/workspace/name`. */
  readonly notebook: string;
  /** The name to show: the stem, or the id where the stem is not unique. */
  readonly name: string;
  readonly node: NodeName;
}

/** Why a node is not fresh: the first reason, and how many more there are. */
export interface Reason {
  readonly text: string;
  readonly more: number;
}

/**
 * How one file of a notebook stands to the others. `stale`: generated, and older than what it is generated from;
 * `unreadable`: it is no notebook.
 */
export type FileState =
  | 'source'
  | 'synced'
  | 'py-newer'
  | 'ipynb-newer'
  | 'conflict'
  | 'missing'
  | 'unreadable'
  | 'stale';

/** Counts of a finished build; each notebook counts once. */
export interface Summary {
  readonly notebooks: number;
  readonly executed: number;
  readonly restored: number;
  readonly updated: number;
  readonly fresh: number;
  readonly failed: number;
  readonly conflict: number;
  readonly blocked: number;
  readonly kernels_started: number;
  readonly python_started: number;
  /** Wall-clock seconds of the whole build. */
  readonly seconds: number;
}

/** Everything a build tells. Readonly data: reporters fold it, nobody changes it. */
export type Event =
  | {
      readonly type: 'plan';
      readonly notebooks: number;
      readonly nodes: number;
      readonly toExecute: number;
      readonly dryRun: boolean;
    }
  | ({
      readonly type: 'would-run';
      readonly action: 'restore' | 'execute' | 'update' | 'wait';
      readonly reason: Reason;
    } & NodeRef)
  | ({ readonly type: 'node-started'; readonly reason: Reason } & NodeRef)
  | ({ readonly type: 'node-finished'; readonly outcome: NodeOutcome; readonly seconds: number } & NodeRef)
  | ({ readonly type: 'node-failed'; readonly failure: Failure; readonly seconds: number } & NodeRef)
  | ({ readonly type: 'node-blocked'; readonly by: string } & NodeRef)
  | ({ readonly type: 'kernel-started'; readonly kernel: string; readonly seconds: number } & NodeRef)
  | ({
      readonly type: 'cell-started';
      readonly cell: number;
      readonly cells: number;
      readonly firstLine: string;
    } & NodeRef)
  | ({ readonly type: 'cell-output'; readonly cell: number; readonly text: string } & NodeRef)
  | ({
      readonly type: 'cell-finished';
      readonly cell: number;
      readonly cells: number;
      readonly seconds: number;
    } & NodeRef)
  | ({ readonly type: 'remark'; readonly text: string } & NodeRef)
  | { readonly type: 'config-problem'; readonly problem: ConfigFailure }
  | { readonly type: 'notice'; readonly text: string }
  | {
      readonly type: 'notebook-finished';
      readonly notebook: string;
      readonly name: string;
      readonly outcome: NotebookOutcome;
    }
  | ({ readonly type: 'summary' } & Summary);

/** Takes events; `close` is awaited once, after the last. */
export interface Reporter {
  handle(event: Event): void;
  close(): Promise<void>;
}
