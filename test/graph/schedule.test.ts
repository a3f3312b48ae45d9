// Scheduling when nothing goes wrong: order, checks, pools, priorities, large graphs.
import { describe, expect, it } from 'vitest';
import { schedule } from '../../graph/index.ts';
import { makeGraph, makeTask, quiet, Rig } from './rig.ts';

describe('order', () => {
  it('runs the two sides of a diamond together, and its end after both', async () => {
    const rig = new Rig();
    const a = rig.task('a');
    const [b, c] = [rig.task('b', [a]), rig.task('c', [a])];
    const d = rig.task('d', [b, c]);
    const result = rig.schedule();
    await a.started();
    await quiet();
    expect([b, c, d].map((task) => task.check.count)).toEqual([0, 0, 0]);
    a.finish();
    await Promise.all([b.started(), c.started()]);
    c.finish();
    await quiet();
    expect(d.check.count).toBe(0);
    b.finish();
    await d.started();
    d.finish();
    expect(await result).toEqual({ a: 'done', b: 'done', c: 'done', d: 'done' });
  });

  it('tells every change of state once', async () => {
    const rig = new Rig();
    const a = rig.task('a');
    const b = rig.task('b', [a], { holdCheck: true });
    a.finish();
    b.check.finish('done');
    await rig.schedule();
    expect(rig.told).toEqual(['a ready', 'a running', 'a done', 'b ready', 'b done']);
  });

  it('finishes an empty graph', async () => {
    expect(await new Rig().schedule()).toEqual({});
  });
});

describe('checks', () => {
  it('ask once, take no slot, and spare the run if there is nothing to do', async () => {
    const rig = new Rig();
    const busy = rig.task('busy');
    const fresh = rig.task('fresh', [], { holdCheck: true });
    const next = rig.task('next', [fresh], { holdCheck: true });
    const result = rig.schedule({ pools: { main: 1 } });
    await busy.started();
    await fresh.check.begun;
    fresh.check.finish('done');
    await next.check.begun;
    next.check.finish('done');
    await quiet();
    busy.finish();
    expect(await result).toEqual({ busy: 'done', fresh: 'done', next: 'done' });
    expect([fresh.check.count, fresh.work.count, next.check.count, next.work.count]).toEqual([1, 0, 1, 0]);
  });

  it('are limited, the highest priority first', async () => {
    const rig = new Rig();
    const tasks = [3, 9, 1, 7, 5].map((priority) =>
      rig.task(`p${priority}`, [], { priority, holdCheck: true }),
    );
    const asked = (): string[] => tasks.filter(({ check }) => check.count > 0).map(({ task }) => task.id);
    const result = rig.schedule({ checks: 2 });
    await quiet();
    expect(asked()).toEqual(['p9', 'p7']);
    tasks.find(({ task }) => task.id === 'p7')?.check.finish('done');
    await quiet();
    expect(asked()).toEqual(['p9', 'p7', 'p5']);
    for (const { check } of tasks) check.finish('done');
    await result;
  });
});

describe('pools', () => {
  it('never run more tasks than they have slots, each pool for itself', async () => {
    const rig = new Rig();
    const slow = ['s1', 's2', 's3'].map((id) => rig.task(id, [], { pool: 'slow' }));
    const quick = ['q1', 'q2', 'q3'].map((id) => rig.task(id, [], { pool: 'quick' }));
    const running = (): string[] =>
      [...slow, ...quick].filter(({ work }) => work.count > 0).map(({ task }) => task.id);
    const result = rig.schedule({ pools: { slow: 1, quick: 2 } });
    await quiet();
    expect(running()).toEqual(['s1', 'q1', 'q2']);
    slow[0]?.finish();
    await slow[1]?.started();
    await quiet();
    expect(running()).toEqual(['s1', 's2', 'q1', 'q2']);
    for (const task of [...slow, ...quick]) task.finish();
    expect(Object.values(await result)).toEqual(Array(6).fill('done'));
  });

  it('start the highest priority first, equal ones in the order given', async () => {
    const rig = new Rig();
    for (const [id, priority] of Object.entries({ a: 0, b: 5, c: -1, d: 5, e: 9 })) {
      rig.task(id, [], { priority }).finish();
    }
    await rig.schedule({ pools: { main: 1 } });
    expect(rig.told.filter((line) => line.endsWith('running'))).toEqual(
      ['e', 'b', 'd', 'a', 'c'].map((id) => `${id} running`),
    );
  });

  it('prefer a task of higher priority that got ready later', async () => {
    const rig = new Rig();
    const first = rig.task('first', [], { priority: 9 });
    const low = rig.task('low', [], { priority: 1 });
    const gate = rig.task('gate', [], { pool: 'other' });
    const high = rig.task('high', [gate], { priority: 5 });
    const result = rig.schedule({ pools: { main: 1, other: 1 } });
    await first.started();
    gate.finish();
    await quiet();
    first.finish();
    await high.started();
    expect(low.work.count).toBe(0);
    high.finish();
    low.finish();
    await result;
  });

  it('that a task names must be there before anything starts', async () => {
    const rig = new Rig();
    const fine = rig.task('fine');
    rig.task('odd', [], { pool: 'constructor' });
    await expect(rig.schedule()).rejects.toThrow('unknown pool "constructor"');
    expect(fine.check.count).toBe(0);
  });

  it('and checks need a limit of at least 1', async () => {
    const rig = new Rig();
    rig.task('a');
    await expect(rig.schedule({ pools: { main: 0 } })).rejects.toThrow(TypeError);
    await expect(rig.schedule({ checks: 0 })).rejects.toThrow(RangeError);
  });
});

describe('100,000 tasks', () => {
  const size = 100_000;
  const shapes: Record<string, (index: number) => string[]> = {
    'in a chain': (index) => (index > 0 ? [`${index - 1}`] : []),
    'side by side': () => [],
    'after one': (index) => (index > 0 ? ['0'] : []),
  };

  for (const [name, needs] of Object.entries(shapes)) {
    it(`${name} all get done, or blocked by the first`, async () => {
      const graph = makeGraph(Array.from({ length: size }, (_, i) => makeTask(`${i}`, needs(i))));
      const outcome = async (first: 'failed' | 'done'): Promise<Set<string>> => {
        const run = async (task: { id: string }): Promise<'done' | 'failed'> =>
          task.id === '0' ? first : 'done';
        return new Set(
          (await schedule({ graph, pools: { main: 2 }, check: async () => 'run', run })).values(),
        );
      };
      expect([...(await outcome('done'))]).toEqual(['done']);
      expect([...(await outcome('failed'))]).toEqual([
        'failed',
        name === 'side by side' ? 'done' : 'blocked',
      ]);
    });
  }
});
