// Tests the two readers of a walk: the key, and the words for what changed.
import { expect, test } from 'vitest';
import { explain, keyOf, type Walk } from '../../src/engine/walk.ts';

const walk: Walk = [
  ['stage', 'exec'],
  ['cell 1', 'a'],
  ['cell 2', 'b'],
  ['kernel', 'x'],
  ['input data/a.csv', '1'],
];

const withValue = (label: string, value: string): Walk =>
  walk.map(([name, old]) => [name, name === label ? value : old]);

test('equal walks have one key; any value, label or order makes another', () => {
  expect(keyOf([...walk])).toBe(keyOf(walk));
  const others: Walk[] = [
    withValue('cell 2', 'c'),
    walk.slice(1),
    [...walk].reverse(),
    [...walk, ['env A', '']],
    [['stage', 'execcell 1'], ...walk.slice(1)],
  ];
  expect(new Set([walk, ...others].map(keyOf)).size).toBe(others.length + 1);
});

test('neighbouring pairs cannot flow into each other', () => {
  expect(keyOf([['a', 'bc']])).not.toBe(keyOf([['ab', 'c']]));
  expect(keyOf([['a","b', 'c']])).not.toBe(keyOf([['a', 'b","c']]));
});

test('says the first change and how many more', () => {
  expect(explain(walk, withValue('cell 2', 'c'))).toEqual({ text: 'cell 2 changed', more: 0 });
  expect(explain(walk, withValue('kernel', 'y')).text).toBe('kernel changed (x to y)');
  const spec = (...argv: string[]) => JSON.stringify({ argv, language: 'python' });
  const explainKernel = (before: string, now: string) =>
    explain([['kernel', before]], [['kernel', now]]).text;
  expect(explainKernel(spec('cpython 3.11.7', '-m'), spec('cpython 3.12.1', '-m'))).toBe(
    'kernel changed (cpython 3.11.7 to cpython 3.12.1)',
  );
  expect(explainKernel(spec('ir', '-a'), spec('ir', '-b'))).toBe('kernel changed');
  expect(explain(walk, withValue('input data/a.csv', '2')).text).toBe('data/a.csv changed');
  const both = withValue('cell 1', 'z').map(([l, v]) => [l, l === 'kernel' ? 'y' : v] as const);
  expect(explain(walk, both)).toEqual({ text: 'cell 1 changed', more: 1 });
});

test('says what came and what went', () => {
  expect(explain(walk, [...walk, ['cell 3', 'c']]).text).toBe('cell 3 added');
  expect(explain(walk, walk.slice(0, -1)).text).toBe('data/a.csv is no longer an input');
  expect(explain(undefined, walk).text).toBe('never built here');
});

test('whatever changes the key has a reason', () => {
  for (const [label] of walk) {
    const changed = withValue(label, 'other');
    expect(keyOf(changed)).not.toBe(keyOf(walk));
    expect(explain(walk, changed).text).not.toBe('no result is stored');
  }
});
