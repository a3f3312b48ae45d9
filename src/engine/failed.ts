// Keeps what a failed run left, and the last good result beside it, and names both in the failure.
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '../../cache/index.ts';
import type { Failure } from '../failure.ts';
import type { Notebook } from '../project/notebook.ts';
import type { Session } from './session.ts';

/** Removes what earlier failures left: the notebook has run well since. */
export async function forgetFailed(session: Session, notebook: Notebook): Promise<void> {
  const place = join(session.project.root, '.pipeio', 'failed', notebook.id);
  for (const extension of ['.ipynb', '.html']) {
    await rm(`${place}${extension}`, { force: true });
    await rm(`${place}.last-good${extension}`, { force: true });
  }
}

/**
 * Moves what the run left to `.pipeio/failed/`, copies the last good result there if the store still has it, and
 * completes the failure with the two places. `extension` is that of both, with the dot.
 */
export async function keepFailed(
  session: Session,
  notebook: Notebook,
  failure: Failure,
  extension: string,
  lastGood: Digest | undefined,
): Promise<Failure> {
  if (failure.reason === 'cancelled') return failure;
  const message = 'message' in failure ? failure.message : failure.reason;
  const text = 'exception' in failure && failure.exception !== undefined ? failure.exception : message;
  await session.state.setFailure(notebook.id, { message: text, at: session.now() });
  if (!('partial' in failure) || failure.partial === undefined) return failure;
  const place = join(session.project.root, '.pipeio', 'failed', notebook.id);
  const partial = `${place}${extension}`;
  try {
    await mkdir(dirname(partial), { recursive: true });
    await rename(failure.partial, partial);
  } catch {
    // The failure of the notebook matters more than the place of its remains: they stay in the temporary folder.
    return failure;
  }
  const good = `${place}.last-good${extension}`;
  await rm(good, { force: true });
  const copied = lastGood === undefined ? undefined : await session.cache.blobs.copyTo(lastGood, good);
  const isCopied = copied?.ok === true && copied.value === 'copied';
  return { ...failure, partial, ...(isCopied ? { lastGood: good } : {}) };
}
