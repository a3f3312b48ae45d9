// What a sync of a notebook has to do: the three-way decision, with the base looked up where this checkout has none.
import { stat } from 'node:fs/promises';
import type { Session } from '../../engine/session.ts';
import type { Notebook } from '../../project/notebook.ts';
import { committedSource } from './committed.ts';
import { type Decision, reconcile } from './reconcile.ts';
import { isBroken, isPresent, type Sides } from './sides.ts';

/** What to do about the `.ipynb`; a missing one is as good as agreed, since pair creates it. */
export async function decide(session: Session, notebook: Notebook, sides: Sides): Promise<Decision> {
  const { script, ipynb } = sides;
  if (isBroken(ipynb)) return { kind: 'to-notebook', keepsOther: false };
  if (!isPresent(ipynb) || notebook.ipynb === null) return { kind: 'agreed' };
  const digests = { script: script.projection.source, notebook: ipynb.projection.source };
  const settled = { ...digests, scriptModified: 0, notebookModified: 0 };
  const direction = session.directions.get(notebook.id);
  if (digests.script !== digests.notebook && direction !== undefined) {
    return { kind: direction === 'py2nb' ? 'to-notebook' : 'to-script', keepsOther: true };
  }
  const known = session.state.base(notebook.id);
  if (known !== undefined || digests.script === digests.notebook)
    return reconcile({ ...settled, base: known });
  const committed = await committedSource(session, notebook, script.projection.settings);
  if (committed !== undefined) return reconcile({ ...settled, base: committed });
  const [scriptModified, notebookModified] = await Promise.all([
    modified(notebook.script),
    modified(notebook.ipynb),
  ]);
  return reconcile({ ...digests, base: undefined, scriptModified, notebookModified });
}

async function modified(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0, // gone meanwhile: the write that follows notices
  );
}
