// The fields of `notebook.yml` and `pipeio.yml`, their defaults and what they may hold.
import * as z from 'zod';

/** What an entry may be for; empty where nobody said. */
export const KINDS = ['investigate', 'explore', 'demo', 'validate', 'interactive', ''] as const;

/** Where an entry stands in its life. */
export const STATUSES = ['draft', 'active', 'stale', 'promoted', 'archived'] as const;

/** How a notebook is written; empty means: look into the file. */
export const FORMATS = ['', 'percent', 'marimo'] as const;

/** What `publish.format` may say. */
export const PUBLISH_FORMATS = ['html', 'markdown', 'myst', 'ipynb'] as const;

const seconds = z.number().positive({ error: 'must be more than 0 seconds' });
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be the name of a variable' });
const filled = z.string().min(1, { error: 'must not be empty' });

/** One entry of `entries`. */
export const entrySchema = z.object({
  path: filled,
  kind: z.enum(KINDS).default(''),
  description: z.string().default(''),
  status: z.enum(STATUSES).default('active'),
  format: z.enum(FORMATS).default(''),
  kernel: z.string().default(''),
  mod: z.string().default(''),
  pair_ipynb: z.boolean().default(false),
  pair_myst: z.boolean().default(false),
  publish_myst: z.boolean().default(false),
  publish_html: z.boolean().default(false),
  publish_ipynb: z.boolean().default(false),
  inputs: z.array(filled).default([]),
  depends_on: z.array(filled).default([]),
  env: z.array(variable).default([]),
  cwd: filled.optional(),
  timeout: seconds.optional(),
  notebook_timeout: seconds.optional(),
});

/** The map under `publish`. */
export const publishSchema = z.object({
  format: z.enum(PUBLISH_FORMATS).default('html'),
  docs_dir: z.string().default(''),
  prefix: z.string().default('nb-'),
});

/** `notebook.yml` without looking into its entries: each is checked alone, so that a broken one hides no other. */
export const flowSchema = z.object({
  kernel: z.string().default(''),
  default_format: z.enum(FORMATS).default(''),
  publish: publishSchema.prefault({}),
  entries: z.array(z.unknown()).default([]),
});

/** `pipeio.yml`. */
export const settingsSchema = z.object({
  jobs: z.int().positive({ error: 'must be at least 1' }).optional(),
  timeout: seconds.default(600),
  notebook_timeout: seconds.optional(),
  startup_timeout: seconds.default(60),
  python: z.string().regex(/[/\\]/, { error: 'must be a path, such as .venv/bin/python' }).optional(),
  env: z.record(variable, z.string()).default({}),
  docs_dir: z.string().default(''),
});

/** A valid entry with its defaults filled in. */
export type NotebookEntry = z.infer<typeof entrySchema>;

/** A valid `notebook.yml`, its entries unchecked. */
export type FlowFields = z.infer<typeof flowSchema>;

/** A valid `pipeio.yml` with its defaults filled in. */
export type SettingsFields = z.infer<typeof settingsSchema>;
