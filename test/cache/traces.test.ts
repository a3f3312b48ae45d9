// Traces come back newest first, few per key, and share their inputs; a cache folder can be moved.
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashBytes, openCache, parseDigest, type Trace, TraceStore } from '../../cache/index.ts';
import { TRACES_PER_KEY } from '../../cache/traces.ts';
import { temporaryFolder } from './support.ts';

const KEY = hashBytes('key');

function trace(version: number, at = version): Trace {
  return {
    inputs: [
      { kind: 'file', name: 'data.csv', digest: 'same in all' },
      { kind: 'file', name: 'lib.py', digest: `version ${version}` },
    ],
    outputs: [{ name: 'out', digest: hashBytes(`${version}`), size: 1 }],
    facts: { note: ['ü', null] },
    seconds: 1.5,
    at,
  };
}

test('traces come back whole and newest first, from this store and a new one', async () => {
  const file = join(await temporaryFolder(), 'traces');
  const traces = await TraceStore.open(file);
  expect(traces.get(KEY)).toEqual([]);
  await Promise.all([traces.add(KEY, trace(1)), traces.add(KEY, trace(2))]);
  for (const store of [traces, await TraceStore.open(file)]) {
    expect(store.get(KEY)).toEqual([trace(2), trace(1)]);
    const [first, second] = store.get(KEY);
    expect(first?.inputs[0]).toBe(second?.inputs[0]);
  }
});

test('a key keeps its newest few, and one for the same inputs', async () => {
  const traces = await TraceStore.open(join(await temporaryFolder(), 'traces'));
  for (let version = 0; version < TRACES_PER_KEY + 3; version += 1) await traces.add(KEY, trace(version));
  expect(traces.get(KEY)).toHaveLength(TRACES_PER_KEY);
  await traces.add(KEY, trace(5, 99));
  expect(traces.get(KEY).map(({ at }) => at)).toEqual([99, 10, 9, 8, 7, 6, 4, 3]);
});

test('two stores on one file lose nothing under one key', async () => {
  const file = join(await temporaryFolder(), 'traces');
  const [one, two] = [await TraceStore.open(file), await TraceStore.open(file)];
  await Promise.all([one.add(KEY, trace(1)), two.add(KEY, trace(2)), one.add(KEY, trace(3))]);
  one.refresh();
  expect(
    one
      .get(KEY)
      .map(({ at }) => at)
      .sort(),
  ).toEqual([1, 2, 3]);
});

test('pruning forgets what is not kept, with the inputs that nothing else names', async () => {
  const file = join(await temporaryFolder(), 'traces');
  const traces = await TraceStore.open(file);
  const other = hashBytes('other');
  await Promise.all([traces.add(KEY, trace(1)), traces.add(KEY, trace(2)), traces.add(other, trace(3))]);
  await traces.prune((_, { at }) => at === 2);
  const later = await TraceStore.open(file);
  expect(later.get(KEY)).toEqual([trace(2)]);
  expect(later.get(other)).toEqual([]);
  const kept = [...new Set((await readFile(file, 'utf8')).match(/\["#[^"]*"\]/g))];
  expect(kept).toHaveLength(2);
});

test('a cache folder serves from elsewhere and is made by its first write', async () => {
  const folder = await temporaryFolder();
  const cache = await openCache(join(folder, 'cache'));
  expect(cache.memo.get('a')).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);

  const blob = await cache.blobs.put('content');
  void cache.traces.add(KEY, trace(1));
  void cache.memo.set('a', 1);
  await cache.close();
  await rename(join(folder, 'cache'), join(folder, 'moved'));
  const moved = await openCache(join(folder, 'moved'));
  expect(moved.memo.get('a')).toBe(1);
  expect(moved.traces.get(KEY)).toEqual([trace(1)]);
  expect(blob.ok && (await moved.blobs.read(blob.value))?.toString()).toBe('content');
  for (const name of await readdir(join(folder, 'moved'))) {
    if (name.endsWith('.journal'))
      expect(await readFile(join(folder, 'moved', name), 'utf8')).not.toContain(folder);
  }
});

test('a cache that cannot be written reads as empty and answers problems', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  const cache = await openCache(join(folder, 'file'));
  const problem = { ok: false, error: { code: 'ENOTDIR' } };
  expect(await cache.traces.add(KEY, trace(1))).toMatchObject(problem);
  expect(await cache.memo.set('a', 1)).toMatchObject(problem);
  expect(await cache.blobs.put('content')).toMatchObject(problem);
  expect(cache.traces.get(KEY)).toEqual([]);
});

test('only 64 lower-case hexadecimal digits are a digest', () => {
  expect(parseDigest(KEY)).toBe(KEY);
  for (const text of ['', KEY.toUpperCase(), KEY.slice(1), `${KEY}0`, `${KEY}\n`]) {
    expect(parseDigest(text)).toBeUndefined();
  }
});
