// Stage exec of a percent notebook: the key of a run, the run itself, and its place in the `.ipynb`.
import { availableParallelism } from 'node:os';
import { keepFailed } from '../../engine/failed.ts';
import { kernelVariables, walkSurroundings } from '../../engine/inputs.ts';
import { assessKeyed, type KeyedNode, lastGoodTrace, type Product } from '../../engine/keyed.ts';
import { emitterFor } from '../../engine/node-events.ts';
import type { Session } from '../../engine/session.ts';
import type { Verdict } from '../../engine/verdict.ts';
import type { Walk } from '../../engine/walk.ts';
import type { Notebook } from '../../project/notebook.ts';
import { err, ok, type Result } from '../../result.ts';
import { taskName } from '../backend.ts';
import { codesOf, type Executed, executedOf, isSameSource, storeExecuted } from './executed.ts';
import { kernelOf, timedSource } from './pairing.ts';
import { isPresent, type Present, readSides, type Sides } from './sides.ts';
import { decide } from './sync.ts';
import { write } from './write.ts';

/** Looks at whether the notebook's outputs are those of its code and inputs. */
export async function assessExec(session: Session, notebook: Notebook): Promise<Result<Verdict>> {
  const verdict = await assessKeyed(session, execNode(session, notebook));
  if (!verdict.ok || verdict.value.state === 'stale') session.results.delete(notebook.id);
  return verdict;
}

/** What `node` does for one notebook; the sides are read anew at each step, since people edit while pipeio runs. */
function execNode(session: Session, notebook: Notebook): KeyedNode {
  return {
    task: taskName(notebook, 'exec'),
    runs: 'execute',
    describe: () => describe(session, notebook),
    isInPlace: (trace) => isInPlace(session, notebook, executedOf(trace)),
    restorable: (trace) => restorable(session, notebook, executedOf(trace)),
    restore: (trace) => restore(session, notebook, executedOf(trace)),
    run: (signal, walk) => run(session, notebook, signal, walk),
    settled: async (trace) => {
      session.results.set(notebook.id, executedOf(trace).outputs);
      await session.state.setFailure(notebook.id, undefined);
    },
  };
}

async function describe(session: Session, notebook: Notebook): Promise<Result<Walk>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const kernel = await kernelOf(session, notebook, sides.value);
  if (!kernel.ok) return kernel;
  const surroundings = await walkSurroundings(session, notebook);
  if (!surroundings.ok) return surroundings;
  const { projection } = await runningSide(session, notebook, sides.value);
  return ok([
    ['stage', 'exec'],
    ...walkCells(codesOf(projection)),
    ['kernel', kernel.value.identity],
    ...surroundings.value,
  ]);
}

function walkCells(codes: readonly string[]): Walk {
  return codes.map((code, index) => [`cell ${index + 1}`, code] as const);
}

/** The side whose code will run: the `.ipynb`, or the script where that is about to replace it, or there is no pair. */
async function runningSide(session: Session, notebook: Notebook, sides: Sides): Promise<Present> {
  const { script, ipynb } = sides;
  if (!isPresent(ipynb)) return script;
  const decision = await decide(session, notebook, sides);
  return decision.kind === 'to-notebook' ? script : ipynb;
}

async function isInPlace(session: Session, notebook: Notebook, executed: Executed): Promise<Result<boolean>> {
  if (!notebook.pairIpynb) return ok(await session.cache.blobs.has(executed.whole));
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { ipynb } = sides.value;
  return ok(isPresent(ipynb) && ipynb.projection.outputs === executed.outputs);
}

async function restorable(
  session: Session,
  notebook: Notebook,
  executed: Executed,
): Promise<string | undefined> {
  if (!notebook.pairIpynb || !(await session.cache.blobs.has(executed.whole))) return undefined;
  const sides = await readSides(session, notebook);
  if (!sides.ok || !isPresent(sides.value.ipynb)) return 'no outputs yet; known from the cache';
  const { executedCells } = sides.value.ipynb.projection;
  return executedCells === 0
    ? 'no outputs yet; known from the cache'
    : 'outputs are not those of the last clean run';
}

