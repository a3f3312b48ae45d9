// Makes and checks the SHA-256 names of contents.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** The SHA-256 of some content as 64 lower-case hexadecimal digits; only this file makes one. */
export type Digest = string & { readonly __digest: never };

/** How many bytes of a file are in memory at once while it is hashed or copied. */
export const CHUNK_BYTES = 1 << 18;

/** Digest of bytes, or of a text as UTF-8. */
export function hashBytes(bytes: Uint8Array | string): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest;
}

/** Digest and size in bytes of what `chunks` yields, each chunk taken before the next one is asked for. */
export async function hashChunks(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly digest: Digest; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: hash.digest('hex') as Digest, size };
}

/** Digest of a file's content, read in chunks. Rejects with the system error if the file cannot be read. */
export async function hashFile(path: string): Promise<Digest> {
  return (await hashChunks(readChunks(path))).digest;
}

/** A file's content in chunks; a chunk is valid only until the next one is asked for, since they share memory. */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The digest that a text from outside spells, or `undefined` if it spells none. */
export function parseDigest(text: string): Digest | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined;
}
