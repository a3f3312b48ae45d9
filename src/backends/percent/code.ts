// The code of a percent notebook that will run: which side holds it, and its cells in a walk.
import type { Session } from '../../engine/session.ts';
import type { Walk } from '../../engine/walk.ts';
import type { Notebook } from '../../project/notebook.ts';
import { ok, type Result } from '../../result.ts';
import type { Projection } from '../../worker/protocol.ts';
import { decide } from './decide.ts';
import { isPresent, type Present, readSides, type Sides } from './sides.ts';

/** The code cells in order, one pair each. */
export function walkCells({ cells }: Projection): Walk {
  const codes = cells.flatMap(({ code }) => (code === null ? [] : [code]));
  return codes.map((code, index) => [`cell ${index + 1}`, code] as const);
}

/** Whether the code of a walk is exactly that of this projection. */
export function isCodeOf(walk: Walk, projection: Projection): boolean {
  const cells = walk.filter(([label]) => label.startsWith('cell '));
  return JSON.stringify(cells) === JSON.stringify(walkCells(projection));
}

/** The side whose code will run: the `.ipynb`, or the script where that is about to replace it, or there is no pair. */
export async function runningSide(session: Session, notebook: Notebook, sides: Sides): Promise<Present> {
  const { script, ipynb } = sides;
  if (!isPresent(ipynb)) return script;
  const decision = await decide(session, notebook, sides);
  return decision.kind === 'to-notebook' ? script : ipynb;
}

/** A digest of the code as the next sync leaves it. */
export async function codeDigest(session: Session, notebook: Notebook): Promise<Result<string>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  return ok((await runningSide(session, notebook, sides.value)).projection.code);
}
