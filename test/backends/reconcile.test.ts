// Tests the table of three-way reconciliation, over every combination of three sources.
import { expect, test } from 'vitest';
import { type Decision, reconcile } from '../../src/backends/percent/reconcile.ts';

const at = (
  script: string,
  notebook: string,
  base: string | undefined,
  scriptModified = 0,
  notebookModified = 0,
) => reconcile({ script, notebook, base, scriptModified, notebookModified });

const TABLE: readonly [string, string, string, Decision][] = [
  ['a', 'a', 'a', { kind: 'agreed' }],
  ['a', 'a', 'b', { kind: 'agreed' }],
  ['a', 'b', 'b', { kind: 'to-notebook', keepsOther: false }],
  ['b', 'a', 'b', { kind: 'to-script', keepsOther: false }],
  ['a', 'b', 'c', { kind: 'conflict' }],
];

test.each(TABLE)('script %s, notebook %s, base %s', (script, notebook, base, decision) => {
  expect(at(script, notebook, base)).toEqual(decision);
});

test('with a base, times never count', () => {
  for (const [script, notebook, base, decision] of TABLE) {
    expect(at(script, notebook, base, 1e12, 0)).toEqual(decision);
    expect(at(script, notebook, base, 0, 1e12)).toEqual(decision);
  }
});

test('without a base the notebook wins only if newer by more than two seconds', () => {
  expect(at('a', 'b', undefined, 0, 2001)).toEqual({ kind: 'to-script', keepsOther: true });
  expect(at('a', 'b', undefined, 0, 2000)).toEqual({ kind: 'to-notebook', keepsOther: true });
  expect(at('a', 'b', undefined, 5000, 0)).toEqual({ kind: 'to-notebook', keepsOther: true });
  expect(at('a', 'a', undefined, 0, 9999)).toEqual({ kind: 'agreed' });
});
