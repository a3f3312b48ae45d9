// Script to notebook and back: which outputs, ids and lines stay, which go; and splicing outputs in.
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digests, FORMATS, KERNEL, type Notebook, Rig, SCRIPTS, textOf } from './convert-rig.ts';

const THREE = '# %%\na = 1\n\n# %%\nb = a + 1\nprint(b)\n\n# %%\nc = a + b\n';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
afterAll(async () => rig[Symbol.asyncDispose]());

/** Makes `run.ipynb` from a script, with an output in each code cell that repeats its source, and returns it. */
async function executed(script: string): Promise<Notebook> {
  await rig.write('run.py', script);
  await rig.toNotebook('run.py', null, 'run.ipynb', { kernel: KERNEL });
  const notebook = await rig.notebook('run.ipynb');
  notebook.cells.forEach((cell, place) => {
    if (cell.cell_type !== 'code') return;
    cell.execution_count = place + 1;
    cell.outputs = [{ output_type: 'stream', name: 'stdout', text: textOf(cell) }];
    cell.metadata.collapsed = true;
  });
  await rig.write('run.ipynb', JSON.stringify(notebook));
  return notebook;
}

/** Ids and outputs of the notebook made from `script` where `run.ipynb` stood. */
async function afterEdit(
  script: string,
): Promise<{ ids: string[]; outputs: (string | null)[]; notebook: Notebook }> {
  await rig.write('edited.py', script);
  await rig.toNotebook('edited.py', 'run.ipynb', 'edited.ipynb', { kernel: KERNEL });
  const notebook = await rig.notebook('edited.ipynb');
  const outputs = notebook.cells.map((cell) => {
    const output = cell.outputs?.[0];
    return output ? [output.text as string | string[]].flat().join('') : null;
  });
  return { ids: notebook.cells.map((cell) => cell.id), outputs, notebook };
}

describe('script to notebook', () => {
  it('keeps outputs of unchanged cells and drops those of edited ones, which keep their id', async () => {
    const before = await executed(THREE);
    const { ids, outputs, notebook } = await afterEdit(THREE.replace('a + 1', 'a + 2'));
    expect(outputs).toEqual(['a = 1', null, 'c = a + b']);
    expect(ids).toEqual(before.cells.map((cell) => cell.id));
    expect(notebook.cells.map((cell) => cell.execution_count)).toEqual([1, null, 3]);
    expect(notebook.cells[0]?.metadata).toEqual({ collapsed: true });
  });

  it('follows cells that moved, and gives new ones an id of their own', async () => {
    const before = await executed(THREE);
    const [a, b, c] = before.cells.map((cell) => cell.id);
    const moved = '# %%\nc = a + b\n\n# %%\nnew = 0\n\n# %%\na = 1\n\n# %%\nb = a + 1\nprint(b)\n';
    const { ids, outputs } = await afterEdit(moved);
    expect(outputs).toEqual(['c = a + b', null, 'a = 1', 'b = a + 1\nprint(b)']);
    expect([ids[0], ids[2], ids[3]]).toEqual([c, a, b]);
    expect(new Set(ids).size).toBe(4);
  });

  it('keeps outputs where only blanks changed that do not count', async () => {
    await executed(THREE);
    const { outputs } = await afterEdit(THREE.replace('a = 1', 'a = 1   '));
    expect(outputs).not.toContain(null);
  });

  it('numbers equal new cells, the same way each time', async () => {
    await rig.write('a.py', '# %%\nx\n\n# %%\nx\n\n# %%\nx\n');
    const first = await rig.toNotebook('a.py', null, 'a.ipynb');
    const again = await rig.toNotebook('a.py', null, 'b.ipynb');
    expect(again).toEqual(first);
    const ids = (await rig.notebook('a.ipynb')).cells.map((cell) => cell.id);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => /^[a-zA-Z0-9_-]{1,64}$/.test(id))).toBe(true);
  });

  it('keeps attachments, large numbers and what no text carries', async () => {
    for (const name of ['attachments', 'outputs']) {
      await rig.fixture(`${name}.ipynb`, 'a.ipynb');
      await rig.toScript('a.ipynb', null, 'a.py', { formats: FORMATS });
      await rig.write('a.py', (await rig.read('a.py')).replace('A dot.', 'A black dot.'));
      await rig.toNotebook('a.py', 'a.ipynb', 'b.ipynb');
      const [before, after] = [await rig.project('a.ipynb'), await rig.project('b.ipynb')];
      expect(after).toMatchObject({ outputs: before.outputs, extras: before.extras });
    }
    expect(await rig.read('b.ipynb')).toContain('12345678901234567890123');
  });

  it('raises an old minor version and keeps its outputs', async () => {
    await rig.fixture('old-minor.ipynb', 'a.ipynb');
    await rig.toScript('a.ipynb', null, 'a.py');
    await rig.toNotebook('a.py', 'a.ipynb', 'b.ipynb');
    const notebook = await rig.notebook('b.ipynb');
    expect(notebook.nbformat_minor).toBe(5);
    expect(notebook.cells[0]?.outputs).toHaveLength(1);
    expect(notebook.metadata).toHaveProperty('colab');
  });

  it('names formats only where it is told to', async () => {
    await rig.fixture('quoted-markdown.py', 'a.py');
    await rig.toNotebook('a.py', null, 'a.ipynb');
    expect((await rig.notebook('a.ipynb')).metadata.jupytext).not.toHaveProperty('formats');
    await rig.toNotebook('a.py', 'a.ipynb', 'b.ipynb', { formats: FORMATS });
    expect((await rig.notebook('b.ipynb')).metadata.jupytext).toHaveProperty('formats', FORMATS);
  });

  it('is trusted by Jupyter', async () => {
    await rig.fixture('outputs.ipynb', 'a.ipynb');
    await rig.do('splice', {
      notebook: rig.path('a.ipynb'),
      format: 'ipynb',
      executed: rig.path('a.ipynb'),
      out: rig.path('b.ipynb'),
    });
    const program =
      'import nbformat, nbformat.sign, sys; print(nbformat.sign.NotebookNotary().check_signature(nbformat.read(sys.argv[1], 4)))';
    const python = process.env.PIPEIO_TEST_PYTHON ?? 'python3';
    const env = { JUPYTER_DATA_DIR: rig.path('.jupyter-data') };
    const { stdout } = await execa(python, ['-c', program, rig.path('b.ipynb')], { env });
    expect(stdout).toBe('True');
  });
});

