// Remembers the digests of files by their stat, so that an unchanged file is not read again.
import { type BigIntStats, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Digest, hashFile } from './digest.ts';
import { Journal } from './journal.ts';
import { DONE, systemCode, type Written, writeProblem } from './written.ts';

/** A path that can be looked at but not read, with the system error's code, or `ENOTFILE` for a pipe or device. */
export interface Unreadable {
  readonly unreadable: string;
}

/** What stands at a path: the digest of a file's content, or why there is none. */
export type Content = Digest | 'missing' | 'directory' | Unreadable;

/** How much work was done, for tests and reports. */
export interface StatCounters {
  stats: number;
  /** Files whose content was read. */
  reads: number;
}

/** Two ticks of the slowest clock (10 ms) from which kernels stamp files. */
const TICK_MS = 20;

/** Attempts to read a file that changes while it is read. */
const ATTEMPTS = 3;

type Remembered = readonly [path: string, stamp: string, digest: Digest];

/**
 * A digest counts while size, mtime, ctime (in ns) and inode are what they were when the content was read, and that
 * was later than the clock's resolution after the last change: a second change in the same tick would leave no mark.
 * So a file that is younger is left to age before it is read, or, on a file system that counts in seconds, its
 * digest is not remembered. mtime can be set back; ctime cannot.
 */
export class StatCache {
  /** Work done so far. */
  readonly counters: StatCounters = { stats: 0, reads: 0 };
  readonly #file: string;
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #known = new Map<string, Remembered>();
  readonly #reading = new Map<string, Promise<Content>>();
  #isChanged = false;

  private constructor(file: string, journal: Journal, now: () => number) {
    this.#file = file;
    this.#journal = journal;
    this.#now = now;
  }

  /** Reads what is remembered in `file`, which need not exist. `now`: ms since the epoch. */
  static async open(file: string, now: () => number = Date.now): Promise<StatCache> {
    const cache = new StatCache(file, await Journal.at(file), now);
    cache.#takeIn();
    return cache;
  }

  /** The stat of what a path leads to, links followed. */
  statOf(path: string): BigIntStats | 'missing' | Unreadable {
    this.counters.stats += 1;
    try {
      return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? 'missing';
    } catch (error) {
      return systemCode(error) === 'ENOTDIR' ? 'missing' : unreadable(error);
    }
  }

  /** The content of what a path leads to, links followed; read only if it may have changed. */
  async digestOf(path: string): Promise<Content> {
    const stat = this.statOf(path);
    if (stat === 'missing') {
      this.#forget(path);
      return stat;
    }
    if ('unreadable' in stat) return stat;
    if (stat.isDirectory()) return 'directory';
    if (!stat.isFile()) return { unreadable: 'ENOTFILE' };
    const known = this.#known.get(path);
    if (known !== undefined && known[1] === stampOf(stat)) return known[2];
    return this.#readOnce(path, stat);
  }

  /** Writes what is remembered, if it changed since the last save. */
  async save(): Promise<Written<undefined>> {
    if (!this.#isChanged) return DONE;
    this.#takeIn();
    try {
      this.#journal.rewrite([[...this.#known.values()]]);
    } catch (error) {
      return writeProblem(error, this.#file);
    }
    this.#isChanged = false;
    return DONE;
  }

  /** Adds what the file, or another process through it, knows of paths that this process does not. */
  #takeIn(): void {
    const [snapshot] = this.#journal.read().records;
    for (const remembered of (snapshot ?? []) as readonly Remembered[]) {
      if (!this.#known.has(remembered[0])) this.#known.set(remembered[0], remembered);
    }
  }

  #forget(path: string): void {
    if (this.#known.delete(path)) this.#isChanged = true;
  }

  /** Callers that ask while a file is being read share its one reading. */
  #readOnce(path: string, stat: BigIntStats): Promise<Content> {
    const reading =
      this.#reading.get(path) ?? this.#read(path, stat).finally(() => this.#reading.delete(path));
    this.#reading.set(path, reading);
    return reading;
  }

  async #read(path: string, first: BigIntStats): Promise<Content> {
    let before = first;
    for (let attempt = 1; ; attempt += 1) {
      const isSettled = await this.#settle(before);
      const content = await this.#hash(path);
      const after = this.statOf(path);
      if (after === 'missing' || 'unreadable' in after) return after;
      if (typeof content === 'object') return content;
      const isSame = stampOf(after) === stampOf(before);
      if (isSame && isSettled) this.#remember([path, stampOf(before), content]);
      if (isSame || attempt === ATTEMPTS) return content;
      before = after;
    }
  }

  /** Tells whether the file is old enough for its stat to stand for its content, after a wait of a tick if need be. */
  async #settle(stat: BigIntStats): Promise<boolean> {
    const changed = Number(stat.ctimeNs) / 1e6;
    const resolution = stat.ctimeNs % 1_000_000_000n === 0n ? 2_000 : TICK_MS;
    const age = this.#now() - changed;
    if (age > resolution) return true;
    if (resolution > TICK_MS || age < -TICK_MS) return false;
    await sleep(TICK_MS - age + 1);
    return true;
  }

  async #hash(path: string): Promise<Digest | Unreadable> {
    this.counters.reads += 1;
    try {
      return await hashFile(path);
    } catch (error) {
      return unreadable(error);
    }
  }

  #remember(remembered: Remembered): void {
    this.#known.set(remembered[0], remembered);
    this.#isChanged = true;
  }
}

function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

function unreadable(error: unknown): Unreadable {
  const code = systemCode(error);
  if (code === undefined) throw error;
  return { unreadable: code };
}
