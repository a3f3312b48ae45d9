// From configuration files to notebooks: what each field of a notebook becomes, and which entries are refused.
import { symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadProject } from '../../src/project/load.ts';
import { flow, ids, told } from './flow.ts';
import { tree } from './tree.ts';

const MARIMO = 'import marimo\napp = marimo.App()\n@app.cell\ndef _(): return\n';

test('a percent notebook in the split layout', async () => {
  const project = await flow(
    `kernel: cogpy
publish: { docs_dir: docs/reports }
entries:
  - path: notebooks/explore/.src/noise.py
    kind: investigate
    description: Noise
    pair_ipynb: true
    pair_myst: true
    publish_myst: true
    publish_html: true
    publish_ipynb: true
    inputs: [data/*.csv]
    env: [SUBJECT]
`,
  );
  const folder = join(project.root, 'code/pipelines/f');
  expect(project.problems).toEqual([]);
  expect(project.flows).toEqual([{ name: 'f', folder, file: join(folder, 'notebooks/notebook.yml') }]);
  expect(project.notebooks).toEqual([
    {
      id: 'f/explore/noise',
      stem: 'noise',
      name: 'noise',
      flow: project.flows[0],
      format: 'percent',
      kind: 'investigate',
      status: 'active',
      description: 'Noise',
      kernel: 'cogpy',
      layout: 'split',
      script: join(folder, 'notebooks/explore/.src/noise.py'),
      ipynb: join(folder, 'notebooks/explore/noise.ipynb'),
      myst: join(folder, 'notebooks/explore/.myst/noise.md'),
      pairIpynb: true,
      pairMyst: true,
      formats: 'ipynb,.src//py:percent,.myst//md:myst',
      executes: true,
      publish: {
        myst: join(project.root, 'docs/reports/nb-noise.md'),
        html: join(project.root, 'docs/reports/nb-noise.html'),
        ipynb: join(project.root, 'docs/reports/nb-noise.ipynb'),
      },
      cwd: join(folder, 'notebooks/explore'),
      inputs: ['data/*.csv'],
      dependsOn: [],
      env: ['SUBJECT'],
      timeout: { cell: 600, notebook: null, startup: 60 },
      place: { file: join(folder, 'notebooks/notebook.yml'), line: 4, column: 11, length: 31 },
    },
  ]);
});

test('a marimo notebook is detected, is its own human file and has no kernel', async () => {
  const project = await flow(
    'kernel: cogpy\nentries:\n  - path: notebooks/explore/live.py\n    kernel: x\n    pair_ipynb: true\n    pair_myst: true\n',
    { 'code/pipelines/f/notebooks/explore/live.py': MARIMO },
  );
  const folder = join(project.root, 'code/pipelines/f/notebooks/explore');
  expect(project.notebooks[0]).toMatchObject({
    id: 'f/explore/live',
    format: 'marimo',
    kernel: '',
    ipynb: null,
    myst: null,
    pairIpynb: false,
    pairMyst: false,
    formats: null,
    executes: true,
    cwd: folder,
  });
});

test.each([
  ['entry over default and file', 'default_format: marimo', 'format: percent', 'percent'],
  ['default over file', 'default_format: percent', '', 'percent'],
  ['file, where nothing is said', '', '', 'marimo'],
])('format: %s', async (_name, top, line, expected) => {
  const project = await flow(`${top}\nentries:\n  - path: notebooks/x.py\n    ${line}\n`, {
    'code/pipelines/f/notebooks/x.py': MARIMO,
  });
  expect(project.notebooks[0]?.format).toBe(expected);
});

test.each([
  ['entry.kernel over the flow', 'kernel: a', 'kernel: b', 'b'],
  ['flow', 'kernel: a', '', 'a'],
  ['no override', '', '', ''],
  ['none for declared marimo', 'kernel: a', 'format: marimo', ''],
])('kernel: %s', async (_name, top, line, expected) => {
  const project = await flow(`${top}\nentries:\n  - path: notebooks/x.py\n    ${line}\n`);
  expect(project.notebooks[0]?.kernel).toBe(expected);
});

