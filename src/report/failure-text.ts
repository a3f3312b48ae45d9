// Words every failure: what happened, where, the details, and what to do next.
import type {
  ExecutionFailure,
  Failure,
  KernelMissingFailure,
  NotebookFileFailure,
  SyncConflictFailure,
  UnknownFailure,
} from '../failure.ts';
import { printable } from './columns.ts';
import { diagnosticText } from './diagnostic.ts';
import { showPath } from './words.ts';

/** A failure in words; every reporter lays these parts out in its own way. */
export interface FailureText {
  /** One line, without the name of the notebook. */
  readonly what: string;
  /** `path:line:column`, relative to the root; null where no file is at fault. */
  readonly where: string | null;
  /** Traceback, excerpt or diff: lines to show as they are. */
  readonly details: readonly string[];
  /** What helps: places to look at, commands, advice. */
  readonly next: readonly string[];
}

/** What the words depend on besides the failure. */
export interface FailureContext {
  /** Absolute; paths are shown relative to it. */
  readonly root: string;
  /** The notebook to name in commands. */
  readonly name?: string;
}

const INSTALLED_SHOWN = 12;

/** The commands that end a conflict in favour of one side. */
export function resolveCommands(name: string): { readonly script: string; readonly notebook: string } {
  const quoted = /^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
  return {
    script: `pipeio nb sync --direction py2nb --force ${quoted}`,
    notebook: `pipeio nb sync --direction nb2py --force ${quoted}`,
  };
}

/** The failure in words, without colour and without control characters. */
export function failureText(failure: Failure, context: FailureContext): FailureText {
  const text = wordFailure(failure, context);
  return {
    what: printable(text.what).trimEnd(),
    where: text.where,
    details: text.details.map(printable),
    next: text.next.map(printable),
  };
}

/** The failure as lines: what, where, details and advice, indented below the first. */
export function failureLines(failure: Failure, context: FailureContext): string[] {
  const { what, where, details, next } = failureText(failure, context);
  const below = [...(where === null ? [] : [where]), ...details, ...next];
  return [...what.split('\n'), ...below.map((line) => (line === '' ? '' : `  ${line}`))];
}

function wordFailure(failure: Failure, context: FailureContext): FailureText {
  switch (failure.reason) {
    case 'config-invalid': {
      const [what = failure.message, ...details] = diagnosticText(failure, context.root);
      return { what, where: null, details, next: [] };
    }
    case 'usage':
    case 'python-missing':
    case 'python-setup-failed':
    case 'worker-died':
    case 'marimo-missing':
      return message(failure.message, null, failure.hint);
    case 'kernel-missing':
      return wordKernel(failure);
    case 'source-missing':
    case 'not-utf8':
    case 'invalid-notebook':
    case 'nbformat-unsupported':
    case 'conflict-markers':
    case 'unreadable':
      return message(failure.message, wherePlace(failure, context), failure.hint);
    case 'sync-conflict':
      return wordConflict(failure, context);
    case 'cell-failed':
    case 'cell-timeout':
    case 'notebook-timeout':
    case 'kernel-start-failed':
    case 'kernel-died':
    case 'export-failed':
    case 'export-timeout':
      return wordExecution(failure, context);
    case 'write-failed':
      return message(failure.message, showPath(failure.path, context.root), failure.hint);
    case 'input-moved':
    case 'not-executed':
      return message(failure.message, showPath(failure.path, context.root));
    case 'cancelled':
      return message('cancelled', null);
    case 'unknown-error':
      return wordUnknown(failure);
    default:
      return unreachable(failure);
  }
}

// The first line is what happened; what follows it in a message is detail.
function message(text: string, where: string | null, hint?: string): FailureText {
  const [what = '', ...details] = text.trimEnd().split('\n');
  return { what, where, details, next: hint === undefined ? [] : hint.split('\n') };
}

function wherePlace(failure: NotebookFileFailure, { root }: FailureContext): string {
  const line = failure.line === undefined ? '' : `:${failure.line}`;
  const column = failure.line === undefined || failure.column === undefined ? '' : `:${failure.column}`;
  return `${showPath(failure.path, root)}${line}${column}`;
}

function wordKernel(failure: KernelMissingFailure): FailureText {
  const shown = failure.installed.slice(0, INSTALLED_SHOWN).join(', ');
  const hidden = failure.installed.length - INSTALLED_SHOWN;
  const installed =
    failure.installed.length === 0
      ? 'no kernel is installed'
      : `installed: ${shown}${hidden > 0 ? ` and ${hidden} more` : ''}`;
  return {
    what: `kernel "${failure.kernel}" is not installed`,
    where: null,
    details: [],
    next: [installed, ...(failure.hint?.split('\n') ?? [])],
  };
}

function wordConflict(failure: SyncConflictFailure, { root, name }: FailureContext): FailureText {
  const script = showPath(failure.script, root);
  const notebook = showPath(failure.notebook, root);
  const commands = resolveCommands(name || script);
  return {
    what: 'both sides of the pair were edited since they last agreed; nothing was written',
    where: `${script} and ${notebook}`,
    details: failure.diff.trimEnd().split('\n'),
    next: [`keep the .py:    ${commands.script}`, `keep the .ipynb: ${commands.notebook}`],
  };
}

function wordExecution(failure: ExecutionFailure, { root }: FailureContext): FailureText {
  const { what, details } = message(headline(failure), null);
  const of = failure.cells === undefined ? '' : ` of ${failure.cells}`;
  const cell = `cell ${failure.cell}${of}`;
  const namesCell = failure.cell === undefined || what.toLowerCase().includes(cell);
  const traceback = failure.traceback?.trimEnd().split('\n');
  const next: string[] = [];
  if (failure.lastGood !== undefined) next.push(`last good run: ${showPath(failure.lastGood, root)}`);
  if (failure.partial !== undefined) next.push(`this run:      ${showPath(failure.partial, root)}`);
  if (failure.hint !== undefined) next.push(...failure.hint.split('\n'));
  return {
    what: namesCell ? what : `${cell}: ${what}`,
    where: `${showPath(failure.path, root)}${failure.line === undefined ? '' : `:${failure.line}`}`,
    details: traceback ?? details,
    next,
  };
}

// Whether the worker put the exception's name and its text into one string or two, they are said once.
// Of a timeout the exception is only how the cell was ended.
function headline({ reason, exception, message: text }: ExecutionFailure): string {
  const isTimeout = reason === 'cell-timeout' || reason === 'notebook-timeout';
  if (exception === undefined || isTimeout || text.startsWith(exception)) return text;
  return exception.includes(text) || text.includes(exception) ? exception : `${exception}: ${text}`;
}

function wordUnknown(failure: UnknownFailure): FailureText {
  const text = message(`internal error: ${failure.message}`, null);
  return {
    ...text,
    details: failure.stack?.trimEnd().split('\n') ?? text.details,
    next: ['this is a bug in pipeio; the other notebooks were built as usual'],
  };
}

function unreachable(failure: never): never {
  throw new Error(`Internal error: no words for ${JSON.stringify(failure)}`);
}
