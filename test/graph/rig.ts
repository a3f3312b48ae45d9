// Controllable tasks: a test decides when each check and each run ends, so that concurrency needs no sleeps.
import { setImmediate } from 'node:timers/promises';
import {
  buildGraph,
  type Graph,
  type ScheduleOptions,
  schedule,
  type Task,
  type TaskId,
  type TaskState,
  taskId,
} from '../../graph/index.ts';

/** A task in few words: pool 'main' and priority 0 unless said otherwise. */
export function makeTask(id: string, needs: readonly string[] = [], rest: Partial<Task> = {}): Task {
  return { id: taskId(id), dependsOn: needs.map(taskId), pool: 'main', priority: 0, ...rest };
}

/** The graph of these tasks; throws if they make none. */
export function makeGraph(tasks: Iterable<Task>): Graph {
  const built = buildGraph(tasks);
  if (!built.ok) throw new Error(JSON.stringify(built.problems));
  return built.graph;
}

/** Resolves when everything that can go on without the test has gone on: the scheduler itself uses no timers. */
export async function quiet(): Promise<void> {
  await setImmediate();
}

/** Tasks and one schedule of them, with all that was told about it. */
export class Rig {
  /** '{task} {state}' or 'task blocked by {cause}', in the order told. */
  readonly told: string[] = [];
  readonly thrown: (readonly [task: string, error: unknown])[] = [];
  readonly #tasks = new Map<TaskId, ControlledTask>();

  /** Adds a task. Its check answers 'run' by itself unless `holdCheck`. */
  task(
    id: string,
    needs: readonly ControlledTask[] = [],
    { holdCheck = false, ...rest }: Partial<Task> & { readonly holdCheck?: boolean } = {},
  ): ControlledTask {
    const names = needs.map((need) => need.task.id);
    const controlled = new ControlledTask(makeTask(id, names, rest), holdCheck);
    this.#tasks.set(controlled.task.id, controlled);
    return controlled;
  }

  /** Starts the schedule; pool 'main' has 10 slots unless said otherwise. Gives the final states by name. */
  async schedule(options: Partial<ScheduleOptions> = {}): Promise<Record<string, TaskState>> {
    const states = await schedule({
      graph: makeGraph(Array.from(this.#tasks.values(), ({ task }) => task)),
      pools: { main: 10 },
      check: (task, signal) => this.#get(task).check.begin(signal),
      run: (task, signal) => this.#get(task).work.begin(signal),
      onState: (task, state, cause) =>
        this.told.push(cause === undefined ? `${task.id} ${state}` : `${task.id} ${state} by ${cause}`),
      onThrow: (task, error) => this.thrown.push([task.id, error]),
      ...options,
    });
    return Object.fromEntries(states);
  }

  #get(task: Task): ControlledTask {
    const controlled = this.#tasks.get(task.id);
    if (controlled === undefined) throw new Error(`${task.id} is not of this rig`);
    return controlled;
  }
}

/** One task, held at its check (if asked to) and at its run until the test lets it go. */
export class ControlledTask {
  readonly task: Task;
  readonly check = new Call<'run' | 'done' | 'failed'>();
  readonly work = new Call<'done' | 'failed'>();

  constructor(task: Task, holdCheck: boolean) {
    this.task = task;
    if (!holdCheck) this.check.finish('run');
  }

  /** Resolves when its run has begun. */
  started(): Promise<void> {
    return this.work.begun;
  }

  /** Ends its run, or settles how it will end. */
  finish(outcome: 'done' | 'failed' = 'done'): void {
    this.work.finish(outcome);
  }
}

/** One call that the scheduler makes and the test answers. */
class Call<Outcome> {
  count = 0;
  signal: AbortSignal | undefined;
  readonly begun: Promise<void>;
  #begin: () => void = () => {};
  #resolve: (outcome: Outcome) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  readonly #answer: Promise<Outcome>;

  constructor() {
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  begin(signal: AbortSignal): Promise<Outcome> {
    this.count++;
    this.signal = signal;
    this.#begin();
    return this.#answer;
  }

  finish(outcome: Outcome): void {
    this.#resolve(outcome);
  }

  throw(error: unknown): void {
    this.#reject(error);
  }
}
