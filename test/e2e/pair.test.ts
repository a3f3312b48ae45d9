// The pairing that a first build makes: files, formats, kernelspec; and that neither pipeio nor jupytext sees an edit in it.
import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { percent, Rig, ran } from '../support/rig.ts';

const SPEC_HEADER = `# ---
# Title: split.py
# Status: INVESTIGATION
# ---

`;

/** As people write by hand: markers without a space, cells without blank lines between, many blank lines. */
const HAND_WRITTEN = `#%% [markdown]
# # By hand
#%%
x = 1
#%%


print(x + 1)



#%% tags=["parameters"]
y = 2
`;

async function sources(rig: Rig, path: string): Promise<unknown[]> {
  const { cells } = await rig.ipynb(path);
  return cells.map(({ cell_type, source, outputs, metadata }) => [cell_type, source, outputs, metadata]);
}

test('every layout is paired as its place asks, and stays so under jupytext --sync', async () => {
  await using rig = await Rig.create();
  const text = percent({ markdown: '# Title\n\nProse.' }, `${ran('run')}\n1 + 1`);
  const split = await rig.notebook('split', SPEC_HEADER + text, { pair_myst: true });
  const flat = await rig.notebook('flat', HAND_WRITTEN, { layout: 'flat', pair_myst: true });
  const subdir = await rig.notebook('subdir', text, { layout: 'subdir' });
  const lone = await rig.notebook('lone', text, { layout: 'flat', pair_ipynb: false, pair_myst: true });

  const first = await rig.build();
  expect(first.code).toBe(0);
  expect(first.summary).toMatchObject({ notebooks: 4, executed: 3, updated: 1, kernels_started: 3 });

  const formats = async (path: string) => (await rig.ipynb(path)).metadata.jupytext?.formats;
  expect(await rig.read(split.script)).toContain('formats: ipynb,.src//py:percent,.myst//md:myst\n');
  expect(await rig.read(split.script)).toContain('Status: INVESTIGATION');
  expect(await rig.read(flat.script)).toContain('formats: ipynb,py:percent,md:myst\n');
  expect(await rig.read(subdir.script)).toContain('formats: ipynb,py:percent\n');
  expect(await rig.read(lone.script)).toContain('formats: py:percent,md:myst\n');
  // Jupyter shows no hidden files unless told to: there the pairing of a split layout would lock people out.
  expect(await formats(split.ipynb)).toBeUndefined();
  expect(await formats(flat.ipynb)).toBe('ipynb,py:percent,md:myst');
  expect(await formats(subdir.ipynb)).toBe('ipynb,py:percent');
  for (const { ipynb } of [split, flat, subdir]) {
    expect((await rig.ipynb(ipynb)).metadata.kernelspec).toMatchObject({
      name: 'python3',
      language: 'python',
    });
  }
  for (const { script } of [split, flat, subdir, lone])
    expect(await rig.read(script)).toContain('name: python3');
  expect(await rig.exists(lone.ipynb)).toBe(false);
  expect(await rig.exists(subdir.myst)).toBe(false);
  expect(await rig.read(split.myst)).toContain('Prose.');

  const built = await rig.snapshot();
  const second = await rig.build();
  expect(second.summary).toMatchObject({ fresh: 4, kernels_started: 0, python_started: 0 });
  expect(await rig.snapshot()).toEqual(built);

  const before = await Promise.all([split, flat, subdir].map(({ ipynb }) => sources(rig, ipynb)));
  const pairs = [split.script, flat.script, subdir.script, lone.script, flat.ipynb, subdir.ipynb];
  await rig.python('jupytext', '--sync', ...pairs);
  expect(await Promise.all([split, flat, subdir].map(({ ipynb }) => sources(rig, ipynb)))).toEqual(before);
  const third = await rig.build();
  expect(third.code).toBe(0);
  expect(third.summary).toMatchObject({ executed: 0, restored: 0, conflict: 0, kernels_started: 0 });
  // Jupytext takes the header from the newer .ipynb, and there a split layout has no pairing: pair writes it again.
  const worked = third.events.filter(({ type }) => type === 'node-started');
  expect(worked).toMatchObject([
    { name: 'split', node: 'pair', reason: { text: 'pairing of the .py changed' } },
  ]);
  expect(await Promise.all([split, flat, subdir].map(({ ipynb }) => sources(rig, ipynb)))).toEqual(before);
  expect((await rig.build()).summary).toMatchObject({ fresh: 4, python_started: 0 });
});

