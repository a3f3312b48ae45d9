// The moves of a lock's folder on disk, each one atomic; when to make them is decided in lock.ts.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProcessIdentity } from './process-identity.ts';
import { systemCode } from './written.ts';

const LITTER_AGE_MS = 24 * 3600 * 1000;

/** Who holds a lock: what a waiting process can show. */
export interface Holder extends ProcessIdentity {
  /** The name under which the lock was asked for. */
  readonly name: string;
}

/** What stands at a lock's place. */
export interface Standing {
  /** Names this one holding of the lock. */
  readonly token: string;
  /** When the holder last gave a sign of life, in ms by the file system's clock. */
  readonly touched: number;
  /** Missing if its record cannot be read, after a power cut for example. */
  readonly holder: Holder | undefined;
}

/** Prepares a lock beside its place. Throws the system error. */
export function prepare(place: string, token: string, holder: Holder): void {
  const prepared = preparedOf(place, token);
  try {
    mkdirSync(prepared);
  } catch (error) {
    // Only then, since a recursive mkdir says ENOENT of a read-only file system.
    if (systemCode(error) !== 'ENOENT') throw error;
    mkdirSync(prepared, { recursive: true });
  }
  writeFileSync(join(preparedOf(place, token), token), JSON.stringify(holder));
}

/** Moves the prepared lock onto its place; false if a lock stands there. Throws other system errors. */
export function moveOntoPlace(place: string, token: string): boolean {
  try {
    renameSync(preparedOf(place, token), place);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    // How Windows says the same.
    if ((code === 'EPERM' || code === 'EACCES') && existsSync(place)) return false;
    throw error;
  }
}

/** The lock at a place, or `undefined` if none stands there (any more). */
export function standingAt(place: string): Standing | undefined {
  try {
    const [token] = readdirSync(place);
    if (token === undefined) return undefined;
    const file = join(place, token);
    return { token, touched: statSync(file).mtimeMs, holder: parseHolder(readFileSync(file, 'utf8')) };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    // Only a power cut leaves half a record; whoever wrote it cannot be asked.
    return undefined;
  }
}

/** Moves the lock away from its place to a name that only this token has; false if that has been done before. */
export function moveAway(place: string, token: string): boolean {
  try {
    renameSync(place, graveOf(place, token));
    return true;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

/** Deletes a lock that was prepared in vain or moved away. Of the latter, only its own holder may: see lock.ts. */
export function discard(place: string, token: string): void {
  for (const folder of [preparedOf(place, token), graveOf(place, token)]) remove(folder);
}

function preparedOf(place: string, token: string): string {
  return `${place}.${token}.new`;
}

function graveOf(place: string, token: string): string {
  return `${place}.${token}.dead`;
}

/** Shows that the holder lives. */
export function giveSignOfLife(place: string, token: string): void {
  try {
    const now = new Date();
    utimesSync(join(place, token), now, now);
  } catch (error) {
    // The lock was taken away, or the disk is gone: its release will find out.
    if (systemCode(error) === undefined) throw error;
  }
}

/** Deletes what killed processes left beside a place, once nobody can be about to use it. `now`: ms since the epoch. */
export function removeLitter(place: string, now = Date.now()): void {
  const folder = dirname(place);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (/\.(new|dead)$/.test(name) && now - touched > LITTER_AGE_MS) remove(path);
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    // It is litter then, which does no harm.
    if (systemCode(error) === undefined) throw error;
  }
}
