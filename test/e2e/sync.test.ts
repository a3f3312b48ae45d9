// Three-way sync, row by row: who edited which side decides, and nothing that a person wrote is lost.
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { percent, Rig, ran } from '../support/rig.ts';

const THREE = percent({ markdown: 'Prose.' }, 'a = 1\na', `${ran('run')}\nb = 2\nb`, 'c = 3\nc');

/** Texts of the backups whose name ends so. */
async function backups(rig: Rig, ending: string): Promise<string[]> {
  const kept = (await rig.list('.pipeio/backups')).filter((path) => path.endsWith(ending));
  return Promise.all(kept.map((path) => rig.read(join('.pipeio/backups', path))));
}

/** Sets a file's modification time, in seconds from now. */
async function touch(rig: Rig, path: string, seconds: number): Promise<void> {
  const time = Date.now() / 1000 + seconds;
  await utimes(rig.path(path), time, time);
}

/** Edits the source of the cell that holds `from` in an `.ipynb`. */
async function editCell(rig: Rig, path: string, from: string, to: string): Promise<void> {
  await rig.editIpynb(path, ({ cells }) => {
    const cell = cells.find(({ source }) => source.includes(from));
    if (cell === undefined) throw new Error(`no cell holds ${from}`);
    cell.source = cell.source.replace(from, to);
  });
}

test('an edit of the .py reaches the .ipynb; outputs of changed cells go, all others stay', async () => {
  await using rig = await Rig.create();
  const { script, ipynb, myst } = await rig.notebook('a', THREE, { pair_myst: true });
  await rig.build();
  expect(await rig.outputs(ipynb)).toEqual(['1', '2', '3']);

  await rig.edit(script, (text) => text.replace('b = 2', 'b = 20').replace('Prose.', 'More prose.'));
  const planned = await rig.snapshot();
  const dry = await rig.run('nb', 'sync', '--dry', '--json');
  expect(dry.events).toContainEqual(
    expect.objectContaining({ type: 'would-run', node: 'sync', action: 'update' }),
  );
  expect(await rig.snapshot()).toEqual(planned);

  const synced = await rig.build('--stage', 'sync');
  expect(synced.summary).toMatchObject({ updated: 1, executed: 0, kernels_started: 0 });
  expect(await rig.outputs(ipynb)).toEqual(['1', '', '3']);
  expect((await rig.ipynb(ipynb)).cells[0]?.source).toBe('More prose.');
  expect(await rig.read(myst)).toContain('b = 20');
  expect((await rig.build('--stage', 'sync')).summary).toMatchObject({ fresh: 1, python_started: 0 });

  expect((await rig.build()).summary).toMatchObject({ executed: 1 });
  expect(await rig.outputs(ipynb)).toEqual(['1', '20', '3']);
});

test('an edit in Jupyter reaches the .py: text, new cells, tags and metadata, nothing else', async () => {
  await using rig = await Rig.create();
  const text = '#%%\nkept   =  1\n#%%\nx = 2\nx\n\n\n\n#%%\ny = 3\n';
  const { script, ipynb } = await rig.notebook('a', text);
  await rig.build('--stage', 'sync');
  await editCell(rig, ipynb, 'x = 2', 'x = 5');
  await rig.editIpynb(ipynb, ({ cells }) => {
    const [first] = cells;
    if (first) first.metadata = { tags: ['parameters'], 'my-key': 'my value' };
    cells.push({ cell_type: 'markdown', id: 'new', source: 'Written in Lab.', metadata: {} });
  });
  const synced = await rig.build('--stage', 'sync');
  expect(synced.code).toBe(0);
  expect(synced.summary).toMatchObject({ updated: 1, kernels_started: 0 });
  const now = await rig.read(script);
  expect(now).toContain('tags=["parameters"]');
  expect(now).toContain('my-key="my value"');
  expect(now).toContain('kept   =  1\n');
  expect(now).toContain('x = 5\nx\n');
  expect(now).toContain('# %% [markdown]\n# Written in Lab.');
  expect((await rig.build('--stage', 'sync')).summary).toMatchObject({ fresh: 1 });
});

