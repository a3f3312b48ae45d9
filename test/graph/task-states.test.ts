// Every step between two states of a task: those that the drawing has are taken, all others are bugs.
import { describe, expect, it } from 'vitest';
import { type TaskState, taskId } from '../../graph/index.ts';
import { TaskStates } from '../../graph/task-states.ts';

const STATES: readonly TaskState[] = [
  'waiting',
  'ready',
  'running',
  'done',
  'failed',
  'blocked',
  'cancelled',
];
const a = taskId('a');

/** How to come from 'waiting' to each state from which there is a way on, and where that leads. */
const WAYS: readonly { readonly path: readonly TaskState[]; readonly next: readonly TaskState[] }[] = [
  { path: [], next: ['ready', 'blocked', 'cancelled'] },
  { path: ['ready'], next: ['running', 'done', 'failed', 'cancelled'] },
  { path: ['ready', 'running'], next: ['done', 'failed', 'cancelled'] },
  { path: ['ready', 'done'], next: [] },
  { path: ['ready', 'failed'], next: [] },
  { path: ['blocked'], next: [] },
  { path: ['cancelled'], next: [] },
];

function after(path: readonly TaskState[]): TaskStates {
  const states = new TaskStates([a]);
  for (const state of path) states.set(a, state);
  return states;
}

describe('task states', () => {
  for (const { path, next } of WAYS) {
    const from = path.at(-1) ?? 'waiting';
    it(`go from ${from} to [${next.join(', ')}] and nowhere else`, () => {
      for (const state of STATES) {
        const states = after(path);
        if (next.includes(state)) states.set(a, state);
        else expect(() => states.set(a, state)).toThrow(`cannot go from ${from} to ${state}`);
        expect(states.get(a)).toBe(next.includes(state) ? state : from);
      }
    });
  }

  it('count those that are not final', () => {
    const states = new TaskStates([a, taskId('b')]);
    states.set(a, 'ready');
    expect(states.unsettled).toBe(2);
    states.set(a, 'done');
    expect(states.unsettled).toBe(1);
    expect(() => states.set(a, 'ready')).toThrow();
    expect(states.unsettled).toBe(1);
  });

  it('know no task of another schedule', () => {
    expect(() => new TaskStates([a]).get(taskId('b'))).toThrow('no task "b"');
  });
});
