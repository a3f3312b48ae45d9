// Stage exec of a percent notebook: its key, whether its outputs are in place, and putting them back.
import { walkSurroundings } from '../../engine/inputs.ts';
import { assessKeyed, type KeyedNode } from '../../engine/keyed.ts';
import type { Session } from '../../engine/session.ts';
import { storedCopy } from '../../engine/stored.ts';
import type { Verdict } from '../../engine/verdict.ts';
import type { Walk } from '../../engine/walk.ts';
import type { Notebook } from '../../project/notebook.ts';
import { err, ok, type Result } from '../../result.ts';
import { taskName } from '../backend.ts';
import { runningSide, walkCells } from './code.ts';
import { type Executed, executedOf, isSameSource } from './executed.ts';
import { kernelOf, timedSource } from './pairing.ts';
import { moved, run } from './run.ts';
import { isPresent, readSides } from './sides.ts';
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
    notebook: notebook.id,
    runs: 'execute',
    describe: () => describe(session, notebook),
    isInPlace: (trace) => isInPlace(session, notebook, executedOf(trace)),
    whyRestore: (trace) => whyRestore(session, notebook, executedOf(trace)),
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
    ...walkCells(projection),
    ['kernel', kernel.value.identity],
    ...surroundings.value,
  ]);
}

async function isInPlace(session: Session, notebook: Notebook, executed: Executed): Promise<Result<boolean>> {
  if (!notebook.pairIpynb) return ok(await session.cache.blobs.has(executed.whole, executed.size));
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { ipynb } = sides.value;
  return ok(isPresent(ipynb) && ipynb.projection.outputs === executed.outputs);
}

async function whyRestore(
  session: Session,
  notebook: Notebook,
  executed: Executed,
): Promise<string | undefined> {
  if (!notebook.pairIpynb || !(await session.cache.blobs.has(executed.whole, executed.size)))
    return undefined;
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
  const stored = await storedCopy(session, executed.whole, '.ipynb');
  if (!stored.ok) return stored;
  if (isSameSource(executed, ipynb.projection) && session.files.wroteItself(notebook.ipynb, ipynb.content)) {
    const replaced = await session.files.replace(stored.value, notebook.ipynb, ipynb.content, 'told', source);
    return replaced.ok ? ok(undefined) : replaced;
  }
  const args = { notebook: notebook.ipynb, format: 'ipynb' as const, executed: stored.value };
  const spliced = await write(session, 'splice', args, notebook.ipynb, ipynb.content, 'told', source);
  if (!spliced.ok) return spliced;
  await readSides(session, notebook); // while Python runs, so that the next look at the new file needs none
  return ok(undefined);
}
