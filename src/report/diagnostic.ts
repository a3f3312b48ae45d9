// Draws what is wrong in a configuration file: the place, its line with a marker below, what is allowed.
import { readFileSync } from 'node:fs';
import type { ConfigFailure, Place } from '../failure.ts';
import { blankControls, cutColumns, displayWidth, printable } from './columns.ts';
import { showPath } from './words.ts';

const MAX_COLUMNS = 100;
const LEAD = 20;

/**
 * `file:line:column: error: message`, the line, `~~~~` below the marked part; then related places and the hint.
 * A file that cannot be read any more costs its excerpt, nothing else. Paths are shown relative to `root`.
 */
export function diagnosticText(problem: ConfigFailure, root: string): string[] {
  const head = `${problem.severity}: ${printable(problem.message)}`;
  const lines = problem.place
    ? [`${showPlace(problem.place, root)}: ${head}`, ...excerpt(problem.place)]
    : [head];
  for (const related of problem.related ?? [])
    lines.push(
      `  ${showPlace(related.place, root)}: ${printable(related.message)}`,
      ...excerpt(related.place),
    );
  if (problem.hint !== undefined) lines.push(`  ${printable(problem.hint)}`);
  return lines;
}

/** `path:line:column`, relative to `root` where it lies below. */
export function showPlace(place: Place, root: string): string {
  return `${showPath(place.file, root)}:${place.line}:${place.column}`;
}

function excerpt(place: Place): string[] {
  const source = sourceLine(place);
  if (source === null) return [];
  // A minified or generated line is cut to a window around the column.
  const start = place.column > MAX_COLUMNS - LEAD ? place.column - 1 - LEAD : 0;
  const before = source.slice(start, place.column - 1);
  const marked = source.slice(place.column - 1, place.column - 1 + (place.length ?? 1));
  const lead = start > 0 ? '…' : '';
  const gutter = `  ${place.line} | `;
  const text = cutColumns(`${lead}${source.slice(start)}`, MAX_COLUMNS);
  const indent = ' '.repeat(gutter.length) + blank(`${lead}${before}`);
  const room = Math.max(1, MAX_COLUMNS - displayWidth(`${lead}${before}`));
  return [gutter + text, indent + '~'.repeat(Math.min(room, Math.max(1, displayWidth(marked))))];
}

// Tabs stay tabs, so that the marker stands below whatever the terminal makes of them.
function blank(text: string): string {
  return text
    .split('\t')
    .map((run) => ' '.repeat(displayWidth(run)))
    .join('\t');
}

// Synchronous, since a reporter prints in the order of its events; problems are few.
function sourceLine(place: Place): string | null {
  try {
    const line = readFileSync(place.file, 'utf8').split(/\r\n|\r|\n/)[place.line - 1];
    return line === undefined ? null : blankControls(line.replace(/^\uFEFF/, ''));
  } catch {
    // The place alone still says enough; the file may be what is missing.
    return null;
  }
}
