// Telling marimo notebooks from percent ones.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { detectFormat, formatOf } from '../../src/project/detect.ts';
import { tree } from './tree.ts';

const MARIMO = `import marimo

__generated_with = "0.24.0"
app = marimo.App(width="medium")


@app.cell
def _():
    import marimo as mo
    return (mo,)


if __name__ == "__main__":
    app.run()
`;

test.each([
  ['marimo', 'as generated', MARIMO],
  ['marimo', 'with Windows line ends', MARIMO.replaceAll('\n', '\r\n')],
  ['marimo', 'after a byte-order mark', `\uFEFF${MARIMO}`],
  ['marimo', 'with another name', MARIMO.replaceAll('app', 'nb')],
  ['marimo', 'with only a setup block', MARIMO.replace('@app.cell\ndef _():', 'with app.setup:')],
  ['marimo', 'with hidden code', MARIMO.replace('@app.cell', '@app.cell(hide_code=True)')],
  ['marimo', 'with functions only', MARIMO.replace('@app.cell', '@app.function')],
  ['marimo', 'after script metadata', `# /// script\n# dependencies = ["marimo"]\n# ///\n\n${MARIMO}`],
  [
    'marimo',
    'with an indented marker in a string',
    MARIMO.replace('    return', '    s = """\n    # %%\n    """\n    return'),
  ],
  ['percent', 'plain', '# %%\nx = 1\n'],
  ['percent', 'no space in the marker', `#%%\n${MARIMO}`],
  ['percent', 'that imports marimo', '# %%\nimport marimo as mo\n# %% [markdown]\n# marimo.App() is fun\n'],
  ['percent', 'that quotes a marimo notebook', `text = """\n${MARIMO}"""\n# %%\nprint(text)\n`],
  ['percent', 'without a marker yet', 'import marimo\n'],
  [
    'percent',
    'that mentions an app in a comment',
    'import marimo\n# app = marimo.App()\n@app.cell\ndef f(): pass\n',
  ],
  ['percent', 'whose decorator is of something else', MARIMO.replace('@app.cell', '@web.cell')],
  ['percent', 'empty', ''],
] as const)('%s: %s', (format, _name, text) => {
  expect(formatOf(text)).toBe(format);
});

test('reads the file; what cannot be read counts as percent', () => {
  const root = tree({ 'a.py': MARIMO, 'folder.py/': '' });
  expect(detectFormat(join(root, 'a.py'))).toBe('marimo');
  expect(detectFormat(join(root, 'absent.py'))).toBe('percent');
  expect(detectFormat(join(root, 'folder.py'))).toBe('percent');
});
