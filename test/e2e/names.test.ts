// Names and texts that trip tools: spaces, dots, Unicode, length, byte-order marks, line ends, markers in strings.
import { expect, test } from 'vitest';
import { failuresOf } from '../support/failures.ts';
import { percent, Rig, ran } from '../support/rig.ts';

const NAMES = [
  'two words',
  'a.b.c',
  'Übung — ñ 分析',
  '01_load',
  '-dash',
  `it's "quoted"`,
  'br[ack]et*s',
  'L'.repeat(200),
];

test('names with spaces, dots, Unicode, leading digits, 200 characters: built, fresh, found by name', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const fields = { pair_myst: true, publish_myst: true, publish_html: true };
  const files = new Map<string, string>();
  for (const name of NAMES) {
    const { ipynb } = await rig.notebook(name, percent(`print(${JSON.stringify(name)})`), fields);
    files.set(name, ipynb);
  }
  const first = await rig.build();
  expect(first.code).toBe(0);
  expect(first.summary).toMatchObject({ notebooks: NAMES.length, executed: NAMES.length });
  for (const [name, ipynb] of files) expect(await rig.outputs(ipynb)).toEqual([`${name}\n`]);
  const pages = NAMES.flatMap((name) => [`nb-${name}.html`, `nb-${name}.md`]);
  expect(await rig.list('docs')).toEqual(pages.sort());

  const second = await rig.build();
  expect(second.summary).toMatchObject({ fresh: NAMES.length, kernels_started: 0, python_started: 0 });
  expect((await rig.build('--', ...NAMES)).summary).toMatchObject({ notebooks: NAMES.length });
  expect((await rig.build('a.b.c', 'br[ack]et*s')).summary).toMatchObject({ notebooks: 2 });
  const status = await rig.run('nb', 'status');
  for (const name of NAMES) expect(status.stdout).toContain(name);
});

test('texts: byte-order mark, CRLF, markers and marimo words inside strings', async () => {
  await using rig = await Rig.create();
  const bom = await rig.notebook('bom', `\ufeff${percent('print("bom")', { markdown: 'words' })}`);
  const crlf = await rig.notebook('crlf', percent('print("one")', 'print("two")').replaceAll('\n', '\r\n'));
  const marker = 'text = """\n# %%\nno cell\n# %% [markdown]\n"""\nprint(len(text.splitlines()))';
  const inString = await rig.notebook('in_string', percent(marker, 'print("second")'));
  const marimo = 'text = """\nimport marimo\napp = marimo.App(width="full")\n"""\nprint(len(text))';
  const mentions = await rig.notebook('mentions', percent('# import marimo; marimo.App()\n1', marimo));
  const glued = await rig.notebook('glued', '#%%\nprint("a")\n\n#%% titled\nprint("b")\n');
  const all = [bom, crlf, inString, mentions, glued];
  const first = await rig.build();
  expect(first.code).toBe(0);
  expect(first.summary).toMatchObject({ notebooks: 5, executed: 5 });
  expect(await Promise.all(all.map(({ ipynb }) => rig.outputs(ipynb)))).toEqual([
    ['bom\n'],
    ['one\n', 'two\n'],
    ['4\n', 'second\n'],
    ['1', '46\n'],
    ['a\n', 'b\n'],
  ]);
  expect((await rig.ipynb(bom.ipynb)).cells.map(({ source }) => source)).toEqual(['print("bom")', 'words']);
  expect((await rig.read(bom.script)).startsWith('\ufeff# ---')).toBe(true);
  expect(await rig.read(crlf.script)).not.toMatch(/[^\r]\n/);

  // An edit on the notebook's side keeps how the file was written.
  for (const { ipynb } of [bom, crlf, inString]) {
    await rig.editIpynb(ipynb, ({ cells }) => {
      const [cell] = cells;
      if (cell !== undefined) cell.source += '\nprint("edited")';
    });
  }
  const second = await rig.build();
  expect(second.code).toBe(0);
  expect(second.summary).toMatchObject({ executed: 3, fresh: 2 });
  expect(await rig.read(bom.script)).toMatch(/^\ufeff# ---[^\ufeff]*print\("bom"\)\nprint\("edited"\)/);
  const text = await rig.read(crlf.script);
  expect(text).toContain('print("one")\r\nprint("edited")\r\n');
  expect(text).not.toMatch(/[^\r]\n/);
  expect(await rig.read(inString.script)).toContain(`${marker}\nprint("edited")`);
  expect((await rig.build()).summary).toMatchObject({ fresh: 5, kernels_started: 0 });
});

test('modules beside notebooks, by the same name or by that of a library, are nobody’s notebook', async () => {
  await using rig = await Rig.create();
  const explore = 'code/pipelines/flow/notebooks/explore';
  const modules = {
    [`${explore}/filters.py`]: 'WIDTH = 7\n',
    [`${explore}/markdown.py`]: 'raise RuntimeError("the wrong markdown")\n',
    [`${explore}/nbformat.py`]: 'raise RuntimeError("the wrong nbformat")\n',
    'json.py': 'raise RuntimeError("the wrong json")\n',
    'jupytext.py': 'raise RuntimeError("the wrong jupytext")\n',
  };
  for (const [path, text] of Object.entries(modules)) await rig.write(path, text);
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const source = percent('import filters\nprint(filters.WIDTH)');
  const { ipynb } = await rig.notebook('filters', source, { publish_html: true, inputs: ['explore/*.py'] });
  const app = 'import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    print(1)\n    return\n';
  await rig.notebook('markdown', app, { format: 'marimo', publish_html: true });
  const built = await rig.build();
  expect(failuresOf(built.events)).toEqual({});
  expect(built.code).toBe(0);
  expect(await rig.outputs(ipynb)).toEqual(['7\n']);
  expect(await rig.list('docs')).toEqual(['nb-filters.html', 'nb-markdown.html']);
  for (const [path, text] of Object.entries(modules)) expect(await rig.read(path)).toBe(text);
});

test('a notebook that names its own kernel: used where the entry names none, overruled where it does', async () => {
  await using rig = await Rig.create();
  const header = [
    'jupyter:',
    '  kernelspec:',
    '    display_name: Lab',
    '    language: python',
    '    name: lab-env',
  ];
  const source = ['# ---', ...header.map((line) => `# ${line}`), '# ---', '', percent(ran('cell'))].join(
    '\n',
  );
  const own = await rig.notebook('own', source, { kernel: undefined });
  await rig.notebook('overruled', source);
  const built = await rig.build();
  expect(built.code).toBe(1);
  expect(failuresOf(built.events)).toEqual({
    own: expect.objectContaining({
      reason: 'kernel-missing',
      kernel: 'lab-env',
      installed: expect.arrayContaining(['python3']),
      hint: expect.stringContaining('ipykernel install'),
    }),
  });
  expect(await rig.runs()).toEqual(['cell']);
  expect(await rig.read(own.script)).toContain('name: lab-env');
});
