// Reads kernelspecs as they stand on disk: which names there are, and what each `kernel.json` says.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, isTexts, readJson } from './json.ts';
import { exists } from './places.ts';

/** A kernelspec before anything in it is resolved. */
export interface KernelSpecFile {
  /** Lower case, as Jupyter compares names. */
  readonly name: string;
  /** The folder that holds its `kernel.json`. */
  readonly folder: string;
  readonly displayName: string;
  readonly language: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly interruptMode: 'signal' | 'message';
}

/** A kernel's name and its folder. */
export interface KernelFolder {
  readonly name: string;
  readonly folder: string;
}

/** All kernels in Jupyter's data folders, best folder first; of one name the first counts. */
export async function findKernelFolders(dataFolders: readonly string[]): Promise<KernelFolder[]> {
  const found = new Map<string, string>();
  for (const dataFolder of dataFolders) {
    const kernels = join(dataFolder, 'kernels');
    const names = await readdir(kernels).catch((): string[] => []);
    for (const entry of names.sort()) {
      const name = entry.toLowerCase();
      if (!found.has(name) && (await exists(join(kernels, entry, 'kernel.json'))))
        found.set(name, join(kernels, entry));
    }
  }
  return [...found].map(([name, folder]) => ({ name, folder }));
}

/** What the `kernel.json` of a kernel says; null if it cannot be read as one. */
export async function readKernelSpec({ name, folder }: KernelFolder): Promise<KernelSpecFile | null> {
  const value = await readJson(join(folder, 'kernel.json'));
  if (!isObject(value) || !isTexts(value.argv) || value.argv.length === 0) return null;
  const env = isObject(value.env) ? value.env : {};
  if (!isTexts(Object.values(env))) return null;
  return {
    name,
    folder,
    displayName: typeof value.display_name === 'string' ? value.display_name : name,
    language: typeof value.language === 'string' ? value.language : '',
    argv: value.argv,
    env: Object.fromEntries(Object.entries(env).map(([key, text]) => [key, String(text)])),
    interruptMode: String(value.interrupt_mode).toLowerCase() === 'message' ? 'message' : 'signal',
  };
}
