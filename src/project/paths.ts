// Small questions about paths that configuration asks again and again.
import { realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';

/** A path with `/` between its parts, whatever the system. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

/**
 * `path` spelt as a path below `root`, or null where it lies outside. Both absolute. A path that reaches the project by
 * another way (a symlinked parent folder) counts as inside; where its last part leads to does not matter.
 */
export function inside(root: string, path: string): string | null {
  if (isBelow(root, path)) return path;
  try {
    const real = join(realpathSync.native(dirname(path)), basename(path));
    const realRoot = realpathSync.native(root);
    return isBelow(realRoot, real) ? join(root, relative(realRoot, real)) : null;
  } catch {
    // A folder that does not exist cannot be another way into the project.
    return null;
  }
}

/** Whether `path` is `folder` or lies below it, by spelling alone; both absolute and normalised. */
export function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** A leading `~/` replaced by the user's home folder. */
export function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

/** Whether `path` is a folder that can be reached. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Absent, forbidden or a link in a circle: no folder to work in, which is all that was asked.
    return false;
  }
}
