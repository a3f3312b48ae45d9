// The public door of the cache: what other folders may import.
import { join } from 'node:path';
import { BlobStore } from './blobs.ts';
import { Table } from './table.ts';
import { TraceStore } from './traces.ts';

export type { StoredFile } from './blobs.ts';
export { BlobStore } from './blobs.ts';
export type { Digest } from './digest.ts';
export { hashBytes, hashFile, parseDigest } from './digest.ts';
export type { AcquireOptions, Lock } from './lock.ts';
export { LockFolder } from './lock.ts';
export type { Holder } from './lock-place.ts';
export type { Content, StatCounters, Unreadable } from './stat-cache.ts';
export { StatCache } from './stat-cache.ts';
export type { Entry, JsonValue } from './table.ts';
export { Table } from './table.ts';
export type { Trace, TraceInput, TraceOutput } from './traces.ts';
export { TraceStore } from './traces.ts';
export type { WriteProblem, Written } from './written.ts';

/** A folder that any checkout and any machine may use: nothing in it names an absolute path. */
export interface Cache {
  readonly blobs: BlobStore;
  readonly traces: TraceStore;
  /** Whatever else is worth remembering under a digest. */
  readonly memo: Table;
  /** Waits for the writes under way. */
  close(): Promise<void>;
}

/** Opens the cache in `folder`, which need not exist and is made by the first write. */
export async function openCache(folder: string): Promise<Cache> {
  const [traces, memo] = await Promise.all([
    TraceStore.open(join(folder, 'traces-1.journal')),
    Table.open(join(folder, 'memo-1.journal')),
  ]);
  return {
    blobs: new BlobStore(join(folder, 'blobs')),
    traces,
    memo,
    async close() {
      await Promise.all([traces.settled(), memo.settled()]);
    },
  };
}
