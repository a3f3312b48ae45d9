// A stat cache reads unchanged files once, and is never fooled by a changed one.
import { execFileSync } from 'node:child_process';
import {
  copyFile,
  mkdir,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashBytes, StatCache } from '../../cache/index.ts';
import { temporaryFolder } from './support.ts';

async function start(): Promise<{ folder: string; snapshot: string; cache: StatCache; file: string }> {
  const folder = await temporaryFolder();
  const snapshot = join(folder, 'state', 'stats');
  const file = join(folder, 'file');
  await writeFile(file, 'one');
  return { folder, snapshot, file, cache: await StatCache.open(snapshot) };
}

test('a second pass reads nothing, nor does one after a save by another process', async () => {
  const { folder, snapshot, cache } = await start();
  const files = Array.from({ length: 50 }, (_, i) => join(folder, `${i}`));
  for (const file of files) await writeFile(file, file);
  const expected = files.map((file) => hashBytes(file));
  expect(await Promise.all(files.map((file) => cache.digestOf(file)))).toEqual(expected);
  expect(cache.counters.reads).toBe(50);
  expect(await Promise.all(files.map((file) => cache.digestOf(file)))).toEqual(expected);
  expect(cache.counters.reads).toBe(50);

  expect(await readdir(folder)).not.toContain('state');
  expect(await cache.save()).toMatchObject({ ok: true });
  const later = await StatCache.open(snapshot);
  expect(await Promise.all(files.map((file) => later.digestOf(file)))).toEqual(expected);
  expect(later.counters).toEqual({ stats: 50, reads: 0 });
});

test('callers that ask at once share one reading', async () => {
  const { cache, file } = await start();
  await Promise.all([cache.digestOf(file), cache.digestOf(file), cache.digestOf(file)]);
  expect(cache.counters.reads).toBe(1);
});

test('every one of many writes of the same size is seen, however fast they follow', async () => {
  const { cache, file } = await start();
  for (let i = 100; i < 140; i += 1) {
    await writeFile(file, `${i}`);
    expect(await cache.digestOf(file)).toBe(hashBytes(`${i}`));
  }
});

test('a file is read only when its last change is more than a tick of the clock ago', async () => {
  const { cache, file } = await start();
  for (let i = 0; i < 5; i += 1) {
    await writeFile(file, `${i}`);
    await cache.digestOf(file);
    expect(Date.now() - (await stat(file)).ctimeMs).toBeGreaterThan(20);
  }
  expect(cache.counters.reads).toBe(5);
});

test('a write that follows the start of a reading at once is seen', async () => {
  const { cache, file } = await start();
  for (let i = 100; i < 140; i += 1) {
    await writeFile(file, `a${i}`);
    const reading = cache.digestOf(file);
    await writeFile(file, `b${i}`);
    await reading;
    expect(await cache.digestOf(file)).toBe(hashBytes(`b${i}`));
  }
});

test('a file from the future is not remembered, since its next change may look the same', async () => {
  const { file, snapshot } = await start();
  const cache = await StatCache.open(snapshot, () => Date.now() - 60_000);
  for (const reads of [1, 2]) {
    await cache.digestOf(file);
    expect(cache.counters.reads).toBe(reads);
  }
});

test('a change of the same size with its mtime set back is seen', async () => {
  const { cache, file } = await start();
  const { atime, mtime } = await stat(file);
  await cache.digestOf(file);
  await writeFile(file, 'two');
  await utimes(file, atime, mtime);
  expect(await cache.digestOf(file)).toBe(hashBytes('two'));
});

test('a replacement by rename of the same size and mtime is seen', async () => {
  const { folder, cache, file } = await start();
  const other = join(folder, 'other');
  await writeFile(other, 'two');
  for (const path of [file, other]) await utimes(path, 1_000, 1_000);
  await cache.digestOf(file);
  await rename(other, file);
  expect(await cache.digestOf(file)).toBe(hashBytes('two'));
});

