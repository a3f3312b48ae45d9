// Configuration files that cannot be read or parsed: they are told, and hide no others.
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadProject } from '../../src/project/load.ts';
import { ids, told } from './flow.ts';
import { tree } from './tree.ts';

describe('files that cannot be used', () => {
  test('a broken file hides no other', async () => {
    const root = tree({
      'a/notebooks/notebook.yml': 'entries: [\n',
      'b/notebooks/notebook.yml': 'entries:\n  - path: notebooks/x.py\n',
      'pipeio.yml': 'jobs: x\n',
    });
    const project = await loadProject({ root });
    expect(ids(project)).toEqual(['b/x']);
    expect(project.flows.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(project.problems.map(({ place }) => relative(root, place?.file ?? ''))).toEqual([
      'a/notebooks/notebook.yml',
      'pipeio.yml',
    ]);
  });

  test('Latin-1, a folder in its place, a link to nowhere', async () => {
    const root = tree({ 'a/notebooks/': '', 'pipeio.yml/': '', 'c/notebooks/': '' });
    writeFileSync(join(root, 'a/notebooks/notebook.yml'), Buffer.from('kernel: caf\xe9\n', 'latin1'));
    symlinkSync('nowhere', join(root, 'c/notebooks/notebook.yml'));
    const project = await loadProject({ root });
    expect(told(project)).toEqual([
      'a/notebooks/notebook.yml:1:1 not UTF-8 text',
      'c/notebooks/notebook.yml:1:1 cannot be read (ENOENT)',
      'pipeio.yml:1:1 cannot be read (EISDIR)',
    ]);
  });

  test('no flow at all is no error', async () => {
    expect(await loadProject({ root: tree({}) })).toMatchObject({ flows: [], notebooks: [], problems: [] });
  });
});
