// What people see around a build: closed pipes, notebooks that never ran, globs that match nothing, hidden mistakes.
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { percent, Rig } from '../support/rig.ts';

test('a reader that goes away ends the build quietly, and the next one is right', async () => {
  await using rig = await Rig.create();
  for (const name of ['a', 'b']) await rig.notebook(name, percent('1'));
  const cli = join(import.meta.dirname, '../../dist/cli.js');
  const command = `"${process.execPath}" "${cli}" build | head -n 1`;
  const piped = await execa('sh', ['-c', command], {
    cwd: rig.root,
    env: rig.env,
    extendEnv: false,
    stdin: 'ignore',
  });
  expect(piped.stdout.split('\n')).toHaveLength(1);
  expect(piped.stderr).toBe('');
  expect((await rig.build()).code).toBe(0);
  expect((await rig.build()).summary).toMatchObject({ fresh: 2 });
});

test('nb status tells what has never run, and why it cannot', async () => {
  await using rig = await Rig.create();
  await rig.notebook('a', percent('1'));
  const before = await rig.run('nb', 'status');
  expect(before.stdout).toContain('executed: no');
  await rig.build();
  const after = await rig.run('nb', 'status');
  expect(after.code).toBe(0);
  expect(after.stdout).not.toContain('executed:');
  await rig.notebook('a', percent('1'), { kernel: 'nosuch' });
  const lost = await rig.run('nb', 'status');
  expect(lost.code).toBe(1);
  expect(lost.stderr).toContain('kernel "nosuch" is not installed');
});

test('a glob that matches nothing is told on every build, also where all is fresh', async () => {
  await using rig = await Rig.create();
  await rig.notebook('a', percent('1'), { inputs: ['data/nope*.csv'] });
  for (const run of [await rig.run('build'), await rig.run('build')]) {
    expect(run.stdout).toContain('inputs of a: data/nope*.csv matches no file');
  }
});

test('a target that is not found tells of the configuration that may hide it', async () => {
  await using rig = await Rig.create();
  await rig.notebook('a', percent('1'));
  await rig.notebook('b', percent('1'), { flow: 'other' });
  await rig.append('code/pipelines/other/notebooks/notebook.yml', ' x: [\n');
  const built = await rig.run('build', 'b');
  expect(built.code).toBe(2);
  expect(built.stderr).toContain('code/pipelines/other/notebooks/notebook.yml:');
  expect((await rig.run('doctor')).code).toBe(1);
  expect((await rig.build('flow/a')).summary).toMatchObject({ notebooks: 1, executed: 1 });
});
