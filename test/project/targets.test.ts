// Which notebooks a name on the command line means.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadProject } from '../../src/project/load.ts';
import { selectNotebooks } from '../../src/project/targets.ts';
import { tree } from './tree.ts';

const entries = (...paths: string[]) => `entries:\n${paths.map((path) => `  - path: ${path}\n`).join('')}`;

const FILES = {
  'code/pipelines/preprocess/ieeg/notebooks/notebook.yml': entries(
    'notebooks/explore/.src/noise.py',
    'notebooks/demo/.src/filter v1.py',
  ),
  'code/pipelines/preprocess/ecog/notebooks/notebook.yml': entries('notebooks/noise.py'),
  'code/pipelines/stats/notebooks/notebook.yml': entries('notebooks/été.py', 'notebooks/brackets[1].py'),
  'code/pipelines/empty/notebooks/notebook.yml': 'entries: []\n',
};

const ECOG = 'preprocess/ecog/noise';
const NOISE = 'preprocess/ieeg/explore/noise';
const FILTER = 'preprocess/ieeg/demo/filter v1';
const ETE = 'stats/été';
const BRACKETS = 'stats/brackets[1]';

test.each([
  ['nothing named', [], [ECOG, NOISE, FILTER, ETE, BRACKETS]],
  ['flow', ['preprocess/ieeg'], [NOISE, FILTER]],
  ['flow with a slash', ['preprocess/ieeg/'], [NOISE, FILTER]],
  ['beginning of flows', ['preprocess'], [ECOG, NOISE, FILTER]],
  ['workspace', ['preprocess/ieeg/demo'], [FILTER]],
  ['name', ['été'], [ETE]],
  ['name in two flows', ['noise'], [ECOG, NOISE]],
  ['name that looks like a glob', ['brackets[1]'], [BRACKETS]],
  ['id', [NOISE], [NOISE]],
  ['path of a .py', ['code/pipelines/preprocess/ieeg/notebooks/explore/.src/noise.py'], [NOISE]],
  ['path of an .ipynb', ['code/pipelines/preprocess/ieeg/notebooks/explore/noise.ipynb'], [NOISE]],
  ['path of an .md', ['./code/pipelines/preprocess/ieeg/notebooks/explore/.myst/noise.md'], [NOISE]],
  ['folder', ['code/pipelines/preprocess/'], [ECOG, NOISE, FILTER]],
  ['the root', ['.'], [ECOG, NOISE, FILTER, ETE, BRACKETS]],
  ['glob over names', ['fil*'], [FILTER]],
  ['glob over ids', ['preprocess/**/noise'], [ECOG, NOISE]],
  ['braces', ['{été,noise}'], [ECOG, NOISE, ETE]],
  [
    'several, in the order of the project, each once',
    ['été', 'noise', 'preprocess'],
    [ECOG, NOISE, FILTER, ETE],
  ],
  ['a flow without notebooks', ['empty'], []],
])('%s', async (_name, targets, expected) => {
  const project = await loadProject({ root: tree(FILES) });
  expect(project.problems).toEqual([]);
  expect(selectNotebooks(project, targets, project.root)).toEqual({ ok: true, value: expected });
});

test('paths are relative to the working directory, else to the root', async () => {
  const project = await loadProject({ root: tree(FILES) });
  const cwd = join(project.root, 'code/pipelines/preprocess/ieeg/notebooks/explore');
  for (const target of [
    'noise.ipynb',
    '.src/noise.py',
    'code/pipelines/preprocess/ieeg/notebooks/explore',
    '.',
  ]) {
    expect(selectNotebooks(project, [target], cwd)).toEqual({ ok: true, value: [NOISE] });
  }
});

test('a dot is the folder, not the flow at the root', async () => {
  const root = tree({
    'notebooks/notebook.yml': entries('notebooks/a.py'),
    'g/notebooks/notebook.yml': entries('notebooks/b.py'),
  });
  const project = await loadProject({ root });
  expect(selectNotebooks(project, ['.'], join(root, 'g'))).toEqual({ ok: true, value: ['g/b'] });
});

test.each([
  ['niose', 'did you mean "noise"?'],
  ['preprocess/ieg', 'did you mean "preprocess/ieeg"?'],
  ['code/pipelines/preprocess/nose.py', 'did you mean "noise"?'],
  ['zzz*', '"pipeio nb status" lists every notebook'],
  ['../../elsewhere.py', '"pipeio nb status" lists every notebook'],
])('%s matches nothing', async (target, hint) => {
  const project = await loadProject({ root: tree(FILES) });
  expect(selectNotebooks(project, ['noise', target], project.root)).toEqual({
    ok: false,
    error: { reason: 'usage', message: `nothing is called ${target}`, hint },
  });
});
