// The three sides of a percent notebook as they stand on disk: `.py`, `.ipynb`, `.md`.
import type { Digest } from '../../../cache/index.ts';
import type { Side } from '../../engine/projections.ts';
import type { Session } from '../../engine/session.ts';
import type { Failure } from '../../failure.ts';
import type { Notebook } from '../../project/notebook.ts';
import { err, ok, type Result } from '../../result.ts';

/** A side that is there and could be read. */
export type Present = Exclude<Side, { readonly projection: null }>;

/** A side that is there but is no notebook. */
export interface Broken {
  readonly content: Digest;
  readonly failure: Failure;
}

/** A side of a pair; null where this notebook does not have it. */
export type PairedSide = Side | Broken | null;

/** All sides. The script is the source of truth: without it there is nothing to build. */
export interface Sides {
  readonly script: Present;
  readonly ipynb: PairedSide;
  readonly myst: PairedSide;
}

/** Whether a side holds a readable notebook. */
export function isPresent(side: PairedSide): side is Present {
  return side !== null && 'projection' in side && side.projection !== null;
}

/** Whether a side is there but no notebook. */
export function isBroken(side: PairedSide): side is Broken {
  return side !== null && 'failure' in side;
}

/** Whether sync makes a broken `.ipynb` anew: git's conflict markers are no work of anybody's, all else might be. */
export function isRebuilt({ failure }: Broken): boolean {
  return failure.reason === 'conflict-markers';
}

/** For a generated side that is no notebook any more. */
const REMEDY = 'Mend it, or delete it: the next build makes it again from the .py.';

/** Reads all sides. The filter that the script sets decides what counts as cell metadata on every side. */
export async function readSides(session: Session, notebook: Notebook): Promise<Result<Sides>> {
  const script = await session.projections.of(notebook.script, 'percent', null);
  if (!script.ok) return script;
  if (script.value.projection === null) return err(await missing(session, notebook));
  const settings = script.value.projection.settings;
  const read = async (
    path: string | null,
    wanted: boolean,
    format: 'ipynb' | 'myst',
  ): Promise<Result<PairedSide>> => {
    if (path === null || !wanted) return ok(null);
    const side = await session.projections.of(path, format, settings);
    if (side.ok) return side;
    const content = await session.files.digestOf(path);
    const isOtherFailure =
      side.error.reason !== 'invalid-notebook' && side.error.reason !== 'conflict-markers';
    if (!content.ok || content.value === 'missing' || isOtherFailure) return side;
    return ok({
      content: content.value,
      failure: { ...side.error, hint: side.error.hint ?? REMEDY } as Failure,
    });
  };
  const [ipynb, myst] = await Promise.all([
    read(notebook.ipynb, notebook.pairIpynb, 'ipynb'),
    read(notebook.myst, notebook.pairMyst, 'myst'),
  ]);
  if (!ipynb.ok) return ipynb;
  if (!myst.ok) return myst;
  return ok({ script: script.value, ipynb: ipynb.value, myst: myst.value });
}

async function missing(session: Session, notebook: Notebook): Promise<Failure> {
  const ipynb = notebook.ipynb === null ? undefined : await session.files.digestOf(notebook.ipynb);
  const hasPair = ipynb?.ok === true && ipynb.value !== 'missing';
  const hint = hasPair
    ? `${notebook.ipynb} is still there: \`jupytext --to py:percent\` makes the .py again from it.`
    : 'Restore the file, or remove its entry from notebook.yml.';
  return { reason: 'source-missing', path: notebook.script, message: 'the .py file does not exist', hint };
}
