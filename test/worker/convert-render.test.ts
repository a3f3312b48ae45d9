// Pages: the same bytes for the same notebook, and images that still stand where the page looks for them.
import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMATS, KERNEL, Rig, SCRIPTS } from './convert-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
afterAll(async () => rig[Symbol.asyncDispose]());

describe('render-html', () => {
  it.each(['outputs', 'attachments', 'old-minor'])('%s gives the same bytes every time', async (name) => {
    const notebook = await rig.fixture(`${name}.ipynb`);
    const args = { notebook, name: 'A title', imagesFrom: rig.root };
    const render = (out: string) => rig.do('render-html', { ...args, out: rig.path(out) });
    expect(await render('b.html')).toEqual(await render('a.html'));
    // The notebook's own title wins.
    const title = name === 'outputs' ? 'Outputs' : 'A title';
    expect(await rig.read('a.html')).toContain(`<title>${title}</title>`);
  });
});

describe('render-html of text', () => {
  it('embeds images, and leaves the header of the notebook out', async () => {
    await rig.write('image.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await rig.write('page.py', '# ---\n# Title: secret.py\n# ---\n\n# %% [markdown]\n# ![x](image.svg)\n');
    const notebook = rig.path('page.ipynb');
    await rig.do('to-notebook', {
      script: rig.path('page.py'),
      previous: null,
      formats: null,
      kernel: null,
      out: notebook,
    });
    await rig.do('render-html', { notebook, name: 'page', imagesFrom: rig.root, out: rig.path('page.html') });
    const page = await rig.read('page.html');
    expect(page).toContain('src="data:image/svg+xml;base64,');
    expect(page).not.toContain('secret.py');
  });
});

describe('render-html of images that cannot be embedded', () => {
  it('leaves them as they are written', async () => {
    await rig.write('good.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await mkdir(rig.path('folder.png'));
    const source = [
      '![a](.) ![b](folder.png) ![c](attachment:none.png) ![d](none.png) ![e](good.svg)',
      `![f](attachment:empty.png) ![g](${'long'.repeat(100)}.png)`,
      '<img alt="h" src="folder.png"/>',
    ].join('\n\n');
    const cell = { cell_type: 'markdown', id: 'a', metadata: {}, source, attachments: { 'empty.png': {} } };
    const notebook = await rig.write(
      'a.ipynb',
      JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    );
    await rig.do('render-html', { notebook, name: 'a', imagesFrom: rig.root, out: rig.path('a.html') });
    const page = await rig.read('a.html');
    for (const src of ['.', 'folder.png', 'attachment:none.png', 'none.png', 'attachment:empty.png'])
      expect(page).toContain(`src="${src}"`);
    expect(page).toContain('src="data:image/svg+xml;base64,');
  });
});

describe('to-myst', () => {
  it('names kernel and pairing, and no version of jupytext', async () => {
    const script = await rig.fixture('spec-header.py');
    const out = rig.path('a.md');
    const once = await rig.do('to-myst', { script, formats: FORMATS, kernel: KERNEL, out });
    expect(await rig.do('to-myst', { script, formats: FORMATS, kernel: KERNEL, out })).toEqual(once);
    expect(await rig.read('a.md')).not.toContain('jupytext_version');
    expect(await rig.project('a.md')).toMatchObject({ formats: FORMATS, kernel: 'lab-env' });
  });

  it('writes what jupytext writes beside a notebook that a kernel ran, but for its version', async () => {
    await using own = await Rig.create();
    const ours = new Map<string, string>();
    const formats = 'ipynb,md:myst';
    for (const script of SCRIPTS) {
      const stem = script.replace('.py', '');
      await own.fixture(script);
      await own.toNotebook(script, null, `${stem}.ipynb`, { formats, kernel: KERNEL });
      const notebook = await own.notebook(`${stem}.ipynb`);
      const language_info = { name: 'python', pygments_lexer: 'ipython3' };
      const metadata = { ...notebook.metadata, language_info };
      await own.write(`${stem}.ipynb`, JSON.stringify({ ...notebook, metadata }));
      await own.do('to-myst', {
        script: own.path(script),
        formats,
        kernel: KERNEL,
        out: own.path('ours.md'),
      });
      ours.set(stem, await own.read('ours.md'));
    }
    await own.jupytext('--sync', ...[...ours.keys()].map((stem) => `${stem}.ipynb`));
    for (const [stem, text] of ours) {
      const theirs = (await own.read(`${stem}.md`)).replace(/^ +jupytext_version: .*\n/m, '');
      // jupytext sorts what stands above a script, such as its first line, to another place in the header.
      const cut = (whole: string) => whole.split(/(?<=\n---\n)/, 2);
      expect({ stem, body: cut(text)[1] }).toEqual({ stem, body: cut(theirs)[1] });
      expect(cut(text)[0]?.split('\n').sort()).toEqual(cut(theirs)[0]?.split('\n').sort());
    }
    expect([...ours.values()].some((text) => text.includes('```{code-cell} ipython3\n'))).toBe(true);
  });
});

describe('render-myst', () => {
  const render = (files = 'nb-x_files') =>
    rig.do('render-myst', { markdown: rig.path('a.md'), imagesFrom: rig.root, files, out: rig.path('b.md') });

  beforeAll(async () => {
    await mkdir(rig.path('fig'));
    await mkdir(rig.path('other'));
    for (const name of ['fig/a b.png', 'fig/c.png', 'other/c.png', 'd(1).png'])
      await rig.write(name, 'image');
  });

  const cases: [string, string, string][] = [
    ['markdown', '![x](fig/c.png "title")', '![x](nb-x_files/c.png "title")'],
    ['brackets and blanks', '![x](<fig/a b.png>)', '![x](<nb-x_files/a%20b.png>)'],
    ['a URL with blanks', '![x](fig/a%20b.png)', '![x](nb-x_files/a%20b.png)'],
    ['parentheses', '![x](d(1).png)', '![x](nb-x_files/d%281%29.png)'],
    ['a reference', '![x][y]\n\n[y]: fig/c.png\n', '![x][y]\n\n[y]: nb-x_files/c.png\n'],
    ['HTML', '<p><img alt="x" src="fig/c.png"/></p>\n', '<p><img alt="x" src="nb-x_files/c.png"/></p>\n'],
    [
      'a figure',
      '```{figure} fig/a b.png\n:name: f\n```\n',
      '```{figure} nb-x_files/a b.png\n:name: f\n```\n',
    ],
    ['a colon fence', ':::{image} fig/c.png\n:::\n', ':::{image} nb-x_files/c.png\n:::\n'],
    ['a note', '```{note}\n![x](fig/c.png)\n```\n', '```{note}\n![x](nb-x_files/c.png)\n```\n'],
  ];
  it.each(cases)('renames images in %s', async (_, from, to) => {
    await rig.write('a.md', `---\nkernelspec:\n  name: x\n---\n\n${from}`);
    const { images } = await render();
    expect(await rig.read('b.md')).toBe(`---\nkernelspec:\n  name: x\n---\n\n${to}`);
    expect(images).toHaveLength(1);
  });

  it('numbers images of one name', async () => {
    await rig.write('a.md', '![x](fig/c.png) ![y](other/c.png) ![z](./fig/c.png)\r\n');
    expect((await render('f')).images).toEqual([
      { from: rig.path('fig/c.png'), to: 'f/c.png' },
      { from: rig.path('other/c.png'), to: 'f/c-2.png' },
    ]);
    expect(await rig.read('b.md')).toBe('![x](f/c.png) ![y](f/c-2.png) ![z](f/c.png)\r\n');
    expect((await rig.project('a.md')).images).toEqual(['fig/c.png', 'other/c.png', './fig/c.png']);
  });

  it('gives the same bytes where there is nothing to rename', async () => {
    const text = `\uFEFF![x](https://x/c.png) ![x](/fig/c.png) ![x](data:image/png;base64,x) ![x](none.png)\r
\`![x](fig/c.png)\` <!-- ![x](fig/c.png) --> ![x](attachment:c.png) [x](fig/c.png)

\`\`\`{code-cell}
"![x](fig/c.png)"
\`\`\`

\`\`\`
![x](fig/c.png)
\`\`\`

    ![x](fig/c.png)
`;
    await rig.write('a.md', text);
    expect((await render()).images).toEqual([]);
    expect(await rig.read('b.md')).toBe(text);
    expect((await rig.project('a.md')).images).toEqual(['none.png']);
  });
});
