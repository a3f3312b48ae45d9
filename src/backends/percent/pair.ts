// Stage pair: creates the sides that are missing and writes the pairing metadata where it is not as configured.
import type { Session } from '../../engine/session.ts';
import { FRESH, type Verdict } from '../../engine/verdict.ts';
import type { NodeOutcome } from '../../event.ts';
import type { Notebook } from '../../project/notebook.ts';
import { ok, type Result } from '../../result.ts';
import { type Pairing, timedSource, wantedPairing } from './pairing.ts';
import { isPresent, type PairedSide, readSides, type Sides } from './sides.ts';
import { write } from './write.ts';

/** Looks at the pairing of a notebook. */
export async function assessPair(session: Session, notebook: Notebook): Promise<Result<Verdict>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  if (notebook.formats === null) return ok(FRESH);
  const pairing = await wantedPairing(session, notebook, sides.value);
  const reasons = differences(sides.value, pairing);
  const [first, ...more] = reasons;
  if (first === undefined) return ok(FRESH);
  return ok({
    state: 'stale',
    action: 'update',
    reason: { text: first, more: more.length },
    perform: () => perform(session, notebook, sides.value, pairing),
  });
}

function differences(sides: Sides, pairing: Pairing): string[] {
  const { script, ipynb, myst } = sides;
  const reasons: string[] = [];
  if (isMissing(ipynb)) reasons.push('no .ipynb yet');
  if (isMissing(myst)) reasons.push('no .md yet');
  if (script.projection.formats !== pairing.formats) reasons.push('pairing of the .py changed');
  if (isPresent(ipynb) && ipynb.projection.formats !== pairing.ipynbFormats)
    reasons.push('pairing of the .ipynb changed');
  if (hasOtherKernel(script, pairing) || hasOtherKernel(ipynb, pairing) || hasOtherKernel(myst, pairing)) {
    reasons.push(`kernel is now ${pairing.kernel?.name}`);
  }
  return reasons;
}

function isMissing(side: PairedSide): boolean {
  return side !== null && side.content === 'missing';
}

function hasOtherKernel(side: PairedSide, pairing: Pairing): boolean {
  return isPresent(side) && pairing.kernel !== null && side.projection.kernel !== pairing.kernel.name;
}

/** The `.py` first: what is created afterwards is made from it as it then stands. */
async function perform(
  session: Session,
  notebook: Notebook,
  sides: Sides,
  pairing: Pairing,
): Promise<Result<NodeOutcome>> {
  const { script, ipynb, myst } = sides;
  const { formats, ipynbFormats, kernel } = pairing;
  const source = await timedSource(session, notebook);
  if (script.projection.formats !== formats || hasOtherKernel(script, pairing)) {
    const args = { path: notebook.script, format: 'percent' as const, formats, kernel };
    const written = await write(session, 'set-pairing', args, notebook.script, script.content, 'quiet');
    if (!written.ok) return written;
  }
  if (notebook.ipynb !== null && isMissing(ipynb)) {
    const args = { script: notebook.script, previous: null, formats: ipynbFormats, kernel };
    const written = await write(session, 'to-notebook', args, notebook.ipynb, 'missing', 'told', source);
    if (!written.ok) return written;
  } else if (notebook.ipynb !== null && isPresent(ipynb)) {
    if (ipynb.projection.formats !== ipynbFormats || hasOtherKernel(ipynb, pairing)) {
      const args = { path: notebook.ipynb, format: 'ipynb' as const, formats: ipynbFormats, kernel };
      const { content } = ipynb;
      const written = await write(session, 'set-pairing', args, notebook.ipynb, content, 'quiet', source);
      if (!written.ok) return written;
    }
  }
  if (notebook.myst !== null && myst !== null && (isMissing(myst) || hasOtherKernel(myst, pairing))) {
    const args = { script: notebook.script, formats, kernel };
    const written = await write(session, 'to-myst', args, notebook.myst, myst.content, 'told', source);
    if (!written.ok) return written;
  }
  return ok('updated');
}
