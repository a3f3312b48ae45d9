// The one shape in which this folder answers that something could not be written.

/** Why a write did not happen: a system error's code (`ENOSPC`, `EROFS`, `EACCES` …) and the file or folder it was about. */
export interface WriteProblem {
  readonly code: string;
  readonly path: string;
}

/** What every writing function answers: its value, or the problem as a value. Only bugs are thrown. */
export type Written<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: WriteProblem };

/** The answer of a write that leaves nothing but its effect. */
export const DONE: Written<undefined> = { ok: true, value: undefined };

/** Wraps a value that came out of a write. */
export function written<T>(value: T): Written<T> {
  return { ok: true, value };
}

/** The code of a system error, or `undefined` for anything else that was thrown. */
export function systemCode(error: unknown): string | undefined {
  const isSystemError = error instanceof Error && 'syscall' in error && 'code' in error;
  return isSystemError && typeof error.code === 'string' ? error.code : undefined;
}

/** Turns a thrown system error into a problem about `path`; throws anything else on, since it is a bug. */
export function writeProblem(
  error: unknown,
  path: string,
): { readonly ok: false; readonly error: WriteProblem } {
  const code = systemCode(error);
  if (code === undefined) throw error;
  return { ok: false, error: { code, path } };
}
