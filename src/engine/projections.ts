// Projections of notebook files, remembered by content: a known file costs a table look-up and no Python.
import { type Digest, hashBytes, type Table } from '../../cache/index.ts';
import type { Failure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { FileFormat, Projection, TextSettings } from '../worker/protocol.ts';
import type { Files } from './files.ts';
import type { WorkerCalls } from './worker-calls.ts';

/** One side of a notebook as it stands: nothing there, or its digest and what a node cares about in it. */
export type Side =
  | { readonly content: 'missing'; readonly projection: null }
  | { readonly content: Digest; readonly projection: Projection };

/** What `Projections` needs from its session. */
export interface ProjectionsOptions {
  readonly files: Files;
  readonly memo: Table;
  readonly worker: WorkerCalls;
  /** Version of jupytext and digest of its configuration for files in this folder. */
  readonly reader: (path: string) => Promise<Result<string>>;
}

/** Raised when projections mean something else than before, so that none of the old ones is used. */
const FORMAT = '1';

/** How often a file may change while it is being read before that is an error. */
const ATTEMPTS = 3;

/** Reads and remembers projections. */
export class Projections {
  readonly #options: ProjectionsOptions;
  readonly #running = new Map<string, Promise<Result<Projection>>>();

  constructor(options: ProjectionsOptions) {
    this.#options = options;
  }

  /** What stands at `path`, projected. Failures: unreadable file, not a notebook, no Python. */
  async of(path: string, format: FileFormat, settings: TextSettings | null): Promise<Result<Side>> {
    for (let attempt = 1; ; attempt++) {
      const content = await this.#options.files.digestOf(path);
      if (!content.ok) return content;
      if (content.value === 'missing') return ok({ content: 'missing', projection: null });
      const projection = await this.#projectionOf(path, content.value, format, settings);
      if (!projection.ok) return projection;
      // The file may have been saved between hashing and reading: then the worker read other bytes.
      if (projection.value.bytes === content.value) {
        return ok({ content: content.value, projection: projection.value });
      }
      if (attempt === ATTEMPTS) return err(keepsMoving(path));
    }
  }

  async #projectionOf(
    path: string,
    content: Digest,
    format: FileFormat,
    settings: TextSettings | null,
  ): Promise<Result<Projection>> {
    const reader = await this.#options.reader(path);
    if (!reader.ok) return reader;
    const keyFor = (bytes: string) =>
      hashBytes(JSON.stringify(['projection', FORMAT, bytes, format, settings, reader.value]));
    const key = keyFor(content);
    const known = this.#options.memo.get(key);
    // The memo is written below alone.
    if (known !== undefined) return ok(known as unknown as Projection);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const asked = this.#options.worker
      .call('project', { path, format, settings }, path)
      .then(async (answer): Promise<Result<Projection>> => {
        if (answer.ok)
          await this.#options.memo.set(keyFor(answer.value.bytes), JSON.parse(JSON.stringify(answer.value)));
        return answer;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, asked);
    return asked;
  }
}

function keepsMoving(path: string): Failure {
  return { reason: 'input-moved', path, message: 'the file keeps changing while it is being read' };
}
