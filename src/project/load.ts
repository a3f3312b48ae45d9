// Loads a project: reads its configuration files, then resolves them into notebooks.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type NotebookFile, parseNotebookFile } from '../config/notebook-file.ts';
import { defaultSettingsFile, parseSettingsFile, type SettingsFile } from '../config/settings-file.ts';
import type { ConfigFailure } from '../failure.ts';
import { findClashes } from './clashes.ts';
import { resolveDependencies } from './dependencies.ts';
import { detectFormat } from './detect.ts';
import { type Candidate, configError, resolveEntry } from './entry.ts';
import { findFlows } from './flows.ts';
import { groupBy } from './group.ts';
import type { Flow, Notebook, NotebookFormat } from './notebook.ts';
import { expandHome } from './paths.ts';
import type { Project, Settings } from './project.ts';

/** All configuration files of a project as read: plain data, good for as long as the files do not change. */
export interface ProjectFiles {
  readonly settings: SettingsFile;
  readonly flows: readonly { readonly flow: Flow; readonly file: NotebookFile }[];
}

/** Loads the project at `root` (absolute); `overrides` are settings from the command line. */
export async function loadProject({
  root,
  overrides = {},
}: {
  readonly root: string;
  readonly overrides?: Partial<Settings>;
}): Promise<Project> {
  return resolveProject({ root, overrides, files: await readProjectFiles(root) });
}

/** Finds, reads and validates every configuration file below `root`. */
export async function readProjectFiles(root: string): Promise<ProjectFiles> {
  const [settings, flows] = await Promise.all([
    readSettingsFile(root),
    Promise.all(findFlows(root).map(async (flow) => ({ flow, file: await readNotebookFile(flow.file) }))),
  ]);
  return { settings, flows };
}

/** Reads and validates one `notebook.yml`; a file that cannot be read is a problem of its own. */
export async function readNotebookFile(file: string): Promise<NotebookFile> {
  const read = await readConfigText(file);
  return 'text' in read
    ? parseNotebookFile(file, read.text)
    : { fields: null, entries: [], problems: [read.problem] };
}

/** Reads and validates the `pipeio.yml` of `root`, which need not exist. */
export async function readSettingsFile(root: string): Promise<SettingsFile> {
  const file = join(root, 'pipeio.yml');
  const read = await readConfigText(file);
  if ('text' in read) return parseSettingsFile(file, read.text);
  return { ...defaultSettingsFile(), problems: read.absent ? [] : [read.problem] };
}

/**
 * Resolves what the files say into notebooks. Looks at scripts and folders, but opens a script only where `detectFormat`
 * does, which a caller may replace by one that remembers.
 */
export function resolveProject({
  root,
  overrides = {},
  files,
  detectFormat: detect = detectFormat,
}: {
  readonly root: string;
  readonly overrides?: Partial<Settings>;
  readonly files: ProjectFiles;
  readonly detectFormat?: (script: string) => NotebookFormat;
}): Project {
  const { fields, problems: settingsProblems } = files.settings;
  const problems = [...settingsProblems, ...files.flows.flatMap(({ file }) => file.problems)];
  const context = { root, settings: fields, detectFormat: detect };
  const candidates = files.flows.flatMap(({ flow, file }) =>
    file.entries.map((entry) => resolveEntry(context, flow, file.fields, entry, problems)),
  );
  const failed = new Set(candidates.filter(({ notebook }) => notebook === null));
  findClashes(root, candidates, failed, problems);
  const dependsOn = resolveDependencies(candidates, failed, problems);
  return {
    root,
    settings: {
      jobs: fields.jobs ?? null,
      python: fields.python === undefined ? null : resolve(root, expandHome(fields.python)),
      env: fields.env,
      ...overrides,
    },
    flows: files.flows.map(({ flow }) => flow),
    notebooks: settled(candidates, failed, dependsOn),
    problems: problems.sort(byPlace),
  };
}

function settled(
  candidates: readonly Candidate[],
  failed: ReadonlySet<Candidate>,
  dependsOn: ReadonlyMap<Candidate, readonly string[]>,
): Notebook[] {
  const stems = groupBy(candidates, ({ stem }) => stem);
  return candidates.flatMap((candidate) => {
    const { notebook, stem, id } = candidate;
    if (notebook === null || failed.has(candidate)) return [];
    const name = (stems.get(stem)?.length ?? 0) > 1 ? id : stem;
    return [{ ...notebook, name, dependsOn: dependsOn.get(candidate) ?? [] }];
  });
}

async function readConfigText(
  file: string,
): Promise<{ readonly text: string } | { readonly absent: boolean; readonly problem: ConfigFailure }> {
  const place = { file, line: 1, column: 1 };
  try {
    const bytes = await readFile(file);
    try {
      return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    } catch {
      // The one thing that a fatal decoder throws for.
      return { absent: false, problem: configError('not UTF-8 text', place, 'save the file as UTF-8') };
    }
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { absent: code === 'ENOENT', problem: configError(`cannot be read (${code})`, place) };
  }
}

function byPlace(a: ConfigFailure, b: ConfigFailure): number {
  const [one, other] = [a.place, b.place];
  if (one === undefined || other === undefined)
    return Number(other === undefined) - Number(one === undefined);
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.line - other.line || one.column - other.column;
}
