// Tests the fold from events to a view: precedence of outcomes, running nodes, failures, and that it changes nothing.
import { expect, test } from 'vitest';
import { type Event, NOTEBOOK_OUTCOMES, type NodeRef, outcomeOf } from '../../src/event.ts';
import { emptyView, nodeKey, progress } from '../../src/report/progress.ts';

const exec: NodeRef = { notebook: 'f/a', name: 'a', node: 'exec' };
const sync: NodeRef = { ...exec, node: 'sync' };
const reason = { text: 'cell 4 changed', more: 0 };
const fold = (...events: Event[]) => events.reduce(progress, emptyView);

test('a notebook counts as the first outcome that holds for one of its nodes', () => {
  for (const [index, first] of NOTEBOOK_OUTCOMES.entries())
    for (const second of NOTEBOOK_OUTCOMES.slice(index)) {
      expect(outcomeOf([second, first])).toBe(first);
      expect(outcomeOf([first, second])).toBe(first);
    }
  expect(outcomeOf([])).toBe('fresh');
});

test('a node runs from its start to its end, with its cell', () => {
  const started = fold(
    { type: 'node-started', ...exec, reason },
    { type: 'cell-started', ...exec, cell: 2, cells: 9, firstLine: 'x = 1' },
  );
  expect(started.running.get(nodeKey(exec))).toEqual({
    ref: exec,
    reason,
    cell: { number: 2, of: 9, firstLine: 'x = 1' },
  });
  const ended = progress(started, { type: 'node-finished', ...exec, outcome: 'executed', seconds: 1 });
  expect(ended.running.size).toBe(0);
  expect(ended.notebooks.get('f/a')).toEqual({ name: 'a', outcome: 'executed' });
});

test('a later, weaker outcome does not hide an earlier one', () => {
  const view = fold(
    { type: 'node-finished', ...sync, outcome: 'updated', seconds: 0 },
    { type: 'node-failed', ...exec, failure: { reason: 'unknown-error', message: 'x' }, seconds: 1 },
    { type: 'node-blocked', ...exec, node: 'publish:html', by: 'a' },
  );
  expect(view.notebooks.get('f/a')?.outcome).toBe('failed');
  expect(view.failures.map(({ failure }) => failure.reason)).toEqual(['unknown-error']);
});

test('a conflict is a failure to tell and an outcome of its own', () => {
  const failure = { reason: 'sync-conflict', script: 'a', notebook: 'b', diff: '' } as const;
  const view = fold({ type: 'node-failed', ...sync, failure, seconds: 0 });
  expect(view.notebooks.get('f/a')?.outcome).toBe('conflict');
  expect(view.failures).toHaveLength(1);
});

test('what was cancelled did not fail', () => {
  const view = fold({ type: 'node-failed', ...exec, failure: { reason: 'cancelled' }, seconds: 1 });
  expect(view.notebooks.get('f/a')?.outcome).toBe('blocked');
  expect(view.failures).toEqual([]);
});

test('fresh notebooks are counted without being listed', () => {
  const view = fold(
    { type: 'node-finished', ...exec, outcome: 'fresh', seconds: 0 },
    { type: 'notebook-finished', notebook: 'f/a', name: 'a', outcome: 'fresh' },
  );
  expect(view.finished).toBe(1);
  expect(view.notebooks.size).toBe(0);
});

test('a view is never changed by folding one more event', () => {
  const events: Event[] = [
    { type: 'plan', notebooks: 1, nodes: 2, toExecute: 1, dryRun: false },
    { type: 'node-started', ...exec, reason },
    { type: 'kernel-started', ...exec, kernel: 'k', seconds: 1 },
    { type: 'cell-started', ...exec, cell: 1, cells: 1, firstLine: '' },
    { type: 'remark', ...exec, text: 'reads the clock' },
    { type: 'notice', text: 'n' },
    { type: 'config-problem', problem: { reason: 'config-invalid', severity: 'warning', message: 'm' } },
    { type: 'node-finished', ...exec, outcome: 'executed', seconds: 1 },
    { type: 'notebook-finished', notebook: 'f/a', name: 'a', outcome: 'executed' },
  ];
  let view = emptyView;
  for (const event of events) {
    const before = structuredClone(view);
    const after = progress(view, event);
    expect(view).toEqual(before);
    view = after;
  }
  expect([view.finished, view.remarks.length, view.notices.length, view.problems.length]).toEqual([
    1, 1, 1, 1,
  ]);
});
