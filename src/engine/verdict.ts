// What looking at a node says before anything is done: it is fresh, or what would have to happen, and how.
import type { NodeOutcome, Reason } from '../event.ts';
import type { Result } from '../result.ts';

/** How a stale node gets fresh again. */
export type Action = 'restore' | 'execute' | 'update';

/** The node's result is in place. */
export interface Fresh {
  readonly state: 'fresh';
}

/** Something must be done; `perform` does what the look found, and only if the files are still as they were then. */
export interface Stale {
  readonly state: 'stale';
  readonly action: Action;
  readonly reason: Reason;
  readonly perform: (signal: AbortSignal) => Promise<Result<NodeOutcome>>;
}

/** It cannot be told until something that it depends on has run. */
export interface Waiting {
  readonly state: 'waiting';
  readonly reason: Reason;
}

/** The answer of a look. */
export type Verdict = Fresh | Stale | Waiting;

/** The one fresh verdict. */
export const FRESH: Fresh = { state: 'fresh' };
