// Files and cells that are broken in every usual way: each told with its place, alone, and with nothing lost.
import { symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { failuresOf, ranIn } from '../support/failures.ts';
import { percent, type Ran, Rig, ran } from '../support/rig.ts';

const EXPLORE = 'code/pipelines/flow/notebooks/explore';

/** A run for people: no stack of pipeio's own, nothing called a bug, no absolute path where a relative one does. */
function expectClear(rig: Rig, told: Ran): void {
  const text = told.stdout + told.stderr;
  expect(text).not.toMatch(/internal error|^\s+at .*\.js|node:internal|Traceback.*worker/m);
  expect(text).not.toContain(`${rig.root}/code`);
}

test('files that cannot be read fail alone, with their place; they stay as they are', async () => {
  await using rig = await Rig.create();
  const bad = percent(ran('bad'));
  await rig.notebook('good', percent(ran('good')));
  const missing = await rig.notebook('missing', bad);
  await rig.remove(missing.script);
  await rig.notebook('latin', bad);
  await rig.write(`${EXPLORE}/.src/latin.py`, Buffer.from('# %%\nx = "caf\xe9"\n', 'latin1'));
  await rig.notebook('binary', bad);
  await rig.write(
    `${EXPLORE}/.src/binary.py`,
    Uint8Array.from({ length: 512 }, (_, index) => index % 256),
  );
  await rig.notebook('merge', '# %%\nx = 1\n<<<<<<< HEAD\ny = 1\n=======\ny = 2\n>>>>>>> other\n');
  const json = await rig.notebook('json', bad);
  await rig.write(json.ipynb, '{"cells": [\n {"cell_type": "code",\n');
  const three = await rig.notebook('three', bad);
  const input = { cell_type: 'code', input: [ran('bad')], language: 'python', metadata: {}, outputs: [] };
  const worksheets = [{ cells: [input], metadata: {} }];
  await rig.write(
    three.ipynb,
    JSON.stringify({ metadata: { name: '' }, nbformat: 3, nbformat_minor: 0, worksheets }),
  );
  const circle = await rig.notebook('circle', bad);
  await rig.remove(circle.script);
  await symlink('circle.py', rig.path(circle.script));
  await symlink('.', rig.path(EXPLORE, 'self'));
  await symlink('..', rig.path('code/pipelines/loop'));
  const before = await rig.snapshot();

  const first = await rig.build();
  expect(first.code).toBe(1);
  expect(failuresOf(first.events)).toMatchObject({
    missing: { reason: 'source-missing' },
    latin: { reason: 'not-utf8', line: 2 },
    binary: { reason: 'not-utf8', line: 1 },
    merge: { reason: 'conflict-markers', line: 3 },
    json: { reason: 'invalid-notebook', line: 3, column: 1 },
    three: { reason: 'nbformat-unsupported' },
    circle: { reason: 'unreadable' },
  });
  expect(first.summary).toMatchObject({ notebooks: 8, executed: 1, failed: 7 });
  expect(await rig.runs()).toEqual(['good']);
  const after = await rig.snapshot();
  for (const name of ['.src/latin.py', '.src/binary.py', '.src/merge.py', 'json.ipynb', 'three.ipynb'])
    expect(after[`${EXPLORE}/${name}`]).toBe(before[`${EXPLORE}/${name}`]);

  const told = await rig.run('build');
  expect(told.code).toBe(1);
  expectClear(rig, told);
  for (const words of [
    `the .py file does not exist\n  ${EXPLORE}/.src/missing.py\n`,
    `the .py is not UTF-8: byte 0xe9 in line 2\n  ${EXPLORE}/.src/latin.py:2\n`,
    `${EXPLORE}/.src/binary.py:1\n`,
    `${EXPLORE}/.src/merge.py:3\n  Resolve the conflict`,
    `${EXPLORE}/json.ipynb:3:1\n`,
    `the .ipynb has notebook format 3.0; only 4 is supported\n  ${EXPLORE}/three.ipynb\n`,
    `symbolic link that leads to itself\n  ${EXPLORE}/.src/circle.py\n`,
  ])
    expect(told.stdout).toContain(words);

  // Mended as the messages say, everything builds.
  await rig.remove(circle.script);
  for (const { script } of [missing, circle]) await rig.write(script, bad);
  for (const name of ['latin', 'binary', 'merge']) await rig.write(`${EXPLORE}/.src/${name}.py`, bad);
  await rig.remove(json.ipynb);
  await rig.python('nbconvert', '--to', 'notebook', '--inplace', three.ipynb);
  const mended = await rig.build();
  expect(failuresOf(mended.events)).toEqual({});
  expect(mended.code).toBe(0);
  expect((await rig.build()).summary).toMatchObject({ fresh: 8, kernels_started: 0 });
});

/** Cells that end badly: source of the last cell, and what is told of it. `at` is the line that is named. */
const ENDINGS = {
  syntax: { cell: 'y = 2\ndef f(:\n    pass', at: 'def f(:', reason: 'cell-failed', says: /^SyntaxError/ },
  leaves: { cell: 'exit()', at: 'exit()', reason: 'kernel-died', says: /calling exit\(\)/ },
  killed: {
    cell: 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)',
    at: 'import os, signal',
    reason: 'kernel-died',
    says: /SIGKILL.*memory/,
  },
  sleeps: {
    cell: 'import time\ntime.sleep(600)',
    at: 'time.sleep(600)',
    reason: 'cell-timeout',
    says: /longer than 1 s/,
  },
  asks: { cell: 'x = 1\ninput("who?")', at: 'input("who?")', reason: 'cell-failed', says: /input\(\)/ },
} as const;

