// Entries that would take each other's files.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadProject } from '../../src/project/load.ts';
import { flow, ids, told } from './flow.ts';
import { tree } from './tree.ts';

describe('clashes leave out all that take part, and nobody else', () => {
  const entries = (...lines: string[]) =>
    `entries:\n${lines.map((line) => `  - {path: ${line}}\n`).join('')}`;

  test.each([
    [
      'one script twice',
      entries('notebooks/x.py', 'notebooks/y.py', './notebooks/x.py'),
      [
        'f/notebooks/notebook.yml:4:12 code/pipelines/f/notebooks/x.py is registered twice & f/notebooks/notebook.yml:2:12',
      ],
      ['f/y'],
    ],
    [
      'three times',
      entries('notebooks/x.py', 'notebooks/x.py', 'notebooks/x.py'),
      [
        'f/notebooks/notebook.yml:4:12 code/pipelines/f/notebooks/x.py is registered twice & f/notebooks/notebook.yml:2:12 & f/notebooks/notebook.yml:3:12',
      ],
      [],
    ],
    [
      'one stem twice in a workspace',
      entries('notebooks/explore/.src/x.py', 'notebooks/explore/x.py', 'notebooks/demo/.src/x.py'),
      [
        'f/notebooks/notebook.yml:3:12 two notebooks would be called f/explore/x, and share one workspace folder & f/notebooks/notebook.yml:2:12',
      ],
      ['f/demo/x'],
    ],
    [
      'percent and marimo under one name',
      entries('notebooks/explore/.src/x.py', 'notebooks/explore/x.py, format: marimo'),
      [
        'f/notebooks/notebook.yml:3:12 two notebooks would be called f/explore/x, and share one workspace folder & f/notebooks/notebook.yml:2:12',
      ],
      [],
    ],
    [
      'one published page',
      `publish: {docs_dir: docs}\n${entries('notebooks/a/x.py, publish_html: true', 'notebooks/b/x.py, publish_html: true', 'notebooks/c/x.py, publish_myst: true')}`,
      [
        'f/notebooks/notebook.yml:4:44 two notebooks would be published as docs/nb-x.html & f/notebooks/notebook.yml:3:44',
      ],
      ['f/c/x'],
    ],
    [
      'a page over a notebook of its own',
      `publish: {docs_dir: code/pipelines/f/notebooks, prefix: ""}\n${entries('notebooks/x.py, pair_ipynb: true, publish_ipynb: true', 'notebooks/y.py')}`,
      [
        "f/notebooks/notebook.yml:3:61 publishing would overwrite code/pipelines/f/notebooks/x.ipynb, a notebook's own file",
      ],
      ['f/y'],
    ],
    [
      'an archived one publishes nothing',
      `publish: {docs_dir: docs}\n${entries('notebooks/a/x.py, publish_html: true, status: archived', 'notebooks/b/x.py, publish_html: true')}`,
      [],
      ['f/a/x', 'f/b/x'],
    ],
  ])('%s', async (_name, yml, problems, left) => {
    const project = await flow(yml);
    expect(told(project)).toEqual(problems);
    expect(ids(project)).toEqual(left);
  });

  test('across flows: published pages and .ipynb files', async () => {
    const yml = (path: string) =>
      `publish: {docs_dir: docs}\nentries:\n  - {path: ${path}, pair_ipynb: true, publish_html: true}\n`;
    const pages = await flow(yml('notebooks/x.py'), {
      'code/pipelines/g/notebooks/notebook.yml': yml('notebooks/x.py'),
    });
    expect(told(pages)).toEqual([
      'g/notebooks/notebook.yml:3:60 two notebooks would be published as docs/nb-x.html & f/notebooks/notebook.yml:3:60',
    ]);
    const shared = await flow('entries:\n  - path: ../g/notebooks/.src/x.py\n', {
      'code/pipelines/g/notebooks/notebook.yml': 'entries:\n  - path: notebooks/x.py\n',
    });
    expect(told(shared)).toEqual([
      'g/notebooks/notebook.yml:2:11 two notebooks would share code/pipelines/g/notebooks/x.ipynb & f/notebooks/notebook.yml:2:11',
    ]);
    expect([ids(pages), ids(shared)]).toEqual([[], []]);
  });

  test('links: two names for one script clash, two links into git-annex do not', async () => {
    const root = tree({
      'notebooks/notebook.yml': entries(
        'notebooks/a.py',
        'notebooks/b.py',
        'notebooks/c.py',
        'notebooks/d.py',
      ),
      'notebooks/a.py': '',
      '.git/annex/objects/aa/KEY': '',
    });
    symlinkSync('a.py', join(root, 'notebooks/b.py'));
    for (const name of ['c', 'd'])
      symlinkSync('../.git/annex/objects/aa/KEY', join(root, `notebooks/${name}.py`));
    const project = await loadProject({ root });
    expect(told(project)).toEqual([
      'notebooks/notebook.yml:3:12 notebooks/a.py is registered twice & notebooks/notebook.yml:2:12',
    ]);
    expect(ids(project)).toEqual(['c', 'd']);
  });
});
