// The graph of tasks: checked once when it is built, immutable and free of cycles ever after.
import type { Task, TaskId } from './task.ts';
import { topologicalOrder } from './topological-order.ts';

/** Why tasks make no graph. */
export type GraphProblem =
  /** Every task of the path depends on the next, the last one on the first. A task that needs itself is a path of one. */
  | { readonly reason: 'cycle'; readonly path: readonly TaskId[] }
  /** `task` depends on something that is not there. */
  | { readonly reason: 'unknown-dependency'; readonly task: TaskId; readonly dependency: TaskId }
  /** Two tasks have this one name. */
  | { readonly reason: 'duplicate-task'; readonly task: TaskId };

/** Tasks whose dependencies all exist and form no cycle. Every id passed in must be one of its own; others throw. */
export interface Graph {
  /** In topological order. */
  readonly tasks: ReadonlyMap<TaskId, Task>;
  /** Every task after all it needs; otherwise as the tasks were given. */
  readonly order: readonly TaskId[];
  /** Those that name `id` among what they depend on, in topological order. */
  dependents(id: TaskId): readonly TaskId[];
  /** `ids` and all that they need ('dependencies') or all that need them ('dependents'), however indirectly. */
  closure(ids: Iterable<TaskId>, direction: 'dependencies' | 'dependents'): ReadonlySet<TaskId>;
  /** Only these tasks, in the same order; what they need of the others is forgotten. */
  subgraph(ids: Iterable<TaskId>): Graph;
}

/** Makes a graph of tasks, or tells all that is wrong with them: names first, then cycles. */
export function buildGraph(
  tasks: Iterable<Task>,
):
  | { readonly ok: true; readonly graph: Graph }
  | { readonly ok: false; readonly problems: readonly GraphProblem[] } {
  const problems: GraphProblem[] = [];
  const byId = new Map<TaskId, Task>();
  for (const task of tasks) {
    if (byId.has(task.id)) problems.push({ reason: 'duplicate-task', task: task.id });
    else byId.set(task.id, withoutRepeats(task));
  }
  for (const { id, dependsOn } of byId.values()) {
    for (const dependency of dependsOn) {
      if (!byId.has(dependency)) problems.push({ reason: 'unknown-dependency', task: id, dependency });
    }
  }
  const { order, cycles } = topologicalOrder(byId);
  for (const path of cycles) problems.push({ reason: 'cycle', path });
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, graph: new SortedGraph(order.map((id) => known(byId, id))) };
}

class SortedGraph implements Graph {
  readonly tasks: ReadonlyMap<TaskId, Task>;
  readonly order: readonly TaskId[];
  readonly #dependents = new Map<TaskId, TaskId[]>();

  /** Takes tasks in topological order that depend on nothing but one another. */
  constructor(sorted: readonly Task[]) {
    this.tasks = new Map(sorted.map((task) => [task.id, task]));
    this.order = sorted.map((task) => task.id);
    for (const { id, dependsOn } of sorted) {
      this.#dependents.set(id, []);
      for (const dependency of dependsOn) known(this.#dependents, dependency).push(id);
    }
  }

  dependents(id: TaskId): readonly TaskId[] {
    return known(this.#dependents, id);
  }

  closure(ids: Iterable<TaskId>, direction: 'dependencies' | 'dependents'): ReadonlySet<TaskId> {
    const reached = new Set(ids);
    // A set's iteration also visits what is added on the way.
    for (const id of reached) {
      const next = direction === 'dependents' ? this.dependents(id) : known(this.tasks, id).dependsOn;
      for (const neighbour of next) reached.add(neighbour);
    }
    return reached;
  }

  subgraph(ids: Iterable<TaskId>): Graph {
    const kept = new Set(ids);
    for (const id of kept) known(this.tasks, id);
    const sorted: Task[] = [];
    for (const task of this.tasks.values()) {
      if (kept.has(task.id)) {
        sorted.push({ ...task, dependsOn: task.dependsOn.filter((dependency) => kept.has(dependency)) });
      }
    }
    return new SortedGraph(sorted);
  }
}

function withoutRepeats(task: Task): Task {
  const dependsOn = new Set(task.dependsOn);
  return dependsOn.size === task.dependsOn.length ? task : { ...task, dependsOn: [...dependsOn] };
}

function known<T>(map: ReadonlyMap<TaskId, T>, id: TaskId): T {
  const value = map.get(id);
  if (value === undefined) throw new Error(`BUG: no task "${id}" in this graph`);
  return value;
}
