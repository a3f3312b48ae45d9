// What executes a notebook and what does not: by content alone, and results come back from the cache.
import { cp, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { percent, Rig, ran, testPython } from '../support/rig.ts';

const FOLDER = 'code/pipelines/flow/notebooks/explore';

test('only the notebook whose code was edited runs; what changes no code runs nothing', async () => {
  await using rig = await Rig.create();
  const cells = ['s = "a  "\ns', `${ran('a')}\nb = 2\nb`];
  const a = await rig.notebook('a', percent({ markdown: 'Prose.' }, ...cells));
  await rig.notebook('b', percent(`${ran('b')}\n1`));
  expect((await rig.build()).summary).toMatchObject({ executed: 2 });
  expect(await rig.runs()).toEqual(['a', 'b']);

  const runsNothing = async (expected: object) => {
    const built = await rig.build();
    expect(built.summary).toMatchObject({ executed: 0, restored: 0, kernels_started: 0, ...expected });
    expect(await rig.runs()).toEqual([]);
  };
  const later = new Date(Date.now() + 60_000);
  for (const path of [a.script, a.ipynb]) await utimes(rig.path(path), later, later);
  await runsNothing({ fresh: 2, python_started: 0 });

  await rig.editIpynb(a.ipynb, (notebook) => {
    notebook.cells.forEach((cell, index) => {
      cell.id = `renamed-${index}`;
      if (cell.cell_type === 'code') cell.execution_count = null;
    });
  });
  await runsNothing({ fresh: 2 });

  await rig.edit(a.script, (text) => text.replace('Prose.', 'Better prose.'));
  await runsNothing({ updated: 1 });
  expect(await rig.outputs(a.ipynb)).toEqual(["'a  '", '2']);

  await rig.edit(a.script, (text) => text.replaceAll('\n', '\r\n'));
  await runsNothing({});
  expect(await rig.read(a.script)).toContain('b = 2\r\nb\r\n');

  await rig.edit(a.script, (text) => text.replaceAll('\r\n', '\n').replace('b = 2\n', 'b = 2   \n'));
  await runsNothing({});
  await rig.edit(a.script, (text) => `${text}\n\n\n`);
  await runsNothing({});

  for (const [change, reason] of [
    [(text: string) => text.replace('b = 2', 'b = 2  # two'), 'cell 2 changed'],
    [(text: string) => text.replace('"a  "', '"a "'), 'cell 1 changed'],
    [(text: string) => text.replace('# %%\ns', '# %% tags=["skip-execution"]\ns'), 'cell 1 changed'],
  ] as const) {
    await rig.edit(a.script, change);
    const built = await rig.build();
    expect(built.summary).toMatchObject({ executed: 1, fresh: 1, kernels_started: 1 });
    expect(built.events).toContainEqual(
      expect.objectContaining({ type: 'node-started', node: 'exec', reason: { text: reason, more: 0 } }),
    );
    expect(await rig.runs()).toEqual(['a']);
  }
  expect(await rig.outputs(a.ipynb)).toEqual(['', '2']);
});

test('the order of cells counts', async () => {
  await using rig = await Rig.create();
  const cells = [`${ran('a')}\nx = 1`, 'x = 2', 'x'];
  await rig.notebook('a', percent(...cells));
  await rig.build();
  const { ipynb } = await rig.notebook('a', percent(...[cells[1], cells[0], cells[2]].map(String)));
  expect((await rig.build()).summary).toMatchObject({ executed: 1 });
  expect(await rig.outputs(ipynb)).toEqual(['', '', '1']);
  // Back again: that result is known.
  await rig.runs();
  await rig.notebook('a', percent(...cells));
  expect((await rig.build()).summary).toMatchObject({ restored: 1, kernels_started: 0 });
  expect(await rig.outputs(ipynb)).toEqual(['', '', '2']);
  expect(await rig.runs()).toEqual([]);
});

test('outputs that are gone or edited come back from the cache; what a person made of them is kept', async () => {
  await using rig = await Rig.create();
  const { ipynb } = await rig.notebook(
    'a',
    percent({ markdown: 'Prose.' }, `${ran('a')}\n0.1 + 0.2`, '10 ** 20'),
  );
  await rig.build();
  expect(await rig.runs()).toEqual(['a']);
  const outputs = ['0.30000000000000004', '100000000000000000000'];
  expect(await rig.outputs(ipynb)).toEqual(outputs);

  const comesBack = async () => {
    const built = await rig.build();
    expect(built.code).toBe(0);
    expect(built.summary).toMatchObject({ restored: 1, executed: 0, kernels_started: 0 });
    expect(await rig.outputs(ipynb)).toEqual(outputs);
    expect((await rig.build()).summary).toMatchObject({ fresh: 1, python_started: 0 });
    expect(await rig.runs()).toEqual([]);
  };
  await rig.editIpynb(ipynb, ({ cells }) => {
    for (const cell of cells) if (cell.cell_type === 'code') cell.outputs = [];
  });
  await comesBack();

  await rig.editIpynb(ipynb, ({ cells }) => {
    const [, cell] = cells;
    if (cell) cell.outputs = [{ output_type: 'stream', name: 'stdout', text: 'by hand' }];
  });
  const edited = await rig.read(ipynb);
  await comesBack();
  const backups = (await rig.list('.pipeio/backups')).filter((path) => path.endsWith('a.ipynb'));
  const kept = await Promise.all(backups.map((path) => rig.read(join('.pipeio/backups', path))));
  expect(kept).toContainEqual(edited);

  await rig.remove(ipynb);
  await comesBack();
});

test('another checkout with the cache runs no kernel, whether or not outputs are committed', async () => {
  await using rig = await Rig.create();
  await rig.write('.gitignore', '.pipeio/\nuncommitted.ipynb\n');
  await rig.notebook('committed', percent(`${ran('run')}\n1`));
  await rig.notebook('uncommitted', percent(`${ran('run')}\n2`));
  await rig.notebook('unpaired', percent(`${ran('run')}\n3`), { pair_ipynb: false, publish_html: true });
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  await rig.build();
  await rig.runs();
  await rig.git('init', '-q');
  await rig.git('add', '--all');
  await rig.git('commit', '-qm', 'notebooks');
  await rig.git('clone', '-q', '.', 'elsewhere/deeper');
  await cp(rig.path('.pipeio/cache'), rig.path('elsewhere/deeper/.pipeio/cache'), { recursive: true });

  const there = { cwd: 'elsewhere/deeper' };
  const built = await rig.build(there);
  expect(built.code).toBe(0);
  expect(built.summary).toMatchObject({
    notebooks: 3,
    executed: 0,
    failed: 0,
    kernels_started: 0,
    python_started: 0,
  });
  expect(await rig.runs()).toEqual([]);
  expect(await rig.outputs(join('elsewhere/deeper', FOLDER, 'uncommitted.ipynb'))).toEqual(['2']);
  expect(await rig.git('status', '--porcelain', there)).toBe('');
  expect((await rig.build(there)).summary).toMatchObject({ fresh: 3, python_started: 0 });
});

test('a kernel counts by what it starts, not by its name', async () => {
  await using rig = await Rig.create();
  const kernel = async (name: string, ...options: string[]) => {
    const argv = [testPython(), ...options, '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
    const spec = { argv, display_name: name, language: 'python' };
    await rig.write(`../home/jupyter-data/kernels/${name}/kernel.json`, JSON.stringify(spec));
  };
  await kernel('same');
  await kernel('different', '-X', 'utf8');
  const { script, ipynb } = await rig.notebook('a', percent(`${ran('a')}\n1`));
  await rig.build();
  await rig.runs();

  await rig.notebook('a', await rig.read(script), { kernel: 'same' });
  expect((await rig.build()).summary).toMatchObject({ updated: 1, executed: 0, kernels_started: 0 });
  expect((await rig.ipynb(ipynb)).metadata.kernelspec).toMatchObject({ name: 'same', display_name: 'same' });
  expect(await rig.read(script)).toContain('#     name: same\n');

  await rig.notebook('a', await rig.read(script), { kernel: 'different' });
  const changed = await rig.build();
  expect(changed.summary).toMatchObject({ executed: 1, kernels_started: 1 });
  expect(changed.events).toContainEqual(
    expect.objectContaining({
      type: 'node-started',
      node: 'exec',
      reason: { text: 'kernel changed', more: 0 },
    }),
  );
  expect((await rig.build()).summary).toMatchObject({ fresh: 1, python_started: 0 });
});

test('declared inputs and variables count; upstream results that stay equal stop the wave', async () => {
  await using rig = await Rig.create();
  await rig.write('code/pipelines/flow/data/one.csv', '1');
  const up = await rig.notebook('up', percent(`${ran('up')}\n"result"`), { inputs: ['data/*.csv'] });
  const down = await rig.notebook('down', percent(`${ran('down')}\n1`), {
    depends_on: ['up'],
    env: ['SUBJECT'],
  });
  const env = (SUBJECT: string) => ({ env: { SUBJECT } });
  const first = await rig.build('-j', '2', env('01'));
  expect(first.summary).toMatchObject({ executed: 2 });
  const order = first.events.filter((event) => event.type === 'node-finished' && event.node === 'exec');
  expect(order).toMatchObject([{ name: 'up' }, { name: 'down' }]);
  await rig.runs();

  const because = async (reason: string, expected: string[]) => {
    const built = await rig.build(env('01'));
    expect(built.events).toContainEqual(
      expect.objectContaining({ type: 'node-started', node: 'exec', reason: { text: reason, more: 0 } }),
    );
    expect(built.code).toBe(0);
    expect(built.summary).toMatchObject({ executed: expected.length, fresh: 2 - expected.length });
    expect(await rig.runs()).toEqual(expected);
  };
  await rig.write('code/pipelines/flow/data/one.csv', '2');
  await because('code/pipelines/flow/data/one.csv changed', ['up']);
  await rig.write('code/pipelines/flow/data/two.csv', '2');
  await because('code/pipelines/flow/data/two.csv is a new input', ['up']);
  await rig.edit(up.script, (text) => text.replace('"result"', '"other"'));
  await because('cell 1 changed', ['down', 'up']);

  const other = await rig.build(env('02'));
  expect(other.summary).toMatchObject({ executed: 1, fresh: 1 });
  expect(await rig.runs()).toEqual(['down']);
  const back = await rig.build(env('01'));
  expect(back.summary).toMatchObject({ executed: 0, fresh: 2 });

  // A target brings what it depends on.
  await rig.edit(up.script, (text) => text.replace('"other"', '"third"'));
  const chosen = await rig.build('down', env('01'));
  expect(chosen.summary).toMatchObject({ notebooks: 2, executed: 2 });
  expect(await rig.outputs(down.ipynb)).toEqual(['1']);
});
