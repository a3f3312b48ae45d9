// Shows a conflict: the cells of both sides as text, and the diff between them.
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { relativeName } from '../../engine/names.ts';
import type { Session } from '../../engine/session.ts';
import type { Failure } from '../../failure.ts';
import type { Notebook } from '../../project/notebook.ts';
import type { WorkerOps } from '../../worker/protocol.ts';
import type { Sides } from './sides.ts';

type Cells = WorkerOps['cells']['result'];

/** The failure of a pair that was edited on both sides, with the cell diff. */
export async function conflictFailure(session: Session, notebook: Notebook, sides: Sides): Promise<Failure> {
  const { settings } = sides.script.projection;
  const ipynb = notebook.ipynb ?? notebook.script;
  const [script, other] = await Promise.all([
    session.worker.call('cells', { path: notebook.script, format: 'percent', settings }, notebook.script),
    session.worker.call('cells', { path: ipynb, format: 'ipynb', settings }, ipynb),
  ]);
  if (!script.ok) return script.error;
  if (!other.ok) return other.error;
  const { root } = session.project;
  const [from, to] = [relativeName(root, notebook.script), relativeName(root, ipynb)];
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY };
  const diff = createTwoFilesPatch(
    from,
    to,
    textOf(script.value),
    textOf(other.value),
    undefined,
    undefined,
    options,
  );
  return { reason: 'sync-conflict', script: notebook.script, notebook: ipynb, diff };
}

/** Cells as plain text: a marker line with number and kind, then the source. */
function textOf(cells: Cells): string {
  return cells.cells
    .map((cell, index) => `--- cell ${index + 1} [${cell.kind}]\n${cell.source.trim()}\n`)
    .join('\n');
}
