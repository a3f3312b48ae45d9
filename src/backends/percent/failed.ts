// Keeps what a failed run left, and the last good notebook beside it, and names both in the failure.
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Session } from '../../engine/session.ts';
import { keyOf } from '../../engine/walk.ts';
import type { Failure } from '../../failure.ts';
import type { Notebook } from '../../project/notebook.ts';
import { taskName } from '../backend.ts';
import { executedOf } from './executed.ts';

/** Moves the partial notebook to `.pipeio/failed/` and completes the failure with the two places. */
export async function keepFailed(session: Session, notebook: Notebook, failure: Failure): Promise<Failure> {
  if (failure.reason === 'cancelled') return failure;
  const message = 'message' in failure ? failure.message : failure.reason;
  const text = 'exception' in failure && failure.exception !== undefined ? failure.exception : message;
  await session.state.setFailure(notebook.id, { message: text, at: session.now() });
  if (!('partial' in failure) || failure.partial === undefined) return failure;
  const partial = join(session.project.root, '.pipeio', 'failed', `${notebook.id}.ipynb`);
  try {
    await mkdir(dirname(partial), { recursive: true });
    await rename(failure.partial, partial);
  } catch {
    // The failure of the notebook matters more than the place of its remains: they stay in the temporary folder.
    return failure;
  }
  const lastGood = await copyLastGood(session, notebook, partial.replace(/\.ipynb$/, '.last-good.ipynb'));
  return { ...failure, partial, ...(lastGood === undefined ? {} : { lastGood }) };
}

/** The executed notebook of the last success, under its key of then, if the store still has it. */
async function copyLastGood(
  session: Session,
  notebook: Notebook,
  target: string,
): Promise<string | undefined> {
  const last = session.state.last(taskName(notebook, 'exec'));
  const trace = last === undefined ? undefined : session.cache.traces.get(keyOf(last.walk))[0];
  await rm(target, { force: true });
  if (trace === undefined) return undefined;
  const copied = await session.cache.blobs.copyTo(executedOf(trace).whole, target);
  return copied.ok && copied.value === 'copied' ? target : undefined;
}
