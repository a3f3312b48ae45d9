// Which configuration of jupytext applies to files of a folder, as text for keys: names and digests of its files.
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Files } from './files.ts';

/** Every name under which jupytext looks for its configuration. */
const NAMES = [
  'jupytext',
  'jupytext.toml',
  'jupytext.yml',
  'jupytext.yaml',
  'jupytext.json',
  '.jupytext',
  '.jupytext.toml',
  '.jupytext.yml',
  '.jupytext.yaml',
  '.jupytext.json',
  '.jupytext.py',
  'pyproject.toml',
];

/**
 * A function that answers, for a folder, the configuration files from it upwards to the project's root, and of the
 * user. Folders are looked at once for as long as the function lives, so one is made for each look at the project.
 */
export function jupytextSettings(
  files: Files,
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): (folder: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  const user = join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'jupytext');
  const settingsOf = (folder: string): Promise<string> => {
    const found = known.get(folder) ?? look(folder);
    known.set(folder, found);
    return found;
  };
  const look = async (folder: string): Promise<string> => {
    const here = await configured(files, folder);
    const parent = dirname(folder);
    const isTop = folder === root || parent === folder;
    return here + (await (isTop ? configured(files, user) : settingsOf(parent)));
  };
  return settingsOf;
}

async function configured(files: Files, folder: string): Promise<string> {
  const found: string[] = [];
  for (const name of NAMES) {
    const content = await files.digestOf(join(folder, name));
    if (content.ok && content.value !== 'missing') found.push(`${name} ${content.value};`);
  }
  return found.join('');
}
