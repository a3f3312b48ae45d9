// The parts of an exec node's walk that every backend shares: platform, folder, variables, declared files, other notebooks.
import { arch, platform } from 'node:os';
import { glob } from 'tinyglobby';
import { hashBytes } from '../../cache/index.ts';
import type { Notebook } from '../project/notebook.ts';
import { ok, type Result } from '../result.ts';
import { PENDING } from './keyed.ts';
import { relativeName } from './names.ts';
import type { Session } from './session.ts';
import type { Walk } from './walk.ts';

/** Walks over what a run depends on beside its code and its kernel. */
export async function walkSurroundings(session: Session, notebook: Notebook): Promise<Result<Walk>> {
  const results = await walkDependencies(session, notebook);
  if (!results.ok) return results;
  const isSettled = results.value.every(([, result]) => result !== PENDING);
  const files = await walkDeclaredFiles(session, notebook, isSettled);
  if (!files.ok) return files;
  return ok([
    ['platform', `${platform()}-${arch()}`],
    ['cwd', relativeName(session.project.root, notebook.cwd)],
    ...walkVariables(session, notebook),
    ...files.value,
    ...results.value,
  ]);
}

async function walkDependencies(session: Session, notebook: Notebook): Promise<Result<Walk>> {
  const walk: [string, string][] = [];
  for (const id of notebook.dependsOn) {
    const executes = session.project.notebooks.some((other) => other.id === id && other.executes);
    const result = executes ? ok(session.results.get(id) ?? PENDING) : await session.codeOf(id);
    if (!result.ok) return result;
    walk.push([`depends-on ${id}`, result.value]);
  }
  return ok(walk);
}

/** Variables that the project sets for every kernel, and those that the entry names; values are hashed, never stored. */
function walkVariables(session: Session, notebook: Notebook): Walk {
  const { env } = session.project.settings;
  const names = new Set([...Object.keys(env), ...notebook.env]);
  return [...names].sort().map((name) => {
    const value = env[name] ?? session.env[name];
    return [`env ${name}`, value === undefined ? 'unset' : hashBytes(value)] as const;
  });
}

async function walkDeclaredFiles(
  session: Session,
  notebook: Notebook,
  isSettled: boolean,
): Promise<Result<Walk>> {
  const paths = new Set<string>();
  for (const pattern of notebook.inputs) {
    const found = await glob(pattern, { cwd: notebook.flow.folder, absolute: true, dot: true });
    for (const path of found) paths.add(path);
    // A notebook that is still to run may write what is missing now.
    if (found.length === 0 && isSettled)
      session.warn(`inputs of ${notebook.name}: ${pattern} matches no file`);
  }
  const walk: [string, string][] = [];
  for (const path of [...paths].sort()) {
    const content = await session.files.digestOf(path);
    if (!content.ok) return content;
    walk.push([`input ${relativeName(session.project.root, path)}`, content.value]);
  }
  return ok(walk);
}

/** Variables for a kernel: the project's own, and thread limits so that `jobs` kernels do not fight for the cores. */
export function kernelVariables(session: Session, cores: number): Record<string, string> {
  const threads = String(Math.max(1, Math.floor(cores / session.jobs)));
  const limits: Record<string, string> = {};
  for (const name of ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMEXPR_NUM_THREADS']) {
    if (session.env[name] === undefined) limits[name] = threads;
  }
  return { ...limits, ...session.project.settings.env };
}
