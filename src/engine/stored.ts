// Takes results out of the store: verified copies, never the stored file itself.
import type { Digest } from '../../cache/index.ts';
import { err, ok, type Result } from '../result.ts';
import type { Session } from './session.ts';
import { writeFailureOf } from './write-failure.ts';

/**
 * A temporary file with the content of a blob. A blob that is gone or corrupt is removed from the store and answers
 * `input-moved`: looked at once more, the node then finds that it must run.
 */
export async function storedCopy(
  session: Session,
  digest: Digest,
  extension: string,
): Promise<Result<string>> {
  const copy = await session.files.temporary(extension);
  const copied = await session.cache.blobs.copyTo(digest, copy);
  if (!copied.ok) return err(writeFailureOf(copied.error.path, copied.error.code));
  if (copied.value === 'copied') return ok(copy);
  return err({ reason: 'input-moved', path: copy, message: 'the stored result is gone or damaged' });
}