/** The whole stored file where today's is pipeio's own and says the same, else its outputs put into today's. */
async function restore(session: Session, notebook: Notebook, executed: Executed): Promise<Result<void>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { ipynb } = sides.value;
  if (!isPresent(ipynb) || notebook.ipynb === null) return err(moved(notebook.script));
  const source = await timedSource(session, notebook);
  if (isSameSource(executed, ipynb.projection) && session.files.wroteItself(notebook.ipynb, ipynb.content)) {
    const copy = await session.files.temporary('.ipynb');
    const copied = await session.cache.blobs.copyTo(executed.whole, copy);
    if (copied.ok && copied.value === 'copied') {
      const replaced = await session.files.replace(copy, notebook.ipynb, ipynb.content, 'told', source);
      return replaced.ok ? ok(undefined) : replaced;
    }
  }
  const args = {
    notebook: notebook.ipynb,
    format: 'ipynb' as const,
    executed: session.cache.blobs.pathOf(executed.whole),
  };
  const spliced = await write(session, 'splice', args, notebook.ipynb, ipynb.content, 'told', source);
  if (!spliced.ok) return spliced;
  await readSides(session, notebook); // while Python runs, so that the next look at the new file needs none
  return ok(undefined);
}

async function run(
  session: Session,
  notebook: Notebook,
  signal: AbortSignal,
  walk: Walk,
): Promise<Result<Product>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { script, ipynb } = sides.value;
  const kernel = await kernelOf(session, notebook, sides.value);
  if (!kernel.ok) return kernel;
  const paired = notebook.ipynb !== null && isPresent(ipynb);
  const path = paired && notebook.ipynb !== null ? notebook.ipynb : notebook.script;
  const out = await session.files.temporary('.ipynb');
  const lines = script.projection.cells.flatMap((cell) => (cell.code === null ? [] : [cell.line]));
  const done = await session.executor.submit(
    {
      runner: 'kernel',
      notebook: path,
      format: paired ? 'ipynb' : 'percent',
      kernel: kernel.value,
      cwd: notebook.cwd,
      env: kernelVariables(session, availableParallelism()),
      timeout: notebook.timeout,
      out,
      script: { path: notebook.script, lines },
    },
    emitterFor(session, notebook, 'exec', kernel.value.name),
    signal,
  );
  if (!done.ok) {
    const lastGood = lastGoodTrace(session, taskName(notebook, 'exec'));
    const whole = lastGood === undefined ? undefined : executedOf(lastGood).whole;
    return err(await keepFailed(session, notebook, done.error, '.ipynb', whole));
  }
  const stored = await storeExecuted(session, out, script.projection.settings, done.value.seconds);
  if (!stored.ok) return stored;
  const { product, codes } = stored.value;
  // A file that was saved again since the walk may have run as something else, even if it is now as it was.
  if (walkCells(codes).some(([label, code]) => !walk.some(([a, b]) => a === label && b === code)))
    return err(moved(path));
  return paired ? place(session, notebook, ipynb, out, product) : ok(product);
}

/** Puts the executed notebook in place; equal outputs rewrite nothing, and an edit made meanwhile is kept. */
async function place(
  session: Session,
  notebook: Notebook,
  before: Present,
  out: string,
  product: Product,
): Promise<Result<Product>> {
  const target = notebook.ipynb ?? notebook.script;
  const executed = executedOf(product);
  const hadAll = before.projection.executedCells === before.projection.codeCells;
  if (hadAll && before.projection.outputs === executed.outputs) return ok(product);
  const source = await timedSource(session, notebook);
  const replaced = await session.files.replace(out, target, before.content, 'quiet', source);
  if (replaced.ok) return ok(product);
  if (replaced.error.reason !== 'input-moved') return replaced;
  const now = await session.projections.of(target, 'ipynb', null);
  if (!now.ok || now.value.projection === null) return replaced;
  // Edited while it ran: the outputs still belong to it if the code is the same; else the caller sees another key.
  if (now.value.projection.code !== before.projection.code) return replaced;
  const args = {
    notebook: target,
    format: 'ipynb' as const,
    executed: session.cache.blobs.pathOf(executed.whole),
  };
  const spliced = await write(session, 'splice', args, target, now.value.content, 'told', source);
  return spliced.ok ? ok(product) : spliced;
}

function moved(path: string) {
  return {
    reason: 'input-moved',
    path,
    message: 'the notebook was edited while pipeio was working on it',
  } as const;
}
