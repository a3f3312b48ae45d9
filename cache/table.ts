// The last value for each key, kept in a journal that several processes read and write.
import { basename, dirname, join } from 'node:path';
import { Journal } from './journal.ts';
import { LockFolder } from './lock.ts';
import { DONE, type Written, writeProblem } from './written.ts';

/** What JSON can carry. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A value to put under a key, or `undefined` to forget the key. */
export type Entry<V> = readonly [key: string, value: V | undefined];

// Below this, rewriting saves nothing that a reader could notice.
const FEW_RECORDS = 1_000;

/**
 * `V` must survive JSON unchanged. What `get` and `entries` give is as of the last `refresh` or write, and is not to
 * be modified. Writes take effect in the order of their calls; those called together are appended together.
 */
export class Table<V = JsonValue> {
  readonly #file: string;
  readonly #journal: Journal;
  readonly #locks: LockFolder;
  readonly #values = new Map<string, V>();
  #records = 0;
  #waiting: (() => Iterable<Entry<V>>)[] = [];
  #nextWrite: Promise<Written<undefined>> | undefined;
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(file: string, journal: Journal) {
    this.#file = file;
    this.#journal = journal;
    this.#locks = new LockFolder(join(dirname(file), 'locks'));
  }

  /** Reads the table at `file`, which need not exist and is not made before the first write. */
  static async open<V = JsonValue>(file: string): Promise<Table<V>> {
    const table = new Table<V>(file, await Journal.at(file));
    table.refresh();
    return table;
  }

  /** The value under a key. */
  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  /** All keys and values, in no promised order. */
  entries(): IterableIterator<[string, V]> {
    return this.#values.entries();
  }

  /** Takes in what other processes wrote. */
  refresh(): void {
    const { replaced, records } = this.#journal.read();
    if (replaced) {
      this.#values.clear();
      this.#records = 0;
    }
    for (const record of records) this.#apply(record as Entry<V>);
  }

  /** Puts a value under a key. */
  set(key: string, value: V): Promise<Written<undefined>> {
    return this.setMany([[key, value]]);
  }

  /** Forgets a key. */
  delete(key: string): Promise<Written<undefined>> {
    return this.setMany([[key, undefined]]);
  }

  /** Puts and forgets in one go, though a crash may keep the first few only. */
  setMany(entries: Iterable<Entry<V>>): Promise<Written<undefined>> {
    const taken = [...entries];
    return this.change(() => taken);
  }

  /**
   * Writes what `decide` answers. It is called while no other process can write and after all that they wrote has
   * been taken in, so what it reads of this table is true until its answer is written.
   */
  change(decide: () => Iterable<Entry<V>>): Promise<Written<undefined>> {
    this.#waiting.push(decide);
    this.#nextWrite ??= this.#writeAfter(this.#lastWrite);
    this.#lastWrite = this.#nextWrite;
    return this.#nextWrite;
  }

  /** Waits for the writes asked for so far. */
  async settled(): Promise<void> {
    await this.#lastWrite;
  }

  async #writeAfter(earlier: Promise<unknown>): Promise<Written<undefined>> {
    // Whoever asked for the earlier write has its answer, or its bug.
    await earlier.catch(() => undefined);
    const locked = await this.#locks.acquire(basename(this.#file));
    const decisions = this.#waiting;
    this.#waiting = [];
    this.#nextWrite = undefined;
    if (!locked.ok) return locked;
    try {
      this.refresh();
      return this.#write(decisions);
    } finally {
      locked.value.release();
    }
  }

  #write(decisions: readonly (() => Iterable<Entry<V>>)[]): Written<undefined> {
    try {
      const added: unknown[] = [];
      for (const decide of decisions) {
        for (const [key, value] of decide()) {
          added.push(this.#apply([key, value]));
        }
      }
      if (added.length === 0) return DONE;
      if (this.#journal.isSound && !this.#isMostlyDead()) this.#journal.append(added);
      else this.#rewrite();
      return DONE;
    } catch (error) {
      // Nobody knows how much got there: what counts is what can be read back.
      this.#journal.forget();
      this.refresh();
      return writeProblem(error, this.#file);
    }
  }

  /** Gives the record of what it applied; a record without a value forgets its key. */
  #apply([key, value]: Entry<V>): readonly unknown[] {
    this.#records += 1;
    if (value === undefined) {
      this.#values.delete(key);
      return [key];
    }
    this.#values.set(key, value);
    return [key, value];
  }

  #isMostlyDead(): boolean {
    return this.#records > FEW_RECORDS && this.#records > 3 * this.#values.size;
  }

  #rewrite(): void {
    this.#journal.rewrite([...this.#values]);
    this.#records = this.#values.size;
  }
}
