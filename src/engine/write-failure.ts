// Words a file system's refusal to write, with what to do about it.
import type { Failure, WriteFailure } from '../failure.ts';

const SPACE = 'Free some space and build again; nothing was lost.';
const RIGHTS = 'Make it writable and build again; nothing was lost.';
const IN_THE_WAY = 'Move it away and build again; nothing was lost.';

/** What a system's error code means, and what helps. */
const REFUSALS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['the disk is full', SPACE],
  EDQUOT: ['the disk quota is used up', SPACE],
  EROFS: ['the file system is read-only', RIGHTS],
  EACCES: ['permission denied', RIGHTS],
  EPERM: ['permission denied', RIGHTS],
  ENOTDIR: ['a file stands where a folder is needed', IN_THE_WAY],
  EEXIST: ['a file stands where a folder is needed', IN_THE_WAY],
  EISDIR: ['a folder stands where the file belongs', IN_THE_WAY],
};

/** The failure that something thrown by a write to `path` means. */
export function writeFailure(path: string, error: unknown): WriteFailure {
  return writeFailureOf(path, error instanceof Error ? error.message : String(error));
}

/** The same from the words alone; the system's error code may stand among them. */
export function writeFailureOf(path: string, words: string): WriteFailure {
  const code = /\bE[A-Z]{3,}\b/.exec(words)?.[0] ?? '';
  const refusal = REFUSALS[code];
  if (refusal === undefined) return { reason: 'write-failed', path, message: words };
  const [what, hint] = refusal;
  return { reason: 'write-failed', path, message: `${what} (${code})`, hint };
}

/** The failure behind a stray throw, if it is a disk's or a folder's refusal and no bug. */
export function refusalOf(error: unknown): Failure | undefined {
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return undefined;
  if (REFUSALS[String(error.code)] === undefined) return undefined;
  return writeFailure(String(error.path), error);
}

/** Said when a result could not be remembered: it is in place, and made again by the next build. */
export function notRemembered(path: string, code: string): string {
  return `${path} cannot be written (${code}): results are in place, but the next build makes them again`;
}
