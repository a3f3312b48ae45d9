// Whether Jupyter opens files in hidden folders, by its configuration files; and the one setting that makes it do so.
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { WriteFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import { isObject, parseJson, readJson, writeAtomically } from './json.ts';

/** Whether hidden files are allowed, and the file that decided; null if none says anything (Jupyter's default is no). */
export interface HiddenFiles {
  readonly allowed: boolean;
  readonly decidedBy: string | null;
}

/**
 * The files that Jupyter Lab reads, the later over the earlier. `jupyter_server_config.d/` is not among them (it only
 * enables extensions), nor is `jupyter_notebook_config` (only `jupyter notebook` reads it).
 */
const FILES = ['jupyter_lab_config', 'jupyter_config', 'jupyter_server_config'];

/** The classes whose settings reach the server's contents manager, jupytext's included, the later over the earlier. */
const CLASSES = [
  'ContentsManager',
  'AsyncContentsManager',
  'FileManagerMixin',
  'AsyncFileManagerMixin',
  'FileContentsManager',
  'AsyncFileContentsManager',
  'AsyncLargeFileManager',
  'AsyncJupytextContentsManager',
];

/** The sections in which a setting may stand, the later over the earlier. */
const SECTIONS = [...CLASSES, ...CLASSES.map((name) => `ServerApp.${name}`)];

/** Reads Jupyter's configuration in `folders` (best first, see `configFolders`). */
export async function hiddenFiles(folders: readonly string[]): Promise<HiddenFiles> {
  const sections = new Map<string, HiddenFiles>();
  for (const name of FILES) {
    for (const folder of [...folders].reverse()) {
      for (const [ending, read] of [
        ['py', readScript],
        ['json', readSettings],
      ] as const) {
        const decidedBy = join(folder, `${name}.${ending}`);
        for (const [section, allowed] of await read(decidedBy)) sections.set(section, { allowed, decidedBy });
      }
    }
  }
  const deciding = SECTIONS.filter((section) => sections.has(section)).at(-1) ?? '';
  return sections.get(deciding) ?? { allowed: false, decidedBy: null };
}

/**
 * Writes the setting into the `jupyter_server_config.json` of the user's `folder`, keeping what stands there. Gives the
 * file's path. A file that is no JSON object is left alone.
 */
export async function allowHiddenFiles(folder: string): Promise<Result<string, WriteFailure>> {
  const named = join(folder, 'jupyter_server_config.json');
  // Where the file is a link (a folder of dotfiles, say) its target is written, and the link stays.
  const path = await realpath(named).catch(() => named);
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? '{}' : null,
  );
  const settings = before === null ? undefined : parseJson(before);
  if (
    !isObject(settings) ||
    (settings.ContentsManager !== undefined && !isObject(settings.ContentsManager))
  ) {
    return err({
      reason: 'write-failed',
      path,
      message: 'is no JSON object that can be added to',
      hint: 'set ContentsManager.allow_hidden to true in it by hand',
    });
  }
  const after = { ...settings, ContentsManager: { ...settings.ContentsManager, allow_hidden: true } };
  try {
    await writeAtomically(path, `${JSON.stringify(after, null, 2)}\n`);
    return ok(path);
  } catch (error) {
    return err({
      reason: 'write-failed',
      path,
      message: error instanceof Error ? error.message : String(error),
      hint: `make ${dirname(path)} writable`,
    });
  }
}

async function readSettings(path: string): Promise<[string, boolean][]> {
  const content = await readJson(path);
  if (!isObject(content)) return [];
  const nested = isObject(content.ServerApp) ? content.ServerApp : {};
  return CLASSES.flatMap((name) => [
    ...setting(name, content[name]),
    ...setting(`ServerApp.${name}`, nested[name]),
  ]);
}

function setting(section: string, value: unknown): [string, boolean][] {
  const allowed = isObject(value) ? value.allow_hidden : undefined;
  return typeof allowed === 'boolean' || allowed === 0 || allowed === 1 ? [[section, Boolean(allowed)]] : [];
}

/** Plain assignments only: what a script computes, or does under a condition, is not known without running it. */
async function readScript(path: string): Promise<[string, boolean][]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.matchAll(/^c\.((?:ServerApp\.)?\w+)\.allow_hidden\s*=\s*(True|False|1|0)\b/gm);
  return [...lines].map(([, section = '', value]) => [section, value === 'True' || value === '1']);
}
