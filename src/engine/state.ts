// What this checkout remembers between builds, by kind of record; it never leaves the checkout.
import type { Digest, Table, WriteProblem } from '../../cache/index.ts';
import type { Walk } from './walk.ts';

/** The last good build of a node. */
export interface LastSuccess {
  readonly walk: Walk;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A file that pipeio published. */
export interface Published {
  readonly notebook: string;
  readonly node: string;
  readonly digest: Digest;
  readonly at: number;
}

/** How the last run of a notebook failed, for `nb status`. */
export interface LastFailure {
  readonly message: string;
  readonly at: number;
}

/** Typed access to the table of records. */
export class State {
  readonly #table: Table;
  readonly #onProblem: (problem: WriteProblem) => void;

  /** `onProblem` is told when something cannot be remembered: the next build then looks again. */
  constructor(table: Table, onProblem: (problem: WriteProblem) => void) {
    this.#table = table;
    this.#onProblem = onProblem;
  }

  /** Source digest that all sides of a pair had when they last agreed. */
  base(notebook: string): string | undefined {
    return this.#get(`base ${notebook}`);
  }

  setBase(notebook: string, source: string): Promise<void> {
    return this.#set(`base ${notebook}`, source);
  }

  /** Digest of the bytes that pipeio last put at a path. */
  written(name: string): string | undefined {
    return this.#get(`written ${name}`);
  }

  setWritten(name: string, digest: Digest): Promise<void> {
    return this.#set(`written ${name}`, digest);
  }

  last(task: string): LastSuccess | undefined {
    return this.#get(`last ${task}`);
  }

  setLast(task: string, last: LastSuccess): Promise<void> {
    return this.#set(`last ${task}`, last);
  }

  failure(notebook: string): LastFailure | undefined {
    return this.#get(`failure ${notebook}`);
  }

  async setFailure(notebook: string, failure: LastFailure | undefined): Promise<void> {
    const key = `failure ${notebook}`;
    if (failure !== undefined) await this.#set(key, failure);
    else if (this.#table.get(key) !== undefined) await this.#table.delete(key);
  }

  published(name: string): Published | undefined {
    return this.#get(`published ${name}`);
  }

  setPublished(name: string, published: Published): Promise<void> {
    return this.#set(`published ${name}`, published);
  }

  async forgetPublished(name: string): Promise<void> {
    await this.#table.delete(`published ${name}`);
  }

  /** All published files by name. */
  *allPublished(): Iterable<[name: string, published: Published]> {
    const prefix = 'published ';
    for (const [key, value] of this.#table.entries()) {
      if (key.startsWith(prefix)) yield [key.slice(prefix.length), value as unknown as Published];
    }
  }

  // The table is written by this class alone, so a key's prefix tells the type of its value.
  #get<T>(key: string): T | undefined {
    return this.#table.get(key) as T | undefined;
  }

  async #set(key: string, value: unknown): Promise<void> {
    const json = JSON.parse(JSON.stringify(value));
    if (JSON.stringify(this.#table.get(key)) === JSON.stringify(json)) return;
    const written = await this.#table.set(key, json);
    if (!written.ok) this.#onProblem(written.error);
  }
}
