// 10,000 random graphs with random outcomes, stops and interleavings, against what must hold for any of them.
import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { type Graph, schedule, type Task, type TaskId, type TaskState } from '../../graph/index.ts';
import { Random } from './random.ts';
import { makeGraph, makeTask, quiet } from './rig.ts';

const SCHEDULES = 10_000;

/** What the check and the run of a task will say, and whether they fail by throwing. */
interface Plan {
  readonly check: 'run' | 'done' | 'failed';
  readonly run: 'done' | 'failed';
  readonly throws: boolean;
}

/** A check or run that has begun and ends when the test picks it. */
interface Call {
  readonly task: Task;
  readonly kind: 'check' | 'run';
  readonly signal: AbortSignal;
  end(): void;
}

function randomGraph(random: Random): Graph {
  const names = Array.from({ length: 1 + random.below(12) }, (_, i) => `t${i}`);
  const density = random.pick([5, 20, 50]);
  const tasks = names.map((name, i) => {
    const needs = names.slice(0, i).filter(() => random.chance(density));
    return makeTask(name, needs, { pool: random.pick(['a', 'b']), priority: random.below(3) });
  });
  return makeGraph(random.shuffle(tasks));
}

/** One random schedule, and what was seen of it so far. */
class Play {
  readonly random: Random;
  readonly graph: Graph;
  readonly plans: ReadonlyMap<TaskId, Plan>;
  readonly pools: Readonly<Record<string, number>>;
  readonly checks: number;
  readonly failFast: boolean;
  readonly states: Map<TaskId, TaskState>;
  readonly underWay = new Set<Call>();
  /** Their check said 'run', and they have no slot yet. */
  readonly queued = new Set<Task>();
  readonly begun = new Set<string>();
  /** What went wrong inside a check or run, where the scheduler takes a failed expectation for a failed task. */
  readonly wrong: unknown[] = [];
  stopped = false;

  constructor(seed: number) {
    const random = new Random(seed);
    const failing = random.pick([0, 10, 40]);
    this.random = random;
    this.graph = randomGraph(random);
    this.pools = { a: 1 + random.below(3), b: 1 + random.below(3) };
    this.checks = 1 + random.below(4);
    this.failFast = random.chance(20);
    this.states = new Map(this.graph.order.map((id) => [id, 'waiting']));
    this.plans = new Map(
      this.graph.order.map((id) => [
        id,
        {
          check: random.chance(failing / 2) ? 'failed' : random.pick(['run', 'run', 'done'] as const),
          run: random.chance(failing) ? 'failed' : 'done',
          throws: random.chance(50),
        },
      ]),
    );
  }

