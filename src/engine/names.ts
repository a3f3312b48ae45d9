// Names of paths that may be stored: relative to the project with `/`, absolute only for what lies outside.
import { isAbsolute, relative, sep } from 'node:path';

/** `path` relative to `root` with `/`; an absolute path where it lies outside. */
export function relativeName(root: string, path: string): string {
  const name = relative(root, path);
  if (name === '') return '.';
  const outside = name.startsWith(`..${sep}`) || name === '..' || isAbsolute(name);
  return (outside ? path : name).replaceAll(sep, '/');
}
