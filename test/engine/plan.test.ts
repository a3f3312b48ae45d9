// Tests how notebooks become a graph: chains, edges between notebooks, selection, stages.
import { expect, test } from 'vitest';
import { makePlan, type Plan } from '../../src/engine/plan.ts';
import type { Notebook } from '../../src/project/notebook.ts';

function notebook(id: string, more: Partial<Notebook> = {}): Notebook {
  const script = `/p/${id}.py`;
  return {
    id,
    stem: id,
    name: id,
    flow: { name: 'f', folder: '/p', file: '/p/notebooks/notebook.yml' },
    format: 'percent',
    kind: 'explore',
    status: 'active',
    description: '',
    kernel: '',
    layout: 'siblings',
    script,
    ipynb: `/p/${id}.ipynb`,
    myst: `/p/${id}.md`,
    pairIpynb: true,
    pairMyst: false,
    formats: 'ipynb,py:percent',
    executes: true,
    publish: { html: `/d/${id}.html` },
    cwd: '/p',
    inputs: [],
    dependsOn: [],
    env: [],
    timeout: { cell: 600, notebook: null, startup: 60 },
    place: { file: '/p/notebooks/notebook.yml', line: 1, column: 1 },
    ...more,
  };
}

function edges(plan: Plan): Record<string, readonly string[]> {
  return Object.fromEntries([...plan.graph.tasks.values()].map((task) => [task.id, task.dependsOn]));
}

test('a notebook is a chain', () => {
  expect(edges(makePlan([notebook('a')], ['a']))).toEqual({
    'a pair': [],
    'a sync': ['a pair'],
    'a exec': ['a sync'],
    'a publish:html': ['a exec'],
  });
});

test('exec waits for the results of what it depends on', () => {
  const all = [
    notebook('a'),
    notebook('b', { dependsOn: ['a', 'c'] }),
    notebook('c', { executes: false, publish: {} }),
  ];
  expect(edges(makePlan(all, ['b']))['b exec']).toEqual(['b sync', 'a exec', 'c sync']);
});

test('what is chosen brings along what it depends on, however far', () => {
  const all = [
    notebook('a'),
    notebook('b', { dependsOn: ['a'] }),
    notebook('c', { dependsOn: ['b'] }),
    notebook('d'),
  ];
  expect(makePlan(all, ['c']).notebooks.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test('a stage is the last one', () => {
  const all = [notebook('a'), notebook('b', { dependsOn: ['a'] })];
  expect(Object.keys(edges(makePlan(all, ['b'], 'sync'))).sort()).toEqual([
    'a pair',
    'a sync',
    'b pair',
    'b sync',
  ]);
});

test('archived notebooks have no nodes, interactive marimo ones only their page', () => {
  expect(makePlan([notebook('a', { status: 'archived' })], ['a']).nodes.size).toBe(0);
  const marimo = notebook('m', { format: 'marimo', ipynb: null, myst: null, formats: null, executes: false });
  expect(edges(makePlan([marimo], ['m']))).toEqual({ 'm publish:html': [] });
});
