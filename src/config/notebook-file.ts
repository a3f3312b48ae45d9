// Turns the text of a `notebook.yml` into valid entries, with the places that later steps may have to point at.
import type { ConfigFailure } from '../failure.ts';
import { schemaProblems, unknownKeys } from './problems.ts';
import { entrySchema, type FlowFields, flowSchema, type NotebookEntry, publishSchema } from './schema.ts';
import { parseYaml, type Spot, type YamlFile } from './yaml.ts';

/** One entry as read. Plain data, so that it can be remembered. */
export interface EntryRead {
  /** Null where the entry has errors; they are among the file's problems. */
  readonly fields: NotebookEntry | null;
  /** What its `path` says, even where another field is wrong; empty when it says nothing. */
  readonly path: string;
  /** Where `path` stands, else where the entry begins. */
  readonly spot: Spot;
  /** Where the values of its other keys stand; items of lists as `depends_on.0`. */
  readonly spots: Readonly<Record<string, Spot>>;
}

/** A `notebook.yml` as read. Plain data, so that it can be remembered. */
export interface NotebookFile {
  /** Null where a setting of the whole flow is wrong: then no entry can be resolved. */
  readonly fields: Omit<FlowFields, 'entries'> | null;
  readonly entries: readonly EntryRead[];
  readonly problems: readonly ConfigFailure[];
}

const FLOW_KEYS = Object.keys(flowSchema.shape);
const PUBLISH_KEYS = Object.keys(publishSchema.shape);
const ENTRY_KEYS = Object.keys(entrySchema.shape);

/** Parses and validates a `notebook.yml`; what is wrong is told among `problems`. */
export function parseNotebookFile(file: string, text: string): NotebookFile {
  const { yaml, problems } = parseYaml(file, text);
  if (yaml === null) return { fields: null, entries: [], problems };
  if (yaml.value === null) {
    return { fields: withoutEntries(flowSchema.parse({})), entries: [], problems: [noEntries(file)] };
  }

  const parsed = flowSchema.safeParse(yaml.value);
  if (!parsed.success && !isMapValue(yaml.value)) {
    return { fields: null, entries: [], problems: [...problems, notAMap(yaml)] };
  }
  const twice = problems.filter((problem) => problem.severity === 'error');
  const brokenEntries = new Set(
    twice.map((problem) => (problem.place ? yaml.indexAt(['entries'], problem.place) : -1)),
  );
  const listed = isMapValue(yaml.value) ? yaml.value.entries : undefined;
  const entries = Array.isArray(listed)
    ? listed.map((entry, index) => readEntry(yaml, entry, index, brokenEntries.has(index)))
    : [];
  return {
    fields: parsed.success && !brokenEntries.has(-1) ? withoutEntries(parsed.data) : null,
    entries: entries.map(({ read }) => read),
    problems: [
      ...problems,
      ...(listed === undefined ? [noEntries(file)] : []),
      ...unknownKeys(yaml, [], FLOW_KEYS),
      ...unknownKeys(yaml, ['publish'], PUBLISH_KEYS),
      ...(parsed.success ? [] : schemaProblems(yaml, [], parsed.error.issues)),
      ...entries.flatMap((entry) => entry.problems),
    ],
  };
}

function readEntry(
  yaml: YamlFile,
  value: unknown,
  index: number,
  broken: boolean,
): { read: EntryRead; problems: ConfigFailure[] } {
  const at = ['entries', index] as const;
  const parsed = entrySchema.safeParse(value);
  const path = isMapValue(value) && typeof value.path === 'string' ? value.path : '';
  const read = {
    fields: parsed.success && !broken ? parsed.data : null,
    path,
    spot: yaml.spot(path === '' ? at : [...at, 'path']),
    spots: isMapValue(value) ? spotsOf(yaml, at, value) : {},
  };
  if (!isMapValue(value)) {
    const hint = typeof value === 'string' ? { hint: `write "path: ${value}"` } : {};
    const problem: ConfigFailure = {
      reason: 'config-invalid',
      severity: 'error',
      message: 'an entry must be a map with a path',
      place: { file: yaml.file, ...read.spot },
      ...hint,
    };
    return { read, problems: [problem] };
  }
  const unknown = unknownKeys(yaml, at, ENTRY_KEYS);
  return {
    read,
    problems: [...unknown, ...(parsed.success ? [] : schemaProblems(yaml, at, parsed.error.issues))],
  };
}

function spotsOf(
  yaml: YamlFile,
  at: readonly (string | number)[],
  entry: Readonly<Record<string, unknown>>,
): Record<string, Spot> {
  const spots: Record<string, Spot> = {};
  for (const [key, value] of Object.entries(entry)) {
    if (key === 'path') continue;
    spots[key] = yaml.spot([...at, key]);
    if (!Array.isArray(value)) continue;
    for (const index of value.keys()) spots[`${key}.${index}`] = yaml.spot([...at, key, index]);
  }
  return spots;
}

function withoutEntries({ kernel, default_format, publish }: FlowFields): Omit<FlowFields, 'entries'> {
  return { kernel, default_format, publish };
}

function noEntries(file: string): ConfigFailure {
  return {
    reason: 'config-invalid',
    severity: 'warning',
    message: 'no entries',
    place: { file, line: 1, column: 1 },
    hint: 'register a notebook under "entries:" with "- path: notebooks/NAME.py"',
  };
}

function notAMap(yaml: YamlFile): ConfigFailure {
  return {
    reason: 'config-invalid',
    severity: 'error',
    message: 'the file must be a map with a key "entries"',
    place: { file: yaml.file, ...yaml.spot([]) },
  };
}

function isMapValue(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
