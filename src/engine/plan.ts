// Turns notebooks into the graph of their nodes: chains, and edges between notebooks.
import { buildGraph, type Graph, type Task, type TaskId, taskId } from '../../graph/index.ts';
import { type Backend, type NodeSpec, type Pool, taskName } from '../backends/backend.ts';
import { backendOf } from '../backends/backends.ts';
import type { NodeName, Stage } from '../event.ts';
import type { Notebook } from '../project/notebook.ts';

/** A node with what is needed to look at it. */
export interface Node {
  readonly id: TaskId;
  readonly notebook: Notebook;
  readonly node: NodeName;
  readonly backend: Backend;
}

/** What is to be built. */
export interface Plan {
  readonly graph: Graph;
  readonly nodes: ReadonlyMap<TaskId, Node>;
  /** The notebooks of the plan, in the project's order. */
  readonly notebooks: readonly Notebook[];
}

const STAGES: readonly Stage[] = ['pair', 'sync', 'exec', 'publish'];

/** Kernels first: everything else fits beside them. */
const PRIORITY: Readonly<Record<Pool, number>> = { kernel: 1, light: 0 };

/**
 * The nodes of the chosen notebooks and of those they wait for, up to and including `upTo`. Configuration has already
 * refused unknown names and cycles, so a graph that cannot be built is a bug.
 */
export function makePlan(all: readonly Notebook[], chosen: readonly string[], upTo: Stage = 'publish'): Plan {
  const byId = new Map(all.map((notebook) => [notebook.id, notebook]));
  const wanted = withDependencies(byId, chosen);
  const notebooks = all.filter(({ id, status }) => wanted.has(id) && status !== 'archived');
  const nodes = new Map<TaskId, Node>();
  const tasks: Task[] = [];
  for (const notebook of notebooks) {
    const backend = backendOf(notebook.format);
    const specs = backend.nodes(notebook).filter(({ node }) => isUpTo(node, upTo));
    for (const spec of specs) {
      const id = taskId(taskName(notebook, spec.node));
      nodes.set(id, { id, notebook, node: spec.node, backend });
      tasks.push({
        id,
        dependsOn: [
          ...spec.after.map((node) => taskId(taskName(notebook, node))),
          ...(isFirstConsumer(spec, specs) ? upstream(byId, notebook, upTo) : []),
        ],
        pool: spec.pool,
        priority: PRIORITY[spec.pool],
      });
    }
  }
  const built = buildGraph(tasks);
  if (!built.ok) throw new Error(`the graph of notebooks cannot be built: ${JSON.stringify(built.problems)}`);
  return { graph: built.graph, nodes, notebooks };
}

function withDependencies(byId: ReadonlyMap<string, Notebook>, chosen: readonly string[]): Set<string> {
  const wanted = new Set<string>();
  const queue = [...chosen];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (wanted.has(id)) continue;
    wanted.add(id);
    queue.push(...(byId.get(id)?.dependsOn ?? []));
  }
  return wanted;
}

/** Whether a node is where results of other notebooks come in: exec, or the pages of a notebook without one. */
function isFirstConsumer(spec: NodeSpec, specs: readonly NodeSpec[]): boolean {
  return (
    spec.node === 'exec' || (stageOf(spec.node) === 'publish' && !specs.some(({ node }) => node === 'exec'))
  );
}

/** The nodes after which the notebooks it depends on have their results. */
function upstream(byId: ReadonlyMap<string, Notebook>, notebook: Notebook, upTo: Stage): TaskId[] {
  return notebook.dependsOn.flatMap((id) => {
    const other = byId.get(id);
    if (other === undefined) return [];
    const specs = backendOf(other.format)
      .nodes(other)
      .filter(({ node }) => isUpTo(node, upTo) && stageOf(node) !== 'publish');
    const last = specs.at(-1);
    return last === undefined ? [] : [taskId(taskName(other, last.node))];
  });
}

function stageOf(node: NodeName): Stage {
  return node.startsWith('publish:') ? 'publish' : (node as Stage);
}

function isUpTo(node: NodeName, upTo: Stage): boolean {
  return STAGES.indexOf(stageOf(node)) <= STAGES.indexOf(upTo);
}