test('what changes no cell rewrites neither side', async () => {
  await using rig = await Rig.create();
  const text = '#%%\na = 1\na\n#%% [markdown]\n# Prose.\n#%%\n\n\nb = 2\n\n\n\n#%%\nc = 3\n';
  const { script, ipynb } = await rig.notebook('a', text);
  await rig.build();
  // Another editor's JSON: indentation, new ids, counts cleared.
  const notebook = await rig.ipynb(ipynb);
  notebook.cells.forEach((cell, index) => {
    cell.id = `other-${index}`;
    if (cell.cell_type === 'code') cell.execution_count = null;
  });
  await rig.write(ipynb, JSON.stringify(notebook, null, 4));
  const before = await rig.snapshot();
  const reformatted = await rig.build();
  expect(reformatted.summary).toMatchObject({ fresh: 1, updated: 0, kernels_started: 0 });
  expect(await rig.snapshot()).toEqual(before);

  // As jupytext writes it: markers with a space, one blank line before each, none at the ends of cells.
  await rig.edit(script, (py) => py.replaceAll(/\n+#%%/g, '\n\n# %%').replace('\n\n\nb = 2', '\nb = 2'));
  const normalised = await rig.snapshot();
  expect((await rig.build()).summary).toMatchObject({ fresh: 1, updated: 0, kernels_started: 0 });
  expect(await rig.snapshot()).toEqual(normalised);
});

test('edits on both sides are a conflict that only a person settles', async () => {
  await using rig = await Rig.create();
  const a = await rig.notebook('a', THREE);
  const b = await rig.notebook('b', THREE);
  await rig.build();
  await rig.edit(a.script, (text) => text.replace('b = 2', 'b = 200'));
  await editCell(rig, a.ipynb, 'c = 3', 'c = 300');
  await rig.edit(b.script, (text) => text.replace('c = 3', 'c = 30'));
  const sides = async () => [await rig.read(a.script), await rig.read(a.ipynb)];
  const edited = await sides();

  const conflict = await rig.build();
  expect(conflict.code).toBe(1);
  expect(conflict.summary).toMatchObject({ conflict: 1, executed: 1 });
  expect(await rig.outputs(b.ipynb)).toEqual(['1', '2', '30']);
  expect(await sides()).toEqual(edited);
  const [failed] = conflict.events.filter(({ type }) => type === 'node-failed');
  expect(failed).toMatchObject({ name: 'a', node: 'sync', failure: { reason: 'sync-conflict' } });
  const plain = await rig.run('build');
  expect(plain.code).toBe(1);
  for (const line of ['-b = 200', '+b = 2', '-c = 3', '+c = 300']) expect(plain.stdout).toContain(line);

  const dry = await rig.build('-n');
  expect(dry.code).toBe(1);
  expect(dry.summary).toMatchObject({ conflict: 1, fresh: 1 });
  expect(dry.events.filter(({ type }) => type === 'would-run')).toEqual([]);

  const careless = await rig.run('nb', 'sync', 'a', '--direction', 'nb2py');
  expect(careless.code).toBe(2);
  expect(await sides()).toEqual(edited);

  const settled = await rig.run('nb', 'sync', 'a', '--direction', 'nb2py', '--force', '--json');
  expect(settled.code).toBe(0);
  expect(settled.summary).toMatchObject({ notebooks: 1, updated: 1, conflict: 0 });
  expect(await rig.read(a.script)).toContain('c = 300');
  expect(await rig.read(a.script)).not.toContain('b = 200');
  expect(await backups(rig, 'a.py')).toContainEqual(edited[0]);
  expect((await rig.build()).summary).toMatchObject({ executed: 1, fresh: 1 });

  await rig.edit(a.script, (text) => text.replace('a = 1', 'a = 7'));
  await editCell(rig, a.ipynb, 'a = 1', 'a = 8');
  const loser = await rig.read(a.ipynb);
  expect((await rig.build('--stage', 'sync')).summary).toMatchObject({ conflict: 1 });
  const other = await rig.run('nb', 'sync', 'a', '--direction', 'py2nb', '--force');
  expect(other.code).toBe(0);
  expect((await rig.ipynb(a.ipynb)).cells[1]?.source).toBe('a = 7\na');
  expect(await backups(rig, 'a.ipynb')).toContainEqual(loser);
  expect((await rig.build('--stage', 'sync')).summary).toMatchObject({ fresh: 2 });
});

test('the same edit on both sides is agreement', async () => {
  await using rig = await Rig.create();
  const { script, ipynb } = await rig.notebook('a', THREE);
  await rig.build('--stage', 'sync');
  await rig.edit(script, (text) => text.replace('c = 3', 'c = 4'));
  await editCell(rig, ipynb, 'c = 3', 'c = 4');
  const before = await rig.snapshot();
  expect((await rig.build('--stage', 'sync')).summary).toMatchObject({ fresh: 1 });
  expect(await rig.snapshot()).toEqual(before);
});

test('without a base the side that is newer by more than two seconds wins, else the .py; the loser is kept', async () => {
  await using rig = await Rig.create();
  const newer = await rig.notebook('newer', THREE);
  const close = await rig.notebook('close', THREE);
  await rig.build('--stage', 'sync');
  for (const { script, ipynb } of [newer, close]) {
    await rig.edit(script, (text) => text.replace('b = 2', 'b = 22'));
    await editCell(rig, ipynb, 'c = 3', 'c = 33');
    await touch(rig, script, -100);
  }
  await touch(rig, newer.ipynb, -97);
  await touch(rig, close.ipynb, -99);
  const losers = [await rig.read(newer.script), await rig.read(close.ipynb)];
  await rig.remove('.pipeio');

  const guessed = await rig.build('--stage', 'sync');
  expect(guessed.code).toBe(0);
  expect(guessed.summary).toMatchObject({ updated: 2, conflict: 0 });
  expect(await rig.read(newer.script)).toContain('c = 33');
  expect(await rig.read(newer.script)).toContain('b = 2\n');
  expect((await rig.ipynb(close.ipynb)).cells.map(({ source }) => source)).toContain('c = 3\nc');
  expect(await rig.read(close.script)).toContain('b = 22');
  expect(await backups(rig, 'newer.py')).toEqual([losers[0]]);
  expect(await backups(rig, 'close.ipynb')).toEqual([losers[1]]);
  const notices = guessed.events.filter(
    (event) => event.type === 'notice' && event.text.includes('is kept as'),
  );
  expect(notices).toHaveLength(2);
});

test("a fresh clone takes git's HEAD as base", async () => {
  await using rig = await Rig.create();
  await rig.notebook('a', THREE);
  await rig.notebook('b', THREE);
  await rig.build('--stage', 'sync');
  await rig.git('init', '-q');
  await rig.git('add', '--all');
  await rig.git('commit', '-qm', 'notebooks');
  await rig.git('clone', '-q', '.', 'clone');
  const inClone = (path: string) => join('clone/code/pipelines/flow/notebooks/explore', path);
  // By time the .py would win.
  await editCell(rig, inClone('a.ipynb'), 'c = 3', 'c = 33');
  await touch(rig, inClone('.src/a.py'), 60);
  await editCell(rig, inClone('b.ipynb'), 'c = 3', 'c = 33');
  await rig.edit(inClone('.src/b.py'), (text) => text.replace('b = 2', 'b = 22'));

  const built = await rig.build('--stage', 'sync', { cwd: 'clone' });
  expect(built.code).toBe(1);
  expect(built.summary).toMatchObject({ updated: 1, conflict: 1 });
  expect(await rig.read(inClone('.src/a.py'))).toContain('c = 33');
  expect(await rig.list('clone/.pipeio/backups')).toEqual([]);
});

test('an .md that was edited by hand is reported, kept, and made again', async () => {
  await using rig = await Rig.create();
  const { myst } = await rig.notebook('a', THREE, { pair_myst: true });
  await rig.build('--stage', 'sync');
  const generated = await rig.read(myst);
  await rig.edit(myst, (text) => text.replace('Prose.', 'Edited in the wrong place.'));
  const edited = await rig.read(myst);
  const built = await rig.build('--stage', 'sync');
  expect(built.code).toBe(0);
  expect(built.events).toContainEqual(
    expect.objectContaining({
      type: 'node-started',
      reason: { text: 'the .md was edited by hand: made again from the .py', more: 0 },
    }),
  );
  expect(await rig.read(myst)).toBe(generated);
  expect(await backups(rig, 'a.md')).toEqual([edited]);
});

test("git's conflict markers: an .ipynb is made again with its outputs, a .py is an error that names the line", async () => {
  await using rig = await Rig.create();
  const a = await rig.notebook('a', THREE);
  const b = await rig.notebook('b', THREE);
  await rig.build();
  await rig.runs();
  const good = await rig.ipynb(a.ipynb);
  const marked = (text: string) =>
    text.replace(
      /^.*b = 2.*$/m,
      (line) => `<<<<<<< HEAD\n${line}\n=======\n${line.replace('2', '3')}\n>>>>>>> other`,
    );
  await rig.edit(a.ipynb, marked);
  const broken = await rig.read(a.ipynb);

  const rebuilt = await rig.build();
  expect(rebuilt.code).toBe(0);
  expect(rebuilt.summary).toMatchObject({ restored: 1, executed: 0, kernels_started: 0 });
  expect((await rig.ipynb(a.ipynb)).cells.map(({ source, outputs }) => [source, outputs])).toEqual(
    good.cells.map(({ source, outputs }) => [source, outputs]),
  );
  expect(await backups(rig, 'a.ipynb')).toContainEqual(broken);
  expect((await rig.build()).summary).toMatchObject({ fresh: 2, python_started: 0 });

  await rig.edit(b.script, marked);
  const line = (await rig.read(b.script)).split('\n').indexOf('<<<<<<< HEAD') + 1;
  await rig.edit(a.script, (text) => text.replace('c = 3', 'c = 4'));
  const failed = await rig.build();
  expect(failed.code).toBe(1);
  expect(failed.summary).toMatchObject({ failed: 1, executed: 1 });
  expect(failed.events).toContainEqual(
    expect.objectContaining({
      type: 'node-failed',
      name: 'b',
      failure: expect.objectContaining({ reason: 'conflict-markers', line }),
    }),
  );
  expect(await rig.runs()).toEqual(['run']);
});
