// What a registered notebook is once configuration, layout and format are resolved: data only.
import type { Place } from '../failure.ts';

/** The written forms of a notebook. */
export type NotebookFormat = 'percent' | 'marimo';

/** What a notebook may be published as. */
export type PublishFormat = 'myst' | 'html' | 'ipynb';

/** Where a notebook's files lie in relation to each other. */
export type Layout = 'split' | 'siblings';

/** One folder with a `notebooks/notebook.yml`. */
export interface Flow {
  /** Path below `code/pipelines/`, else below the root, with `/`. */
  readonly name: string;
  /** Absolute; entry paths are relative to it. */
  readonly folder: string;
  /** Absolute path of its `notebook.yml`. */
  readonly file: string;
}

/** A registered notebook, resolved. Paths are absolute. */
export interface Notebook {
  /** Unique: `flow/workspace/name` with `/`. */
  readonly id: string;
  /** The stem of the path. */
  readonly stem: string;
  /** What to call it in output: the stem, or the id where another notebook has the same stem. */
  readonly name: string;
  readonly flow: Flow;
  readonly format: NotebookFormat;
  readonly kind: string;
  readonly status: string;
  readonly description: string;
  /** Kernelspec name; empty where nothing overrides (and always for marimo). */
  readonly kernel: string;
  readonly layout: Layout;
  readonly script: string;
  /** Where the pair stands or would stand; null for marimo. */
  readonly ipynb: string | null;
  readonly myst: string | null;
  readonly pairIpynb: boolean;
  readonly pairMyst: boolean;
  /** Jupytext's `formats` string for this notebook; null when nothing is paired. */
  readonly formats: string | null;
  /** Whether the notebook has an exec node. */
  readonly executes: boolean;
  /** Where it is published, by format. */
  readonly publish: Readonly<Partial<Record<PublishFormat, string>>>;
  /** Working directory of its kernel. */
  readonly cwd: string;
  /** Declared input globs, relative to the flow's folder. */
  readonly inputs: readonly string[];
  /** Ids of the notebooks it waits for. */
  readonly dependsOn: readonly string[];
  /** Names of environment variables that count. */
  readonly env: readonly string[];
  /** Seconds for one cell, for the notebook (null: no limit), for kernel start-up. */
  readonly timeout: { readonly cell: number; readonly notebook: number | null; readonly startup: number };
  /** Where it is registered. */
  readonly place: Place;
}