test('a link is its target: another target and a change of the target are seen', async () => {
  const { folder, cache, file } = await start();
  const [link, other] = [join(folder, 'link'), join(folder, 'other')];
  await writeFile(other, 'two');
  for (const path of [file, other]) await utimes(path, 1_000, 1_000);
  await symlink(file, link);
  expect(await cache.digestOf(link)).toBe(hashBytes('one'));
  await unlink(link);
  await symlink(other, link);
  expect(await cache.digestOf(link)).toBe(hashBytes('two'));
  await writeFile(other, 'six');
  expect(await cache.digestOf(link)).toBe(hashBytes('six'));
  await rm(other);
  expect(await cache.digestOf(link)).toBe('missing');
});

test('a touched file is read again but keeps its digest', async () => {
  const { cache, file } = await start();
  const before = await cache.digestOf(file);
  await utimes(file, 5, 5);
  expect(await cache.digestOf(file)).toBe(before);
  expect(cache.counters.reads).toBe(2);
});

test('what has no content has an answer of its own', async () => {
  const { folder, cache, file } = await start();
  const loop = join(folder, 'loop');
  await symlink(loop, loop);
  expect(await cache.digestOf(join(folder, 'none'))).toBe('missing');
  expect(await cache.digestOf(join(file, 'below a file'))).toBe('missing');
  expect(await cache.digestOf(folder)).toBe('directory');
  expect(await cache.digestOf(loop)).toEqual({ unreadable: 'ELOOP' });
  expect(cache.statOf(join(folder, 'none'))).toBe('missing');
  expect(cache.statOf(loop)).toEqual({ unreadable: 'ELOOP' });
  expect(cache.statOf(file)).toMatchObject({ size: 3n });
});

test.skipIf(process.platform === 'win32')('a pipe is not waited for', async () => {
  const { folder, cache } = await start();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(await cache.digestOf(join(folder, 'pipe'))).toEqual({ unreadable: 'ENOTFILE' });
});

test('a file that goes and comes back is read again', async () => {
  const { folder, cache, file } = await start();
  await cache.digestOf(file);
  await rename(file, join(folder, 'away'));
  expect(await cache.digestOf(file)).toBe('missing');
  await copyFile(join(folder, 'away'), file);
  expect(await cache.digestOf(file)).toBe(hashBytes('one'));
});

test('saving writes only what changed, and keeps what another process saved', async () => {
  const { folder, snapshot, cache, file } = await start();
  await cache.save();
  expect(await readdir(folder)).not.toContain('state');

  const other = await StatCache.open(snapshot);
  await writeFile(join(folder, 'theirs'), 'theirs');
  await other.digestOf(join(folder, 'theirs'));
  await cache.digestOf(file);
  await other.save();
  await cache.save();
  const { mtimeNs } = await stat(snapshot, { bigint: true });
  await cache.save();
  expect((await stat(snapshot, { bigint: true })).mtimeNs).toBe(mtimeNs);

  const later = await StatCache.open(snapshot);
  await Promise.all([later.digestOf(file), later.digestOf(join(folder, 'theirs'))]);
  expect(later.counters.reads).toBe(0);
});

test('a damaged snapshot is read as empty and replaced', async () => {
  const { snapshot, cache, file } = await start();
  await mkdir(join(snapshot, '..'));
  await writeFile(snapshot, 'journal 1 0123456789abcdef\nhalf a li');
  const opened = await StatCache.open(snapshot);
  expect(await opened.digestOf(file)).toBe(await cache.digestOf(file));
  expect(await opened.save()).toMatchObject({ ok: true });
  const later = await StatCache.open(snapshot);
  await later.digestOf(file);
  expect(later.counters.reads).toBe(0);
});

test('a snapshot that cannot be written answers a problem', async () => {
  const { file } = await start();
  const cache = await StatCache.open(join(file, 'below a file'));
  await cache.digestOf(file);
  expect(await cache.save()).toMatchObject({ ok: false, error: { code: 'EEXIST' } });
});
