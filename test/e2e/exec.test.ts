// Execution: failures, what depends on them, kernels that are not there, and edits made while a notebook runs.
import { expect, test } from 'vitest';
import type { Event } from '../../src/event.ts';
import { percent, Rig, ran } from '../support/rig.ts';

/** Python that waits for a file in the working directory. */
const waitFor = (name: string) =>
  `import os, time\nwhile not os.path.exists(${JSON.stringify(name)}):\n    time.sleep(0.02)`;
const make = (name: string) => `open(${JSON.stringify(name)}, "w").close()`;
const FOLDER = 'code/pipelines/flow/notebooks/explore';

function failureOf(events: readonly Event[], name: string) {
  const failed = events.find((event) => event.type === 'node-failed' && event.name === name);
  if (failed?.type !== 'node-failed') throw new Error(`${name} did not fail`);
  return failed.failure;
}

test('a failed notebook keeps its last good outputs, blocks what depends on it, and nothing else', async () => {
  await using rig = await Rig.create();
  const a = await rig.notebook('a', percent('x = 1\nx', 'y = 2\ny', 'z = 3\nz'));
  const b = await rig.notebook('b', percent(`${ran('b')}\n1`), { depends_on: ['a'] });
  await rig.notebook('c', percent(`${ran('c')}\n1`));
  await rig.build();
  await rig.runs();
  await rig.edit(a.script, (text) => text.replace('y = 2', 'y = 2\n1 / 0'));
  await rig.edit(b.script, (text) => `${text}# changed\n`);
  await rig.notebook('c', percent(`${ran('c')}\n2`));

  const failed = await rig.build();
  expect(failed.code).toBe(1);
  expect(failed.summary).toMatchObject({ failed: 1, blocked: 1, executed: 1 });
  expect(await rig.runs()).toEqual(['c']);
  const failure = failureOf(failed.events, 'a');
  const line = (await rig.read(a.script)).split('\n').indexOf('1 / 0') + 1;
  expect(failure).toMatchObject({ reason: 'cell-failed', cell: 2, cells: 3, path: rig.path(a.script), line });
  if (failure.reason !== 'cell-failed') throw new Error('not a failed cell');
  expect(failure.exception).toContain('ZeroDivisionError');
  expect(failure.partial).toBe(rig.path('.pipeio/failed/flow/explore/a.ipynb'));
  const partial = await rig.outputs('.pipeio/failed/flow/explore/a.ipynb');
  expect(partial[0]).toBe('1');
  expect(partial[1]).toContain('ZeroDivisionError');
  expect(failure.lastGood).toBeDefined();
  expect(await rig.outputs(`.pipeio/failed/flow/explore/a.last-good.ipynb`)).toEqual(['1', '2', '3']);
  expect(await rig.outputs(a.ipynb)).toEqual(['1', '', '3']);

  const plain = await rig.run('build');
  expect(plain.code).toBe(1);
  expect(plain.stdout).toContain(`${a.script}:${line}`);
  expect(plain.stdout).toContain('ZeroDivisionError');
  expect(plain.stdout).toContain('.pipeio/failed/flow/explore/a.last-good.ipynb');

  await rig.edit(a.script, (text) => text.replace('1 / 0', 'pass'));
  const mended = await rig.build();
  expect(mended.code).toBe(0);
  expect(mended.summary).toMatchObject({ executed: 2, fresh: 1 });
  expect(await rig.outputs(a.ipynb)).toEqual(['1', '2', '3']);
});

test('no line is named where the notebook has other cells than its script', async () => {
  await using rig = await Rig.create();
  const { script, ipynb } = await rig.notebook('a', percent('1', '2'));
  await rig.build();
  await rig.edit(ipynb, (text) => {
    const notebook = JSON.parse(text) as { cells: { source: string | string[] }[] };
    const [first, second] = notebook.cells;
    if (!first || !second) throw new Error('no cells');
    first.source = 'x = 1\n# %%\ny = 2';
    second.source = '1 / 0';
    return JSON.stringify(notebook);
  });
  const failure = failureOf((await rig.build()).events, 'a');
  expect(await rig.read(script)).toContain('# %%\ny = 2');
  expect(failure).toMatchObject({ reason: 'cell-failed', cell: 2, cells: 2, path: rig.path(script) });
  expect(failure).not.toHaveProperty('line');
});

test('--fail-fast stops what runs and starts nothing more; the next build does the rest', async () => {
  await using rig = await Rig.create();
  const fails = await rig.notebook('fails', percent(`${waitFor('started')}\n1 / 0`));
  await rig.notebook('endless', percent(`${make('started')}\n${waitFor('go')}`));
  await rig.notebook('z', percent(`${ran('z')}\n1`), { depends_on: ['endless'] });
  const stopped = await rig.build('--fail-fast', '-j', '2');
  expect(stopped.code).toBe(1);
  expect(stopped.summary).toMatchObject({ failed: 1, executed: 0 });
  expect(await rig.runs()).toEqual([]);

  await rig.write(`${FOLDER}/go`, '');
  await rig.edit(fails.script, (text) => text.replace('1 / 0', '1'));
  expect((await rig.build()).summary).toMatchObject({ executed: 3 });
});

