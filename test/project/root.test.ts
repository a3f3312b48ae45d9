// Where a project begins.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findRoot } from '../../src/project/root.ts';
import { tree } from './tree.ts';

test.each([
  ['pipeio.yml', { 'p/pipeio.yml': '', 'p/a/b/': '' }, 'p/a/b', 'p'],
  ['.pipeio', { 'p/.pipeio/': '', 'p/a/b/': '' }, 'p/a/b', 'p'],
  ['code/pipelines', { 'p/code/pipelines/f/notebooks/': '' }, 'p/code/pipelines/f/notebooks', 'p'],
  ['.git', { 'p/.git/': '', 'p/a/': '' }, 'p/a', 'p'],
  ['.git of a submodule or worktree', { 'p/.git': 'gitdir: x', 'p/a/': '' }, 'p/a', 'p'],
  ['the nearest marker', { 'p/pipeio.yml': '', 'p/q/pipeio.yml': '', 'p/q/a/': '' }, 'p/q/a', 'p/q'],
  ['a marker above a nearer .git', { 'p/pipeio.yml': '', 'p/q/.git/': '' }, 'p/q', 'p'],
])('%s', (_name, files, cwd, expected) => {
  const root = tree(files);
  expect(findRoot({ cwd: join(root, cwd) })).toEqual({ ok: true, value: join(root, expected) });
});

test('--root wins, relative to the working directory', () => {
  const root = tree({ 'p/pipeio.yml': '', 'q/': '' });
  expect(findRoot({ cwd: join(root, 'p'), root: '../q' })).toEqual({ ok: true, value: join(root, 'q') });
});

test('--root must be a folder', () => {
  const root = tree({ file: '' });
  for (const given of ['file', 'absent', 'file/below']) {
    expect(findRoot({ cwd: root, root: given })).toMatchObject({ ok: false, error: { reason: 'usage' } });
  }
});

test('no project: says where it looked and what to do', () => {
  const found = findRoot({ cwd: tree({}) });
  expect(found).toMatchObject({ ok: false, error: { reason: 'usage' } });
  expect(found.ok ? '' : found.error.message).toContain('no project in ');
  expect(found.ok ? '' : found.error.hint).toContain('--root');
});