  /** Ends one random call after another until none is left, perhaps stopping in between. */
  async toTheEnd(): Promise<void> {
    const stop = new AbortController();
    const stopAfter = this.random.chance(20) ? this.random.below(12) : Number.POSITIVE_INFINITY;
    let settled = false;
    const result = this.#schedule(stop.signal).finally(() => {
      settled = true;
    });
    result.catch(() => 'it is awaited below');
    await quiet();
    for (let step = 0; this.underWay.size > 0; step++) {
      assert.ok(!settled, 'settles after all that runs');
      if (step === stopAfter) {
        this.stopped = true;
        stop.abort();
      }
      this.random.pick([...this.underWay]).end();
      await quiet();
      this.#lookAround();
    }
    assert.ok(settled, 'settles when nothing runs any more');
    assert.deepEqual(await result, this.states);
    this.#compareWithModel();
  }

  #schedule(signal: AbortSignal): Promise<ReadonlyMap<TaskId, TaskState>> {
    return schedule({
      graph: this.graph,
      pools: this.pools,
      checks: this.checks,
      failFast: this.failFast,
      signal,
      check: (task, taskSignal) => this.#begin('check', task, taskSignal, this.#plan(task.id).check),
      run: (task, taskSignal) => {
        assert.ok(this.queued.delete(task), 'runs only if its check said so');
        for (const other of this.queued) {
          assert.ok(other.pool !== task.pool || other.priority <= task.priority, 'goes by priority');
        }
        return this.#begin('run', task, taskSignal, this.#plan(task.id).run);
      },
      onState: (task, state, cause) => {
        this.states.set(task.id, state);
        assert.ok(
          !(this.stopped && (state === 'ready' || state === 'running')),
          'nothing begins after the stop',
        );
        if (state === 'failed' && this.failFast) this.stopped = true;
        assert.equal(cause !== undefined, state === 'blocked', 'the blocked alone have a cause');
        if (cause === undefined) return;
        assert.equal(this.states.get(cause), 'failed');
        assert.ok(this.graph.closure([task.id], 'dependencies').has(cause), 'the cause is needed');
      },
      onThrow: (task, error) => {
        if (!(error instanceof Error && error.message === task.id)) this.wrong.push(error);
      },
    });
  }

  #begin<Outcome extends string>(
    kind: 'check' | 'run',
    task: Task,
    signal: AbortSignal,
    outcome: Outcome,
  ): Promise<Outcome> {
    assert.ok(!this.begun.has(`${kind} ${task.id}`), 'is called once');
    assert.ok(!this.stopped, 'nothing begins after the stop');
    for (const id of task.dependsOn) assert.equal(this.states.get(id), 'done', 'begins after what it needs');
    this.begun.add(`${kind} ${task.id}`);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.underWay.delete(call);
        if (outcome === 'run' && !this.stopped) this.queued.add(task);
        if (outcome === 'failed' && this.#plan(task.id).throws) reject(new Error(task.id));
        else resolve(outcome);
      };
      const call: Call = { task, kind, signal, end };
      this.underWay.add(call);
    });
  }

  /** What must hold whenever nothing goes on without the test. */
  #lookAround(): void {
    assert.deepEqual(this.wrong, []);
    for (const [pool, slots] of Object.entries(this.pools)) {
      const running = [...this.underWay].filter(
        ({ kind, task }) => kind === 'run' && task.pool === pool,
      ).length;
      assert.ok(running <= slots, 'slots are never exceeded');
      const waits = [...this.queued].some((task) => task.pool === pool);
      if (waits && !this.stopped) assert.equal(running, slots, 'no slot lies idle');
    }
    const checking = [...this.underWay].filter(({ kind }) => kind === 'check').length;
    assert.ok(checking <= this.checks, 'checks are limited');
    for (const { signal } of this.underWay) assert.equal(signal.aborted, this.stopped, 'a stop is heard');
  }

  /** The model knows nothing of time: what each task comes to, given what it needs, unless it is cancelled. */
  #compareWithModel(): void {
    const model = new Map<TaskId, TaskState>();
    for (const { id, dependsOn } of this.graph.tasks.values()) {
      const { check, run } = this.#plan(id);
      const outcome = check === 'run' ? run : check;
      model.set(id, dependsOn.every((need) => model.get(need) === 'done') ? outcome : 'blocked');
      if (this.stopped && this.states.get(id) === 'cancelled') {
        const gotDone =
          (check === 'done' && this.begun.has(`check ${id}`)) ||
          (run === 'done' && this.begun.has(`run ${id}`));
        assert.ok(!gotDone, 'what gets done is done');
      } else {
        assert.equal(this.states.get(id), model.get(id), id);
      }
    }
  }

  #plan(id: TaskId): Plan {
    const plan = this.plans.get(id);
    if (plan === undefined) throw new Error(`${id} was not planned`);
    return plan;
  }
}

describe('random schedules', () => {
  it(`keep every promise, ${SCHEDULES} times`, async () => {
    for (let seed = 0; seed < SCHEDULES; seed++) {
      await new Play(seed).toTheEnd().catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${error}`, { cause: error });
      });
    }
  });
});