test.each([
  ['', false],
  ['pair_ipynb: true', true],
  ['publish_html: true', true],
  ['publish_ipynb: true', true],
  ['pair_myst: true', false],
  ['publish_myst: true', false],
  ['{pair_ipynb: true, status: archived}', false],
  ['{pair_ipynb: true, status: draft}', true],
  ['{publish_html: true, kind: interactive}', false],
  ['format: marimo', true],
  ['{format: marimo, kind: interactive}', false],
  ['{format: marimo, status: archived}', false],
])('executes with %s: %s', async (fields, expected) => {
  const line = fields.replace(/^\{|\}$/g, '').replace(', ', '\n    ');
  const project = await flow(`publish: {docs_dir: d}\nentries:\n  - path: notebooks/x.py\n    ${line}\n`);
  expect(project.problems).toEqual([]);
  expect(project.notebooks[0]?.executes).toBe(expected);
});

test.each([
  'with spaces',
  'v1.2.final',
  '1-leading',
  'été_ノート',
  'x'.repeat(200),
  'a#b',
  "it's",
  'true',
  '-dash',
  '[x]',
])('name %s', async (stem) => {
  const project = await flow(
    `publish: {docs_dir: d}\nentries:\n  - path: ${JSON.stringify(`notebooks/demo/.src/${stem}.py`)}\n    pair_ipynb: true\n    publish_html: true\n`,
  );
  expect(project.problems).toEqual([]);
  expect(project.notebooks[0]).toMatchObject({ id: `f/demo/${stem}`, stem, name: stem });
  expect(project.notebooks[0]?.ipynb?.endsWith(`/notebooks/demo/${stem}.ipynb`)).toBe(true);
  expect(project.notebooks[0]?.publish.html).toBe(join(project.root, `d/nb-${stem}.html`));
});

describe('ids', () => {
  test.each([
    ['notebooks/.src/x.py', 'f/x'],
    ['notebooks/x/x.py', 'f/x/x'],
    ['scripts/x.py', 'f/scripts/x'],
    ['./notebooks/../notebooks/x.py', 'f/x'],
    ['../g/notebooks/x.py', 'code/pipelines/g/notebooks/x'],
  ])('%s', async (path, id) => {
    expect(ids(await flow(`entries:\n  - path: ${path}\n`))).toEqual([id]);
  });

  test('a flow at the root adds nothing', async () => {
    const root = tree({ 'notebooks/notebook.yml': 'entries:\n  - path: notebooks/explore/.src/x.py\n' });
    const project = await loadProject({ root });
    expect(ids(project)).toEqual(['explore/x']);
    expect(project.flows[0]?.name).toBe('.');
  });

  test('a stem that occurs twice is shown as its id', async () => {
    const yml = 'entries:\n  - path: notebooks/intro.py\n';
    const root = tree({
      'a/notebooks/notebook.yml': `${yml}  - path: notebooks/b.py\n`,
      'c/notebooks/notebook.yml': yml,
    });
    expect((await loadProject({ root })).notebooks.map(({ name }) => name)).toEqual([
      'a/intro',
      'b',
      'c/intro',
    ]);
  });
});

