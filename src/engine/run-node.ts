// Runs one node: under a lock that other processes respect, as things stand then, once more if something moved.
import type { LockFolder } from '../../cache/index.ts';
import type { NodeOutcome } from '../event.ts';
import type { Failure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import { assess } from './look.ts';
import { refOf } from './node-events.ts';
import type { Node } from './plan.ts';
import type { Session } from './session.ts';
import type { Stale } from './verdict.ts';
import { writeFailureOf } from './write-failure.ts';

/** What several processes on one project need. */
export interface RunnerOptions {
  readonly locks: LockFolder;
  /** Takes in what other processes have done, once a node is locked for this one. */
  readonly refresh: () => void;
}

/** How often a node is tried because something moved between the look and the end: once more, then people are told. */
const ATTEMPTS = 2;

/** Runs single nodes, each under a lock that other pipeio processes on this project respect. */
export class NodeRunner {
  readonly #session: Session;
  readonly #options: RunnerOptions;

  constructor(session: Session, options: RunnerOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Looks again, since the slot may have been waited for, and does what there is to do. */
  async run(node: Node, signal: AbortSignal): Promise<Result<NodeOutcome>> {
    let telling: NodeJS.Immediate | undefined;
    const lock = await this.#options.locks.acquire(node.id, {
      signal,
      onWait: (holder) => {
        const text = `waits: another pipeio (process ${holder.pid}) is working on it`;
        const remark = { type: 'remark', text, ...refOf(node.notebook, node.node) } as const;
        // The lock of a dead process is taken over before this has its turn: nobody waits for the dead.
        clearImmediate(telling);
        telling = setImmediate(() => this.#session.emit(remark));
      },
    });
    clearImmediate(telling);
    if (!lock.ok) return err(lockFailure(lock.error));
    try {
      this.#options.refresh();
      return await this.#perform(node, signal);
    } finally {
      lock.value.release();
    }
  }

  async #perform(node: Node, signal: AbortSignal): Promise<Result<NodeOutcome>> {
    for (let attempt = 1; ; attempt++) {
      const verdict = await assess(this.#session, node);
      if (!verdict.ok) return verdict;
      if (verdict.value.state === 'fresh') return ok('fresh');
      if (verdict.value.state === 'waiting')
        throw new Error('a node was started before what it depends on had ended');
      if (signal.aborted) return err({ reason: 'cancelled' });
      const outcome = await this.#once(node, verdict.value, signal, attempt);
      const moved = !outcome.ok && outcome.error.reason === 'input-moved';
      if (!moved || attempt === ATTEMPTS) return outcome;
    }
  }

  async #once(node: Node, stale: Stale, signal: AbortSignal, attempt: number): Promise<Result<NodeOutcome>> {
    if (attempt === 1) {
      this.#session.emit({ type: 'node-started', reason: stale.reason, ...refOf(node.notebook, node.node) });
    }
    return stale.perform(signal);
  }
}

function lockFailure({ code, path }: { code: string; path: string }): Failure {
  if (code === 'ABORT_ERR') return { reason: 'cancelled' };
  return writeFailureOf(path, code);
}
