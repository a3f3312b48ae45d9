// Prints a build as lines that read well in a terminal, a pipe and a log: one as each node starts and ends.
import type { Event, NodeName, NodeRef, Reporter } from '../event.ts';
import type { Failure } from '../failure.ts';
import { type Colors, colorsOf } from './colors.ts';
import { cutColumns, oneLine, printable } from './columns.ts';
import { diagnosticText } from './diagnostic.ts';
import { type FailureText, failureText } from './failure-text.ts';
import { emptyView, type FailedNode, nodeKey, progress, type View } from './progress.ts';
import { summaryText } from './summary-text.ts';
import { showReason, showSeconds } from './words.ts';

/** Where and how the plain reporter prints. */
export interface PlainOptions {
  readonly stdout: { write(text: string): void };
  /** Takes configuration problems; stdout where it is missing. */
  readonly stderr?: { write(text: string): void };
  readonly color: boolean;
  /** Absolute; paths are shown relative to it. */
  readonly root: string;
  /** Whether a line may be rewritten in place (`canRewrite`): then the running cell stands below the last line. */
  readonly isTTY: boolean;
  /** Width of the terminal. */
  readonly columns: number;
}

/** Seconds from which on a finished cell gets a line of its own. */
const SLOW_CELL = 5;

/** Names that failures alike are told with. */
const NAMES_SHOWN = 8;

/** Columns that a reason or a short failure may take. */
const BRIEF = 120;

const WOULD = {
  execute: 'would execute',
  restore: 'would restore',
  update: 'would update',
  wait: 'waits',
} as const;

/** The reporter for logs and pipes. Nodes that are fresh print nothing. */
export function plainReporter(options: PlainOptions): Reporter {
  const colors = colorsOf(options.color);
  const out = lineWriter(options);
  let view = emptyView;
  let told = 0;

  // What failed is told once, at the summary; at the close where an interrupted build never came to one.
  const tellFailures = (): void => {
    for (const group of groupAlike(view.failures.slice(told), options.root)) {
      out.lines(['', ...layFailure(group, colors)]);
    }
    if (view.failures.length > told) out.lines(['']);
    told = view.failures.length;
  };

  return {
    handle(event) {
      const before = view;
      view = progress(before, event);
      if (event.type === 'config-problem') {
        const lines = paintDiagnostic(diagnosticText(event.problem, options.root), colors);
        out.lines(lines, options.stderr);
      } else if (event.type === 'summary') {
        tellFailures();
        out.lines([summaryText(event, view.plan?.dryRun ?? false)]);
      } else {
        const line = nodeLine(event, before, colors);
        if (line !== null) out.lines([line.join('  ')]);
        else if (event.type === 'cell-started')
          out.transient(`${cellLine(event)}  ${oneLine(event.firstLine)}`);
      }
    },
    async close() {
      tellFailures();
      out.clear();
    },
  };
}

function nodeLine(event: Event, before: View, colors: Colors): string[] | null {
  switch (event.type) {
    case 'would-run':
      return [...head(event), WOULD[event.action], brief(showReason(event.reason))];
    case 'node-started':
      return event.node === 'exec' ? [...head(event), brief(showReason(event.reason))] : null;
    case 'node-finished': {
      if (event.outcome === 'fresh') return null;
      const reason = before.running.get(nodeKey(event))?.reason;
      const why = event.node === 'exec' || reason === undefined ? [] : [brief(showReason(reason))];
      return [...head(event), colors.green(event.outcome), ...why, showSeconds(event.seconds)];
    }
    case 'node-failed':
      return [...head(event), ...shortFailure(event.failure, colors), showSeconds(event.seconds)];
    case 'node-blocked':
      return isStopped(before, event)
        ? null
        : [...head(event), colors.yellow(`blocked by ${oneLine(event.by)}`)];
    case 'cell-finished':
      return event.seconds < SLOW_CELL ? null : [cellLine(event), showSeconds(event.seconds)];
    case 'remark':
      return [...head(event), `remark: ${oneLine(event.text)}`];
    case 'notice':
      return [printable(event.text)];
    default:
      return null;
  }
}

function head(ref: NodeRef): string[] {
  return [ref.node, oneLine(ref.name)];
}

// A line tells one thing; a text that would fill several ends in an ellipsis (`pipeio why` and the end tell all).
function brief(text: string): string {
  return cutColumns(oneLine(text), BRIEF);
}

function cellLine(event: NodeRef & { readonly cell: number; readonly cells: number }): string {
  return [...head(event), `cell ${event.cell} of ${event.cells}`].join('  ');
}

// One line says that a notebook is stopped; its later nodes need none.
function isStopped(view: View, { notebook }: NodeRef): boolean {
  const outcome = view.notebooks.get(notebook)?.outcome;
  return outcome === 'failed' || outcome === 'conflict' || outcome === 'blocked';
}

function shortFailure(failure: Failure, colors: Colors): string[] {
  if (failure.reason === 'cancelled') return [colors.yellow('cancelled')];
  if (failure.reason === 'sync-conflict') return [colors.red('conflict')];
  return [colors.red('failed'), brief(failureText(failure, { root: '' }).what)];
}

/** Failures of one kind of node that read the same. */
interface AlikeFailures {
  readonly node: NodeName;
  readonly names: string[];
  readonly failure: Failure;
  readonly text: FailureText;
}

// Thirty notebooks may miss one kernel: that is told once, with their names.
function groupAlike(failures: readonly FailedNode[], root: string): Iterable<AlikeFailures> {
  const groups = new Map<string, AlikeFailures>();
  for (const { ref, failure } of failures) {
    const text = failureText(failure, { root, name: ref.name });
    const key = JSON.stringify([ref.node, failure.reason, text]);
    const group = groups.get(key) ?? { node: ref.node, names: [], failure, text };
    groups.set(key, group);
    group.names.push(oneLine(ref.name));
  }
  return groups.values();
}

function showNames(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return more > 1 ? `${names.slice(0, NAMES_SHOWN).join(', ')} and ${more} more` : names.join(', ');
}

function layFailure({ node, names, failure, text }: AlikeFailures, colors: Colors): string[] {
  const title = failure.reason === 'sync-conflict' ? 'conflict' : `${node} failed`;
  const paint = (line: string): string => {
    if (failure.reason !== 'sync-conflict') return line;
    if (line.startsWith('+')) return colors.green(line);
    return line.startsWith('-') ? colors.red(line) : line;
  };
  return [
    `${colors.red(title)}  ${colors.bold(showNames(names))}`,
    `  ${text.what}`,
    ...(text.where === null ? [] : [`  ${colors.cyan(text.where)}`]),
    ...text.details.map((line) => (line === '' ? '' : `    ${paint(line)}`)),
    ...text.next.map((line) => `  ${line}`),
  ];
}

function paintDiagnostic(lines: readonly string[], colors: Colors): string[] {
  return lines.map((line, index) => {
    if (index === 0) return colors.bold(line);
    return /^\s*~+$/.test(line) ? colors.red(line) : line;
  });
}

// Lines that stay, and below them at most one that the next line wipes away.
function lineWriter({ stdout, isTTY, columns }: PlainOptions) {
  const width = Math.max(20, columns) - 1;
  let shown = false;
  const clear = (): void => {
    if (shown) stdout.write('\r\x1b[2K');
    shown = false;
  };
  return {
    clear,
    lines(lines: readonly string[], to = stdout): void {
      clear();
      to.write(lines.map((line) => `${line}\n`).join(''));
    },
    transient(text: string): void {
      if (!isTTY) return;
      clear();
      stdout.write(cutColumns(text, width));
      shown = true;
    },
  };
}
