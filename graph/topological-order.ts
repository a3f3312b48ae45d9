// Sorts tasks so that every one stands after what it needs, and finds the cycles that make this impossible.
import type { Task, TaskId } from './task.ts';

/**
 * Sorts by depth-first search; tasks that do not need one another keep the order they were given in, and an input
 * that is sorted already stays as it is. Dependencies on tasks outside the map are ignored.
 *
 * Gives the order and the cycles, in each of which every task depends on the next and the last on the first. With
 * any cycle the order is useless. Every cycle given is real; not every one is given, since cycles that hang together
 * would be told many times over: removing one may bring another to light.
 */
export function topologicalOrder(tasks: ReadonlyMap<TaskId, Task>): {
  readonly order: readonly TaskId[];
  readonly cycles: readonly (readonly TaskId[])[];
} {
  const order: TaskId[] = [];
  const cycles: TaskId[][] = [];
  const inReportedCycle = new Set<TaskId>();
  const visited = new Map<TaskId, 'open' | 'closed'>();
  // An explicit stack: a chain may be longer than the call stack is deep.
  const open: Visit[] = [];

  const enter = (task: Task): void => {
    visited.set(task.id, 'open');
    open.push({ task, next: 0 });
  };

  for (const root of tasks.values()) {
    if (!visited.has(root.id)) enter(root);
    for (let visit = open.at(-1); visit !== undefined; visit = open.at(-1)) {
      const { id, dependsOn } = visit.task;
      const dependency = dependsOn[visit.next++];
      if (dependency === undefined) {
        visited.set(id, 'closed');
        order.push(id);
        open.pop();
        continue;
      }
      const state = visited.get(dependency);
      if (state === undefined) {
        const task = tasks.get(dependency);
        if (task !== undefined) enter(task);
      } else if (state === 'open' && !inReportedCycle.has(id) && !inReportedCycle.has(dependency)) {
        const path = open.slice(open.findIndex((other) => other.task.id === dependency));
        const cycle = path.map((other) => other.task.id);
        for (const member of cycle) inReportedCycle.add(member);
        cycles.push(cycle);
      }
    }
  }
  return { order, cycles };
}

/** A task whose dependencies are being visited, and which of them is next. */
interface Visit {
  readonly task: Task;
  next: number;
}
