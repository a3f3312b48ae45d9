// Finds every flow of a project: each `notebooks/notebook.yml` below its root.
import { type Dirent, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Flow } from './notebook.ts';
import { isBelow, slashed } from './paths.ts';

const SKIPPED = new Set([
  '.git',
  '.pipeio',
  '.ipynb_checkpoints',
  '.venv',
  'venv',
  'node_modules',
  '__pycache__',
]);

/** Files that only stand at the top of an installed Python environment, whatever its folder is called. */
const ENVIRONMENT_MARKS = new Set(['pyvenv.cfg', 'conda-meta']);

/**
 * The flows below `root`, sorted by path. Linked folders are not entered, so links in a circle do no harm. Synchronous:
 * this runs on every build over thousands of folders, where awaiting each listing costs several times as much.
 */
export function findFlows(root: string): Flow[] {
  const files: string[] = [];
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const listing = list(folder);
    if (listing.some((item) => ENVIRONMENT_MARKS.has(item.name))) continue;
    const isNotebooks = basename(folder) === 'notebooks' && folder !== root;
    for (const item of listing) {
      if (item.isDirectory()) {
        if (!SKIPPED.has(item.name)) pending.push(`${folder}/${item.name}`);
      } else if (isNotebooks && item.name === 'notebook.yml') {
        files.push(join(folder, item.name));
      }
    }
  }
  return files.sort().map((file) => flowOf(root, file));
}

/** The flow whose `notebook.yml` is `file`. */
export function flowOf(root: string, file: string): Flow {
  const folder = dirname(dirname(file));
  return { name: flowName(root, folder), folder, file };
}

/** The name of a flow at the root itself is `.`: its own name would change with every checkout. */
function flowName(root: string, folder: string): string {
  const pipelines = join(root, 'code', 'pipelines');
  const base = folder !== pipelines && isBelow(pipelines, folder) ? pipelines : root;
  return slashed(relative(base, folder)) || '.';
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Projects hold data folders that only others may read, and folders come and go meanwhile: no flow of ours is there.
    return [];
  }
}
