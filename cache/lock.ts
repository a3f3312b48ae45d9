// Locks by name between processes that share a folder; a dead holder's lock frees itself.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashBytes } from './digest.ts';
import {
  discard,
  giveSignOfLife,
  type Holder,
  moveAway,
  moveOntoPlace,
  prepare,
  removeLitter,
  type Standing,
  standingAt,
} from './lock-place.ts';
import { lifeOf, thisProcess } from './process-identity.ts';
import { systemCode, type Written, writeProblem, written } from './written.ts';

/** A lock that is held until `release`, or until this process dies. */
export interface Lock {
  /** Gives the lock back; a second call does nothing. */
  release(): void;
}

/** How to wait for a lock. */
export interface AcquireOptions {
  /** Aborting ends the wait with the problem code `ABORT_ERR`. */
  readonly signal?: AbortSignal;
  /** Called once for each holder that is waited for. */
  readonly onWait?: (holder: Holder) => void;
}

const HEARTBEAT_MS = 5_000;
const SILENT_MS = 30_000;
const LONGEST_PAUSE_MS = 50;

/**
 * A held lock is a folder `<name's hash>/` with one file, named by the token of this holding. It comes about by
 * renaming a prepared folder onto the place, which fails while a folder that is not empty stands there: one of many wins.
 *
 *     <hash>.<token>.new  --acquire-->  <hash>/<token>  --release or take-over-->  <hash>.<token>.dead
 *
 * A take-over must never move a living lock. Once a holder is known to be dead, its token, if still seen at the
 * place, can go away by a take-over only; and a take-over renames to the one name `<hash>.<token>.dead`, which stays
 * and is not empty. So for each token it works once, and for those who come late it fails, whatever stands there then.
 *
 * A holder that cannot be looked at (another host or container) touches its lock every 5 s, and counts as dead when a
 * waiter has seen no touch for 30 s by the waiter's own clock.
 */
export class LockFolder {
  readonly #folder: string;
  readonly #silentMs: number;

  /** `silentMs`: how long a holder on another host may be silent before it counts as dead. */
  constructor(folder: string, silentMs = SILENT_MS) {
    this.#folder = folder;
    this.#silentMs = silentMs;
  }

  /**
   * Waits until the lock is free, takes it, and makes the folder if need be. Callers in one process exclude each
   * other just as processes do: who asks again for a lock that it holds waits for its own release.
   */
  async acquire(name: string, options: AcquireOptions = {}): Promise<Written<Lock>> {
    const place = join(this.#folder, hashBytes(name).slice(0, 32));
    const token = randomBytes(8).toString('hex');
    try {
      prepare(place, token, { ...thisProcess(), name });
      await this.#waitAndMove(place, token, options);
      return written(hold(place, token));
    } catch (error) {
      discard(place, token);
      const isAbort = options.signal?.aborted === true && systemCode(error) === undefined;
      return isAbort ? { ok: false, error: { code: 'ABORT_ERR', path: place } } : writeProblem(error, place);
    }
  }

  async #waitAndMove(place: string, token: string, { signal, onWait }: AcquireOptions): Promise<void> {
    const watch = new Watch(onWait);
    for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      signal?.throwIfAborted();
      if (moveOntoPlace(place, token)) return;
      const standing = standingAt(place);
      if (standing !== undefined && this.#isDead(standing, watch.silenceOf(standing))) {
        takeOver(place, standing.token);
      } else {
        await sleep(pause, undefined, signal === undefined ? {} : { signal });
      }
    }
  }

  #isDead({ holder }: Standing, silence: number): boolean {
    const life = holder === undefined ? 'unknown' : lifeOf(holder);
    return life === 'dead' || (life === 'unknown' && silence >= this.#silentMs);
  }
}

/** What one waiter has seen of the lock it waits for. */
class Watch {
  readonly #onWait: AcquireOptions['onWait'];
  #token = '';
  #touched = 0;
  #since = 0;

  constructor(onWait: AcquireOptions['onWait']) {
    this.#onWait = onWait;
  }

  /** For how many ms this holder has been seen without a sign of life. */
  silenceOf({ token, touched, holder }: Standing): number {
    if (token !== this.#token && holder !== undefined) this.#onWait?.(holder);
    if (token !== this.#token || touched !== this.#touched) this.#since = performance.now();
    this.#token = token;
    this.#touched = touched;
    return performance.now() - this.#since;
  }
}

function takeOver(place: string, token: string): void {
  // Seen once more now that it is known to be dead: it may have released its lock before it died.
  if (standingAt(place)?.token !== token) return;
  moveAway(place, token);
  removeLitter(place);
}

function hold(place: string, token: string): Lock {
  const heartbeat = setInterval(giveSignOfLife, HEARTBEAT_MS, place, token).unref();
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      clearInterval(heartbeat);
      // Fails only if the lock was taken away from a holder that was silent for too long; it is not ours to delete then.
      if (moveAway(place, token)) discard(place, token);
    },
  };
}
