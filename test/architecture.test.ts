// Keeps the promises of the folders: who imports whom, where effects live, how a file begins and how long it gets.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { glob } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import {
  doorsOnly,
  effectsInOnePlace,
  importsOf,
  noCycles,
  nothingLeftToDo,
  partsStandAlone,
  purposeFirst,
  type Rule,
  reportsSeeEvents,
  type Source,
  shortFiles,
} from './support/architecture.ts';

const ROOT = join(import.meta.dirname, '..');

const PRODUCT = ['{src,graph,cache}/**/*.{ts,tsx}'];
const ALL = [
  ...PRODUCT,
  'src/**/*.py',
  'test/**/*.{ts,tsx,py}',
  'scripts/**/*.{mjs,py}',
  'bench/**/*.{ts,mjs,py}',
];

async function read(patterns: string[]): Promise<Source[]> {
  const paths = await glob(patterns, { cwd: ROOT, ignore: ['**/__pycache__/**', '**/fixtures/**'] });
  return Promise.all(
    paths.sort().map(async (path) => ({ path, text: await readFile(join(ROOT, path), 'utf8') })),
  );
}

function file(path: string, ...lines: string[]): Source {
  return { path, text: `${lines.join('\n')}\n` };
}

interface Case {
  readonly name: string;
  readonly rule: Rule;
  readonly patterns: string[];
  /** Sources that break the rule, and what the rule must say of them, in order. */
  readonly bad: readonly Source[];
  readonly said: readonly RegExp[];
}

const CASES: readonly Case[] = [
  {
    name: 'graph/ and cache/ stand alone',
    rule: partsStandAlone,
    patterns: PRODUCT,
    bad: [
      file('graph/a.ts', "import { x } from '../cache/index.ts';", "import PQueue from 'p-queue';"),
      file('graph/b.ts', "import { stat } from 'node:fs';"),
      file('graph/deep/c.ts', "export type { Event } from '../../src/event.ts';"),
      file('cache/a.ts', "import type { X } from '../src/event.ts';", "import { stat } from 'node:fs';"),
      file('cache/b.ts', 'const { z } = await import("zod");', "import './a.ts';"),
      file('cache/c.ts', 'import {', '  a,', '  b,', "} from '../graph/index.ts';"),
    ],
    said: [
      /graph\/a\.ts imports cache\/index\.ts/,
      /graph\/b\.ts imports node:fs/,
      /graph\/deep\/c\.ts imports src\/event\.ts/,
      /cache\/a\.ts imports src\/event\.ts/,
      /cache\/b\.ts imports zod/,
      /cache\/c\.ts imports graph\/index\.ts/,
    ],
  },
  {
    name: 'src/ enters graph/ and cache/ through their doors',
    rule: doorsOnly,
    patterns: PRODUCT,
    bad: [
      file('src/engine/a.ts', "import { x } from '../../graph/index.ts';"),
      file('src/engine/b.ts', "import type { x } from '../../cache/digest.ts';"),
      file('src/c.ts', "const graph = import('../graph/scheduler.ts');"),
    ],
    said: [/b\.ts imports cache\/digest\.ts/, /c\.ts imports graph\/scheduler\.ts/],
  },
  {
    name: 'src/report/ sees events and failures only',
    rule: reportsSeeEvents,
    patterns: PRODUCT,
    bad: [
      file('src/report/a.ts', "import { z } from 'zod';", "import type { Event } from '../event.ts';"),
      file('src/report/b.ts', "import type { Project } from '../project/project.ts';"),
    ],
    said: [/b\.ts imports src\/project\/project\.ts/],
  },
  {
    name: 'no import cycles, of types neither',
    rule: noCycles,
    patterns: PRODUCT,
    bad: [
      file('src/a.ts', "import { b } from './deep/b.ts';"),
      file('src/deep/b.ts', "import type { C } from '../c.ts';"),
      file('src/c.ts', "export * from './a.ts';"),
      file('src/d.ts', "import { a } from './a.ts';"),
    ],
    said: [/src\/a\.ts -> src\/deep\/b\.ts -> src\/c\.ts -> src\/a\.ts/],
  },
  {
    name: 'the process and the console are touched in src/deps.ts only',
    rule: effectsInOnePlace,
    patterns: PRODUCT,
    bad: [
      file('src/deps.ts', 'process.exit(0);'),
      file('src/a.ts', '// process.exit is not for us', "const word = 'process.env';", 'child.process.pid;'),
      file('src/c.ts', "import { kill, pid as self } from 'node:process';", 'this.#process.kill();'),
      file('src/d.ts', "import { env, pid } from 'node:process';"),
      file('src/e.ts', "import effects from 'process';"),
      file('src/b.ts', 'console.log(1);', 'process.exit(1);', 'process?.env', 'process[key]'),
    ],
    said: [
      /d\.ts imports/,
      /e\.ts imports/,
      /b\.ts uses console\.log/,
      /b\.ts uses process\.exit/,
      /uses process\?\.env/,
      /uses process\[key/,
    ],
  },
  {
    name: 'the first line states the purpose',
    rule: purposeFirst,
    patterns: ALL,
    bad: [
      file('src/a.ts', "import x from 'x';", '// late'),
      file('src/b.ts', '//'),
      file('src/c.py', 'import sys'),
      file('src/d.ts', '// Good.'),
      file('src/e.py', '"""Good."""'),
      file('scripts/f.mjs', '#!/usr/bin/env node', '// Good.'),
    ],
    said: [/src\/a\.ts/, /src\/b\.ts/, /src\/c\.py/],
  },
  {
    name: 'no file has more than 300 lines',
    rule: shortFiles,
    patterns: ALL,
    bad: [
      { path: 'src/long.ts', text: 'x\n'.repeat(301) },
      { path: 'src/full.ts', text: 'x\n'.repeat(300) },
    ],
    said: [/src\/long\.ts has 301 lines/],
  },
  {
    name: 'no file leaves something to do',
    rule: nothingLeftToDo,
    patterns: ALL,
    bad: [file('src/a.ts', `// ${'TO'}DO: later`), file('src/b.py', `x = 1  # ${'FIX'}ME`)],
    said: [/src\/a\.ts/, /src\/b\.py/],
  },
];

describe.each(CASES)('$name', ({ rule, patterns, bad, said }) => {
  test('holds', async () => {
    const sources = await read(patterns);
    expect(sources.length).toBeGreaterThan(10);
    expect(rule(sources)).toEqual([]);
  });

  test('would be noticed if it did not', () => {
    const found = rule(bad);
    expect(found).toHaveLength(said.length);
    for (const [index, pattern] of said.entries()) expect(found[index]).toMatch(pattern);
  });
});

test('imports are found in every form', () => {
  const source = file(
    'a.ts',
    "import 'side-effect';",
    "import one, { type two } from 'one';",
    'import {',
    '  three,',
    "} from 'three';",
    'import type * as four from "four";',
    "export { five } from 'five';",
    "export type * from 'six';",
    "const seven = await import('seven');",
    "export const text = 'from nowhere';",
  );
  expect(importsOf(source).sort()).toEqual(
    ['side-effect', 'one', 'three', 'four', 'five', 'six', 'seven'].sort(),
  );
});
