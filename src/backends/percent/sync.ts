// Stage sync: brings the sides of a notebook to agree, or says that both were edited.
import type { Digest } from '../../../cache/index.ts';
import type { Session } from '../../engine/session.ts';
import { FRESH, type Verdict } from '../../engine/verdict.ts';
import type { NodeOutcome } from '../../event.ts';
import type { Notebook } from '../../project/notebook.ts';
import { err, ok, type Result } from '../../result.ts';
import { conflictFailure } from './conflict.ts';
import { decide } from './decide.ts';
import { timedSource, wantedPairing } from './pairing.ts';
import type { Decision } from './reconcile.ts';
import {
  isBroken,
  isPresent,
  isRebuilt,
  type PairedSide,
  type Present,
  readSides,
  type Sides,
} from './sides.ts';
import { write } from './write.ts';

/** A decision that pipeio can carry out. */
type Settled = Exclude<Decision, { readonly kind: 'conflict' }>;

/** Looks at whether the sides agree. Agreement is remembered as the base of the next comparison. */
export async function assessSync(session: Session, notebook: Notebook): Promise<Result<Verdict>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { script, ipynb, myst } = sides.value;
  const decision = await decide(session, notebook, sides.value);
  if (decision.kind === 'conflict') return err(await conflictFailure(session, notebook, sides.value));
  const winner = decision.kind === 'to-script' && isPresent(ipynb) ? ipynb : script;
  const text = reasonFor(decision, ipynb) ?? markdownReason(session, notebook, winner, myst);
  if (text !== undefined) {
    const perform = () => carryOut(session, notebook, sides.value, decision);
    return ok({ state: 'stale', action: 'update', reason: { text, more: 0 }, perform });
  }
  if (isPresent(ipynb)) await session.state.setBase(notebook.id, script.projection.source);
  return ok(FRESH);
}

function reasonFor(decision: Settled, ipynb: PairedSide): string | undefined {
  switch (decision.kind) {
    case 'agreed':
      return undefined;
    case 'to-notebook':
      if (isBroken(ipynb)) return 'the .ipynb is no notebook any more';
      return decision.keepsOther ? '.py and .ipynb differ: the .py is taken' : '.py was edited';
    case 'to-script':
      return decision.keepsOther ? '.py and .ipynb differ: the .ipynb is taken' : '.ipynb was edited';
  }
}

/** The `.md` is generated: stale when it says something else than the winning side. */
function markdownReason(
  session: Session,
  notebook: Notebook,
  winner: Present,
  myst: PairedSide,
): string | undefined {
  if (isBroken(myst)) return 'the .md is no notebook any more';
  if (!isPresent(myst) || notebook.myst === null || myst.projection.loose === winner.projection.loose)
    return undefined;
  return session.files.wroteItself(notebook.myst, myst.content)
    ? 'the .md is older'
    : 'the .md was edited by hand: made again from the .py';
}

async function carryOut(
  session: Session,
  notebook: Notebook,
  sides: Sides,
  decision: Settled,
): Promise<Result<NodeOutcome>> {
  const pairing = await wantedPairing(session, notebook, sides);
  const { script, ipynb } = sides;
  const { kernel } = pairing;
  let agreed: Digest | undefined;
  if (decision.kind === 'to-notebook' && notebook.ipynb !== null && ipynb !== null) {
    if (isBroken(ipynb) && !isRebuilt(ipynb)) return err(ipynb.failure);
    const previous = isBroken(ipynb) ? null : notebook.ipynb;
    const args = { script: notebook.script, previous, formats: pairing.ipynbFormats, kernel };
    const source = await timedSource(session, notebook);
    const written = await write(session, 'to-notebook', args, notebook.ipynb, ipynb.content, 'told', source);
    if (!written.ok) return written;
    agreed = written.value;
  }
  if (decision.kind === 'to-script' && notebook.ipynb !== null) {
    const args = { notebook: notebook.ipynb, previous: notebook.script, formats: pairing.formats, kernel };
    // With a base, the script holds nothing that was not in the notebook before it was edited.
    const backup = decision.keepsOther ? 'told' : 'never';
    const written = await write(session, 'to-script', args, notebook.script, script.content, backup);
    if (!written.ok) return written;
    agreed = written.value;
  }
  return finish(session, notebook, agreed);
}

/**
 * Regenerates the `.md` from the script if need be, and records the new base. `agreed` are the bytes that one side was
 * given: both agreed on what they say, even if the other side has been edited since.
 */
async function finish(
  session: Session,
  notebook: Notebook,
  agreed: Digest | undefined,
): Promise<Result<NodeOutcome>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { script, ipynb, myst } = sides.value;
  if (
    notebook.myst !== null &&
    myst !== null &&
    markdownReason(session, notebook, script, myst) !== undefined
  ) {
    const { formats, kernel } = await wantedPairing(session, notebook, sides.value);
    const args = { script: notebook.script, formats, kernel };
    const source = await timedSource(session, notebook);
    const written = await write(session, 'to-myst', args, notebook.myst, myst.content, 'told', source);
    if (!written.ok) return written;
    await readSides(session, notebook); // while Python runs, so that the next look at the new file needs none
  }
  if (isPresent(ipynb)) {
    const base = [script, ipynb].find(({ content }) => content === agreed) ?? script;
    const isAgreed = base.content === agreed || script.projection.source === ipynb.projection.source;
    if (isAgreed) await session.state.setBase(notebook.id, base.projection.source);
  }
  return ok('updated');
}
