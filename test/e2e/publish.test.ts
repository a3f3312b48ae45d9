// Published pages: where they go, what they show, when they change, and that no page shows what was not run.
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { percent, Rig, ran } from '../support/rig.ts';

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const SHOWN = "<pre>'shown shown '</pre>";
const ALL = { publish_myst: true, publish_html: true, publish_ipynb: true };

/** Whether a page holds a text; pages are too long to be printed by a failed expectation. */
async function shows(rig: Rig, page: string, text: string): Promise<boolean> {
  return (await rig.read(page)).includes(text);
}

test('every format lies where docs_dir, prefix and name say, with what the last run showed', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs/reports' } });
  await rig.flow('other', { publish: { docs_dir: rig.outside('site'), prefix: '' } });
  const text = percent({ markdown: 'Prose.\n\n![A pixel](images/pixel.png)' }, `${ran('run')}\n"shown " * 2`);
  const a = await rig.notebook('a', text, { ...ALL, pair_myst: true });
  await rig.notebook('b', text, { ...ALL, flow: 'other', pair_ipynb: false });
  for (const flow of ['flow', 'other']) {
    await rig.write(`code/pipelines/${flow}/notebooks/explore/images/pixel.png`, PIXEL);
  }
  const built = await rig.build();
  expect(built.code).toBe(0);
  expect(built.summary).toMatchObject({ executed: 2 });
  expect(await rig.runs()).toEqual(['run', 'run']);

  const [html, ipynb, md] = ['docs/reports/nb-a.html', 'docs/reports/nb-a.ipynb', 'docs/reports/nb-a.md'];
  expect(await shows(rig, html, SHOWN)).toBe(true);
  expect(await rig.outputs(ipynb)).toEqual(["'shown shown '"]);
  const markdown = await rig.read(md);
  expect(markdown).toContain('Prose.');
  const [, image = ''] = /!\[A pixel\]\((.*?)\)/.exec(markdown) ?? [];
  expect(image).not.toBe('');
  expect(await rig.exists(`${dirname(md)}/${image}`)).toBe(true);
  for (const extension of ['html', 'ipynb', 'md'])
    expect(await rig.exists(`../site/b.${extension}`)).toBe(true);
  expect(await shows(rig, '../site/b.html', SHOWN)).toBe(true);
  expect(await rig.exists('code/pipelines/other/notebooks/explore/b.ipynb')).toBe(false);
  const before = await rig.snapshot();
  expect((await rig.build()).summary).toMatchObject({ fresh: 2, python_started: 0 });
  expect(await rig.snapshot()).toEqual(before);

  // Prose is published anew without a run.
  await rig.edit(a.script, (py) => py.replace('Prose.', 'Better prose.'));
  expect((await rig.build()).summary).toMatchObject({
    updated: 1,
    fresh: 1,
    executed: 0,
    kernels_started: 0,
  });
  for (const page of [html, ipynb, md]) expect(await shows(rig, page, 'Better prose.')).toBe(true);
  expect(await shows(rig, html, SHOWN)).toBe(true);
  expect(await rig.runs()).toEqual([]);

  // A page that is gone comes back, without Python.
  const page = await rig.read(html);
  await rig.remove(html);
  await rig.remove(`${dirname(md)}/${image}`);
  const restored = await rig.build();
  expect(restored.summary).toMatchObject({ restored: 1, fresh: 1, kernels_started: 0, python_started: 0 });
  expect((await rig.read(html)) === page).toBe(true);
  expect(await rig.exists(`${dirname(md)}/${image}`)).toBe(true);

  // So does one that somebody wrote into; what was written is kept.
  await rig.append(html, '<!-- by hand -->');
  expect((await rig.build()).summary).toMatchObject({ restored: 1 });
  expect((await rig.read(html)) === page).toBe(true);
  const kept = (await rig.list('.pipeio/backups')).filter((path) => path.endsWith('nb-a.html'));
  expect(kept).toHaveLength(1);
});

test('a failing run keeps the pages of the last good one', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const { script } = await rig.notebook('a', percent({ markdown: 'Prose.' }, 'x = 1\nx'), {
    ...ALL,
    pair_myst: true,
  });
  await rig.build();
  const pages = async () =>
    Promise.all(['html', 'ipynb', 'md'].map((ending) => rig.read(`docs/nb-a.${ending}`)));
  const good = await pages();
  await rig.edit(script, (text) => text.replace('x = 1', 'x = 1 / 0').replace('Prose.', 'Other prose.'));
  const failed = await rig.build();
  expect(failed.code).toBe(1);
  expect(failed.summary).toMatchObject({ failed: 1 });
  expect((await pages()).map((page, index) => page === good[index])).toEqual([true, true, true]);
  await rig.edit(script, (text) => text.replace('1 / 0', '2'));
  expect((await rig.build()).summary).toMatchObject({ executed: 1 });
  expect(await shows(rig, 'docs/nb-a.html', 'Other prose.')).toBe(true);
});

test('--prune removes the pages of entries that are gone or archived, and nothing that a person wrote', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const text = percent({ markdown: '![A pixel](pixel.png)' });
  await rig.write('code/pipelines/flow/notebooks/explore/pixel.png', PIXEL);
  const page = { pair_ipynb: false, publish_myst: true };
  for (const name of ['stays', 'archived', 'changed', 'moves']) await rig.notebook(name, text, page);
  await rig.write('docs/nb-foreign.md', 'by hand');
  await rig.build();
  const all = (await rig.list('docs')).filter((path) => path.endsWith('.md'));
  expect(all).toEqual(['archived', 'changed', 'foreign', 'moves', 'stays'].map((name) => `nb-${name}.md`));

  await rig.notebook('archived', text, { ...page, status: 'archived' });
  await rig.notebook('changed', text, { ...page, status: 'archived' });
  await rig.append('docs/nb-changed.md', 'a remark');
  await rig.notebook('moves', text, { ...page, publish_myst: false });
  const built = await rig.build();
  expect(built.code).toBe(0);
  expect(await rig.list('docs')).toContain('nb-archived.md');
  const before = await rig.snapshot();
  expect((await rig.build('--prune', '-n')).stdout).toContain('would remove docs/nb-archived.md');
  expect(await rig.snapshot()).toEqual(before);

  const pruned = await rig.build('--prune');
  expect(pruned.code).toBe(0);
  const left = (await rig.list('docs')).filter((path) =>
    /archived|moves|foreign|changed\.md|stays/.test(path),
  );
  expect(left.filter((path) => path.endsWith('.md'))).toEqual([
    'nb-changed.md',
    'nb-foreign.md',
    'nb-stays.md',
  ]);
  expect(left.filter((path) => path.endsWith('.png'))).toHaveLength(1);
});

test('two entries that would publish to one file are an error that names both', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const page = { pair_ipynb: false, publish_myst: true };
  await rig.notebook('same', percent({ markdown: 'One.' }), page);
  await rig.notebook('same', percent({ markdown: 'Two.' }), { ...page, workspace: 'demo' });
  const { code, stderr } = await rig.run('build');
  expect(code).toBe(1);
  expect(stderr).toContain('two notebooks would be published as docs/nb-same.md');
  expect(stderr.match(/notebook\.yml:\d+:\d+: (error|the other entry)/g)).toHaveLength(2);
  expect(await rig.exists('docs/nb-same.md')).toBe(false);
});
