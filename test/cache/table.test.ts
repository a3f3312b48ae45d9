// A table keeps the last value of each key through other processes, compaction, kills and full disks.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Table } from '../../cache/index.ts';
import { buildChild, Child, temporaryFolder } from './support.ts';

test('keeps the last value of each key; reading makes nothing', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'deep', 'table');
  const table = await Table.open(file);
  expect(table.get('a')).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);

  await Promise.all([
    table.set('a', 1),
    table.setMany([
      ['b', { deep: ['ü', null] }],
      ['c', null],
    ]),
    table.set('a', 2),
    table.delete('b'),
  ]);
  await table.delete('never there');
  for (const read of [table, await Table.open(file)]) {
    expect(Object.fromEntries(read.entries())).toEqual({ a: 2, c: null });
  }
});

test('refresh takes in what another table on the same file wrote', async () => {
  const file = join(await temporaryFolder(), 'table');
  const [one, two] = [await Table.open(file), await Table.open(file)];
  await one.set('a', 1);
  await two.set('b', 2);
  expect(two.get('a')).toBe(1);
  expect(one.get('b')).toBeUndefined();
  one.refresh();
  expect(one.get('b')).toBe(2);
});

test('a change decides on what all others have written', async () => {
  const file = join(await temporaryFolder(), 'table');
  const tables = await Promise.all([1, 2, 3].map(() => Table.open<number>(file)));
  const changes = tables.flatMap((table) =>
    Array.from({ length: 20 }, () => table.change(() => [['n', (table.get('n') ?? 0) + 1]])),
  );
  await Promise.all(changes);
  expect((await Table.open<number>(file)).get('n')).toBe(60);
});

test('a change that throws leaves the table as it is on disk, and writable', async () => {
  const table = await Table.open(join(await temporaryFolder(), 'table'));
  await table.set('a', 1);
  const broken = table.change(function* () {
    yield ['a', 2];
    throw new RangeError('bug');
  });
  await expect(broken).rejects.toThrow(RangeError);
  expect(table.get('a')).toBe(1);
  expect(await table.set('b', 1)).toMatchObject({ ok: true });
});

test('compacts when mostly dead, and other readers notice', async () => {
  const file = join(await temporaryFolder(), 'table');
  const table = await Table.open(file);
  await table.set('kept', 'still here');
  const other = await Table.open(file);
  await table.setMany(Array.from({ length: 1100 }, (_, i) => ['often', i] as const));
  await table.set('often', 'one more');
  expect((await stat(file)).size).toBeLessThan(300);
  await other.set('mine', 1);
  for (const read of [other, await Table.open(file)]) {
    expect(Object.fromEntries(read.entries())).toEqual({ kept: 'still here', often: 'one more', mine: 1 });
  }
  expect((await readdir(join(file, '..'))).sort()).toEqual(['locks', 'table']);
});

test('a table whose folder vanishes starts over', async () => {
  const folder = join(await temporaryFolder(), 'cache');
  const table = await Table.open(join(folder, 'table'));
  await table.set('a', 1);
  await rm(folder, { recursive: true });
  expect(await table.set('b', 2)).toMatchObject({ ok: true });
  expect(Object.fromEntries(table.entries())).toEqual({ b: 2 });
});

test('a folder that cannot be made answers a problem, and reads as empty', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'in the way'), '');
  const table = await Table.open(join(folder, 'in the way', 'table'));
  expect(await table.set('a', 1)).toMatchObject({ ok: false, error: { code: 'ENOTDIR' } });
  expect(table.get('a')).toBeUndefined();
});

test('processes that hammer one table lose nothing, and readers never see half a value', async () => {
  const folder = await temporaryFolder();
  const script = await buildChild(folder);
  const names = ['x', 'y', 'z'];
  const writers = await Promise.all(names.map((name) => Child.ready(script, 'table', folder, name, '120')));
  const reader = await Child.ready(script, 'read', folder, '', String(3 * 120));
  const codes = await Promise.all([...writers, reader].map((child) => child.run()));
  expect(codes).toEqual([0, 0, 0, 0]);
  const table = await Table.open<number | string>(join(folder, 'table'));
  expect(table.get('shared')).toBe(360);
  expect([...table.entries()]).toHaveLength(361);
});

test('what a killed process was told is written is there, and others write on', async () => {
  const folder = await temporaryFolder();
  const script = await buildChild(folder);
  for (const name of ['x', 'y', 'z']) {
    const child = await Child.ready(script, 'table', folder, name, '100000');
    child.start();
    await child.sent(40);
    await child.kill();
    const table = await Table.open<number | string>(join(folder, 'table'));
    const told = child.messages.length;
    for (let i = 0; i < told; i += 1) expect(table.get(`${name}-${i}`)).toBe(`${i} `.repeat(i % 50));
    expect(await table.set('after', name)).toMatchObject({ ok: true });
  }
});

// A limit on file size cuts writes short as a full disk does; Windows has none.
test.skipIf(!existsSync('/bin/bash'))(
  'a full disk answers a problem and loses nothing that was kept',
  async () => {
    const folder = await temporaryFolder();
    const script = await buildChild(folder);
    const limited = join(folder, 'limited.mjs');
    await writeFile(
      limited,
      `import { fork } from 'node:child_process';
     const child = fork(${JSON.stringify(script)}, ['fill', ${JSON.stringify(folder)}]);
     child.on('message', (m) => m === 'ready' ? child.send('start') : console.log(JSON.stringify(m)));`,
    );
    const { stdout } = await promisify(execFile)('/bin/bash', [
      '-c',
      'ulimit -f 20; exec "$0" "$1"',
      process.execPath,
      limited,
    ]);
    const report = JSON.parse(stdout) as { kept: number };
    expect(report).toEqual({ table: 'EFBIG', blob: 'EFBIG', kept: report.kept, size: report.kept });
    expect(report.kept).toBeGreaterThan(10);

    const table = await Table.open(join(folder, 'table'));
    expect([...table.entries()]).toHaveLength(report.kept);
    expect(await table.set('room again', 1)).toMatchObject({ ok: true });
    expect([...(await Table.open(join(folder, 'table'))).entries()]).toHaveLength(report.kept + 1);
    expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  },
);