test('cells that end badly: told with the line of the .py; the last good notebook is kept', async () => {
  await using rig = await Rig.create();
  const names = Object.keys(ENDINGS) as (keyof typeof ENDINGS)[];
  const files = new Map<string, { script: string; ipynb: string }>();
  for (const name of names) {
    const source = percent('print("first")', { markdown: 'words\nand words' }, `print("${name} was good")`);
    const fields = name === 'sleeps' ? { timeout: 1 } : {};
    files.set(name, await rig.notebook(name, source, fields));
  }
  await rig.notebook('good', percent(ran('good')));
  expect((await rig.build('-j', '3')).code).toBe(0);
  for (const name of names) {
    const { script } = files.get(name) ?? { script: '' };
    await rig.edit(script, (text) => text.replace(`print("${name} was good")`, ENDINGS[name].cell));
  }
  const built = await rig.build('-j', '3');
  expect(built.code).toBe(1);
  expect(built.summary).toMatchObject({ failed: names.length, fresh: 1, executed: 0 });
  const failures = failuresOf(built.events);
  for (const name of names) {
    const failure = failures[name];
    const { reason, at, says } = ENDINGS[name];
    expect(failure).toMatchObject({ reason, cell: 2, cells: 2, message: expect.stringMatching(says) });
    if (failure === undefined || !('cell' in failure)) continue;
    const lines = (await rig.read(files.get(name)?.script ?? '')).split('\n');
    expect(failure.path).toBe(rig.path(files.get(name)?.script ?? ''));
    expect(lines[(failure.line ?? 0) - 1]).toBe(at);
    const [partial, good] = [failure.partial ?? '', failure.lastGood ?? ''].map((path) =>
      path.slice(rig.root.length + 1),
    );
    expect((await rig.outputs(partial ?? ''))[0]).toBe('first\n');
    expect(await rig.outputs(good ?? '')).toEqual(['first\n', `${name} was good\n`]);
  }
  const told = await rig.run('build', 'syntax', 'asks');
  expect(told.code).toBe(1);
  expectClear(rig, told);
  expect(told.stdout).toMatch(/exec {2}syntax {2}failed {2}cell 2 of 2: SyntaxError: invalid syntax {2}/);
  expect(told.stdout).toMatch(/\.src\/syntax\.py:\d+\n/);

  for (const name of names) {
    const { script } = files.get(name) ?? { script: '' };
    await rig.edit(script, (text) => text.replace(ENDINGS[name].cell, `print("${name} was good")`));
  }
  const mended = await rig.build();
  expect(mended.code).toBe(0);
  expect(mended.summary).toMatchObject({ notebooks: 6, failed: 0, kernels_started: 0 });
  for (const name of names)
    expect(await rig.outputs(files.get(name)?.ipynb ?? '')).toEqual(['first\n', `${name} was good\n`]);
});

