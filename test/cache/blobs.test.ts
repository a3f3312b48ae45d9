// A blob store gives back exactly what was put, or says that it has nothing.
import { appendFile, mkdir, readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BlobStore, type Digest, hashBytes } from '../../cache/index.ts';
import { buildChild, Child, temporaryFolder } from './support.ts';

const BIG = Buffer.from('0123456789'.repeat(100_000));

async function storeWith(
  content: string | Buffer,
): Promise<{ folder: string; blobs: BlobStore; digest: Digest }> {
  const folder = await temporaryFolder();
  const blobs = new BlobStore(join(folder, 'blobs'));
  const put = await blobs.put(content);
  if (!put.ok) throw new Error(put.error.code);
  return { folder, blobs, digest: put.value };
}

test('gives back what was put, from bytes, text and files', async () => {
  const { folder, blobs, digest } = await storeWith('täxt');
  expect(digest).toBe(hashBytes('täxt'));
  expect(blobs.pathOf(digest)).toBe(join(folder, 'blobs', digest.slice(0, 2), digest.slice(2)));
  expect((await blobs.read(digest))?.toString()).toBe('täxt');

  await writeFile(join(folder, 'big'), BIG);
  const put = await blobs.putFile(join(folder, 'big'));
  expect(put).toEqual({ ok: true, value: { digest: hashBytes(BIG), size: BIG.length } });
  expect((await blobs.read(hashBytes(BIG)))?.equals(BIG)).toBe(true);
  expect(await blobs.copyTo(hashBytes(BIG), join(folder, 'new', 'copy'))).toEqual({
    ok: true,
    value: 'copied',
  });
  expect((await readFile(join(folder, 'new', 'copy'))).equals(BIG)).toBe(true);
});

test('copying replaces what is there and leaves no other file', async () => {
  const { folder, blobs, digest } = await storeWith('new');
  await mkdir(join(folder, 'out'));
  await writeFile(join(folder, 'out', 'file'), 'old');
  await blobs.copyTo(digest, join(folder, 'out', 'file'));
  expect(await readdir(join(folder, 'out'))).toEqual(['file']);
  expect(await readFile(join(folder, 'out', 'file'), 'utf8')).toBe('new');
});

test('what is missing is absent, and reading makes no folder', async () => {
  const folder = await temporaryFolder();
  const blobs = new BlobStore(join(folder, 'blobs'));
  const digest = hashBytes('never put');
  expect(await blobs.has(digest)).toBe(false);
  expect(await blobs.read(digest)).toBeUndefined();
  expect(await blobs.copyTo(digest, join(folder, 'copy'))).toEqual({ ok: true, value: 'absent' });
  expect(await readdir(folder)).toEqual([]);
});

const damages: Record<string, (path: string) => Promise<void>> = {
  corrupt: (path) => writeFile(path, 'same size, other'),
  truncated: (path) => truncate(path, 3),
  empty: (path) => truncate(path, 0),
  longer: (path) => appendFile(path, '!'),
};

for (const [damage, inflict] of Object.entries(damages)) {
  test(`a ${damage} blob is removed and absent, and can be put again`, async () => {
    const content = 'same size, this.';
    const { folder, blobs, digest } = await storeWith(content);
    await writeFile(join(folder, 'copy'), 'kept');

    await inflict(blobs.pathOf(digest));
    expect(await blobs.read(digest)).toBeUndefined();
    expect(await blobs.has(digest)).toBe(false);
    await blobs.put(content);

    await inflict(blobs.pathOf(digest));
    expect(await blobs.copyTo(digest, join(folder, 'copy'))).toEqual({ ok: true, value: 'absent' });
    expect(await readFile(join(folder, 'copy'), 'utf8')).toBe('kept');
    expect(await blobs.has(digest)).toBe(false);
    await blobs.put(content);
    expect((await blobs.read(digest))?.toString()).toBe(content);
  });
}

test('a blob of another size is not there, and is replaced by a put', async () => {
  const { blobs, digest } = await storeWith('whole');
  await truncate(blobs.pathOf(digest), 2);
  expect(await blobs.has(digest, 5)).toBe(false);
  await blobs.put('whole');
  expect(await blobs.has(digest, 5)).toBe(true);
});

test('putting or copying what is there marks it as used and writes nothing', async () => {
  const { folder, blobs, digest } = await storeWith('content');
  await writeFile(join(folder, 'file'), 'content');
  const uses = [
    () => blobs.put('content'),
    () => blobs.putFile(join(folder, 'file')),
    () => blobs.copyTo(digest, join(folder, 'copy')),
  ];
  for (const use of uses) {
    await utimes(blobs.pathOf(digest), 1, 1);
    const { ino } = await stat(blobs.pathOf(digest));
    await use();
    expect((await stat(blobs.pathOf(digest))).mtimeMs).toBeGreaterThan(1_000);
    expect((await stat(blobs.pathOf(digest))).ino).toBe(ino);
  }
});

test('what cannot be written or read answers a problem', async () => {
  const { folder, blobs, digest } = await storeWith('content');
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'directory', 'in the way'), { recursive: true });
  const unwritable = new BlobStore(join(folder, 'file'));
  const problem = (code: string) => ({ ok: false, error: { code, path: expect.any(String) } });
  expect(await unwritable.put('x')).toEqual(problem('ENOTDIR'));
  expect(await unwritable.putFile(join(folder, 'file'))).toEqual(problem('ENOTDIR'));
  expect(await blobs.putFile(join(folder, 'none'))).toEqual(problem('ENOENT'));
  expect(await blobs.copyTo(digest, join(folder, 'file', 'below'))).toEqual(problem('EEXIST'));
  expect(await blobs.copyTo(digest, join(folder, 'directory'))).toEqual(problem('EISDIR'));
  expect(await blobs.has(digest)).toBe(true);
  expect(await readdir(folder)).toEqual(['blobs', 'directory', 'file']);
});

test('processes that put the same contents at the same time all find them whole', async () => {
  const folder = await temporaryFolder();
  const script = await buildChild(folder);
  const children = await Promise.all([1, 2, 3].map(() => Child.ready(script, 'blobs', folder, '', '60')));
  expect(await Promise.all(children.map((child) => child.run()))).toEqual([0, 0, 0]);
  const files = (await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile(),
  );
  expect(files).toHaveLength(60);
});
