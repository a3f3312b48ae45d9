// Runs the tasks of a graph, each after all it needs, within the slots of its pool; knows nothing of what a task does.
import PQueue from 'p-queue';
import type { Graph } from './graph.ts';
import { ReadyHeap } from './ready-heap.ts';
import type { Task, TaskId } from './task.ts';
import { type TaskState, TaskStates } from './task-states.ts';

/** Enough to keep the disk busy, few enough not to open thousands of files at a time. */
const DEFAULT_CHECKS = 64;

/** What to schedule, and whom to ask. */
export interface ScheduleOptions {
  readonly graph: Graph;
  /** Slots by name of the pool, at least 1 each. Every task's pool must be among them. */
  readonly pools: Readonly<Record<string, number>>;
  /** How many checks may be under way at once; 64 unless given. */
  readonly checks?: number;
  /**
   * Asked once about every task when all it needs is done, before it takes a slot: 'done' if nothing is to run, 'run'
   * queues it for a slot. The signal is aborted when the schedule stops; later checks are given it again, so whoever
   * listens to it stops listening at the end.
   */
  check(task: Task, signal: AbortSignal): Promise<'run' | 'done' | 'failed'>;
  /** Does the work, holding a slot of its pool until the promise settles. The signal is aborted when the schedule stops. */
  run(task: Task, signal: AbortSignal): Promise<'done' | 'failed'>;
  /** Told of every change of state, after it; `cause` is the failed task because of which this one is blocked. */
  onState?(task: Task, state: TaskState, cause?: TaskId): void;
  /** Told what a check or run threw, which counts as its failing. An AbortError after the stop is not worth telling. */
  onThrow?(task: Task, error: unknown): void;
  /** Stop at the first failure. Without it only those that need the failed task are held back, as blocked. */
  readonly failFast?: boolean;
  /** Stops when aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Runs all tasks of the graph and gives the final state of each.
 *
 * A stop (an aborted signal, or a failure with `failFast`) starts nothing more, aborts the signal that running checks
 * and runs hold, and waits for those to settle. What they still get done is done, all else is cancelled.
 *
 * Rejects on bugs only: a task's pool is missing, a limit is below 1; or a listener threw, which stops the schedule.
 */
export async function schedule(options: ScheduleOptions): Promise<ReadonlyMap<TaskId, TaskState>> {
  const scheduler = new Scheduler(options);
  const onAbort = (): void => scheduler.stop(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort);
  try {
    return await scheduler.start();
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/*
 * Approach: every task counts what it still waits for. At zero it goes to the heap of those to check, then, if its
 * check says so, to the queue of its pool. When it is done it counts down its dependents. Listeners may abort at any
 * change of state; so whatever continues after telling one looks at the state again.
 */
class Scheduler {
  readonly #options: ScheduleOptions;
  readonly #states: TaskStates;
  readonly #pools: ReadonlyMap<string, PQueue>;
  readonly #checks: number;
  readonly #unmet = new Map<TaskId, number>();
  readonly #toCheck = new ReadyHeap();
  /** What is under way, and how to abort it. Not one signal for all: Node warns of leaks at the eleventh listener. */
  readonly #checking = new Map<TaskId, AbortController>();
  readonly #running = new Map<TaskId, AbortController>();
  /** Taken from checks that are over: to make a controller costs more than to schedule a task that has nothing to do. */
  readonly #spareControllers: AbortController[] = [];
  #stopped: { readonly reason: unknown } | undefined;
  #listenerThrew: { readonly error: unknown } | undefined;
  #onSettled: () => void = () => {};

  constructor(options: ScheduleOptions) {
    const { graph, pools, checks = DEFAULT_CHECKS } = options;
    if (!(checks >= 1)) throw new RangeError(`BUG: ${checks} checks at once`);
    this.#options = options;
    this.#checks = checks;
    this.#states = new TaskStates(graph.order);
    this.#pools = new Map(
      Object.entries(pools).map(([name, slots]) => [name, new PQueue({ concurrency: slots })]),
    );
    for (const task of graph.tasks.values()) {
      this.#unmet.set(task.id, task.dependsOn.length);
      this.#poolOf(task);
    }
  }

  /** Runs until every task has its final state. */
  async start(): Promise<ReadonlyMap<TaskId, TaskState>> {
    await new Promise<void>((resolve) => {
      this.#onSettled = resolve;
      this.#begin();
    });
    if (this.#listenerThrew) throw this.#listenerThrew.error;
    return this.#states.all;
  }

  /** Cancels what has not begun, tells the rest to stop. Does nothing the second time. */
  stop(reason?: unknown): void {
    if (this.#stopped) return;
    this.#stopped = { reason };
    for (const begun of [this.#checking, this.#running]) {
      for (const controller of begun.values()) controller.abort(reason);
    }
    for (const pool of this.#pools.values()) pool.clear();
    for (const task of this.#options.graph.tasks.values()) {
      const state = this.#states.get(task.id);
      const notBegun = state === 'waiting' || (state === 'ready' && !this.#checking.has(task.id));
      if (notBegun) this.#setState(task, 'cancelled');
    }
  }

  #begin(): void {
    const { graph, signal } = this.#options;
    if (this.#states.unsettled === 0) this.#onSettled();
    if (signal?.aborted) this.stop(signal.reason);
    for (const task of graph.tasks.values()) {
      if (task.dependsOn.length === 0) this.#becomeReady(task);
    }
    this.#startChecks();
  }

  #becomeReady(task: Task): void {
    if (this.#states.get(task.id) !== 'waiting') return;
    this.#setState(task, 'ready');
    this.#toCheck.push(task);
  }

  #startChecks(): void {
    while (this.#checking.size < this.#checks) {
      const task = this.#toCheck.pop();
      if (task === undefined) return;
      if (this.#states.get(task.id) === 'ready') void this.#check(task);
    }
  }

  async #check(task: Task): Promise<void> {
    const controller = this.#spareControllers.pop() ?? new AbortController();
    this.#checking.set(task.id, controller);
    let outcome: 'run' | 'done' | 'failed';
    try {
      outcome = await this.#options.check(task, controller.signal);
    } catch (error) {
      outcome = this.#thrown(task, error);
    }
    this.#checking.delete(task.id);
    this.#spareControllers.push(controller);
    if (outcome !== 'run') this.#settle(task, outcome);
    else if (this.#stopped) this.#setState(task, 'cancelled');
    else void this.#poolOf(task).add(() => this.#run(task), { priority: task.priority });
    this.#startChecks();
  }

  async #run(task: Task): Promise<void> {
    this.#setState(task, 'running');
    let outcome: 'done' | 'failed' = 'failed';
    if (!this.#stopped) {
      const controller = new AbortController();
      this.#running.set(task.id, controller);
      try {
        outcome = await this.#options.run(task, controller.signal);
      } catch (error) {
        outcome = this.#thrown(task, error);
      }
      this.#running.delete(task.id);
    }
    this.#settle(task, outcome);
    this.#startChecks();
  }

  #settle(task: Task, outcome: 'done' | 'failed'): void {
    const { graph, failFast } = this.#options;
    if (outcome === 'done') {
      this.#setState(task, 'done');
      for (const id of graph.dependents(task.id)) this.#countDown(id);
    } else if (this.#stopped) {
      this.#setState(task, 'cancelled');
    } else {
      this.#setState(task, 'failed');
      this.#blockDependents(task.id);
      if (failFast) this.stop();
    }
  }

  #countDown(id: TaskId): void {
    const unmet = (this.#unmet.get(id) ?? 0) - 1;
    this.#unmet.set(id, unmet);
    if (unmet === 0) this.#becomeReady(this.#task(id));
  }

  #blockDependents(cause: TaskId): void {
    const reached = [cause];
    for (const id of reached) {
      for (const dependent of this.#options.graph.dependents(id)) {
        if (this.#states.get(dependent) !== 'waiting') continue;
        this.#setState(this.#task(dependent), 'blocked', cause);
        reached.push(dependent);
      }
    }
  }

  #setState(task: Task, state: TaskState, cause?: TaskId): void {
    this.#states.set(task.id, state);
    this.#tell(() => this.#options.onState?.(task, state, cause));
    if (this.#states.unsettled === 0) this.#onSettled();
  }

  #thrown(task: Task, error: unknown): 'failed' {
    const isAbort =
      this.#stopped !== undefined &&
      (error === this.#stopped.reason || (error instanceof Error && error.name === 'AbortError'));
    if (!isAbort) this.#tell(() => this.#options.onThrow?.(task, error));
    return 'failed';
  }

  /** A listener that throws must not leave tasks running unseen: the schedule stops first, then rejects. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#listenerThrew ??= { error };
      this.stop();
    }
  }

  #task(id: TaskId): Task {
    const task = this.#options.graph.tasks.get(id);
    if (task === undefined) throw new Error(`BUG: no task "${id}" in this graph`);
    return task;
  }

  #poolOf(task: Task): PQueue {
    const pool = this.#pools.get(task.pool);
    if (pool === undefined) throw new Error(`BUG: task "${task.id}" names the unknown pool "${task.pool}"`);
    return pool;
  }
}