describe('notebook to script', () => {
  it.each(SCRIPTS)('%s comes back byte for byte where no cell changed', async (name) => {
    await rig.fixture(name, 'a.py');
    const { formats } = await rig.project('a.py');
    await rig.toNotebook('a.py', null, 'a.ipynb');
    await rig.toScript('a.ipynb', 'a.py', 'b.py', { formats });
    expect(await rig.read('b.py')).toBe(await rig.read('a.py'));
  });

  it.each(SCRIPTS)('%s keeps the text of other cells when one is added', async (name) => {
    await rig.fixture(name, 'a.py');
    const text = (await rig.read('a.py')).replaceAll('\n', '\r\n');
    await rig.write('a.py', `\uFEFF${text}`);
    const before = await rig.project('a.py');
    await rig.toNotebook('a.py', null, 'a.ipynb');
    const notebook = await rig.notebook('a.ipynb');
    notebook.cells.push({
      cell_type: 'code',
      id: 'added',
      metadata: {},
      source: 'added = 1',
      outputs: [],
      execution_count: null,
    });
    await rig.write('a.ipynb', JSON.stringify(notebook));
    await rig.toScript('a.ipynb', 'a.py', 'b.py', { formats: before.formats });
    const script = await rig.read('b.py');
    expect(script.startsWith(`\uFEFF${text.trimEnd()}`)).toBe(true);
    if (text) expect(script.replaceAll('\r\n', '')).not.toContain('\n');
    const after = await rig.project('b.py');
    expect(after.cells.at(-1)?.kind).toBe('code');
    expect(digests(await rig.project('a.ipynb', before))).toEqual(digests(after));
  });

  it('writes the edited cell only', async () => {
    await rig.fixture('hand-written.py', 'a.py');
    await rig.toNotebook('a.py', null, 'a.ipynb');
    await rig.write('a.ipynb', (await rig.read('a.ipynb')).replace('"a = 1"', '"a = 2"'));
    await rig.toScript('a.ipynb', 'a.py', 'b.py');
    expect(await rig.read('b.py')).toBe((await rig.read('a.py')).replace('#%%\na = 1', '# %%\na = 2'));
  });

  it('takes edits of the front matter, and its loss', async () => {
    await rig.fixture('spec-header.py', 'a.py');
    await rig.toNotebook('a.py', null, 'a.ipynb');
    await rig.write('a.ipynb', (await rig.read('a.ipynb')).replace('INVESTIGATION', 'PROMOTED'));
    await rig.toScript('a.ipynb', 'a.py', 'b.py');
    expect(await rig.read('b.py')).toBe((await rig.read('a.py')).replace('INVESTIGATION', 'PROMOTED'));
    const notebook = await rig.notebook('a.ipynb');
    await rig.write('a.ipynb', JSON.stringify({ ...notebook, cells: notebook.cells.slice(1) }));
    await rig.toScript('a.ipynb', 'a.py', 'b.py', { kernel: KERNEL, formats: FORMATS });
    const after = await rig.project('b.py');
    expect(after).toMatchObject({ formats: FORMATS, kernel: 'lab-env' });
    expect(digests(after)).toEqual(digests(await rig.project('a.ipynb', after)));
    expect(await rig.read('b.py')).not.toContain('Title');
  });

  it('makes a new script without the version of jupytext', async () => {
    await rig.fixture('outputs.ipynb', 'a.ipynb');
    await rig.toScript('a.ipynb', null, 'a.py', { formats: FORMATS });
    expect(await rig.read('a.py')).not.toContain('jupytext_version');
    expect(await rig.project('a.py')).toMatchObject({ formats: FORMATS, kernel: 'python3' });
  });
});