test('-j says how many kernels run at once', async () => {
  await using rig = await Rig.create();
  // Each ends only when the other one runs too.
  await rig.notebook('a', percent(`${make('a')}\n${waitFor('b')}`));
  await rig.notebook('b', percent(`${make('b')}\n${waitFor('a')}`));
  expect((await rig.build('-j', '2')).summary).toMatchObject({ executed: 2 });
  const forced = await rig.build('-j', '1', '--force');
  const steps = forced.events.flatMap((event) =>
    event.type === 'cell-started' || event.type === 'cell-finished' ? [`${event.type} ${event.name}`] : [],
  );
  expect(forced.summary).toMatchObject({ executed: 2 });
  expect(steps.map((step) => step.split(' ')[0])).toEqual([
    'cell-started',
    'cell-finished',
    'cell-started',
    'cell-finished',
  ]);
});

test('a kernel that is not installed is an error that names those that are; the rest goes on', async () => {
  await using rig = await Rig.create();
  const a = await rig.notebook('a', percent('1'), { kernel: 'no-such-kernel' });
  await rig.notebook('b', percent('1'));
  const built = await rig.build();
  expect(built.code).toBe(1);
  expect(built.summary).toMatchObject({ failed: 1, executed: 1 });
  expect(failureOf(built.events, 'a')).toMatchObject({
    reason: 'kernel-missing',
    kernel: 'no-such-kernel',
    installed: expect.arrayContaining(['python3']),
  });
  expect(await rig.exists(a.ipynb)).toBe(true);
  expect((await rig.run('build')).stdout).toContain('python3');
});

test('an edit of the .py while its notebook runs is neither lost nor shown with old outputs', async () => {
  await using rig = await Rig.create();
  const { script, ipynb } = await rig.notebook('a', percent(waitFor('go'), 'x = 1\nx'));
  const build = rig.start('build', '--json');
  await build.event(({ type }) => type === 'cell-started');
  await rig.edit(script, (text) => text.replace('x = 1', 'x = 100'));
  await rig.write(`${FOLDER}/go`, '');
  await build.ended;
  expect(await rig.read(script)).toContain('x = 100');
  const after = await rig.build();
  expect(after.code).toBe(0);
  expect(await rig.read(script)).toContain('x = 100');
  expect(await rig.outputs(ipynb)).toEqual(['', '100']);
  expect((await rig.build()).summary).toMatchObject({ fresh: 1, kernels_started: 0 });
});

test('an .ipynb that is saved in Jupyter while it runs keeps what was saved', async () => {
  await using rig = await Rig.create();
  const { script, ipynb } = await rig.notebook(
    'a',
    percent(waitFor('go'), { markdown: 'Prose.' }, 'x = 1\nx'),
  );
  const save = async (from: string, to: string) => {
    if (await rig.exists(`${FOLDER}/go`)) await rig.remove(`${FOLDER}/go`);
    const build = rig.start('build', '--json', '--force');
    await build.event(({ type }) => type === 'cell-started');
    await rig.editIpynb(ipynb, ({ cells }) => {
      for (const cell of cells) cell.source = cell.source.replace(from, to);
    });
    await rig.write(`${FOLDER}/go`, '');
    return build.ended;
  };
  // Prose: the outputs still belong to the code.
  expect((await save('Prose.', 'Saved prose.')).code).toBe(0);
  expect((await rig.ipynb(ipynb)).cells[1]?.source).toBe('Saved prose.');
  expect(await rig.outputs(ipynb)).toEqual(['', '1']);
  expect((await rig.build()).summary).toMatchObject({ executed: 0, kernels_started: 0 });
  expect(await rig.read(script)).toContain('# Saved prose.');

  await save('x = 1', 'x = 5');
  expect((await rig.ipynb(ipynb)).cells[2]?.source).toBe('x = 5\nx');
  expect((await rig.build()).code).toBe(0);
  expect(await rig.read(script)).toContain('x = 5');
  expect(await rig.outputs(ipynb)).toEqual(['', '5']);
});

test('jupyter nbconvert --execute by hand on a built notebook gives the outputs that stand there', async () => {
  await using rig = await Rig.create();
  const cells = [
    'import sys\nprint("out")\nprint("err", file=sys.stderr)',
    '{"a": 0.1 + 0.2}',
    'import os\nos.getcwd()',
  ];
  const { ipynb } = await rig.notebook('a', percent({ markdown: 'Prose.' }, ...cells));
  await rig.build();
  const built = await rig.ipynb(ipynb);
  await rig.python('nbconvert', '--to', 'notebook', '--execute', '--output', 'by-hand.ipynb', ipynb);
  const byHand = await rig.ipynb(`${FOLDER}/by-hand.ipynb`);
  const said = ({ cells }: typeof built) => cells.map(({ source, outputs }) => [source, outputs]);
  expect(said(byHand)).toEqual(said(built));
  expect(await rig.outputs(ipynb)).toContain(`'${rig.path(FOLDER)}'`);
});
