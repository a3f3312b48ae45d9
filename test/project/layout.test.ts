// Where pairs lie, and what jupytext is told about it.
import { expect, test } from 'vitest';
import { pairFormats, pairPaths } from '../../src/project/layout.ts';

test.each([
  [
    '/f/notebooks/explore/.src/x.py',
    'split',
    '/f/notebooks/explore/x.ipynb',
    '/f/notebooks/explore/.myst/x.md',
  ],
  ['/f/notebooks/.src/x.py', 'split', '/f/notebooks/x.ipynb', '/f/notebooks/.myst/x.md'],
  ['/f/notebooks/x.py', 'siblings', '/f/notebooks/x.ipynb', '/f/notebooks/x.md'],
  ['/f/notebooks/x/x.py', 'siblings', '/f/notebooks/x/x.ipynb', '/f/notebooks/x/x.md'],
  ['/f/notebooks/.src/sub/x.py', 'siblings', '/f/notebooks/.src/sub/x.ipynb', '/f/notebooks/.src/sub/x.md'],
  [
    '/f/notebooks/.src/1. été v2.0.py',
    'split',
    '/f/notebooks/1. été v2.0.ipynb',
    '/f/notebooks/.myst/1. été v2.0.md',
  ],
])('%s', (script, layout, ipynb, myst) => {
  expect(pairPaths(script)).toEqual({ layout, ipynb, myst });
});

test.each([
  ['split', true, true, 'ipynb,.src//py:percent,.myst//md:myst'],
  ['split', true, false, 'ipynb,.src//py:percent'],
  ['split', false, true, '.src//py:percent,.myst//md:myst'],
  ['siblings', true, true, 'ipynb,py:percent,md:myst'],
  ['siblings', true, false, 'ipynb,py:percent'],
  ['siblings', false, true, 'py:percent,md:myst'],
  ['siblings', false, false, null],
] as const)('formats: %s, ipynb %s, myst %s', (layout, ipynb, myst, expected) => {
  expect(pairFormats(layout, { ipynb, myst })).toBe(expected);
});
