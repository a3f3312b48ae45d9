// How the sides of a percent notebook stand to each other, for people to see.
import type { Session } from '../../engine/session.ts';
import type { FileState } from '../../event.ts';
import type { Notebook } from '../../project/notebook.ts';
import { ok, type Result } from '../../result.ts';
import type { FileStanding } from '../backend.ts';
import { decide } from './decide.ts';
import type { Decision } from './reconcile.ts';
import { isBroken, isPresent, isRebuilt, readSides } from './sides.ts';

const STANDINGS: Readonly<Record<Decision['kind'], FileState>> = {
  agreed: 'synced',
  'to-notebook': 'py-newer',
  'to-script': 'ipynb-newer',
  conflict: 'conflict',
};

/** The script is the source; the others are as good as what a sync would do to them. */
export async function standings(
  session: Session,
  notebook: Notebook,
): Promise<Result<readonly FileStanding[]>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { script, ipynb, myst } = sides.value;
  const files: FileStanding[] = [{ path: notebook.script, standing: 'source' }];
  if (ipynb !== null && notebook.ipynb !== null) {
    const decision = await decide(session, notebook, sides.value);
    const isLost = isBroken(ipynb) && !isRebuilt(ipynb);
    const standing = isLost ? 'unreadable' : STANDINGS[decision.kind];
    files.push({ path: notebook.ipynb, standing: ipynb.content === 'missing' ? 'missing' : standing });
  }
  if (myst !== null && notebook.myst !== null) {
    const agrees = isPresent(myst) && myst.projection.loose === script.projection.loose;
    const standing = myst.content === 'missing' ? 'missing' : agrees ? 'synced' : 'stale';
    files.push({ path: notebook.myst, standing });
  }
  return ok(files);
}
