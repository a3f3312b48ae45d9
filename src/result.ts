// Expected failure as a value: what every part of src/ returns where something a user did, or the world, can fail.
import type { Failure } from './failure.ts';

/** Either a value or an expected failure. A throw is a bug, never a user's mistake. */
export type Result<T, E = Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** Wraps a value as success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** Wraps a failure. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}
