// Characters that end a line for Python's `splitlines` alone: they stay where they are, in every format.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digests, FORMATS, KERNEL, Rig, textOf } from './convert-rig.ts';

const NO_LINE_ENDS = ['\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029'];
// The first ones that may stand for them on the way: these count as themselves.
const PRIVATE_USE = '\u{F0000}\u{F0001}\u{F0002}\u{F0003}\u{F0004}\u{F0005}\u{F0006}\u{F0007}\u{F0008}';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
afterAll(async () => rig[Symbol.asyncDispose]());

function notebook(sources: [kind: 'code' | 'markdown' | 'raw', source: string, metadata?: object][]): string {
  const cells = sources.map(([cell_type, source, metadata = {}], place) => ({
    cell_type,
    id: `cell-${place}`,
    metadata,
    source,
    ...(cell_type === 'code' ? { outputs: [], execution_count: null } : {}),
  }));
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
}

async function sources(name: string): Promise<string[]> {
  return (await rig.notebook(name)).cells.map(textOf);
}

it.each(NO_LINE_ENDS.map((char) => [JSON.stringify(char), char] as const))(
  '%s stays in cells, titles, header and metadata',
  async (_, char) => {
    const cells: Parameters<typeof notebook>[0] = [
      ['raw', `---\nTitle: a${char}b\n---`],
      ['markdown', `# One${char}more\n${PRIVATE_USE}`, { title: `t${char}u` }],
      ['code', `s = "a${char}b"  # ${PRIVATE_USE}`, { note: `m${char}n${PRIVATE_USE}` }],
      ['code', `%%bash -c${char}d\necho "x${char}y"`],
      ['code', `a = 1\n${char}\nb = "\\udb80\\udc00"`],
    ];
    await rig.write('a.ipynb', notebook(cells));
    await rig.toScript('a.ipynb', null, 'a.py', { formats: FORMATS, kernel: KERNEL });
    const script = await rig.project('a.py');
    expect(digests(await rig.project('a.ipynb', script))).toEqual(digests(script));

    await rig.toNotebook('a.py', null, 'b.ipynb');
    expect(await sources('b.ipynb')).toEqual(cells.map(([, source]) => source));
    const metadata = (await rig.notebook('b.ipynb')).cells.map((cell) => cell.metadata);
    expect(metadata[1]).toMatchObject({ title: `t${char}u` });
    expect(metadata[2]).toMatchObject({ note: `m${char}n${PRIVATE_USE}` });

    await rig.do('to-myst', {
      script: rig.path('a.py'),
      formats: FORMATS,
      kernel: KERNEL,
      out: rig.path('a.md'),
    });
    const myst = await rig.project('a.md', script);
    expect({ loose: myst.loose, code: myst.code }).toEqual({ loose: script.loose, code: script.code });
  },
);

it.each(NO_LINE_ENDS.map((char) => [JSON.stringify(char), char] as const))(
  '%s is not the same as a line feed',
  async (_, char) => {
    const project = async (between: string) => {
      await rig.write('a.py', `# %% [markdown]\n# a${between}b\n\n# %%\ns = """a${between}b"""\n`);
      return rig.project('a.py');
    };
    const [one, other] = [await project(char), await project('\n')];
    expect(one.source).not.toBe(other.source);
    expect(one.code).not.toBe(other.code);
    expect(one.cells.map(({ kind }) => kind)).toEqual(['markdown', 'code']);
  },
);

it('an edit keeps the lines of other cells, and lines are counted as editors count them', async () => {
  const text = `# %%\ns = "${NO_LINE_ENDS.join('')}"\n\f\nt = 1\n\n# %% [markdown]\n# p\u2028q\n\n# %%\nlast = 1\n`;
  await rig.write('a.py', text);
  expect((await rig.project('a.py')).cells.map(({ line }) => line)).toEqual([2, 7, 10]);
  await rig.toNotebook('a.py', null, 'a.ipynb');
  await rig.toScript('a.ipynb', 'a.py', 'b.py');
  expect(await rig.read('b.py')).toBe(text);
  await rig.write('a.ipynb', (await rig.read('a.ipynb')).replace('last = 1', 'last = 2'));
  await rig.toScript('a.ipynb', 'a.py', 'b.py');
  expect(await rig.read('b.py')).toBe(text.replace('last = 1', 'last = 2'));
  const args = { path: rig.path('a.py'), format: 'percent', formats: FORMATS, kernel: KERNEL } as const;
  await rig.do('set-pairing', { ...args, out: rig.path('c.py') });
  expect((await rig.read('c.py')).endsWith(text)).toBe(true);
});