test('where Jupyter allows hidden files, the .ipynb of a split layout names its pair too', async () => {
  await using rig = await Rig.create();
  const config = rig.outside('home/jupyter-config');
  await mkdir(config, { recursive: true });
  await writeFile(`${config}/jupyter_server_config.json`, '{"ContentsManager": {"allow_hidden": true}}');
  const text = percent({ markdown: 'Prose.' }, '1 + 1');
  const { script, ipynb, myst } = await rig.notebook('split', text, { pair_myst: true });

  expect((await rig.build()).summary).toMatchObject({ executed: 1 });
  const { metadata } = await rig.ipynb(ipynb);
  expect(metadata.jupytext?.formats).toBe('ipynb,.src//py:percent,.myst//md:myst');

  const before = await sources(rig, ipynb);
  await rig.python('jupytext', '--sync', ipynb, script);
  expect(await sources(rig, ipynb)).toEqual(before);
  expect((await rig.build()).summary).toMatchObject({ fresh: 1, kernels_started: 0 });

  // An edit that jupytext itself carries over is no conflict: both sides say the same.
  await rig.edit(ipynb, (json) => json.replace('Prose.', 'Better prose.'));
  await rig.python('jupytext', '--sync', ipynb);
  expect(await rig.read(script)).toContain('# Better prose.');
  const synced = await rig.build();
  expect(synced.code).toBe(0);
  expect(synced.summary).toMatchObject({ conflict: 0, executed: 0, kernels_started: 0 });
  expect(await rig.read(myst)).toContain('Better prose.');
});

test('a pairing that is configured later is made without running anything', async () => {
  await using rig = await Rig.create();
  const text = percent({ markdown: 'Prose.' }, `${ran('run')}\n1 + 1`);
  const { script, ipynb, myst } = await rig.notebook('late', text, { layout: 'flat' });
  await rig.build();
  expect(await rig.runs()).toEqual(['run']);

  await rig.notebook('late', await rig.read(script), { layout: 'flat', pair_myst: true });
  const paired = await rig.build();
  expect(paired.summary).toMatchObject({ updated: 1, executed: 0, kernels_started: 0 });
  expect(await rig.read(myst)).toContain('Prose.');
  expect(await rig.read(script)).toContain('formats: ipynb,py:percent,md:myst\n');
  expect((await rig.ipynb(ipynb)).metadata.jupytext?.formats).toBe('ipynb,py:percent,md:myst');
  expect(await rig.outputs(ipynb)).toEqual(['2']);

  await rig.remove(myst);
  expect((await rig.build()).summary).toMatchObject({ updated: 1, kernels_started: 0 });
  expect(await rig.read(myst)).toContain('Prose.');
  expect(await rig.runs()).toEqual([]);
});

test('an .ipynb that a person made before pipeio came keeps its cells, and its outputs until the first run', async () => {
  await using rig = await Rig.create();
  const { script, ipynb } = await rig.notebook('old', percent({ markdown: 'Old.' }, '1 + 1'), {
    layout: 'flat',
  });
  await rig.python('jupytext', '--to', 'ipynb', script);
  await rig.editIpynb(ipynb, ({ cells }) => {
    const [, code] = cells;
    if (code) code.outputs = [{ output_type: 'stream', name: 'stdout', text: 'from another day\n' }];
  });
  const paired = await rig.build('--stage', 'sync');
  expect(paired.summary).toMatchObject({ updated: 1, conflict: 0 });
  expect(await rig.outputs(ipynb)).toEqual(['from another day\n']);
  expect((await rig.build()).summary).toMatchObject({ executed: 1 });
  expect(await rig.outputs(ipynb)).toEqual(['2']);
  const kept = await rig.list('.pipeio/backups');
  expect(kept.filter((path) => path.endsWith('old.ipynb'))).not.toEqual([]);
});