test('notebooks without code start no kernel; 50 MB of output leave a small notebook', async () => {
  await using rig = await Rig.create();
  const empty = await rig.notebook('empty', '');
  await rig.notebook('blank', '\n\n');
  await rig.notebook('prose', percent({ markdown: 'Only words.' }));
  const loud = await rig.notebook('loud', percent('for _ in range(50): print("x" * 1_000_000)'));
  const built = await rig.build();
  expect(built.code).toBe(0);
  expect(await rig.exists(empty.ipynb)).toBe(true);
  const [output = ''] = await rig.outputs(loud.ipynb);
  expect(output.length).toBeLessThan(1_100_000);
  expect(output).toMatch(/\[output truncated, \d+ bytes more\]/);
  expect((await rig.build()).summary).toMatchObject({ fresh: 4, kernels_started: 0, python_started: 0 });
});

test('a notebook.yml that is empty, has tabs, a key twice, or a path outside hides no other', async () => {
  await using rig = await Rig.create();
  await rig.notebook('good', percent(ran('good')));
  const files = {
    empty: '',
    tabs: 'entries:\n\t- path: x.py\n',
    twice: 'entries:\n  - path: x.py\n    kernel: a\n    kernel: b\n',
    outside: 'entries:\n  - path: ../../../../elsewhere/a.py\n',
  };
  for (const [flow, text] of Object.entries(files))
    await rig.write(`code/pipelines/${flow}/notebooks/notebook.yml`, text);
  const built = await rig.run('build');
  expect(built.code).toBe(1);
  expectClear(rig, built);
  const at = (flow: string) => `code/pipelines/${flow}/notebooks/notebook.yml`;
  expect(built.stderr).toContain(`${at('empty')}:1:1: warning: no entries`);
  expect(built.stderr).toContain(`${at('tabs')}:2:1: error: not valid YAML: tabs`);
  expect(built.stderr).toContain(`${at('twice')}:4:5: error: this key stands here twice`);
  expect(built.stderr).toContain(`${at('outside')}:2:11: error: path leads outside the project`);
  expect(await rig.runs()).toEqual(['good']);
  for (const [flow, text] of Object.entries(files)) expect(await rig.read(at(flow))).toBe(text);
});

test('a file where the output folder belongs: the page fails, the run is kept', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  await rig.notebook('page', percent(ran('page')), { publish_html: true });
  await rig.notebook('other', percent(ran('other')));
  await rig.write('docs', 'my notes\n');
  const built = await rig.build();
  expect(built.code).toBe(1);
  expect(ranIn(built.events)).toEqual(['other', 'page']);
  expect(failuresOf(built.events)).toMatchObject({ page: { node: 'publish:html', reason: 'write-failed' } });
  expect(await rig.read('docs')).toBe('my notes\n');
  const told = await rig.run('build');
  expectClear(rig, told);
  expect(told.stdout).toContain('a file stands where a folder is needed (EEXIST)\n  docs/nb-page.html\n');
  await rig.remove('docs');
  const mended = await rig.build();
  expect(mended.code).toBe(0);
  expect(mended.summary).toMatchObject({ updated: 1, fresh: 1, kernels_started: 0 });
  expect(await rig.list('docs')).toEqual(['nb-page.html']);
});

test('a file where .pipeio belongs is told at once, and left alone', async () => {
  await using rig = await Rig.create();
  await rig.notebook('any', percent(ran('any')));
  await rig.write('.pipeio', 'mine\n');
  const built = await rig.run('build');
  expect(built.code).toBe(1);
  expectClear(rig, built);
  expect(built.stderr).toMatch(/^a file stands where a folder is needed \(EEXIST\)\n {2}\.pipeio\n/);
  expect(await rig.read('.pipeio')).toBe('mine\n');
  expect((await rig.run('nb', 'status')).stdout).toContain('any');
});
