// Runs a percent notebook and puts the executed notebook in place.
import { availableParallelism } from 'node:os';
import { forgetFailed, keepFailed } from '../../engine/failed.ts';
import { kernelVariables } from '../../engine/inputs.ts';
import { lastGoodTrace, type Product } from '../../engine/keyed.ts';
import { emitterFor } from '../../engine/node-events.ts';
import type { Session } from '../../engine/session.ts';
import { storedCopy } from '../../engine/stored.ts';
import type { Walk } from '../../engine/walk.ts';
import type { Failure } from '../../failure.ts';
import type { Notebook } from '../../project/notebook.ts';
import { err, ok, type Result } from '../../result.ts';
import { taskName } from '../backend.ts';
import { isCodeOf } from './code.ts';
import { executedOf, storeExecuted } from './executed.ts';
import { kernelOf, timedSource } from './pairing.ts';
import { isPresent, type Present, readSides } from './sides.ts';
import { write } from './write.ts';

/** Runs the notebook in a fresh kernel, if its code is what `walk` says, and puts the result in place. */
export async function run(
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
  const side = paired ? ipynb : script;
  const path = paired && notebook.ipynb !== null ? notebook.ipynb : notebook.script;
  if (!isCodeOf(walk, side.projection)) return err(moved(path));
  const out = await session.files.temporary('.ipynb');
  // A line `# %%` within a cell of the `.ipynb` starts another cell in the script: then no line is known for sure.
  const sameCells = script.projection.codeCells === side.projection.codeCells;
  const code = script.projection.cells.filter((cell) => cell.code !== null);
  const lines = sameCells ? code.map((cell) => cell.line) : [];
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
  // Bytes that stood there for a moment only may have run: what they gave belongs to nobody.
  if (done.value.read !== side.content) return err(moved(path));
  const stored = await storeExecuted(session, out, script.projection.settings, done.value.seconds);
  if (!stored.ok) return stored;
  await forgetFailed(session, notebook);
  return paired ? place(session, notebook, ipynb, out, stored.value) : stored;
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
  const stored = await storedCopy(session, executed.whole, '.ipynb');
  if (!stored.ok) return stored;
  const args = { notebook: target, format: 'ipynb' as const, executed: stored.value };
  const spliced = await write(session, 'splice', args, target, now.value.content, 'told', source);
  return spliced.ok ? ok(product) : spliced;
}

/** The notebook is not any more what was looked at. */
export function moved(path: string): Failure {
  return { reason: 'input-moved', path, message: 'the notebook was edited while pipeio was working on it' };
}
