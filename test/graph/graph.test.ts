// Building graphs: order, what is wrong with tasks that make none, closures, subgraphs, sizes that break recursion.
import { describe, expect, it } from 'vitest';
import { buildGraph, type GraphProblem, type Task, taskId } from '../../graph/index.ts';
import { Random } from './random.ts';
import { makeGraph, makeTask } from './rig.ts';

const diamond = [makeTask('d', ['b', 'c']), makeTask('c', ['a']), makeTask('b', ['a']), makeTask('a')];

function problemsOf(tasks: readonly Task[]): readonly GraphProblem[] {
  const built = buildGraph(tasks);
  if (built.ok) throw new Error('these tasks do make a graph');
  return built.problems;
}

describe('order', () => {
  it('puts every task after what it needs', () => {
    expect(makeGraph(diamond).order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('leaves tasks that are in order already as they are', () => {
    const tasks = [
      makeTask('z'),
      makeTask('b'),
      makeTask('m', ['z']),
      makeTask('a'),
      makeTask('c', ['b', 'm']),
    ];
    expect(makeGraph(tasks).order).toEqual(['z', 'b', 'm', 'a', 'c']);
  });

  it('keeps tasks in that order too', () => {
    const graph = makeGraph(diamond);
    expect([...graph.tasks.keys()]).toEqual(graph.order);
  });

  it('takes no tasks at all', () => {
    expect(makeGraph([]).order).toEqual([]);
  });
});

describe('problems', () => {
  it('tells the path of a cycle, without the tasks that merely lead into it', () => {
    const tasks = [
      makeTask('entry', ['b']),
      makeTask('a', ['c']),
      makeTask('b', ['a', 'other']),
      makeTask('c', ['b']),
      makeTask('other'),
    ];
    expect(problemsOf(tasks)).toEqual([{ reason: 'cycle', path: ['b', 'a', 'c'] }]);
  });

  it('takes a task that needs itself for a cycle of one', () => {
    expect(problemsOf([makeTask('a', ['a'])])).toEqual([{ reason: 'cycle', path: ['a'] }]);
  });

  it('tells every separate cycle', () => {
    const tasks = [
      makeTask('a', ['b']),
      makeTask('b', ['a']),
      makeTask('c', ['d', 'a']),
      makeTask('d', ['c']),
    ];
    expect(problemsOf(tasks)).toEqual([
      { reason: 'cycle', path: ['a', 'b'] },
      { reason: 'cycle', path: ['c', 'd'] },
    ]);
  });

  it('tells a cycle of tasks that hang together once, not once for each way around', () => {
    const tasks = [makeTask('a', ['b']), makeTask('b', ['c', 'a']), makeTask('c', ['b', 'a'])];
    expect(problemsOf(tasks)).toEqual([{ reason: 'cycle', path: ['b', 'c'] }]);
    const twoLoops = [makeTask('a', ['b', 'c']), makeTask('b', ['a']), makeTask('c', ['a'])];
    expect(problemsOf(twoLoops)).toEqual([{ reason: 'cycle', path: ['a', 'b'] }]);
  });

  it('tells all problems at once', () => {
    const tasks = [makeTask('a', ['nowhere']), makeTask('a'), makeTask('b', ['c']), makeTask('c', ['b'])];
    expect(problemsOf(tasks)).toEqual([
      { reason: 'duplicate-task', task: 'a' },
      { reason: 'unknown-dependency', task: 'a', dependency: 'nowhere' },
      { reason: 'cycle', path: ['b', 'c'] },
    ]);
  });

  it('finds a cycle of 100,000 tasks', () => {
    const size = 100_000;
    const tasks = Array.from({ length: size }, (_, i) => makeTask(`${i}`, [`${(i + 1) % size}`]));
    const [problem] = problemsOf(tasks);
    expect(problem?.reason === 'cycle' && problem.path.length).toBe(size);
  });
});

describe('dependents', () => {
  it('are those that name the task', () => {
    const graph = makeGraph(diamond);
    expect(graph.dependents(taskId('a'))).toEqual(['b', 'c']);
    expect(graph.dependents(taskId('d'))).toEqual([]);
  });

  it('count once, however often they name it', () => {
    const graph = makeGraph([makeTask('a'), makeTask('b', ['a', 'a'])]);
    expect(graph.dependents(taskId('a'))).toEqual(['b']);
    expect(graph.tasks.get(taskId('b'))?.dependsOn).toEqual(['a']);
  });

  it('of a task that is not there are a bug', () => {
    expect(() => makeGraph(diamond).dependents(taskId('x'))).toThrow('no task "x"');
  });
});

describe('closure', () => {
  const graph = makeGraph([...diamond, makeTask('lone'), makeTask('e', ['d', 'lone'])]);

  it('of dependencies holds the tasks and all they need', () => {
    expect([...graph.closure([taskId('b'), taskId('lone')], 'dependencies')].sort()).toEqual([
      'a',
      'b',
      'lone',
    ]);
  });

  it('of dependents holds the tasks and all that need them', () => {
    expect([...graph.closure([taskId('b')], 'dependents')].sort()).toEqual(['b', 'd', 'e']);
  });

  it('of a task that is not there is a bug', () => {
    expect(() => graph.closure([taskId('x')], 'dependencies')).toThrow('no task "x"');
    expect(() => graph.closure([taskId('x')], 'dependents')).toThrow('no task "x"');
  });

  it('walks a chain of 100,000', () => {
    const size = 100_000;
    const chain = makeGraph(
      Array.from({ length: size }, (_, i) => makeTask(`${i}`, i > 0 ? [`${i - 1}`] : [])),
    );
    expect(chain.closure([taskId('0')], 'dependents').size).toBe(size);
    expect(chain.closure([taskId(`${size - 1}`)], 'dependencies').size).toBe(size);
  });
});

describe('subgraph', () => {
  const graph = makeGraph(diamond);

  it('keeps order and the edges within', () => {
    const sub = graph.subgraph([taskId('d'), taskId('b')]);
    expect(sub.order).toEqual(['b', 'd']);
    expect(sub.tasks.get(taskId('b'))?.dependsOn).toEqual([]);
    expect(sub.tasks.get(taskId('d'))?.dependsOn).toEqual(['b']);
    expect(sub.dependents(taskId('b'))).toEqual(['d']);
  });

  it('leaves the whole graph as it was', () => {
    graph.subgraph([taskId('d')]);
    expect(graph.tasks.get(taskId('d'))?.dependsOn).toEqual(['b', 'c']);
  });

  it('of a task that is not there is a bug', () => {
    expect(() => graph.subgraph([taskId('x')])).toThrow('no task "x"');
  });
});

describe('1,000 random sets of tasks', () => {
  it('are sorted, or hold a cycle that truly is one', () => {
    const seen = { sorted: 0, cyclic: 0 };
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed);
      const names = Array.from({ length: 1 + random.below(12) }, (_, i) => `t${i}`);
      const tasks = names.map((name) =>
        makeTask(
          name,
          names.filter(() => random.chance(10)),
        ),
      );
      const needs = (from: string, to: string | undefined): boolean =>
        tasks.some(({ id, dependsOn }) => id === from && dependsOn.some((dependency) => dependency === to));
      const built = buildGraph(tasks);
      seen[built.ok ? 'sorted' : 'cyclic']++;
      if (built.ok) {
        const { order } = built.graph;
        expect([...order].sort()).toEqual([...names].sort());
        for (const [i, id] of order.entries()) {
          for (const later of order.slice(i)) expect(needs(id, later), `seed ${seed}`).toBe(false);
        }
      }
      for (const problem of built.ok ? [] : built.problems) {
        if (problem.reason !== 'cycle') throw new Error(`seed ${seed}: ${problem.reason}`);
        const { path } = problem;
        for (const [i, id] of path.entries())
          expect(needs(id, path[i + 1] ?? path[0]), `seed ${seed}`).toBe(true);
      }
    }
    expect(Math.min(seen.sorted, seen.cyclic)).toBeGreaterThan(100);
  });
});
