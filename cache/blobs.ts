// A store of contents under their digests; what cannot be verified counts as absent.
import { mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, hashBytes, hashChunks, readChunks } from './digest.ts';
import { temporaryBeside } from './temporary.ts';
import { DONE, systemCode, type Written, writeProblem, written } from './written.ts';

/** A file's content as it was stored. */
export interface StoredFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/**
 * Blobs stand under `<folder>/ab/cdef…`, put there by rename, so that none is ever seen half written by anybody, and
 * puts need no lock. They are not synced: a power cut may leave a broken one, which reading finds out and removes.
 */
export class BlobStore {
  readonly #folder: string;

  /** The folder is made by the first put. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the blob is, or would be. */
  pathOf(digest: Digest): string {
    return join(this.#folder, digest.slice(0, 2), digest.slice(2));
  }

  /** Whether the blob is there; with its size in bytes given, a blob of another size is not. */
  async has(digest: Digest, size?: number): Promise<boolean> {
    const found = await sizeOf(this.pathOf(digest));
    return found !== undefined && (size === undefined || found === size);
  }

  /** Stores bytes, or a text as UTF-8. */
  async put(content: Uint8Array | string): Promise<Written<Digest>> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const digest = hashBytes(bytes);
    const path = this.pathOf(digest);
    if (await this.#keeps(digest, bytes.length)) return written(digest);
    const put = await replaceFile(path, async (temporary) => {
      await writeFile(temporary, bytes, { flag: 'wx' });
      return path;
    });
    return put.ok ? written(digest) : put;
  }

  /**
   * Stores a file's content. The answer tells what was stored, even if the file changes meanwhile. A file that cannot
   * be read is a problem too.
   */
  async putFile(path: string): Promise<Written<StoredFile>> {
    let expected: StoredFile;
    try {
      expected = await hashChunks(readChunks(path));
    } catch (error) {
      return writeProblem(error, path);
    }
    if (await this.#keeps(expected.digest, expected.size)) return written(expected);
    let stored = expected;
    const put = await replaceFile(this.pathOf(expected.digest), async (temporary) => {
      stored = await copyHashed(path, temporary);
      const place = this.pathOf(stored.digest);
      await mkdir(dirname(place), { recursive: true });
      return place;
    });
    return put.ok ? written(stored) : put;
  }

  /** The blob's bytes, verified, for blobs that fit into memory. A corrupt blob is removed and absent. */
  async read(digest: Digest): Promise<Buffer | undefined> {
    const bytes = await absentOnError(readFile(this.pathOf(digest)));
    if (bytes === undefined || hashBytes(bytes) === digest) return bytes;
    await this.#remove(digest);
    return undefined;
  }

  /**
   * Puts the blob's content at `path`, replacing by rename what is there and making folders as needed. `absent`, and
   * nothing is touched, if there is no such blob or it is corrupt.
   */
  async copyTo(digest: Digest, path: string): Promise<Written<'copied' | 'absent'>> {
    if (!(await this.has(digest))) return written('absent');
    let isWhole = false;
    const put = await replaceFile(path, async (temporary) => {
      isWhole = (await copyHashed(this.pathOf(digest), temporary)).digest === digest;
      return isWhole ? path : undefined;
    });
    // It may have been collected since it was looked for.
    if (!put.ok) return (await this.has(digest)) ? put : written('absent');
    if (!isWhole) {
      await this.#remove(digest);
      return written('absent');
    }
    await markUsed(this.pathOf(digest));
    return written('copied');
  }

  /** Whether the blob is there with this size; if so it is marked as used, so that it is collected last. */
  async #keeps(digest: Digest, size: number): Promise<boolean> {
    if (!(await this.has(digest, size))) return false;
    await markUsed(this.pathOf(digest));
    return true;
  }

  async #remove(digest: Digest): Promise<void> {
    await absentOnError(rm(this.pathOf(digest), { force: true }));
  }
}

/** Lets `fill` write a temporary file and name the place it then goes to; `undefined` drops it. */
async function replaceFile(
  path: string,
  fill: (temporary: string) => Promise<string | undefined>,
): Promise<Written<undefined>> {
  const temporary = temporaryBeside(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const place = await fill(temporary);
    if (place === undefined) await rm(temporary, { force: true });
    else await rename(temporary, place);
    return DONE;
  } catch (error) {
    await absentOnError(rm(temporary, { force: true }));
    return writeProblem(error, path);
  }
}

/** Copies into a new file and tells what was copied. */
async function copyHashed(from: string, to: string): Promise<StoredFile> {
  const target = await open(to, 'wx');
  try {
    return await hashChunks(readThrough());
  } finally {
    await target.close();
  }

  async function* readThrough(): AsyncGenerator<Uint8Array> {
    for await (const chunk of readChunks(from)) {
      await target.writeFile(chunk);
      yield chunk;
    }
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await absentOnError(stat(path));
  return found?.isFile() ? found.size : undefined;
}

async function markUsed(path: string): Promise<void> {
  const now = new Date();
  // In a folder that cannot be written nothing is collected either.
  await absentOnError(utimes(path, now, now));
}

async function absentOnError<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
