// Notebooks as tests write and read them: percent files, where they lie, and `.ipynb` files as far as tests look into them.
import { basename, join } from 'node:path';

/** Fields of an entry of `notebook.yml` besides its path, and where the notebook lies. */
export interface NotebookOptions {
  /** The flow below `code/pipelines/`; `flow` unless given. */
  readonly flow?: string;
  /** `split` is `<workspace>/.src/<name>.py`; `flat` and `subdir` are the legacy layouts. */
  readonly layout?: 'split' | 'flat' | 'subdir';
  /** Folder below `notebooks/` of the split layout; `explore` unless given. */
  readonly workspace?: string;
  readonly [field: string]: unknown;
}

/** Where a notebook's files lie, relative to the project. */
export interface NotebookFiles {
  readonly script: string;
  readonly ipynb: string;
  readonly myst: string;
}

/** A cell of an `.ipynb` as far as tests look into it. */
export interface Cell {
  cell_type: string;
  id?: string;
  source: string;
  metadata: Record<string, unknown>;
  outputs?: Record<string, unknown>[];
  execution_count?: number | null;
}

/** An `.ipynb`. Sources are joined into one string each. */
export interface Ipynb {
  cells: Cell[];
  metadata: Record<string, unknown> & {
    jupytext?: { formats?: string };
    kernelspec?: { name?: string; display_name?: string };
  };
}

/** A percent file: each text is a code cell, `{ markdown }` a markdown cell. */
export function percent(...cells: readonly (string | { readonly markdown: string })[]): string {
  return cells
    .map((cell) =>
      typeof cell === 'string'
        ? `# %%\n${cell}\n`
        : `# %% [markdown]\n${cell.markdown
            .split('\n')
            .map((line) => `# ${line}`.trimEnd())
            .join('\n')}\n`,
    )
    .join('\n');
}

/** Python that reports one execution to `rig.runs()`. It stands on one line and leaves no output. */
export function ran(name: string): string {
  return `_ = open(__import__("os").environ["RIG_RUNS"], "a").write(${JSON.stringify(`${name}\n`)})`;
}

/** Where the files of a notebook lie, relative to its flow. */
export function place(name: string, layout: string, workspace: string): NotebookFiles {
  if (layout === 'split') {
    const folder = join('notebooks', workspace);
    return {
      script: join(folder, '.src', `${name}.py`),
      ipynb: join(folder, `${name}.ipynb`),
      myst: join(folder, '.myst', `${name}.md`),
    };
  }
  const stem = join('notebooks', layout === 'subdir' ? join(name, basename(name)) : name);
  return { script: `${stem}.py`, ipynb: `${stem}.ipynb`, myst: `${stem}.md` };
}

/** The text of one output of a cell. */
export function outputText(output: Record<string, unknown>): string {
  const data = output.data as Record<string, unknown> | undefined;
  const text = output.text ?? data?.['text/plain'] ?? output.traceback ?? '';
  return Array.isArray(text) ? text.join('') : String(text);
}
