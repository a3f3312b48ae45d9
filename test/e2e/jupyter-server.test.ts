// Pairs in a real Jupyter server with jupytext's extension: they open, save, and the next build takes up what was saved.
import { stat, utimes } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type Answer, JupyterServer } from '../support/jupyter-server.ts';
import type { Ipynb, NotebookFiles } from '../support/notebooks.ts';
import { Rig, ran } from '../support/rig.ts';

const YEARS_AGO = new Date('2020-01-01');

/** Blank lines, a marker without space and two metadata keys: what text and `.ipynb` never hold in quite the same way. */
const script = (name: string) => `# ---
# Title: ${name}
# ---

# %% [markdown]
# Prose.
#%%


from IPython.display import HTML
${ran(name)}



# %% tags=["keep"] editable=true
HTML(open(__import__("os").environ["DATA"]).read())
`;

interface Lab {
  readonly split: NotebookFiles;
  readonly flat: NotebookFiles;
  readonly subdir: NotebookFiles;
  readonly all: readonly NotebookFiles[];
}

/** A notebook in each layout; all show what stands in `data.html`. */
async function lab(rig: Rig): Promise<Lab> {
  rig.env.DATA = rig.path('code/pipelines/flow/data.html');
  await rig.write('code/pipelines/flow/data.html', '<b>one</b>');
  const fields = { pair_myst: true, inputs: ['data.html'] };
  const split = await rig.notebook('split', script('split'), fields);
  const flat = await rig.notebook('flat', script('flat'), { ...fields, layout: 'flat' });
  const subdir = await rig.notebook('subdir', script('subdir'), { ...fields, layout: 'subdir' });
  return { split, flat, subdir, all: [split, flat, subdir] };
}

function edited(find: string, replacement: string) {
  return ({ cells }: Ipynb) => {
    const cell = cells.find(({ source }) => source.includes(find));
    if (cell === undefined) throw new Error(`no cell with ${find}`);
    cell.source = cell.source.replace(find, replacement);
  };
}

/** What a person sees of an opened notebook: the HTML that it shows, and whether Jupyter trusts it all. */
function seen({ status, message, content }: Answer) {
  const code = content?.cells.filter(({ cell_type }) => cell_type === 'code') ?? [];
  const data = code.flatMap(({ outputs }) => outputs ?? []).map((output) => output.data as object);
  return {
    status: message ?? status,
    html: data.flatMap((formats) => Object.entries(formats)).filter(([type]) => type === 'text/html'),
    trusted: code.map(({ metadata }) => metadata.trusted),
  };
}

const shows = (html: string) => ({
  status: 200,
  html: [['text/html', html]],
  trusted: [true, true],
});

test('default settings: every layout opens, saves, and the next build takes up what was saved', async () => {
  await using rig = await Rig.create();
  const { split, flat, subdir, all } = await lab(rig);
  expect((await rig.build()).summary).toMatchObject({ executed: 3 });
  await rig.runs();
  await using server = await JupyterServer.start(rig);

  for (const { ipynb } of all) expect(seen(await server.open(ipynb))).toEqual(shows('<b>one</b>'));
  // Jupyter's own contents manager has no notebook in a `.py`, and none shows hidden files by default.
  expect(seen(await server.open(flat.script))).toEqual(shows('<b>one</b>'));
  expect(await server.open(split.script)).toMatchObject({ status: 404 });

  for (const { ipynb } of all) await server.edit(ipynb, edited('Prose.', 'Better prose.'));
  expect(await rig.read(split.script)).toContain('# Prose.');
  expect(await rig.read(flat.script)).toContain('# Better prose.');
  const prose = await rig.build();
  expect(prose.code).toBe(0);
  // Where Jupyter has written the `.py` itself, there is nothing to do.
  expect(prose.summary).toMatchObject({ updated: 1, fresh: 2, kernels_started: 0 });
  for (const { script, myst } of all) {
    expect(await rig.read(script)).toContain('# Better prose.');
    expect(await rig.read(myst)).toContain('Better prose.');
  }
  // What to-script took over keeps the hand-written text around it.
  expect(await rig.read(split.script)).toContain('#%%\n\n\nfrom IPython');

  for (const { ipynb } of [split, flat]) await server.edit(ipynb, edited('.read())', '.read() + "!")'));
  const code = await rig.build();
  expect(code.summary).toMatchObject({ executed: 2, fresh: 1, conflict: 0, kernels_started: 2 });
  expect(await rig.runs()).toEqual(['flat', 'split']);
  for (const { script, ipynb } of [split, flat]) {
    expect(await rig.read(script)).toContain('.read() + "!")');
    expect(seen(await server.open(ipynb))).toEqual(shows('<b>one</b>!'));
  }
  expect(seen(await server.open(subdir.ipynb))).toEqual(shows('<b>one</b>'));
  expect((await rig.build()).summary).toMatchObject({ fresh: 3, python_started: 0, kernels_started: 0 });
});

