// How each mistake in a `notebook.yml` is told: message, place, hint.
import { describe, expect, test } from 'vitest';
import { parseNotebookFile } from '../../src/config/notebook-file.ts';
import { told } from './told.ts';

function problemsOf(text: string): string[] {
  return told(parseNotebookFile('/project/notebooks/notebook.yml', text).problems);
}

describe('each mistake is told where it stands', () => {
  const inEntry = (line: string) => `entries:\n  - path: a.py\n    ${line}\n`;
  test.each([
    [
      'misspelt key',
      inEntry('pair_ipnyb: true'),
      ['warning 3:5+10 unknown key "pair_ipnyb" has no effect | did you mean "pair_ipynb"?'],
    ],
    ['unknown key', inEntry('zzzzzzzz: 1'), ['warning 3:5+8 unknown key "zzzzzzzz" has no effect']],
    [
      'unknown key of publish',
      'publish: {docsdir: x}\nentries: []\n',
      ['warning 1:11+7 unknown key "docsdir" has no effect | did you mean "docs_dir"?'],
    ],
    [
      'unknown key of the flow',
      'kernal: x\nentries: []\n',
      ['warning 1:1+6 unknown key "kernal" has no effect | did you mean "kernel"?'],
    ],
    [
      'unknown kind',
      inEntry('kind: investgate'),
      [
        'error 3:11+10 kind must be one of investigate, explore, demo, validate, interactive, not "investgate" | did you mean "investigate"?',
      ],
    ],
    [
      'unknown status',
      inEntry('status: done'),
      ['error 3:13+4 status must be one of draft, active, stale, promoted, archived, not "done"'],
    ],
    [
      'unknown format',
      inEntry('format: "Marimo"'),
      ['error 3:13+8 format must be one of percent, marimo, not "Marimo" | did you mean "marimo"?'],
    ],
    [
      'YAML 1.1 truth',
      inEntry('pair_ipynb: yes'),
      ['error 3:17+3 pair_ipynb must be true or false, not "yes" | write true'],
    ],
    [
      'number for text',
      inEntry('kernel: 3'),
      ['error 3:13+1 kernel must be text, not 3 | put quotes around it: "3"'],
    ],
    [
      'text for a number',
      inEntry('timeout: "60"'),
      ['error 3:14+4 timeout must be a number, not "60" | write the number alone, without quotes or unit'],
    ],
    ['negative seconds', inEntry('timeout: -1'), ['error 3:14+2 timeout must be more than 0 seconds']],
    [
      'one for a list',
      inEntry('depends_on: b'),
      ['error 3:17+1 depends_on must be a list, not "b" | write [b]'],
    ],
    [
      'number in a list',
      inEntry('depends_on: [b, 2]'),
      ['error 3:21+1 depends_on[1] must be text, not 2 | put quotes around it: "2"'],
    ],
    ['bad variable name', inEntry('env: [A-B]'), ['error 3:11+3 env[0] must be the name of a variable']],
    ['no path', 'entries:\n  - kind: demo\n', ['error 2:5+1 path is missing']],
    ['empty path', 'entries:\n  - path:\n', ['error 2:5+4 path is missing']],
    [
      'entry without a map',
      'entries:\n  - a.py\n',
      ['error 2:5+4 an entry must be a map with a path | write "path: a.py"'],
    ],
    ['empty entry', 'entries:\n  -\n', ['error 2:4+1 an entry must be a map with a path']],
    ['entries as a map', 'entries: {path: a.py}\n', ['error 1:1+7 entries must be a list, not a map']],
    [
      'bad setting of the flow',
      'default_format: light\nentries: []\n',
      ['error 1:17+5 default_format must be one of percent, marimo, not "light"'],
    ],
    [
      'bad nested setting',
      'publish: {format: htm}\nentries: []\n',
      [
        'error 1:19+3 publish.format must be one of html, markdown, myst, ipynb, not "htm" | did you mean "html"?',
      ],
    ],
    ['a list as file', '- path: a.py\n', ['error 1:1+1 the file must be a map with a key "entries"']],
    [
      'tab',
      'entries:\n\t- path: a.py\n',
      ['error 2:1+1 not valid YAML: tabs are not allowed as indentation | indent with spaces'],
    ],
    [
      'bad indentation',
      'entries:\n  - path: a.py\n   kind: demo\n',
      [
        'error 3:1+1 not valid YAML: sequence item without - indicator | see how far this line is indented, and whether a bracket, quote or colon is missing',
      ],
    ],
    [
      'colon in plain text',
      inEntry('description: A: b'),
      [
        'error 3:18+1 not valid YAML: nested mappings are not allowed in compact mappings | put quotes around a value that contains ": "',
      ],
    ],
    [
      'unclosed bracket',
      'entries: [\n',
      [
        'error 2:1+1 not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ] | see how far this line and the one above it are indented',
      ],
    ],
    ['duplicate key', inEntry('path: b.py'), ['error 3:5+4 this key stands here twice']],
    [
      'two documents',
      'entries: []\n---\nentries: []\n',
      [
        'error 2:1+3 not valid YAML: the file holds more than one document | keep one document: remove the line "---"',
      ],
    ],
    [
      'alias without anchor',
      'entries: *nothing\n',
      ['error 1:10+8 not valid YAML: unresolved alias (the anchor must be set before the alias): nothing'],
    ],
    [
      'alias within what it names',
      'entries: &all\n  - *all\n',
      ['error 2:5+4 not valid YAML: the alias all stands within what it names'],
    ],
    [
      'merge of no map',
      'entries:\n  - <<: 5\n    path: a.py\n',
      ['error 2:5+2 not valid YAML: what "<<" merges must be a map, or a list of maps'],
    ],
    ['conflict markers of git', 'entries:\n<<<<<<< HEAD\n  - path: a.py\n=======\n', ['error']],
    [
      'empty file',
      '',
      ['warning 1:1+1 no entries | register a notebook under "entries:" with "- path: notebooks/NAME.py"'],
    ],
    [
      'comments only',
      '# later\n',
      ['warning 1:1+1 no entries | register a notebook under "entries:" with "- path: notebooks/NAME.py"'],
    ],
    [
      'no list yet',
      'kernel: x\nentries:\n',
      ['warning 1:1+1 no entries | register a notebook under "entries:" with "- path: notebooks/NAME.py"'],
    ],
    ['an empty list on purpose', 'entries: []\n', []],
  ])('%s', (_name, text, expected) => {
    const found = problemsOf(text);
    if (expected[0] === 'error') expect(found[0]).toMatch(/^error 2:/);
    else expect(found).toEqual(expected);
  });
});
