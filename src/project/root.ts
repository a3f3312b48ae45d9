// Finds the folder that a project begins at.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { UsageFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import { isFolder } from './paths.ts';

const MARKERS = ['pipeio.yml', '.pipeio', join('code', 'pipelines')];

/**
 * The project's root, absolute: `root` if given (relative to `cwd`), else the nearest folder from `cwd` upwards with
 * `pipeio.yml`, `.pipeio/` or `code/pipelines/`, else the nearest one with `.git`.
 */
export function findRoot({
  cwd,
  root,
}: {
  readonly cwd: string;
  readonly root?: string;
}): Result<string, UsageFailure> {
  if (root !== undefined) {
    const folder = resolve(cwd, root);
    if (isFolder(folder)) return ok(folder);
    return err({ reason: 'usage', message: `the root ${folder} is not a folder` });
  }
  const folders = upwards(resolve(cwd));
  const marked =
    folders.find((folder) => MARKERS.some((marker) => existsSync(join(folder, marker)))) ??
    folders.find((folder) => existsSync(join(folder, '.git')));
  if (marked !== undefined) return ok(marked);
  return err({
    reason: 'usage',
    message: `no project in ${cwd} or above it`,
    hint: 'put a pipeio.yml (it may be empty) into the folder where your project begins, or name that folder with --root',
  });
}

function upwards(start: string): string[] {
  const folders = [start];
  for (let folder = start; dirname(folder) !== folder; ) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}
