// Resolves one entry of a `notebook.yml` into a notebook: paths, format, kernel, publishing, limits.
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { EntryRead, NotebookFile } from '../config/notebook-file.ts';
import type { NotebookEntry, SettingsFields } from '../config/schema.ts';
import type { ConfigFailure, Place } from '../failure.ts';
import { pairFormats, pairPaths } from './layout.ts';
import type { Flow, Notebook, NotebookFormat, PublishFormat } from './notebook.ts';
import { expandHome, inside, isBelow, isFolder, slashed } from './paths.ts';

/** An entry on its way to becoming a notebook. */
export interface Candidate {
  readonly flow: Flow;
  readonly entry: EntryRead;
  readonly place: Place;
  readonly id: string;
  readonly stem: string;
  /** Absolute; where the entry's path is no good, what it would lead to. */
  readonly script: string;
  /** Null where the entry has errors. `name` and `dependsOn` are not settled yet. */
  readonly notebook: Notebook | null;
}

/** What all entries of a project have in common. */
export interface EntryContext {
  readonly root: string;
  readonly settings: SettingsFields;
  readonly detectFormat: (script: string) => NotebookFormat;
}

type FlowSettings = NonNullable<NotebookFile['fields']>;
type Problems = ConfigFailure[];

const EXTENSIONS = { myst: 'md', html: 'html', ipynb: 'ipynb' } as const;

/** The place in the flow's file of a key of the entry (`depends_on.0` for a list's item), else of its path. */
export function placeOf(flow: Flow, entry: EntryRead, key?: string): Place {
  const spot = key === undefined ? undefined : entry.spots[key];
  return { file: flow.file, ...(spot ?? entry.spot) };
}

/** Resolves `entry` as far as it can be without looking at other entries; adds what is wrong to `problems`. */
export function resolveEntry(
  context: EntryContext,
  flow: Flow,
  flowSettings: FlowSettings | null,
  entry: EntryRead,
  problems: Problems,
): Candidate {
  const place = placeOf(flow, entry);
  const written = resolve(flow.folder, entry.path);
  const script = inside(context.root, written);
  const stem = basename(written, '.py');
  const candidate = { flow, entry, place, stem, script: script ?? written };
  const unresolved = (): Candidate => ({
    ...candidate,
    id: idOf(context.root, flow, candidate.script, pairPaths(candidate.script).ipynb),
    notebook: null,
  });
  if (entry.fields === null || flowSettings === null) return unresolved();

  const fields = entry.fields;
  const before = problems.length;
  if (script === null) {
    problems.push(configError(`path leads outside the project: ${written}`, place));
    return unresolved();
  }
  if (!/[^/\\]\.py$/.test(fields.path)) {
    const hint = fields.path.endsWith('.ipynb') ? 'name the script that it is paired with' : undefined;
    problems.push(configError('path must name a .py file', place, hint));
    return unresolved();
  }

  const format = fields.format || flowSettings.default_format || context.detectFormat(script);
  const percent = format === 'percent';
  const pair = pairPaths(script);
  const id = idOf(context.root, flow, script, percent ? pair.ipynb : script);
  const notebook: Notebook = {
    id,
    stem,
    name: stem,
    flow,
    format,
    kind: fields.kind,
    status: fields.status,
    description: fields.description,
    kernel: percent ? fields.kernel || flowSettings.kernel : '',
    layout: percent ? pair.layout : 'siblings',
    script,
    ipynb: percent ? pair.ipynb : null,
    myst: percent ? pair.myst : null,
    pairIpynb: percent && fields.pair_ipynb,
    pairMyst: percent && fields.pair_myst,
    formats: percent ? pairFormats(pair.layout, { ipynb: fields.pair_ipynb, myst: fields.pair_myst }) : null,
    executes: executes(fields, percent),
    publish: publishTargets(context, flow, flowSettings, entry, fields, stem, problems),
    cwd: workingFolder(context.root, flow, entry, fields, problems) ?? dirname(percent ? pair.ipynb : script),
    inputs: fields.inputs,
    dependsOn: [],
    env: fields.env,
    timeout: {
      cell: fields.timeout ?? context.settings.timeout,
      notebook: fields.notebook_timeout ?? context.settings.notebook_timeout ?? null,
      startup: context.settings.startup_timeout,
    },
    place,
  };
  return { ...candidate, id, notebook: problems.length === before ? notebook : null };
}

/** An error at a place of a configuration file. */
export function configError(message: string, place: Place, hint?: string): ConfigFailure {
  const hinted = hint === undefined ? {} : { hint };
  return { reason: 'config-invalid', severity: 'error', message, place, ...hinted };
}

function executes(fields: NotebookEntry, percent: boolean): boolean {
  if (fields.kind === 'interactive' || fields.status === 'archived') return false;
  return !percent || fields.pair_ipynb || fields.publish_html || fields.publish_ipynb;
}

/** `flow/workspace/name`, from the file `seen` by people: the `.src` of a split layout is no part of it. */
function idOf(root: string, flow: Flow, script: string, seen: string): string {
  const path = join(dirname(seen), basename(script, '.py'));
  const base = [dirname(flow.file), flow.folder].find((folder) => isBelow(folder, path));
  if (base === undefined) return slashed(relative(root, path));
  const below = slashed(relative(base, path));
  return flow.name === '.' ? below : `${flow.name}/${below}`;
}

function publishTargets(
  { root, settings }: EntryContext,
  flow: Flow,
  { publish }: FlowSettings,
  entry: EntryRead,
  fields: NotebookEntry,
  stem: string,
  problems: Problems,
): Notebook['publish'] {
  const formats = (['myst', 'html', 'ipynb'] as const).filter((format) => fields[`publish_${format}`]);
  const [first] = formats;
  const docsDir = publish.docs_dir || settings.docs_dir;
  if (first === undefined) return {};
  if (docsDir === '') {
    if (fields.status === 'archived') return {};
    const hint = 'set publish.docs_dir in this file, or docs_dir in pipeio.yml';
    problems.push(
      configError('nowhere to publish to: no docs_dir', placeOf(flow, entry, `publish_${first}`), hint),
    );
    return {};
  }
  const folder = resolve(root, expandHome(docsDir));
  const targets: Partial<Record<PublishFormat, string>> = {};
  for (const format of formats) {
    targets[format] = join(folder, `${publish.prefix}${stem}.${EXTENSIONS[format]}`);
  }
  return targets;
}

function workingFolder(
  root: string,
  flow: Flow,
  entry: EntryRead,
  fields: NotebookEntry,
  problems: Problems,
): string | null {
  if (fields.cwd === undefined) return null;
  const written = resolve(flow.folder, fields.cwd);
  const folder = inside(root, written);
  const place = placeOf(flow, entry, 'cwd');
  if (folder === null) {
    problems.push(configError(`cwd leads outside the project: ${written}`, place));
  } else if (!isFolder(folder)) {
    problems.push(configError(`cwd is not a folder: ${folder}`, place, 'it is relative to the flow'));
  }
  return folder;
}
