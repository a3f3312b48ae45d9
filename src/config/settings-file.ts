// Turns the text of a `pipeio.yml` into valid settings.
import type { ConfigFailure } from '../failure.ts';
import { schemaProblems, unknownKeys } from './problems.ts';
import { type SettingsFields, settingsSchema } from './schema.ts';
import { parseYaml } from './yaml.ts';

/** A `pipeio.yml` as read. Plain data, so that it can be remembered. */
export interface SettingsFile {
  /** Settings with errors have their defaults, so that one of them makes no others fail. */
  readonly fields: SettingsFields;
  readonly problems: readonly ConfigFailure[];
}

/** The settings of a project without a `pipeio.yml`. */
export function defaultSettingsFile(): SettingsFile {
  return { fields: settingsSchema.parse({}), problems: [] };
}

/** Parses and validates a `pipeio.yml`; what is wrong is told among `problems`. */
export function parseSettingsFile(file: string, text: string): SettingsFile {
  const { yaml, problems } = parseYaml(file, text);
  if (yaml === null) return { ...defaultSettingsFile(), problems };
  const value = yaml.value ?? {};
  const parsed = settingsSchema.safeParse(value);
  const unknown = unknownKeys(yaml, [], Object.keys(settingsSchema.shape));
  if (parsed.success) return { fields: parsed.data, problems: [...problems, ...unknown] };

  const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0]));
  const sound = Object.entries(value).filter(([key]) => !wrong.has(key));
  const rest = settingsSchema.safeParse(Object.fromEntries(sound));
  return {
    fields: rest.success ? rest.data : defaultSettingsFile().fields,
    problems: [...problems, ...unknown, ...schemaProblems(yaml, [], parsed.error.issues)],
  };
}
