// Ready tasks that wait for their check: highest priority first, a binary heap.
import type { Task } from './task.ts';

/**
 * Gives tasks back by descending priority, equal ones in the order they came. Both operations take logarithmic time;
 * p-queue's sorted array, fine for the few that queue for a slot, takes linear time where priorities differ.
 */
export class ReadyHeap {
  /** Every entry goes before its children, which stand at 2i + 1 and 2i + 2. */
  readonly #entries: Entry[] = [];
  #pushed = 0;

  push(task: Task): void {
    const entry: Entry = { task, ticket: this.#pushed++ };
    const entries = this.#entries;
    let hole = entries.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || goesBefore(above, entry)) break;
      entries[hole] = above;
      hole = parent;
    }
    entries[hole] = entry;
  }

  /** Takes out the next task; undefined if there is none. */
  pop(): Task | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined) return undefined;
    if (first !== last) this.#sinkFromTop(last);
    return first.task;
  }

  #sinkFromTop(entry: Entry): void {
    const entries = this.#entries;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      let below = entries[child];
      const right = entries[child + 1];
      if (below !== undefined && right !== undefined && goesBefore(right, below)) {
        below = right;
        child++;
      }
      if (below === undefined || goesBefore(entry, below)) break;
      entries[hole] = below;
      hole = child;
    }
    entries[hole] = entry;
  }
}

interface Entry {
  readonly task: Task;
  /** Rises with every push, so that no two entries compare equal. */
  readonly ticket: number;
}

function goesBefore(a: Entry, b: Entry): boolean {
  return a.task.priority !== b.task.priority ? a.task.priority > b.task.priority : a.ticket < b.ticket;
}
