// Decides a three-way sync from digests alone: which side was edited since the sides last agreed.

/** What is known of a pair. Digests are of the source: all cells and the metadata that the text format carries. */
export interface PairState {
  readonly script: string;
  readonly notebook: string;
  /** What both sides were when they last agreed; undefined where nothing remembers it. */
  readonly base: string | undefined;
  /** Modification times in milliseconds; looked at only without a base. */
  readonly scriptModified: number;
  readonly notebookModified: number;
}

/**
 * What a sync has to do. `keepsOther`: no base says that the losing side holds nothing new, so it is kept.
 */
export type Decision =
  | { readonly kind: 'agreed' }
  | { readonly kind: 'to-notebook'; readonly keepsOther: boolean }
  | { readonly kind: 'to-script'; readonly keepsOther: boolean }
  | { readonly kind: 'conflict' };

/** Clocks and file systems are not exact: the notebook is newer only if by more than this. */
const TOLERANCE_MS = 2000;

/** The table of three-way reconciliation (docs/design.md, Sync). */
export function reconcile(pair: PairState): Decision {
  const { script, notebook, base } = pair;
  if (script === notebook) return { kind: 'agreed' };
  if (base === undefined) {
    const notebookIsNewer = pair.notebookModified > pair.scriptModified + TOLERANCE_MS;
    return { kind: notebookIsNewer ? 'to-script' : 'to-notebook', keepsOther: true };
  }
  if (notebook === base) return { kind: 'to-notebook', keepsOther: false };
  if (script === base) return { kind: 'to-script', keepsOther: false };
  return { kind: 'conflict' };
}
