// `set-pairing`: what it writes above a script or into a notebook, and that nothing else changes, for jupytext either.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KernelLabel } from '../../src/worker/protocol.ts';
import { digests, FORMATS, KERNEL, Rig, SCRIPTS } from './convert-rig.ts';

const SPLIT = 'ipynb,.src//py:percent,.myst//md:myst';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
afterAll(async () => rig[Symbol.asyncDispose]());

async function pair(name: string, out: string, formats: string | null, kernel: KernelLabel | null = KERNEL) {
  const format = name.endsWith('.ipynb') ? 'ipynb' : 'percent';
  return rig.do('set-pairing', { path: rig.path(name), format, formats, kernel, out: rig.path(out) });
}

describe('a script', () => {
  it('keeps its own header lines and its body', async () => {
    await rig.fixture('spec-header.py', 'a.py');
    await pair('a.py', 'b.py', SPLIT);
    const [before, after] = [await rig.read('a.py'), await rig.read('b.py')];
    const [front, body] = [before.split('\n').slice(0, 5).join('\n'), before.split('\n').slice(5).join('\n')];
    expect(after).toBe(`${front}
# jupyter:
#   jupytext:
#     formats: ${SPLIT}
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Lab
#     language: python
#     name: lab-env
${body}`);
  });

  it.each(SCRIPTS)('%s keeps its digests and every line of its body', async (name) => {
    await rig.fixture(name, 'a.py');
    const before = await rig.project('a.py');
    for (const formats of [FORMATS, null]) {
      await pair('a.py', 'b.py', formats);
      const after = await rig.project('b.py');
      expect(digests(after)).toEqual(digests(before));
      expect(after).toMatchObject({ formats, kernel: 'lab-env', settings: before.settings });
      const whole = (await rig.read('a.py')).replace(/^# -\*- coding.*\n/, '');
      const body = whole.split('# ---\n').at(-1) ?? '';
      expect((await rig.read('b.py')).endsWith(body)).toBe(true);
    }
  });

  it.each(SCRIPTS)('%s gives the same bytes the second time', async (name) => {
    await rig.fixture(name, 'a.py');
    const once = await pair('a.py', 'b.py', SPLIT);
    expect(await pair('b.py', 'c.py', SPLIT)).toEqual({ digest: once.digest, read: once.digest });
  });

  it('keeps line ends and the byte-order mark', async () => {
    await rig.fixture('spec-header.py', 'a.py');
    const text = `\uFEFF${(await rig.read('a.py')).replaceAll('\n', '\r\n')}`;
    await rig.write('a.py', text);
    await pair('a.py', 'b.py', FORMATS);
    const paired = await rig.read('b.py');
    expect(paired.startsWith('\uFEFF# ---\r\n# Title:')).toBe(true);
    expect(paired.replaceAll('\r\n', '')).not.toContain('\n');
    expect((await rig.project('b.py')).formats).toBe(FORMATS);
  });

  it('keeps a kernel of the same name as it stands, and any kernel where none is given', async () => {
    await rig.fixture('quoted-markdown.py', 'a.py');
    await pair('a.py', 'b.py', FORMATS, { name: 'my-env', displayName: 'Another name', language: 'python' });
    expect(await rig.read('b.py')).toBe(await rig.read('a.py'));
    await pair('a.py', 'b.py', FORMATS, null);
    expect(await rig.read('b.py')).toBe(await rig.read('a.py'));
  });

  it('takes the pairing away again', async () => {
    await rig.fixture('quoted-markdown.py', 'a.py');
    await pair('a.py', 'b.py', null, null);
    expect(await rig.read('b.py')).toBe(
      (await rig.read('a.py')).replace('#     formats: ipynb,py:percent\n', ''),
    );
  });
});

describe('an .ipynb', () => {
  it('changes only its pairing and kernel', async () => {
    await rig.fixture('outputs.ipynb', 'a.ipynb');
    await pair('a.ipynb', 'b.ipynb', FORMATS);
    const [before, after] = [await rig.read('a.ipynb'), await rig.read('b.ipynb')];
    const lines = new Set(before.split('\n'));
    const added = after.split('\n').filter((line) => !lines.has(line));
    expect(added.map((line) => line.trim())).toEqual([
      '"jupytext": {',
      `"formats": "${FORMATS}"`,
      '"display_name": "Lab",',
      '"name": "lab-env"',
    ]);
    expect(after).toContain('12345678901234567890123');
    expect(after).toContain('"one": 1.0');
    expect((await rig.project('b.ipynb')).outputs).toBe((await rig.project('a.ipynb')).outputs);
    await pair('b.ipynb', 'c.ipynb', null, null);
    expect(await rig.notebook('c.ipynb')).not.toHaveProperty('metadata.jupytext');
  });

  it('keeps its bytes where nothing is to change, and its minor version', async () => {
    await rig.fixture('old-minor.ipynb', 'a.ipynb');
    await pair('a.ipynb', 'b.ipynb', null, null);
    expect(await readFile(rig.path('b.ipynb'))).toEqual(await readFile(rig.path('a.ipynb')));
    await pair('a.ipynb', 'b.ipynb', FORMATS);
    const notebook = await rig.notebook('b.ipynb');
    expect(notebook.nbformat_minor).toBe(2);
    expect(notebook.cells.map((cell) => 'id' in cell)).toEqual([false, false]);
  });

  it('drops the filters that would keep the pairing out of the script', async () => {
    await rig.fixture('tags.py', 'a.py');
    await rig.jupytext('--from', 'py:percent', '--to', 'ipynb', '--output', 'a.ipynb', 'a.py');
    expect((await rig.notebook('a.ipynb')).metadata.jupytext).toHaveProperty(
      'notebook_metadata_filter',
      '-all',
    );
    await pair('a.ipynb', 'b.ipynb', FORMATS);
    expect((await rig.notebook('b.ipynb')).metadata.jupytext).not.toHaveProperty('notebook_metadata_filter');
  });
});

describe('jupytext --sync afterwards', () => {
  it.each(['py', 'ipynb'])('changes no cell when run on the .%s', async (side) => {
    await using own = await Rig.create();
    const before = new Map<string, object>();
    for (const name of SCRIPTS) {
      const stem = name.replace('.py', '');
      await own.fixture(name, 'raw.py');
      const [path, out] = [own.path('raw.py'), own.path(name)];
      await own.do('set-pairing', { path, format: 'percent', formats: FORMATS, kernel: KERNEL, out });
      await own.toNotebook(name, null, `${stem}.ipynb`, { formats: FORMATS, kernel: KERNEL });
      before.set(stem, digests(await own.project(name)));
    }
    await own.jupytext('--sync', ...[...before.keys()].map((stem) => `${stem}.${side}`));
    for (const [stem, expected] of before) {
      const script = await own.project(`${stem}.py`);
      expect({ stem, ...digests(script) }).toEqual({ stem, ...expected });
      const notebook = await own.project(`${stem}.ipynb`, script);
      expect({ stem, ...digests(notebook) }).toEqual({ stem, ...expected });
      expect(script.formats).toBe(FORMATS);
    }
  });
});
