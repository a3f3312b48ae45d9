// What tasks needed and made: under each static key the last few traces, with inputs that many traces share kept once.
import { type Digest, hashBytes } from './digest.ts';
import { type Entry, type JsonValue, Table } from './table.ts';
import type { Written } from './written.ts';

/** Something that a task was seen to depend on. A trace matches while each of its inputs still has its digest. */
export interface TraceInput {
  /** What sort of thing: the caller's word, such as `file` or `absent`. */
  readonly kind: string;
  /** Which one: no absolute path, so that the cache serves other checkouts. */
  readonly name: string;
  /** Any text that changes whenever the input does. */
  readonly digest: string;
}

/** Something that a task made, whose content is in the blob store. */
export interface TraceOutput {
  readonly name: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** One good run of a task. */
export interface Trace {
  readonly inputs: readonly TraceInput[];
  readonly outputs: readonly TraceOutput[];
  /** What the caller wants to remember of the run. */
  readonly facts: JsonValue;
  /** How long it took. */
  readonly seconds: number;
  /** When it ended, in ms since the epoch. */
  readonly at: number;
}

/** How many traces are kept under one key. */
export const TRACES_PER_KEY = 8;

const ID_LENGTH = 7;

type StoredTrace = Omit<Trace, 'inputs'> & { readonly inputs: readonly string[] };

// Under a key stand its traces, under an id an input. Ids begin with a `#`, which keys do not.
type Stored = readonly StoredTrace[] | TraceInput;

/** Traces in a table of their own. */
export class TraceStore {
  readonly #table: Table<Stored>;

  private constructor(table: Table<Stored>) {
    this.#table = table;
  }

  /** Reads the traces in `file`, which need not exist. */
  static async open(file: string): Promise<TraceStore> {
    return new TraceStore(await Table.open<Stored>(file));
  }

  /** The traces under a key, newest first. Equal inputs are one object, in all traces. */
  get(key: Digest): readonly Trace[] {
    return this.#stored(key).flatMap((stored) => {
      const inputs = stored.inputs.map((id) => this.#input(id));
      return inputs.every((input) => input !== undefined) ? [{ ...stored, inputs }] : [];
    });
  }

  /** Puts a trace first under its key, where it replaces an older one with the same inputs. */
  add(key: Digest, trace: Trace): Promise<Written<undefined>> {
    return this.#table.change(() => {
      const added = new Map<string, TraceInput>();
      const stored = { ...trace, inputs: trace.inputs.map((input) => this.#idOf(input, added)) };
      const older = this.#stored(key).filter(({ inputs }) => inputs.join() !== stored.inputs.join());
      return [...added, [key, [stored, ...older].slice(0, TRACES_PER_KEY)]];
    });
  }

  /** Forgets the traces that are not to be kept, and the inputs that no trace names any more. */
  prune(keep: (key: Digest, trace: Trace) => boolean): Promise<Written<undefined>> {
    return this.#table.change(() => {
      const entries: Entry<Stored>[] = [];
      const named = new Set<string>();
      for (const key of this.#keys()) {
        const traces = this.get(key);
        const kept = this.#stored(key).filter((_, index) => {
          const trace = traces[index];
          return trace !== undefined && keep(key, trace);
        });
        for (const { inputs } of kept) for (const id of inputs) named.add(id);
        if (kept.length < this.#stored(key).length) entries.push([key, kept.length === 0 ? undefined : kept]);
      }
      for (const [id] of this.#table.entries()) {
        if (id.startsWith('#') && !named.has(id)) entries.push([id, undefined]);
      }
      return entries;
    });
  }

  /** Takes in what other processes added. */
  refresh(): void {
    this.#table.refresh();
  }

  /** Waits for the writes asked for so far. */
  settled(): Promise<void> {
    return this.#table.settled();
  }

  #keys(): readonly Digest[] {
    return [...this.#table.entries()]
      .map(([key]) => key)
      .filter((key): key is Digest => !key.startsWith('#'));
  }

  #stored(key: Digest): readonly StoredTrace[] {
    return (this.#table.get(key) ?? []) as readonly StoredTrace[];
  }

  #input(id: string): TraceInput | undefined {
    return this.#table.get(id) as TraceInput | undefined;
  }

  /**
   * The id under which the input stands, in the table or by now among the added. Ids are short, since each trace
   * lists many; should another input have the same, a longer one is tried.
   */
  #idOf({ kind, name, digest }: TraceInput, added: Map<string, TraceInput>): string {
    const hash = Buffer.from(hashBytes(JSON.stringify([kind, name, digest])), 'hex').toString('base64url');
    for (let length = ID_LENGTH; ; length += 1) {
      const id = `#${hash.slice(0, length)}`;
      const input = this.#input(id) ?? added.get(id);
      if (input === undefined) added.set(id, { kind, name, digest });
      else if (input.kind !== kind || input.name !== name || input.digest !== digest) continue;
      return id;
    }
  }
}