test('a notebook that was executed long after its .py was edited opens', async () => {
  await using rig = await Rig.create();
  const { all } = await lab(rig);
  await rig.run('doctor', '--fix');
  expect((await rig.build()).summary).toMatchObject({ executed: 3 });
  for (const { script, myst } of all)
    for (const path of [script, myst]) await utimes(rig.path(path), YEARS_AGO, YEARS_AGO);
  await rig.write('code/pipelines/flow/data.html', '<b>two</b>');
  expect((await rig.build()).summary).toMatchObject({ executed: 3 });

  await using server = await JupyterServer.start(rig);
  for (const { script, ipynb, myst } of all) {
    expect(seen(await server.open(ipynb))).toEqual(shows('<b>two</b>'));
    // Jupyter takes the cells from the newest text: the `.md` would lose what MyST cannot say.
    const modified = async (path: string) => (await stat(rig.path(path))).mtimeMs;
    expect(await modified(script)).toBeGreaterThan(await modified(myst));
  }
  expect((await rig.build()).summary).toMatchObject({ fresh: 3, python_started: 0 });
});

test('hidden files allowed: Jupyter writes the .py itself, and the next build agrees', async () => {
  await using rig = await Rig.create();
  const { split, flat, subdir, all } = await lab(rig);
  await rig.build();
  expect((await rig.run('doctor', '--fix')).code).toBe(0);
  expect((await rig.build()).summary).toMatchObject({ updated: 1, fresh: 2, kernels_started: 0 });
  expect((await rig.ipynb(split.ipynb)).metadata.jupytext?.formats).toContain('.src//py:percent');
  await rig.runs();
  await using server = await JupyterServer.start(rig);

  for (const { script, ipynb } of all) {
    expect(seen(await server.open(ipynb))).toEqual(shows('<b>one</b>'));
    expect(seen(await server.open(script))).toEqual(shows('<b>one</b>'));
  }
  for (const path of [split.ipynb, flat.script, subdir.ipynb])
    await server.edit(path, edited('Prose.', 'Better prose.'));
  for (const files of all)
    for (const path of Object.values(files)) expect(await rig.read(path)).toContain('Better prose.');
  expect((await rig.build()).summary).toMatchObject({ fresh: 3, conflict: 0, kernels_started: 0 });

  await server.edit(split.ipynb, edited('.read())', '.read() + "!")'));
  await server.edit(flat.script, edited('.read())', '.read() + "?")'));
  expect(await rig.read(split.script)).toContain('.read() + "!")');
  const code = await rig.build();
  expect(code.summary).toMatchObject({ executed: 2, fresh: 1, conflict: 0, kernels_started: 2 });
  expect(await rig.runs()).toEqual(['flat', 'split']);
  expect(seen(await server.open(split.ipynb))).toEqual(shows('<b>one</b>!'));
  expect(seen(await server.open(flat.script))).toEqual(shows('<b>one</b>?'));

  // The other way round: an edit of the `.py` outside of Jupyter, and a notebook that comes back from the cache.
  await rig.edit(split.script, (text) => text.replace('Better prose.', 'Best prose.'));
  await rig.remove(subdir.ipynb);
  expect((await rig.build()).summary).toMatchObject({ updated: 1, restored: 1, kernels_started: 0 });
  const best = await server.open(split.ipynb);
  expect(best.content?.cells[1]?.source).toBe('Best prose.');
  expect(seen(best)).toEqual(shows('<b>one</b>!'));
  expect(seen(await server.open(subdir.ipynb))).toEqual(shows('<b>one</b>'));
  expect((await rig.build()).summary).toMatchObject({ fresh: 3, python_started: 0 });
});
