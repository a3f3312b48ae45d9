// What a `notebook.yml` may say, and what is left of a file that is partly wrong.
import { expect, test } from 'vitest';
import { parseNotebookFile } from '../../src/config/notebook-file.ts';
import { told } from './told.ts';

const FILE = '/project/notebooks/notebook.yml';

test('defaults are those of the specification', () => {
  const { fields, entries, problems } = parseNotebookFile(FILE, 'entries:\n  - path: notebooks/x.py\n');
  expect(problems).toEqual([]);
  expect(fields).toEqual({
    kernel: '',
    default_format: '',
    publish: { format: 'html', docs_dir: '', prefix: 'nb-' },
  });
  expect(entries.map((entry) => entry.fields)).toEqual([
    {
      path: 'notebooks/x.py',
      kind: '',
      description: '',
      status: 'active',
      format: '',
      kernel: '',
      mod: '',
      pair_ipynb: false,
      pair_myst: false,
      publish_myst: false,
      publish_html: false,
      publish_ipynb: false,
      inputs: [],
      depends_on: [],
      env: [],
    },
  ]);
});

test('every field is read, with the place of each value', () => {
  const { fields, entries, problems } = parseNotebookFile(
    FILE,
    `kernel: cogpy
default_format: percent
publish: { format: markdown, docs_dir: docs, prefix: "" }
entries:
  - path: notebooks/x.py
    kind: demo
    mod: noise
    status: promoted
    format: marimo
    description: "A: b"
    publish_ipynb: true
    inputs: [data/*.csv]
    depends_on:
      - first
      - second
    env: [SUBJECT]
    cwd: notebooks
    timeout: 1.5
    notebook_timeout: 60
`,
  );
  expect(problems).toEqual([]);
  expect(fields).toEqual({
    kernel: 'cogpy',
    default_format: 'percent',
    publish: { format: 'markdown', docs_dir: 'docs', prefix: '' },
  });
  const [entry] = entries;
  expect(entry?.fields).toMatchObject({
    kind: 'demo',
    mod: 'noise',
    status: 'promoted',
    format: 'marimo',
    description: 'A: b',
    publish_ipynb: true,
    inputs: ['data/*.csv'],
    depends_on: ['first', 'second'],
    env: ['SUBJECT'],
    cwd: 'notebooks',
    timeout: 1.5,
    notebook_timeout: 60,
  });
  expect(entry?.spot).toEqual({ line: 5, column: 11, length: 14 });
  expect(entry?.spots['depends_on.1']).toEqual({ line: 15, column: 9, length: 6 });
  expect(entry?.spots.publish_ipynb).toEqual({ line: 11, column: 20, length: 4 });
});

test('a broken entry hides no other', () => {
  const { entries, problems } = parseNotebookFile(
    FILE,
    `entries:
  - path: a.py
    kind: nonsense
  - path: b.py
  - path: c.py
    path: d.py
  - 17
  - path: e.py
`,
  );
  expect(entries.map(({ fields, path }) => [path, fields !== null])).toEqual([
    ['a.py', false],
    ['b.py', true],
    ['d.py', false],
    ['', false],
    ['e.py', true],
  ]);
  expect(problems.map(({ place }) => place?.line).sort()).toEqual([3, 6, 7]);
});

test('a wrong setting of the flow leaves its entries without anything to inherit', () => {
  const { fields, entries } = parseNotebookFile(FILE, 'kernel: 3\nentries:\n  - path: a.py\n');
  expect(fields).toBeNull();
  expect(entries).toHaveLength(1);
});

test('anchors and merge keys work, and problems in them are placed', () => {
  const text = `entries:
  - &base
    path: a.py
    pair_ipynb: true
  - <<: *base
    path: b.py
    timeout: x
`;
  const { entries, problems } = parseNotebookFile(FILE, text);
  expect(entries[0]?.fields?.pair_ipynb).toBe(true);
  expect(told(problems)).toEqual(['error 7:14+1 timeout must be a number, not "x"']);
  const merged = parseNotebookFile(FILE, text.replace('    timeout: x\n', ''));
  expect(merged.entries[1]?.fields).toMatchObject({ path: 'b.py', pair_ipynb: true });
  expect(merged.problems).toEqual([]);
});

test('an empty value means the same as no such line', () => {
  const { entries, problems } = parseNotebookFile(
    FILE,
    'kernel:\nentries:\n  - path: a.py\n    kind:\n    timeout: ~\n',
  );
  expect(problems).toEqual([]);
  expect(entries[0]?.fields).toMatchObject({ kind: '' });
  expect(entries[0]?.fields?.timeout).toBeUndefined();
});

test('carriage returns do not reach values or marks', () => {
  const { entries, problems } = parseNotebookFile(FILE, 'entries:\r\n  - path: a.py\r\n    kind: dmo\r\n');
  expect(entries[0]?.path).toBe('a.py');
  expect(told(problems)[0]).toContain('error 3:11+3 ');
});

test('what is read survives being remembered as JSON', () => {
  const read = parseNotebookFile(FILE, 'entries:\n  - path: a.py\n    depends_on: [b]\n    kind: dmo\n');
  expect(JSON.parse(JSON.stringify(read))).toEqual(read);
});
