// Runs a marimo notebook by exporting it, and walks over what such a run is made of.
import { availableParallelism } from 'node:os';
import { kernelVariables, walkSurroundings } from '../../engine/inputs.ts';
import { emitterFor } from '../../engine/node-events.ts';
import type { Session } from '../../engine/session.ts';
import type { Walk } from '../../engine/walk.ts';
import type { NodeName } from '../../event.ts';
import type { Notebook } from '../../project/notebook.ts';
import { err, ok, type Result } from '../../result.ts';

/** What an export without a run is made of: the code and marimo itself. */
export async function walkCode(
  session: Session,
  notebook: Notebook,
  stage = 'source',
): Promise<Result<Walk>> {
  const side = await session.projections.of(notebook.script, 'marimo', null);
  if (!side.ok) return side;
  if (side.value.projection === null) {
    const hint = 'Restore the file, or remove its entry from notebook.yml.';
    return err({
      reason: 'source-missing',
      path: notebook.script,
      message: 'the .py file does not exist',
      hint,
    });
  }
  const marimo = await session.python.marimo();
  if (!marimo.ok) return marimo;
  return ok([
    ['stage', stage],
    ['code', side.value.projection.code],
    ['kernel', marimo.value.identity],
  ]);
}

/** What a run is made of: the code, marimo, and all that surrounds it. */
export async function walkRun(session: Session, notebook: Notebook, stage: NodeName): Promise<Result<Walk>> {
  const code = await walkCode(session, notebook, stage);
  if (!code.ok) return code;
  const surroundings = await walkSurroundings(session, notebook);
  return surroundings.ok ? ok([...code.value, ...surroundings.value]) : surroundings;
}

/** Exports into a temporary file. */
export async function exportNotebook(
  session: Session,
  notebook: Notebook,
  node: NodeName,
  to: 'html' | 'md' | 'ipynb',
  signal: AbortSignal,
): Promise<Result<{ readonly file: string; readonly seconds: number }>> {
  const marimo = await session.python.marimo();
  if (!marimo.ok) return marimo;
  const out = await session.files.temporary(`.${to}`);
  const done = await session.executor.submit(
    {
      runner: 'marimo',
      program: marimo.value.program,
      notebook: notebook.script,
      to,
      cwd: notebook.cwd,
      env: kernelVariables(session, availableParallelism()),
      timeout: notebook.timeout.notebook ?? notebook.timeout.cell,
      out,
    },
    emitterFor(session, notebook, node, 'marimo'),
    signal,
  );
  return done.ok ? ok({ file: out, seconds: done.value.seconds }) : done;
}
