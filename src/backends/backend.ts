// The interface between the engine and a notebook format: which nodes a notebook has, and how each is looked at.

import type { Session } from '../engine/session.ts';
import type { Verdict } from '../engine/verdict.ts';
import type { FileState, NodeName } from '../event.ts';
import type { Notebook, NotebookFormat } from '../project/notebook.ts';
import type { Result } from '../result.ts';

/** Which limit a node counts against: kernels (and marimo runs) are dear, all else is cheap. */
export type Pool = 'kernel' | 'light';

/** One node of a notebook's chain. */
export interface NodeSpec {
  readonly node: NodeName;
  readonly pool: Pool;
  /** Nodes of the same notebook that come first. */
  readonly after: readonly NodeName[];
}

/** One file of a notebook. */
export interface FileStanding {
  readonly path: string;
  readonly standing: FileState;
}

/** A notebook format. */
export interface Backend {
  readonly format: NotebookFormat;
  /** The nodes of a notebook, in order; empty for an archived one. */
  nodes(notebook: Notebook): readonly NodeSpec[];
  /** Looks at one node without changing any file of the project. */
  assess(session: Session, notebook: Notebook, node: NodeName): Promise<Result<Verdict>>;
  /** The files of a notebook and how they stand to each other. */
  files(session: Session, notebook: Notebook): Promise<Result<readonly FileStanding[]>>;
  /** What dependents consume of a notebook that has no exec node: a digest of its code as the next sync leaves it. */
  codeDigest(session: Session, notebook: Notebook): Promise<Result<string>>;
}

/** The unique id of a node, stable across builds and checkouts. */
export function taskName(notebook: Notebook, node: NodeName): string {
  return `${notebook.id} ${node}`;
}
