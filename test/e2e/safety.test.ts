// What must never go wrong: damage in the store, links into shared places, orders that reach too far, pages mixed up.
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { percent, Rig, ran } from '../support/rig.ts';

test('force and direction reach the notebooks that were named, not those they depend on', async () => {
  await using rig = await Rig.create();
  const a = await rig.notebook('a', percent(`${ran('a')}\n1`));
  const b = await rig.notebook('b', percent(`${ran('b')}\n2`), { depends_on: ['a'] });
  await rig.build();
  expect(await rig.runs()).toEqual(['a', 'b']);
  await rig.build('b', '--force');
  expect(await rig.runs()).toEqual(['b']);
  for (const { script } of [a, b]) await rig.append(script, '\n# %%\n"edited"\n');
  const synced = await rig.run('nb', 'sync', 'b', '--direction', 'nb2py', '--force');
  expect(synced.code).toBe(0);
  expect(await rig.read(a.script)).toContain('"edited"');
  expect(await rig.read(b.script)).not.toContain('"edited"');
});

test('a notebook that does not execute is consumed by its code', async () => {
  await using rig = await Rig.create();
  const a = await rig.notebook('a', percent({ markdown: 'Prose.' }, 'x = 1'), { kind: 'interactive' });
  await rig.notebook('b', percent(`${ran('b')}\n2`), { depends_on: ['a', 'm'] });
  const marimo = 'import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    return\n';
  await rig.notebook('m', marimo, { layout: 'flat', format: 'marimo', kind: 'interactive' });
  expect((await rig.build()).code).toBe(0);
  expect(await rig.runs()).toEqual(['b']);
  await rig.editIpynb(a.ipynb, ({ cells }) => {
    for (const cell of cells) cell.source = cell.source.replace('Prose.', 'Other prose.');
  });
  await rig.build();
  expect(await rig.runs()).toEqual([]);
  await rig.editIpynb(a.ipynb, ({ cells }) => {
    for (const cell of cells) cell.source = cell.source.replace('x = 1', 'x = 2');
  });
  await rig.build();
  expect(await rig.runs()).toEqual(['b']);
  expect((await rig.build()).summary).toMatchObject({ fresh: 3 });
});

test('a damaged store only costs a run', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const a = await rig.notebook('a', percent(`${ran('a')}\n"shown"`), { publish_html: true });
  await rig.notebook('b', percent(`${ran('b')}\n"shown"`), { pair_ipynb: false, publish_html: true });
  await rig.build();
  const executed = await rig.read(a.ipynb);
  await rig.runs();
  for (const blob of await readdir(rig.path('.pipeio/cache/blobs'), {
    recursive: true,
    withFileTypes: true,
  })) {
    if (blob.isFile()) await writeFile(join(blob.parentPath, blob.name), 'damaged');
  }
  await rig.edit(a.ipynb, (text) => text.replaceAll("'shown'", "'by hand'"));
  await rig.remove('docs');
  const built = await rig.build();
  expect(built.code).toBe(0);
  expect(await rig.runs()).toEqual(['a', 'b']);
  expect(await rig.read(a.ipynb)).toBe(executed);
  expect((await rig.build()).summary).toMatchObject({ fresh: 2, python_started: 0 });
});

test('an annexed object is never written to: its link is replaced', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  await rig.notebook('a', percent('1'), { publish_ipynb: true });
  const object = rig.path('.git/annex/objects/k/SHA256E-abc');
  await mkdir(dirname(object), { recursive: true });
  await mkdir(rig.path('docs'));
  await writeFile(object, 'shared');
  await symlink('../.git/annex/objects/k/SHA256E-abc', rig.path('docs/nb-a.ipynb'));
  expect((await rig.build()).code).toBe(0);
  expect(await readFile(object, 'utf8')).toBe('shared');
  expect((await rig.ipynb('docs/nb-a.ipynb')).cells).toHaveLength(1);
});

test('pages know whose they are, and a published notebook does not claim to be a side of the pair', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const pages = { pair_myst: true, publish_myst: true, publish_html: true, publish_ipynb: true };
  const text = percent({ markdown: '![x](x.svg)' }, '1');
  await rig.write('code/pipelines/flow/notebooks/explore/x.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  for (const name of ['a', 'b']) await rig.notebook(name, text, pages);
  await rig.build();
  expect(await rig.read('docs/nb-b.html')).toContain('<title>b</title>');
  expect(await rig.read('docs/nb-b.md')).toContain('nb-b_files/x.svg');
  expect((await rig.ipynb('docs/nb-a.ipynb')).metadata.jupytext?.formats).toBeUndefined();
  await rig.flow('flow', { publish: { docs_dir: 'docs', prefix: 'note-' } });
  await rig.build('--prune');
  expect(await rig.read('docs/note-a.md')).toContain('note-a_files/x.svg');
  expect((await rig.list('docs')).filter((name) => name.startsWith('nb-') && name.includes('.'))).toEqual([]);
  expect((await rig.build('--prune')).summary).toMatchObject({ fresh: 2 });
});

test('an interactive notebook is published as it is written, without outputs of unknown origin', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const options = { kind: 'interactive', publish_html: true };
  const a = await rig.notebook('a', percent(`${ran('a')}\n1`), options);
  await rig.notebook('b', percent(`${ran('b')}\n1`), { ...options, pair_ipynb: false });
  await rig.build();
  await rig.editIpynb(a.ipynb, ({ cells }) => {
    for (const cell of cells) cell.outputs = [{ output_type: 'stream', name: 'stdout', text: 'by hand' }];
  });
  const built = await rig.build();
  expect(built.code).toBe(0);
  expect(built.summary.kernels_started).toBe(0);
  expect(await rig.runs()).toEqual([]);
  expect((await rig.read('docs/nb-a.html')).includes('by hand')).toBe(false);
  expect(await rig.exists('docs/nb-b.html')).toBe(true);
});

test('front matter written into a generated .md is kept before the .md is made again', async () => {
  await using rig = await Rig.create();
  const a = await rig.notebook('a', percent({ markdown: 'Prose.' }, '1'), { pair_myst: true });
  await rig.build();
  await rig.edit(a.myst, (text) => text.replace('---\n', '---\ntitle: Mine\n'));
  await rig.build();
  await rig.edit(a.script, (text) => text.replace('Prose.', 'Other.'));
  await rig.build();
  const kept = (await rig.list('.pipeio/backups')).filter((name) => name.endsWith('a.md'));
  expect(kept.length).toBe(1);
  expect(await rig.read(join('.pipeio/backups', kept[0] ?? ''))).toContain('title: Mine');
});

test('an empty PIPEIO_CACHE_DIR is as good as none', async () => {
  await using rig = await Rig.create();
  await rig.notebook('a', percent('1'));
  await rig.build({ env: { PIPEIO_CACHE_DIR: '' } });
  expect(await rig.list('.')).not.toContain('blobs');
  expect(await rig.exists('.pipeio/cache/blobs')).toBe(true);
});
