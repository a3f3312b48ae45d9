// What of a kernelspec decides a result, as one text that is the same on every machine that would run it alike.
import { posix, win32 } from 'node:path';
import type { KernelSpec } from '../worker/protocol.ts';
import { type Interpreter, interpreterIdentity } from './interpreter.ts';

/** Folders of this machine that must not reach a key; null where there is none. */
export interface MachineFolders {
  readonly root: string;
  readonly home: string;
  readonly folder: string | null;
  readonly prefix: string | null;
}

/**
 * Stable text for cache keys: the command with the interpreter named by implementation and version (another program by
 * its file name), the language, the kernelspec's variables. Paths below known folders are written relative to them.
 */
export function kernelIdentity(
  spec: KernelSpec,
  interpreter: Interpreter | null,
  folders: MachineFolders,
): string {
  const replace = replacer(folders);
  const [program = '', ...rest] = spec.argv;
  const env = Object.entries(spec.env).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({
    argv: [
      interpreter ? interpreterIdentity(interpreter) : posix.basename(win32.basename(program)),
      ...rest.map(replace),
    ],
    language: spec.language,
    env: env.map(([name, value]) => [name, replace(value)]),
  });
}

/** Replaces known folders wherever they begin a path in a text, the deepest first. */
function replacer({ root, home, folder, prefix }: MachineFolders): (text: string) => string {
  const known: [string | null, string][] = [
    [root, '.'],
    [home, '~'],
    [folder, '{resource_dir}'],
    [prefix, '{prefix}'],
  ];
  const replacements = known
    .flatMap(([path, name]) => (path && path.length > 1 ? [{ path, name }] : []))
    .sort((a, b) => b.path.length - a.path.length);
  return (text) =>
    replacements.reduce(
      (result, { path, name }) =>
        result.replace(
          new RegExp(`(^|[^\\w/\\\\])${literal(path)}(?=$|[^\\w.-])`, 'g'),
          (_, before) => before + name,
        ),
      text,
    );
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
