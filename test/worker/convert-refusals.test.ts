// Notebook files that are read with what they lack, and those that are refused: why, and at which line.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rig } from './convert-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
afterAll(async () => rig[Symbol.asyncDispose]());

describe('an .ipynb that Jupyter only warns about', () => {
  const minimal = (cells: object[], nbformat_minor = 5) =>
    rig.write('a.ipynb', JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor }));
  const written = async () => {
    const args = { notebook: rig.path('a.ipynb'), format: 'ipynb', executed: rig.path('a.ipynb') } as const;
    await rig.do('splice', { ...args, out: rig.path('b.ipynb') });
    return rig.notebook('b.ipynb');
  };

  it('gets what is missing', async () => {
    await minimal([
      { cell_type: 'code', id: 'a', source: 'x', metadata: {} },
      {
        cell_type: 'code',
        source: ['y\n', 'z'],
        execution_count: 7,
        outputs: [
          { output_type: 'display_data', data: { 'text/plain': 'p' } },
          { output_type: 'execute_result', data: { 'text/plain': 'q' } },
        ],
      },
      { cell_type: 'markdown' },
    ]);
    const { cells } = await written();
    expect(cells[0]).toMatchObject({ outputs: [], execution_count: null });
    expect(cells[1]?.outputs).toMatchObject([{ metadata: {} }, { metadata: {}, execution_count: 7 }]);
    expect(cells[2]).toMatchObject({ metadata: {}, source: [] });
  });

  it.each([4, 5])('gets valid cell ids, the same ones each time (minor version %s)', async (minor) => {
    const cell = (id: unknown) => ({ cell_type: 'markdown', id, source: 'x', metadata: {} });
    await minimal(['kept', 'x'.repeat(65), 'a b', '', 'kept', 7, ['a'], 'last'].map(cell), minor);
    const ids = (await written()).cells.map(({ id }) => id);
    expect([ids[0], ids[7]]).toEqual(['kept', 'last']);
    expect(new Set(ids).size).toBe(8);
    expect(ids.every((id) => /^[a-zA-Z0-9_-]{1,64}$/.test(id))).toBe(true);
    expect((await written()).cells.map(({ id }) => id)).toEqual(ids);
  });
});

describe('files that cannot be read', () => {
  const header = (...lines: string[]) =>
    ['# ---', '# Title: x', '# jupyter:', ...lines.map((line) => `#   ${line}`), '# ---', 'x = 1\n'].join(
      '\n',
    );
  const mistake = (line: number, key: string) => ({
    reason: 'invalid-notebook',
    line,
    message: expect.stringContaining(key),
  });
  const nothing = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [';
  const cases: [string, string, string | Uint8Array, object][] = [
    ['Latin-1', 'x.py', Buffer.from('# %%\nx = "\xe9"\n', 'latin1'), { reason: 'not-utf8', line: 2 }],
    ['binary', 'x.py', new Uint8Array([0x23, 0, 0, 1]), { reason: 'not-utf8', line: 1 }],
    [
      'another declared encoding',
      'x.py',
      '# -*- coding: latin-1 -*-\nx = 1\n',
      { reason: 'not-utf8', line: 1 },
    ],
    [
      'a conflict in a .py',
      'x.py',
      'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n',
      { reason: 'conflict-markers', line: 2 },
    ],
    [
      'a conflict in an .ipynb',
      'x.ipynb',
      `${nothing}\n<<<<<<< HEAD\n]\n=======\n\n>>>>>>> x\n}`,
      { reason: 'conflict-markers', line: 2 },
    ],
    ['half a file', 'x.ipynb', `${nothing}\n`, { reason: 'invalid-notebook', line: 2, column: 1 }],
    ['an empty .ipynb', 'x.ipynb', '', { reason: 'invalid-notebook' }],
    ['other JSON', 'x.ipynb', '[1, 2]', { reason: 'invalid-notebook' }],
    [
      'a cell of no kind',
      'x.ipynb',
      `${nothing}{"cell_type": "poem", "metadata": {}, "source": ""}]}`,
      { reason: 'invalid-notebook' },
    ],
    [
      'a section of jupytext that is none',
      'x.ipynb',
      '{"nbformat": 4, "nbformat_minor": 5, "metadata": {"jupytext": null}, "cells": []}',
      { reason: 'invalid-notebook' },
    ],
    [
      'a title that is no text',
      'x.ipynb',
      `${nothing}{"cell_type": "markdown", "metadata": {"title": 7}, "source": ""}]}`,
      { reason: 'invalid-notebook', message: expect.stringContaining('cells/0/metadata/title') },
    ],
    ['a cell that is no object', 'x.ipynb', `${nothing}7]}`, { reason: 'invalid-notebook' }],
    [
      'nbformat 3',
      'x.ipynb',
      '{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}',
      { reason: 'nbformat-unsupported' },
    ],
    [
      'a broken header',
      'x.py',
      '#!/usr/bin/env python\n# ---\n# jupyter:\n#   a: [\n# ---\n',
      { reason: 'invalid-notebook', line: 4 },
    ],
    ['a header that holds nothing', 'x.py', '# ---\n# jupyter:\n# ---\n', mistake(2, 'jupyter ')],
    ['a section that is a number', 'x.py', header('jupytext: 5'), mistake(4, 'jupyter.jupytext ')],
    ['a section that is a list', 'x.py', header('kernelspec: [a]'), mistake(4, 'jupyter.kernelspec ')],
    [
      'formats that are a list',
      'x.py',
      header('jupytext:', '  formats: [a]'),
      mistake(5, 'jupytext.formats '),
    ],
    [
      'a kernel name that is a number',
      'x.py',
      header('kernelspec: {name: 3}'),
      mistake(4, 'kernelspec.name '),
    ],
  ];
  it.each(cases)('%s', async (_, name, content, expected) => {
    await rig.write(name, content);
    const format = name.endsWith('.py') ? 'percent' : 'ipynb';
    const failure = await rig.failure('project', { path: rig.path(name), format, settings: null });
    expect(failure).toMatchObject(expected);
    expect(failure.message).toContain(name);
  });

  it('a missing file and a folder', async () => {
    const failure = (path: string) => rig.failure('project', { path, format: 'percent', settings: null });
    expect((await failure(rig.path('none.py'))).reason).toBe('source-missing');
    expect((await failure(rig.root)).reason).toBe('unreadable');
  });

  it('a folder that cannot be written to', async () => {
    await rig.fixture('tags.py', 'a.py');
    const args = { script: rig.path('a.py'), previous: null, formats: null, kernel: null };
    const failure = await rig.failure('to-notebook', { ...args, out: rig.path('none/a.ipynb') });
    expect(failure.reason).toBe('write-failed');
  });

  it('reads a separator line alone, which is no conflict', async () => {
    await rig.write('x.py', '# %%\ntitle = """\nHeading\n=======\n"""\n');
    expect((await rig.project('x.py')).codeCells).toBe(1);
  });
});
