// `depends_on`: which names lead where, and what is refused.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadProject } from '../../src/project/load.ts';
import { tree } from './tree.ts';

/** A project of flows; each maps paths below `notebooks/` to whom they wait for (`!` in front: an archived entry). */
async function project(flows: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>) {
  const files = Object.entries(flows).map(([flow, entries]) => {
    const lines = Object.entries(entries).map(([path, names]) => {
      const status = path.startsWith('!') ? 'archived' : 'active';
      return `  - {path: notebooks/${path.replace('!', '')}, status: ${status}, depends_on: ${JSON.stringify(names)}}\n`;
    });
    return [join(flow, 'notebooks/notebook.yml'), `entries:\n${lines.join('')}`];
  });
  const { notebooks, problems } = await loadProject({ root: tree(Object.fromEntries(files)) });
  return {
    dependsOn: Object.fromEntries(notebooks.map(({ id, dependsOn }) => [id, dependsOn])),
    problems: problems.map(({ message, hint }) => (hint === undefined ? message : `${message} | ${hint}`)),
    raw: problems,
  };
}

test.each([
  ['a name of the same flow', 'a'],
  ['an id', 'f/a'],
  ['an id below the flow', 'sub/c'],
  ['a path from the flow', 'notebooks/a.py'],
  ['the path of an .ipynb', 'notebooks/a.ipynb'],
  ['a name that only another flow has', 'other'],
  ['a path in another flow', '../g/notebooks/other.py'],
])('%s', async (_name, written) => {
  const { dependsOn, problems } = await project({
    f: { 'a.py': [], 'b.py': [written], 'sub/c.py': [] },
    g: { 'a.py': [], 'other.py': [] },
  });
  expect(problems).toEqual([]);
  expect(dependsOn['f/b']).toEqual([
    written.includes('other') ? 'g/other' : written.includes('c') ? 'f/sub/c' : 'f/a',
  ]);
});

test('the same one under two names is waited for once', async () => {
  const { dependsOn } = await project({ f: { 'a.py': [], 'b.py': ['a', 'f/a'] } });
  expect(dependsOn['f/b']).toEqual(['f/a']);
});

test.each([
  [
    'unknown',
    { 'noise.py': [], 'b.py': ['niose'] },
    ['no notebook "niose" to wait for | did you mean "noise"?'],
    ['f/noise'],
  ],
  [
    'ambiguous in the flow',
    { 'x/a.py': [], 'y/a.py': [], 'b.py': ['a'] },
    ['"a" may be any of f/x/a, f/y/a | write the one that is meant in full'],
    ['f/x/a', 'f/y/a'],
  ],
  [
    'archived',
    { '!a.py': [], 'b.py': ['a'] },
    ['"a" is archived and never built | remove it from depends_on'],
    ['f/a'],
  ],
  ['itself', { 'a.py': ['a'] }, ['notebooks wait for each other: f/a -> f/a'], []],
  [
    'a cycle of three, and who waits for it',
    { 'a.py': ['b'], 'b.py': ['c'], 'c.py': ['a'], 'd.py': ['c'], 'e.py': [] },
    ['notebooks wait for each other: f/a -> f/b -> f/c -> f/a', 'waits for f/c, whose entry has errors'],
    ['f/e'],
  ],
  [
    'two cycles',
    { 'a.py': ['b'], 'b.py': ['a'], 'c.py': ['d'], 'd.py': ['c'] },
    ['notebooks wait for each other: f/a -> f/b -> f/a', 'notebooks wait for each other: f/c -> f/d -> f/c'],
    [],
  ],
  [
    'a diamond is no cycle',
    { 'a.py': ['b', 'c'], 'b.py': ['d'], 'c.py': ['d'], 'd.py': [] },
    [],
    ['f/a', 'f/b', 'f/c', 'f/d'],
  ],
  ['an archived entry waits for nobody', { '!a.py': ['nobody'] }, [], ['f/a']],
  [
    'errors reach all that wait',
    { 'a.py': ['nobody'], 'b.py': ['a'], 'c.py': ['b'], 'd.py': [] },
    [
      'no notebook "nobody" to wait for',
      'waits for f/a, whose entry has errors',
      'waits for f/b, whose entry has errors',
    ],
    ['f/d'],
  ],
])('%s', async (_name, flow, problems, left) => {
  const found = await project({ f: flow });
  expect([...found.problems].sort()).toEqual([...problems].sort());
  expect(Object.keys(found.dependsOn)).toEqual(left);
});

test('ambiguous across flows', async () => {
  const { problems } = await project({ f: { 'b.py': ['a'] }, g: { 'a.py': [] }, h: { 'a.py': [] } });
  expect(problems).toEqual(['"a" may be any of g/a, h/a | write the one that is meant in full']);
});

test('problems stand at the item, a cycle names the places on its way', async () => {
  const { raw } = await project({ f: { 'a.py': ['b'], 'b.py': ['a'], 'c.py': ['a', 'nobody'] } });
  const places = raw.map(({ place, related = [] }) => [place, ...related.map((other) => other.place)]);
  expect(
    places.map((group) => group.map((place) => `${place?.line}:${place?.column}+${place?.length}`)),
  ).toEqual([['3:57+3', '2:57+3'], ['4:61+8']]);
});