describe('paths', () => {
  test('an absolute path inside the project is accepted, by way of a link too', async () => {
    const root = tree({ 'real/f/notebooks/x.py': '', 'real/f/notebooks/y.py': '' });
    symlinkSync('real', join(root, 'link'));
    const yml = `entries:\n  - path: ${root}/real/f/notebooks/x.py\n  - path: ${root}/link/f/notebooks/y.py\n`;
    writeFileSync(join(root, 'real/f/notebooks/notebook.yml'), yml);
    const project = await loadProject({ root: join(root, 'real') });
    expect(project.problems).toEqual([]);
    expect(ids(project)).toEqual(['f/x', 'f/y']);
    expect((await loadProject({ root: join(root, 'link') })).notebooks[0]?.script).toBe(
      join(root, 'link/f/notebooks/x.py'),
    );
  });

  test('outside the project is an error that names the path', async () => {
    const project = await flow(
      'entries:\n  - path: ../../../../x.py\n  - path: /etc/y.py\n  - path: notebooks/z.py\n',
    );
    expect(told(project)).toEqual([
      `f/notebooks/notebook.yml:2:11 path leads outside the project: ${join(project.root, '../x.py')}`,
      'f/notebooks/notebook.yml:3:11 path leads outside the project: /etc/y.py',
    ]);
    expect(ids(project)).toEqual(['f/z']);
  });

  test('a script that is itself a link to elsewhere is fine, and so is a missing one', async () => {
    const elsewhere = tree({ 'x.py': MARIMO });
    const root = tree({
      'f/notebooks/notebook.yml': 'entries:\n  - path: notebooks/x.py\n  - path: notebooks/y.py\n',
    });
    symlinkSync(join(elsewhere, 'x.py'), join(root, 'f/notebooks/x.py'));
    const project = await loadProject({ root });
    expect(project.problems).toEqual([]);
    expect(project.notebooks.map(({ format }) => format)).toEqual(['marimo', 'percent']);
  });

  test.each(['notebooks/x.ipynb', 'notebooks', 'notebooks/.py', 'notebooks/x.py/'])(
    '%s is no script',
    async (path) => {
      const project = await flow(`entries:\n  - path: ${path}\n`);
      expect(told(project)).toEqual(['f/notebooks/notebook.yml:2:11 path must name a .py file']);
    },
  );

  test('cwd is relative to the flow, exists, and stays inside', async () => {
    const project = await flow(
      'entries:\n  - path: notebooks/a.py\n    cwd: .\n  - path: notebooks/b.py\n    cwd: nowhere\n  - path: notebooks/c.py\n    cwd: /\n',
    );
    expect(project.notebooks.map(({ cwd }) => cwd)).toEqual([join(project.root, 'code/pipelines/f')]);
    expect(told(project)).toEqual([
      `f/notebooks/notebook.yml:5:10 cwd is not a folder: ${join(project.root, 'code/pipelines/f/nowhere')}`,
      'f/notebooks/notebook.yml:7:10 cwd leads outside the project: /',
    ]);
  });
});

describe('publishing', () => {
  test('docs_dir: the flow over pipeio.yml; absolute, home and relative to the root', async () => {
    const yml = (top: string, stem: string) =>
      `${top}\nentries:\n  - path: notebooks/${stem}.py\n    publish_myst: true\n`;
    const root = tree({
      'pipeio.yml': 'docs_dir: site\n',
      'a/notebooks/notebook.yml': yml('', 'a'),
      'b/notebooks/notebook.yml': yml('publish: {docs_dir: /abs/docs}', 'b'),
      'c/notebooks/notebook.yml': yml('publish: {docs_dir: ~/docs, prefix: ""}', 'c'),
    });
    const project = await loadProject({ root });
    expect(project.notebooks.map(({ publish }) => publish)).toEqual([
      { myst: join(root, 'site/nb-a.md') },
      { myst: '/abs/docs/nb-b.md' },
      { myst: join(homedir(), 'docs/c.md') },
    ]);
  });

  test('no docs_dir anywhere is one error at the flag, except for archived entries', async () => {
    const project = await flow(
      'entries:\n  - path: notebooks/a.py\n    publish_html: true\n    publish_ipynb: true\n  - path: notebooks/b.py\n    publish_html: true\n    status: archived\n',
    );
    expect(told(project)).toEqual(['f/notebooks/notebook.yml:3:19 nowhere to publish to: no docs_dir']);
    expect(project.problems[0]?.hint).toContain('docs_dir');
    expect(ids(project)).toEqual(['f/b']);
  });
});

test('settings: timeouts reach notebooks, python becomes absolute, overrides win', async () => {
  const root = tree({
    'pipeio.yml':
      'jobs: 2\ntimeout: 10\nnotebook_timeout: 100\nstartup_timeout: 5\npython: .venv/bin/python\nenv: {A: b}\n',
    'f/notebooks/notebook.yml':
      'entries:\n  - path: notebooks/a.py\n  - path: notebooks/b.py\n    timeout: 1\n    notebook_timeout: 2\n',
  });
  const project = await loadProject({ root, overrides: { jobs: 7 } });
  expect(project.settings).toEqual({ jobs: 7, python: join(root, '.venv/bin/python'), env: { A: 'b' } });
  expect(project.notebooks.map(({ timeout }) => timeout)).toEqual([
    { cell: 10, notebook: 100, startup: 5 },
    { cell: 1, notebook: 2, startup: 5 },
  ]);
});
