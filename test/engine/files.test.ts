// Tests replacing files: only over what was expected, by rename, with a backup of what pipeio did not write.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashBytes, StatCache, Table } from '../../cache/index.ts';
import { Files } from '../../src/engine/files.ts';
import { State } from '../../src/engine/state.ts';

const NOW = Date.now();

let root: string;
let files: Files;
let backups: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pipeio-files-'));
  backups = [];
  const state = new State(await Table.open(join(root, '.pipeio', 'state', 'records')), () => {});
  const stats = await StatCache.open(join(root, '.pipeio', 'state', 'stats'));
  const onBackup = (_path: string, backup: string) => backups.push(backup);
  files = new Files({ root, stats, state, pid: 1, now: () => NOW, onBackup });
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function temporary(text: string): Promise<string> {
  const path = await files.temporary('.txt');
  await writeFile(path, text);
  return path;
}

test('creates a file where none is, with its folders', async () => {
  const target = join(root, 'a', 'b', 'c.txt');
  const replaced = await files.replace(await temporary('one'), target, 'missing');
  expect(replaced).toEqual({ ok: true, value: { digest: hashBytes('one'), written: true } });
  expect(await readFile(target, 'utf8')).toBe('one');
  expect(files.wroteItself(target, hashBytes('one'))).toBe(true);
});

test('refuses to overwrite what is not as expected, and loses neither', async () => {
  const target = join(root, 'a.txt');
  await writeFile(target, 'edited meanwhile');
  for (const expected of ['missing', hashBytes('as it was')] as const) {
    const from = await temporary('new');
    const replaced = await files.replace(from, target, expected);
    expect(replaced).toMatchObject({ ok: false, error: { reason: 'input-moved' } });
    expect(await readFile(from, 'utf8')).toBe('new');
  }
  expect(await readFile(target, 'utf8')).toBe('edited meanwhile');
  expect(backups).toEqual([]);
});

test('keeps what it did not write, and only that', async () => {
  const target = join(root, 'notes', 'a.txt');
  await mkdir(join(root, 'notes'));
  await writeFile(target, 'by hand');
  await files.replace(await temporary('one'), target, hashBytes('by hand'));
  expect(await Promise.all(backups.map((path) => readFile(path, 'utf8')))).toEqual(['by hand']);
  await files.replace(await temporary('two'), target, hashBytes('one'));
  expect(backups).toHaveLength(1);
  await writeFile(target, 'by hand again');
  await files.replace(await temporary('three'), target, hashBytes('by hand again'));
  expect(await Promise.all(backups.map((path) => readFile(path, 'utf8')))).toEqual([
    'by hand',
    'by hand again',
  ]);
});

test('backups of one moment all stay, each under the name of its file', async () => {
  const target = join(root, 'a.txt');
  const texts = ['one', 'two', 'three'];
  for (const text of texts) {
    await writeFile(target, text);
    await files.replace(await temporary(`after ${text}`), target, hashBytes(text));
  }
  expect(await Promise.all(backups.map((path) => readFile(path, 'utf8')))).toEqual(texts);
  expect(new Set(backups.map((path) => basename(path)))).toEqual(new Set(['a.txt']));
});

test('equal bytes rewrite nothing', async () => {
  const target = join(root, 'a.txt');
  await writeFile(target, 'same');
  const before = await stat(target, { bigint: true });
  const replaced = await files.replace(await temporary('same'), target, hashBytes('same'));
  expect(replaced).toMatchObject({ ok: true, value: { written: false } });
  expect((await stat(target, { bigint: true })).ctimeNs).toBe(before.ctimeNs);
  expect(backups).toEqual([]);
});

test('a link stays a link, and the mode stays', async () => {
  const real = join(root, 'real.txt');
  const link = join(root, 'link.txt');
  await writeFile(real, 'old');
  await chmod(real, 0o640);
  await symlink(real, link);
  await files.replace(await temporary('new'), link, hashBytes('old'));
  expect(await readFile(real, 'utf8')).toBe('new');
  expect((await stat(real)).mode & 0o777).toBe(0o640);
  expect(await readdir(root)).toContain('link.txt');
});

test('a file where a folder is needed is a failure that says so', async () => {
  await writeFile(join(root, 'docs'), 'no folder');
  const replaced = await files.replace(await temporary('page'), join(root, 'docs', 'page.html'), 'missing');
  expect(replaced).toMatchObject({ ok: false });
  expect(await readFile(join(root, 'docs'), 'utf8')).toBe('no folder');
});

test('leaves no temporary file behind', async () => {
  await temporary('forgotten');
  await files.clean();
  expect(await readdir(join(root, '.pipeio', 'tmp'))).toEqual([]);
});
