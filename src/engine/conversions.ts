// Conversions between the sides of a notebook, remembered by content: the same input never needs Python twice.
import { type Cache, type Digest, hashBytes, parseDigest } from '../../cache/index.ts';
import { ok, type Result } from '../result.ts';
import type { WorkerOps } from '../worker/protocol.ts';
import type { Content, Files } from './files.ts';
import type { WorkerCalls } from './worker-calls.ts';

/** Operations whose output depends on nothing but their arguments, the files they read, and the worker's packages. */
export type Conversion = 'set-pairing' | 'to-notebook' | 'to-script' | 'to-myst' | 'splice';

/** What `Conversions` needs from its session. */
export interface ConversionsOptions {
  readonly files: Files;
  readonly cache: Cache;
  readonly worker: WorkerCalls;
  readonly reader: (path: string) => Promise<Result<string>>;
}

type Arguments<Op extends Conversion> = Omit<WorkerOps[Op]['args'], 'out'>;

const INPUTS = ['path', 'script', 'notebook', 'previous', 'executed'] as const;

/** Converts, through the cache. */
export class Conversions {
  readonly #options: ConversionsOptions;

  constructor(options: ConversionsOptions) {
    this.#options = options;
  }

  /** Runs `op` and answers a temporary file with its output; `about` names the file that an error is about. */
  async run<Op extends Conversion>(op: Op, args: Arguments<Op>, about: string): Promise<Result<string>> {
    const { cache, files, worker } = this.#options;
    const out = await files.temporary('.tmp');
    const key = await this.#key(op, args, about);
    if (!key.ok) return key;
    const known = cache.memo.get(key.value.key);
    const digest = typeof known === 'string' ? parseDigest(known) : undefined;
    if (digest !== undefined) {
      const copied = await cache.blobs.copyTo(digest, out);
      if (copied.ok && copied.value === 'copied') return ok(out);
    }
    const answer = await worker.call(op, { ...args, out } as unknown as WorkerOps[Op]['args'], about);
    if (!answer.ok) return answer;
    // Were an input saved meanwhile, if only for a moment, the output would belong to another key.
    const after = await this.#key(op, args, about);
    const isOfThese = key.value.main === answer.value.read;
    if (after.ok && after.value.key === key.value.key && isOfThese) {
      const stored = await cache.blobs.putFile(out);
      if (stored.ok) await cache.memo.set(key.value.key, stored.value.digest);
    }
    return ok(out);
  }

  /** The key, and the digest of the main input: the first of the arguments that is a file. */
  async #key(
    op: Conversion,
    args: object,
    about: string,
  ): Promise<Result<{ readonly key: Digest; readonly main: Content | undefined }>> {
    const reader = await this.#options.reader(about);
    if (!reader.ok) return reader;
    const parts: unknown[] = ['conversion', op, reader.value];
    let main: Content | undefined;
    for (const [name, value] of Object.entries(args)) {
      if (!(INPUTS as readonly string[]).includes(name) || value === null) {
        parts.push([name, value]);
        continue;
      }
      const content = await this.#options.files.digestOf(String(value));
      if (!content.ok) return content;
      main ??= content.value;
      parts.push([name, content.value]);
    }
    return ok({ key: hashBytes(JSON.stringify(parts)), main });
  }
}