describe('markdown that quotes cannot hold', () => {
  const quoted =
    '# ---\n# jupyter:\n#   jupytext:\n#     cell_markers: \'"""\'\n# ---\n\n# %% [markdown]\n"""\nfirst\n"""\n\n# %%\nx = 1\n';

  it.each(['a """ b', '""" a', '%%bash', '%%bash\nfoo', '%%bash\n"""'])(
    '%j is written as comments, other cells as the header asks',
    async (source) => {
      await rig.write('q.py', quoted);
      await rig.toNotebook('q.py', null, 'q.ipynb');
      const notebook = await rig.notebook('q.ipynb');
      const cell = { cell_type: 'markdown', metadata: {} };
      const magic = {
        cell_type: 'code',
        metadata: {},
        source: '%%bash\nls',
        outputs: [],
        execution_count: null,
      };
      notebook.cells.splice(
        1,
        0,
        { ...cell, id: 'a', source },
        { ...cell, id: 'b', source: 'new' },
        { ...magic, id: 'c' },
      );
      await rig.write('q.ipynb', JSON.stringify(notebook));
      for (const previous of ['q.py', null]) {
        await rig.toScript('q.ipynb', previous, 'r.py');
        const script = await rig.project('r.py');
        expect(digests(script)).toEqual(digests(await rig.project('q.ipynb', script)));
        const text = await rig.read('r.py');
        expect(text).toContain('"""\nfirst\n"""');
        expect(text).toContain('"""\nnew\n"""');
      }
    },
  );

  it('is refused by its place where the format of the script has no place for it', async () => {
    const header = '# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       extension: .py\n';
    await rig.write('q.py', `${header}#       format_name: nomarker\n# ---\n\nx = 1\n`);
    await rig.toNotebook('q.py', null, 'q.ipynb');
    const notebook = await rig.notebook('q.ipynb');
    const cell = { cell_type: 'markdown', metadata: {} };
    notebook.cells.push(
      { ...cell, id: 'a', source: 'one' },
      { ...cell, id: 'b', source: 'two', metadata: { x: 1 } },
    );
    await rig.write('q.ipynb', JSON.stringify(notebook));
    const paths = { notebook: rig.path('q.ipynb'), out: rig.path('r.py'), formats: null, kernel: null };
    const failure = await rig.failure('to-script', { ...paths, previous: rig.path('q.py') });
    expect(failure).toMatchObject({
      reason: 'invalid-notebook',
      hint: expect.stringContaining('format_name'),
    });
    expect(failure.message).toMatch(/written as nomarker, cannot carry .*: cell 3 \(markdown: two\) would/);
  });
});

describe('splice', () => {
  const splice = (notebook: string, format: 'ipynb' | 'percent') => ({
    notebook: rig.path(notebook),
    format,
    executed: rig.path('run.ipynb'),
    out: rig.path('spliced.ipynb'),
  });

  it('puts outputs into a notebook whose prose has changed', async () => {
    await executed(`# %% [markdown]\n# Old\n\n${THREE}`);
    await rig.write('a.py', `# %% [markdown]\n# New\n\n# %% [markdown]\n# More\n\n${THREE}\n# %%\n`);
    await rig.toNotebook('a.py', null, 'a.ipynb');
    const run = await rig.project('run.ipynb');
    for (const [name, format] of [
      ['a.ipynb', 'ipynb'],
      ['a.py', 'percent'],
    ] as const) {
      await rig.do('splice', splice(name, format));
      const after = await rig.project('spliced.ipynb');
      expect(after.outputs).toBe(run.outputs);
      expect(after.source).toBe((await rig.project('a.py')).source);
      expect(after.executedCells).toBe(3);
    }
  });

  it('refuses other code', async () => {
    await executed(THREE);
    await rig.write('a.py', THREE.replace('a + 1', 'a + 2'));
    expect((await rig.failure('splice', splice('a.py', 'percent'))).reason).toBe('code-differs');
  });

  it('refuses the same code in other cells', async () => {
    const notebook = (...sources: string[]) =>
      JSON.stringify({
        cells: sources.map((source, i) => ({
          id: `c${i}`,
          cell_type: 'code',
          source,
          outputs: [],
          execution_count: null,
          metadata: {},
        })),
        metadata: {},
        nbformat: 4,
        nbformat_minor: 5,
      });
    const from = await rig.write('executed.ipynb', notebook('a\n# %%\nb', 'c'));
    const to = await rig.write('today.ipynb', notebook('a', 'b\n# %%\nc'));
    const args = { notebook: to, format: 'ipynb', executed: from, out: rig.path('out.ipynb') } as const;
    expect((await rig.failure('splice', args)).reason).toBe('code-differs');
  });
});
