// What `project` and `cells` see in notebook files: the same in every format, and what of an edit counts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Projection } from '../../src/worker/protocol.ts';
import { digests, FORMATS, KERNEL, Rig, SCRIPTS } from './convert-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
afterAll(async () => rig[Symbol.asyncDispose]());

describe('the same notebook in another format', () => {
  it.each(SCRIPTS)('%s has the same digests as .ipynb and MyST', async (name) => {
    await rig.fixture(name, 'a.py');
    await rig.toNotebook('a.py', null, 'a.ipynb', { kernel: KERNEL });
    const out = rig.path('a.md');
    await rig.do('to-myst', { script: rig.path('a.py'), formats: FORMATS, kernel: KERNEL, out });
    const script = await rig.project('a.py');
    expect(digests(await rig.project('a.ipynb', script))).toEqual(digests(script));
    const { loose, code } = await rig.project('a.md', script);
    expect({ loose, code }).toEqual({ loose: script.loose, code: script.code });
  });

  it("has the same digests in jupytext's own conversions", async () => {
    await using own = await Rig.create();
    for (const name of SCRIPTS) await own.fixture(name);
    await own.jupytext('--from', 'py:percent', '--to', 'ipynb', ...SCRIPTS);
    for (const name of SCRIPTS) {
      const script = await own.project(name);
      const notebook = await own.project(name.replace('.py', '.ipynb'), script);
      expect({ name, ...digests(notebook) }).toEqual({ name, ...digests(script) });
    }
  });

  it.each(SCRIPTS)('%s has the same digests with CRLF and a byte-order mark', async (name) => {
    await rig.fixture(name, 'a.py');
    const text = await rig.read('a.py');
    await rig.write('crlf.py', `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect(digests(await rig.project('crlf.py'))).toEqual(digests(await rig.project('a.py')));
  });

  it('cuts a cell of an .ipynb where its .py would be cut', async () => {
    await rig.fixture('marker-in-cell.ipynb');
    await rig.toScript('marker-in-cell.ipynb', null, 'a.py');
    const script = await rig.project('a.py');
    expect(digests(await rig.project('marker-in-cell.ipynb', script))).toEqual(digests(script));
  });

  it('takes a cell marker in a string, and the name of marimo, for text', async () => {
    await rig.fixture('marker-in-string.py', 'a.py');
    expect((await rig.project('a.py')).cells).toHaveLength(2);
    await rig.fixture('mentions-marimo.py', 'a.py');
    expect((await rig.project('a.py')).cells.map((cell) => cell.kind)).toEqual(['markdown', 'code']);
  });
});

describe('what an edit changes', () => {
  const base = '# %% [markdown]\n# Text\n\n# %%\nx = 1  # one\ny = """a   \nb"""\n';
  const edits: [string, string, string, (keyof Projection)[]][] = [
    ['blank lines around a cell', 'x = 1', '\n\nx = 1', []],
    ['blanks at a line end', '# one\n', '# one   \n', ['source', 'loose']],
    ['blanks in a string', 'a   \n', 'a\n', ['source', 'loose', 'code']],
    ['a comment', '# one', '# two', ['source', 'loose', 'code']],
    ['prose', 'Text', 'Prose', ['source', 'loose']],
    ['an empty cell', '# %%\nx', '# %%\n\n# %%\nx', ['source']],
    ['a tag that changes execution', '# %%\nx', '# %% tags=["parameters"]\nx', ['source', 'loose', 'code']],
    ['another tag', '# %%\nx', '# %% tags=["figure"]\nx', ['source', 'loose']],
  ];
  it.each(edits)('%s', async (_, from, to, changed) => {
    await rig.write('a.py', base);
    await rig.write('b.py', base.replace(from, to));
    const before = digests(await rig.project('a.py'));
    const after = digests(await rig.project('b.py'));
    const differing = Object.keys(before).filter((key) => before[key as 'code'] !== after[key as 'code']);
    expect(differing).toEqual(changed);
  });

  it('leaves blanks in cells alone that Python cannot read', async () => {
    const code = async (text: string) => (await rig.project(await named(text))).code;
    const named = async (text: string) => rig.write('a.py', text).then(() => 'a.py');
    expect(await code('# %%\n# %%bash\n# cat <<E  \n# E\n')).not.toBe(
      await code('# %%\n# %%bash\n# cat <<E\n# E\n'),
    );
    expect(await code('# %%\n!ls  \nx = 1\n')).not.toBe(await code('# %%\n!ls\nx = 1\n'));
  });

  it('does not count, in outputs, what differs from run to run', async () => {
    await rig.fixture('outputs.ipynb', 'a.ipynb');
    const notebook = await rig.notebook('a.ipynb');
    const before = await rig.project('a.ipynb');
    const text = (await rig.read('a.ipynb'))
      .replaceAll('"execution_count": 2', '"execution_count": 17')
      .replaceAll('3f7f2b', '99aa00')
      .replaceAll('2026-01-01', '2027-01-01');
    await rig.write('b.ipynb', text);
    const after = await rig.project('b.ipynb');
    expect(after.outputs).toBe(before.outputs);
    expect(after.bytes).not.toBe(before.bytes);
    for (const [from, to] of [
      ['"one": 1.0', '"one": 1'],
      ['890123', '890124'],
      ['"299\\n"', '"298\\n"'],
    ] as const) {
      await rig.write('c.ipynb', text.replace(from, to));
      expect(text).toContain(from);
      expect((await rig.project('c.ipynb')).outputs).not.toBe(before.outputs);
    }
    expect(before).toMatchObject({ codeCells: 5, executedCells: 5, kernel: 'python3', language: 'python' });
    expect(notebook.cells).toHaveLength(6);
  });

  it('joins streams that were written in pieces', async () => {
    const stream = (text: string) => ({ output_type: 'stream', name: 'stdout', text });
    const written = async (outputs: object[]) => {
      const cell = { cell_type: 'code', id: 'a', metadata: {}, source: 'f()', execution_count: 1, outputs };
      await rig.write(
        'a.ipynb',
        JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }),
      );
      return (await rig.project('a.ipynb')).outputs;
    };
    expect(await written([stream('a'), stream('b')])).toBe(await written([stream('ab')]));
    expect(await written([stream('a'), stream('b')])).not.toBe(await written([stream('ac')]));
  });
});

describe('settings and places', () => {
  it('names the filter that somebody asked for, and no other', async () => {
    await rig.fixture('tags.py', 'a.py');
    expect((await rig.project('a.py')).settings).toEqual({ cellMetadataFilter: null });
    await rig.fixture('filter-in-header.py', 'a.py');
    expect((await rig.project('a.py')).settings).toEqual({ cellMetadataFilter: 'tags,-all' });
  });

  it('counts tags that change the run where the text carries no tags', async () => {
    const cell = (metadata: object) =>
      JSON.stringify({
        cells: [{ id: 'a', cell_type: 'code', source: 'x', outputs: [], execution_count: null, metadata }],
        metadata: { jupytext: { cell_metadata_filter: '-all' } },
        nbformat: 4,
        nbformat_minor: 5,
      });
    const project = async (metadata: object) => {
      await rig.write('a.ipynb', cell(metadata));
      return rig.project('a.ipynb');
    };
    const bare = await project({});
    const skipped = await project({ tags: ['skip-execution'] });
    expect(skipped.source).toBe(bare.source);
    expect(skipped.code).not.toBe(bare.code);
    expect((await project({ tags: ['shown'] })).code).toBe(bare.code);
  });

  it('tells metadata that JavaScript has no number for', async () => {
    const cell = '{"id": "a", "cell_type": "markdown", "source": "x", "metadata": {"a": NaN}}';
    await rig.write('a.ipynb', `{"cells": [${cell}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`);
    const { cells } = await rig.do('cells', { path: rig.path('a.ipynb'), format: 'ipynb', settings: null });
    expect(cells[0]?.metadata).toEqual({ a: 'NaN' });
  });

  it('counts a jupytext.toml above the file', async () => {
    await using own = await Rig.create();
    await own.fixture('tags.py', 'a.py');
    await own.write('jupytext.toml', 'cell_metadata_filter = "-all"\n');
    await own.toNotebook('a.py', null, 'a.ipynb');
    const script = await own.project('a.py');
    const notebook = await own.project('a.ipynb');
    expect(notebook.settings).toEqual(script.settings);
    expect(digests(notebook)).toEqual(digests(script));
  });

  it('names the line at which each cell begins to hold text', async () => {
    await rig.fixture('hand-written.py', 'a.py');
    const path = rig.path('a.py');
    const { cells } = await rig.do('cells', { path, format: 'percent', settings: null });
    const lines = (await rig.read('a.py')).split('\n');
    for (const { line, source, kind } of cells.filter((cell) => cell.source)) {
      const block = lines
        .slice((line ?? 0) - 1)
        .join('\n')
        .trimStart();
      const first = source.split('\n', 1)[0] ?? '';
      expect(block.startsWith(kind === 'code' ? first.trim() : `# ${first}`)).toBe(true);
    }
    expect(cells.map((cell) => cell.line)).toEqual([1, 11, 13, 15, 20, 23]);
  });

  it('sees a marimo file as a whole, whatever version wrote it', async () => {
    const project = async (text: string) => {
      const path = await rig.write('m.py', text);
      return rig.do('project', { path, format: 'marimo', settings: null });
    };
    const text = (version: string, more = '') =>
      `import marimo\n\n__generated_with = "${version}"\napp = marimo.App()\n\n@app.cell\ndef _():\n    x = 1${more}\n    return\n`;
    const one = await project(text('0.24.0'));
    expect((await project(text('0.25.2', '   '))).code).toBe(one.code);
    expect((await project(text('0.24.0', '0'))).code).not.toBe(one.code);
    expect(one).toMatchObject({ cells: [], outputs: null, codeCells: 0, source: one.code });
  });
});
