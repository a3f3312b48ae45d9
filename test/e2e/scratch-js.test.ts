import { test } from 'vitest';
import { utimes } from 'node:fs/promises';
import { percent, Rig, ran } from '../support/rig.ts';
import { JupyterServer } from '../support/jupyter-server.ts';
const SPEC_HEADER = `# ---
# Title: split.py
# Status: INVESTIGATION
# ---

`;
const HAND_WRITTEN = `#%% [markdown]
# # By hand
#%%
x = 1
#%%


print(x + 1)



#%% tags=["parameters"]
y = 2
`;
test.each([false, true])('x fixed=%s', async (fixed) => {
  await using rig = await Rig.create();
  const text = percent({ markdown: '# Title\n\nProse.' }, `${ran('run')}\n1 + 1`, '%matplotlib inline\nfrom IPython.display import HTML\nHTML("<b>x</b>")');
  const split = await rig.notebook('split', SPEC_HEADER + text, { pair_myst: true });
  const flat = await rig.notebook('flat', HAND_WRITTEN, { layout: 'flat', pair_myst: true });
  const subdir = await rig.notebook('subdir', text, { layout: 'subdir' });
  if (fixed) console.log((await rig.run('doctor', '--fix')).stdout);
  const first = await rig.build();
  console.log(first.stdout, first.stderr);
  const t0 = performance.now();
  await using server = await JupyterServer.start(rig);
  console.log('up', performance.now() - t0);
  for (const { ipynb, script } of [split, flat, subdir]) {
    await utimes(rig.path(script), 1e9, 1e9);
    for (const p of [ipynb, script]) {
      const a = await server.open(p);
      console.log(p, a.status, a.body.message, JSON.stringify(a.body.content?.cells.map((c) => [c.cell_type, c.metadata, c.outputs, c.source])), JSON.stringify(a.body.content?.metadata));
    }
  }
  console.log('nothing changed', (await rig.build()).summary);
  for (const { ipynb, script } of [split, flat, subdir]) {
    const bytes = await rig.read(ipynb), py = await rig.read(script);
    await server.edit(ipynb, () => {});
    console.log(ipynb, 'saved unchanged: same ipynb', bytes === (await rig.read(ipynb)), 'same py', py === await rig.read(script));
  if (py !== await rig.read(script)) console.log(py, '=====', await rig.read(script));
    const saved = await server.open(ipynb);
    console.log('again', saved.status, saved.body.message);
  }
  console.log('saved unchanged', (await rig.build()).summary);
  for (const { ipynb, script } of [split, flat, subdir]) {
    const py = await rig.read(script);
    await server.edit(ipynb, (nb) => { for (const c of nb.cells) if (c.cell_type === 'markdown') c.source += '\n\nNew prose.' });
    console.log(ipynb, 'py changed', py !== await rig.read(script));
  }
  const b = await rig.build();
  console.log('saved prose', b.stdout);
  for (const { ipynb, script, myst } of [split, flat, subdir]) {
    console.log((await rig.read(script)).includes('New prose'), (await server.open(ipynb)).status, (await server.open(script)).status);
  }
  for (const { ipynb, script } of [split, flat, subdir]) {
    await server.edit(ipynb, (nb) => { const c = nb.cells.find(c => c.cell_type === 'code')!; c.source += '\nzz = 5';  });
  }
  const d = await rig.build();
  console.log('saved code', d.stdout);
  for (const { ipynb, script, myst } of [split, flat, subdir]) {
    await utimes(rig.path(script), 1e9, 1e9);
    const a = await server.open(ipynb);
    console.log((await rig.read(script)).includes('zz = 5'), a.status, a.body.message, (await server.open(script)).status, JSON.stringify(a.body.content?.cells.map((c) => [c.metadata, c.outputs])));
  }
  console.log('end', (await rig.build()).summary);
});
