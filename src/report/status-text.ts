// Draws the picture of `pipeio nb status`: per notebook its files, whether they agree, and what is published.
import type { FileState } from '../event.ts';
import type { Colors } from './colors.ts';
import { colorsOf } from './colors.ts';
import { oneLine, padColumns } from './columns.ts';
import { showDay, showMinute } from './words.ts';

/** One file of a notebook. */
export interface StatusFile {
  /** With the dot: `.py`, `.ipynb`, `.md`. */
  readonly ext: string;
  readonly exists: boolean;
  /** Null where the file is missing. */
  readonly modified: Date | null;
  readonly state: FileState;
}

/** What `nb status` shows of one notebook. */
export interface NotebookStatus {
  readonly flow: string;
  readonly name: string;
  /** `percent` or `marimo`. */
  readonly format: string;
  /** Kernelspec name; empty where nothing overrides. */
  readonly kernel: string;
  readonly kind: string;
  readonly status: string;
  readonly files: readonly StatusFile[];
  /** `stale`: the code changed since. `edited`: the outputs are not those of pipeio's run. Null: never executed by itself. */
  readonly executed: 'yes' | 'stale' | 'edited' | 'no' | 'failed' | null;
  /** What is published, with the date of each file. */
  readonly published: readonly { readonly format: string; readonly date: Date }[];
}

/** The picture, without a line end at its end. Notebooks stand below their flow, flows in order of first appearance. */
export function statusText(notebooks: readonly NotebookStatus[], { color }: { color: boolean }): string {
  const colors = colorsOf(color);
  const flows = new Set(notebooks.map(({ flow }) => flow));
  return Array.from(flows, (flow) => {
    const entries = notebooks.filter((notebook) => notebook.flow === flow);
    return drawFlow(flow, entries, colors);
  }).join('\n\n');
}

function drawFlow(flow: string, entries: readonly NotebookStatus[], colors: Colors): string {
  const noun = entries.length === 1 ? 'entry' : 'entries';
  const header = `${colors.bold(`Flow: ${oneLine(flow)}`)} (${entries.length} ${noun})`;
  return [header, ...entries.map((entry) => drawNotebook(entry, colors).join('\n'))].join('\n\n');
}

function drawNotebook(notebook: NotebookStatus, colors: Colors): string[] {
  const lines = [`  ${colors.bold(oneLine(notebook.name))}`];
  for (const file of notebook.files) lines.push(`    ${drawFile(file, colors)}`);
  // What is as usual is not said: percent format, no kernel of its own, an active notebook, a good run.
  if (notebook.format !== 'percent') lines.push(`    format: ${notebook.format}`);
  if (notebook.kernel !== '') lines.push(`    kernel: ${notebook.kernel}`);
  if (notebook.status !== 'active') lines.push(`    status: ${notebook.status}`);
  const executed = drawExecuted(notebook.executed, colors);
  if (executed !== null) lines.push(`    executed: ${executed}`);
  lines.push(`    published: ${drawPublished(notebook.published)}`);
  return lines;
}

function drawFile({ ext, modified, state }: StatusFile, colors: Colors): string {
  const when = modified === null ? '' : `${showMinute(modified)}  `;
  return `${padColumns(ext, 5)} ${when}${drawState(state, colors)}`;
}

function drawState(state: FileState, colors: Colors): string {
  switch (state) {
    case 'source':
      return '(source)';
    case 'synced':
      return colors.green('✓ synced');
    case 'py-newer':
      return colors.yellow('⚠ out of sync (py is newer)');
    case 'ipynb-newer':
      return colors.yellow('⚠ out of sync (ipynb is newer)');
    case 'stale':
      return colors.yellow('⚠ out of sync');
    case 'conflict':
      return colors.red('✗ conflict (both sides were edited)');
    case 'unreadable':
      return colors.red('✗ cannot be read');
    case 'missing':
      return colors.yellow('⚠ missing');
  }
}

function drawExecuted(executed: NotebookStatus['executed'], colors: Colors): string | null {
  switch (executed) {
    case null:
    case 'yes':
      return null;
    case 'no':
      return 'no';
    case 'stale':
      return colors.yellow('⚠ before the last change');
    case 'edited':
      return colors.yellow('⚠ outputs edited');
    case 'failed':
      return colors.red('✗ failed');
  }
}

function drawPublished(published: NotebookStatus['published']): string {
  const days = [...new Set(published.map(({ date }) => showDay(date)))];
  if (days.length === 0) return 'no';
  if (days.length === 1) return `yes (${days[0]})`;
  return `yes (${published.map(({ format, date }) => `${format} ${showDay(date)}`).join(', ')})`;
}
