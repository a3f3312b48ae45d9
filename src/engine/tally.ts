// Counts how nodes ended into how notebooks ended, and tells both as events.
import { BAD_OUTCOMES, type NodeOutcome, type NotebookOutcome, outcomeOf } from '../event.ts';
import type { Failure } from '../failure.ts';
import { refOf } from './node-events.ts';
import type { Node, Plan } from './plan.ts';
import type { Session } from './session.ts';
import type { Action } from './verdict.ts';

/** What a dry run counts an action as; a run that has to wait for another one may well happen. */
function wouldBe(node: Node, action: Action | 'wait'): NodeOutcome {
  if (action === 'execute' || (action === 'wait' && node.node === 'exec')) return 'executed';
  return action === 'restore' ? 'restored' : 'updated';
}

/** The running count of one build. */
export class Tally {
  readonly #session: Session;
  readonly #outcomes: Map<string, NotebookOutcome | undefined>;
  readonly #names: Map<string, string>;
  readonly #left: Map<string, number>;

  constructor(session: Session, plan: Plan) {
    this.#session = session;
    this.#outcomes = new Map(plan.notebooks.map(({ id }) => [id, undefined]));
    this.#names = new Map(plan.notebooks.map(({ id, name }) => [id, name]));
    this.#left = new Map(plan.notebooks.map(({ id }) => [id, 0]));
    for (const { notebook } of plan.nodes.values()) {
      this.#left.set(notebook.id, (this.#left.get(notebook.id) ?? 0) + 1);
    }
  }

  ended(node: Node, outcome: NodeOutcome, seconds = 0): void {
    this.#session.emit({ type: 'node-finished', outcome, seconds, ...refOf(node.notebook, node.node) });
    this.#count(node, outcome);
  }

  failed(node: Node, failure: Failure, seconds: number): void {
    // What an interrupt kept from ending is neither good nor bad: the next build starts it anew.
    if (failure.reason === 'cancelled') return;
    this.#session.emit({ type: 'node-failed', failure, seconds, ...refOf(node.notebook, node.node) });
    this.#count(node, failure.reason === 'sync-conflict' ? 'conflict' : 'failed');
  }

  blocked(node: Node, by: Node): void {
    // The rest of a chain behind its own failure says nothing new.
    if (node.notebook.id !== by.notebook.id) {
      this.#session.emit({ type: 'node-blocked', by: by.notebook.name, ...refOf(node.notebook, node.node) });
    }
    this.#count(node, 'blocked');
  }

  /** What a dry run found. */
  would(node: Node, action: Action | 'wait'): void {
    this.#count(node, wouldBe(node, action));
  }

  /** How every notebook ended that did: with all its nodes, or badly. A notebook without nodes is fresh. */
  finish(): ReadonlyMap<string, NotebookOutcome> {
    const ended = new Map<string, NotebookOutcome>();
    for (const [id, outcome = 'fresh'] of this.#outcomes) {
      if (this.#left.get(id) === 0 || BAD_OUTCOMES.includes(outcome)) ended.set(id, outcome);
    }
    return ended;
  }

  #count({ notebook: { id } }: Node, outcome: NotebookOutcome): void {
    const before = this.#outcomes.get(id);
    const final = outcomeOf(before === undefined ? [outcome] : [before, outcome]);
    this.#outcomes.set(id, final);
    const left = (this.#left.get(id) ?? 0) - 1;
    this.#left.set(id, left);
    if (left !== 0) return;
    this.#session.emit({
      type: 'notebook-finished',
      notebook: id,
      name: this.#names.get(id) ?? id,
      outcome: final,
    });
  }
}
