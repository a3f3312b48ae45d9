// Names for files that are written beside their final place and then renamed onto it.
import { randomBytes } from 'node:crypto';

/** How such a name ends; whoever collects garbage may delete old files with this ending. */
export const TEMPORARY_SUFFIX = '.tmp';

/** A new name in the folder of `path`, so that a rename onto `path` stays on one file system and is atomic. */
export function temporaryBeside(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}${TEMPORARY_SUFFIX}`;
}
