// Which folders are flows, and what they are called.
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFlows } from '../../src/project/flows.ts';
import { tree } from './tree.ts';

const names = (root: string) => findFlows(root).map(({ name }) => name);

test('every notebooks/notebook.yml, sorted by path', () => {
  const root = tree({
    'code/pipelines/preprocess/ieeg/notebooks/notebook.yml': '',
    'code/pipelines/preprocess/ecog/notebooks/notebook.yml': '',
    'analysis/notebooks/notebook.yml': '',
    'notebooks/notebook.yml': '',
    'other/notebook.yml': '',
    'notebooks/sub/notebook.yml': '',
    'almost/notebooks/notebook.yaml': '',
  });
  expect(names(root)).toEqual(['analysis', 'preprocess/ecog', 'preprocess/ieeg', '.']);
  expect(findFlows(root)[1]).toEqual({
    name: 'preprocess/ecog',
    folder: join(root, 'code/pipelines/preprocess/ecog'),
    file: join(root, 'code/pipelines/preprocess/ecog/notebooks/notebook.yml'),
  });
});

test.each(['.git', 'node_modules', '.venv', 'venv', '.ipynb_checkpoints', '.pipeio', '__pycache__'])(
  '%s is not entered',
  (folder) => {
    const root = tree({ [`a/${folder}/f/notebooks/notebook.yml`]: '', 'b/notebooks/notebook.yml': '' });
    expect(names(root)).toEqual(['b']);
  },
);

test('Python environments of any name are not entered', () => {
  const root = tree({
    'envs/one/pyvenv.cfg': '',
    'envs/one/lib/notebooks/notebook.yml': '',
    'envs/two/conda-meta/': '',
    'envs/two/lib/notebooks/notebook.yml': '',
  });
  expect(names(root)).toEqual([]);
});

test('links in a circle do no harm, linked files count', () => {
  const root = tree({ 'shared/config.yml': '', 'a/notebooks/': '' });
  symlinkSync('..', join(root, 'a', 'up'));
  symlinkSync('../../shared/config.yml', join(root, 'a/notebooks/notebook.yml'));
  expect(names(root)).toEqual(['a']);
});

test('a folder that may not be read hides no other', () => {
  const root = tree({ 'a/notebooks/notebook.yml': '', 'locked/': '' });
  chmodSync(join(root, 'locked'), 0);
  expect(names(root)).toEqual(['a']);
});
