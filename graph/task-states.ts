// The states of a task, and the one function that changes them.
import type { TaskId } from './task.ts';

/*
                all it needs           a slot of its
                   is done              pool is free
     waiting ───────────────► ready ─────────────────► running
        │                       │                         │
        │                       ├────────► done ◄─────────┤   check or run said so
        │                       ├───────► failed ◄────────┤   check or run said so, or threw
        ├───────────────────────┴─────► cancelled ◄───────┘   the schedule was stopped first
        └─────────────────────────────► blocked               something that it needs failed
*/

/** Where a task stands. The last four are final. */
export type TaskState =
  /** Some of what it needs is not done. All tasks begin here. */
  | 'waiting'
  /** All that it needs is done: its check is due or under way, or it queues for a slot. */
  | 'ready'
  /** Its check said 'run', and it holds a slot of its pool. */
  | 'running'
  /** It ran well, or its check found nothing to run; all that it needs was done before. */
  | 'done'
  /** Its check or its run failed, or threw, before the schedule was stopped. */
  | 'failed'
  /** Never looked at, because something that it needs, however indirectly, failed. */
  | 'blocked'
  /** The schedule was stopped before the task was done, failed or blocked. */
  | 'cancelled';

const NEXT: Readonly<Record<TaskState, readonly TaskState[]>> = {
  waiting: ['ready', 'blocked', 'cancelled'],
  ready: ['running', 'done', 'failed', 'cancelled'],
  running: ['done', 'failed', 'cancelled'],
  done: [],
  failed: [],
  blocked: [],
  cancelled: [],
};

/** The state of every task of one schedule, and how many are not final yet. */
export class TaskStates {
  readonly all: ReadonlyMap<TaskId, TaskState>;
  readonly #states: Map<TaskId, TaskState>;
  #unsettled: number;

  /** All tasks begin as waiting. */
  constructor(ids: Iterable<TaskId>) {
    this.#states = new Map(Array.from(ids, (id) => [id, 'waiting']));
    this.all = this.#states;
    this.#unsettled = this.#states.size;
  }

  /** Tasks whose state is not final. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** The state of a task of this schedule; any other throws. */
  get(id: TaskId): TaskState {
    const state = this.#states.get(id);
    if (state === undefined) throw new Error(`BUG: no task "${id}" in this schedule`);
    return state;
  }

  /** The only way to another state; throws at a step that the drawing above does not have. */
  set(id: TaskId, next: TaskState): void {
    const state = this.get(id);
    if (!NEXT[state].includes(next)) throw new Error(`BUG: task "${id}" cannot go from ${state} to ${next}`);
    this.#states.set(id, next);
    if (NEXT[next].length === 0) this.#unsettled--;
  }
}
